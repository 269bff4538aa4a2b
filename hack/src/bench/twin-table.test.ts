import { describe, expect, it } from 'vitest';
import type { Figures } from './race.ts';
import { renderTable } from './twin-table.ts';

const figures: Figures = {
  entities: 100,
  syncedMs: 1500,
  reconciledMs: 3000,
  writesPerObject: 1,
  reconcileCpuSeconds: 2,
  changesCpuSeconds: 1,
  settledRssMiB: 90,
  peakRssMiB: 120,
  change: { count: 10, p50Ms: 5, p99Ms: 9, maxMs: 10 },
  restartSyncedMs: 1000,
  restartWrites: 0,
  restartCpuSeconds: 1,
};

describe('the table of twins', () => {
  it('sets both side by side with their ratio, and divides nothing by zero', () => {
    const lines = renderTable({ ours: figures, go: { ...figures, syncedMs: 1000 } });
    expect(lines).toContain('| start → synced, s | 1.50 | 1.00 | 1.50 | ≤ 1.5 |');
    expect(lines).toContain('| restart: status writes | 0 | 0 | – |  |');
  });

  it('has failover only where both elect a leader', () => {
    const failover = /SIGKILL/;
    const electing = { ...figures, failoverMs: 17_000 };
    expect(renderTable({ ours: electing, go: figures }).some((line) => failover.test(line))).toBe(false);
    expect(renderTable({ ours: electing, go: electing }).some((line) => failover.test(line))).toBe(true);
  });
});
