import { describe, expect, it } from 'vitest';
import { isAlive, readRecords, recordOf, startOfStat } from './process-record.ts';

const tail = 'S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 429686 1 1';

describe('startOfStat', () => {
  it('finds the start behind any command name', () => {
    expect(startOfStat(`17 (etcd) ${tail}`)).toBe('429686');
    expect(startOfStat(`17 (a) R 1 (b c) ${tail}`)).toBe('429686');
  });

  it('takes a zombie for ended', () => {
    expect(startOfStat(`17 (etcd) Z${tail.slice(1)}`)).toBeUndefined();
  });
});

describe('a process record', () => {
  it('holds as long as the process lives', () => {
    const record = recordOf('self', process.pid);
    expect(record).toBeDefined();
    expect(record !== undefined && isAlive(record)).toBe(true);
  });

  it('does not hold for a stranger with the same id', () => {
    expect(isAlive({ name: 'other', pid: process.pid, startedAt: '1' })).toBe(false);
  });

  it('is not read from a file that is absent', () => {
    expect(readRecords('/nonexistent/processes.json')).toEqual([]);
  });
});
