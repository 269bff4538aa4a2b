import { describe, expect, it } from 'vitest';
import { createStallMeter, type Stall } from './stall-meter.ts';

/** Ticks of 20 ms: each with how long it came after the one before, and how much of that was CPU time. */
function run(ticks: readonly [tookMs: number, busyMs: number][], gc: { startMs: number; durationMs: number }[] = []) {
  const stalls: Stall[] = [];
  const meter = createStallMeter({ tickMs: 20, onStall: (stall) => stalls.push(stall) });
  let nowMs = 0;
  let cpuMs = 0;
  meter.tick({ nowMs, cpuMs });
  for (const [tookMs, busyMs] of ticks) {
    nowMs += tookMs;
    cpuMs += busyMs;
    meter.tick({ nowMs, cpuMs });
    for (const each of gc.splice(0)) meter.collected(each);
  }
  return { meter, stalls };
}

const quiet: [number, number][] = Array.from({ length: 5 }, () => [20, 1]);

describe('the stall meter', () => {
  it('tells work of the main thread from waiting for a core', () => {
    const { meter, stalls } = run([...quiet, [140, 118], ...quiet, [420, 25], ...quiet]);
    expect(stalls).toEqual([
      { lateMs: 120, busyMs: 118, gcMs: 0 },
      { lateMs: 400, busyMs: 25, gcMs: 0 },
    ]);
    expect(meter.busiestMs()).toBe(118);
  });

  it('finds the collections of a stall, although they are told after it', () => {
    const gc = [
      { startMs: 10, durationMs: 30 },
      { startMs: 60, durationMs: 15 },
      { startMs: 500, durationMs: 9 },
    ];
    const { meter, stalls } = run([[100, 60], ...quiet], gc);
    expect(stalls).toEqual([{ lateMs: 80, busyMs: 60, gcMs: 45 }]);
    expect(meter.mostCollectedMs()).toBe(45);
  });

  it('says nothing of a timer that is as late as timers are', () => {
    expect(run([...quiet, [24, 20], ...quiet]).stalls).toEqual([]);
  });
});
