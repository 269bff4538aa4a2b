import { describe, expect, it } from 'vitest';
import { parseProcessCost } from './process-cost.ts';

describe('the cost of a process', () => {
  it('is read from /proc, whatever the program is called', () => {
    const stat = '42 (a (b) c) S 1 42 42 0 -1 4194560 500 0 3 0 1234 66 0 0 20 0 9 0 100 1000 50';
    const status = 'Name:\ta\nVmPeak:\t  9999 kB\nVmHWM:\t  4096 kB\nVmRSS:\t  2048 kB\n';
    expect(parseProcessCost(stat, status)).toEqual({ cpuSeconds: 13, rssMiB: 2, peakRssMiB: 4 });
  });
});
