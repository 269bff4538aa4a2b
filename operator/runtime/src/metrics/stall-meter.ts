/** One time that the event loop came late to a timer, and what the time went to. */
export interface Stall {
  /** How late, in milliseconds. */
  lateMs: number;
  /** CPU time that the main thread took; where it is much less than `lateMs`, the thread waited for a core. */
  busyMs: number;
  /** Time of garbage collections within, part of which other threads did. */
  gcMs: number;
}

/** Tells from the ticks of a timer what made the event loop late. Pure: times and costs are given to it. */
export interface StallMeter {
  /** At each tick: the time, and the CPU time of the main thread so far. */
  tick(at: { nowMs: number; cpuMs: number }): void;
  /** A garbage collection, told whenever it is known. */
  collected(collection: { startMs: number; durationMs: number }): void;
  /** Most CPU time in one stall so far. */
  busiestMs(): number;
  /** Most time of the collector in one stall so far. */
  mostCollectedMs(): number;
}

/** What is told of collections may come a tick or two after them. */
const ticksUntilTold = 3;
/** Less is what every timer is late by. */
const leastMs = 5;

/** @see {@link StallMeter} */
export function createStallMeter(options: { tickMs: number; onStall?: (stall: Stall) => void }): StallMeter {
  const { tickMs, onStall } = options;
  let last: { nowMs: number; cpuMs: number } | undefined;
  let pending: { fromMs: number; toMs: number; lateMs: number; busyMs: number; age: number }[] = [];
  let collections: { startMs: number; durationMs: number }[] = [];
  let busiestMs = 0;
  let mostCollectedMs = 0;

  const settle = (): void => {
    for (const stall of pending) stall.age += 1;
    const told = pending.filter((stall) => stall.age >= ticksUntilTold);
    for (const { fromMs, toMs, lateMs, busyMs } of told) {
      const gcMs = collections
        .filter(({ startMs, durationMs }) => startMs < toMs && startMs + durationMs > fromMs)
        .reduce((sum, { durationMs }) => sum + durationMs, 0);
      mostCollectedMs = Math.max(mostCollectedMs, gcMs);
      onStall?.({ lateMs, busyMs, gcMs });
    }
    pending = pending.filter((stall) => stall.age < ticksUntilTold);
    const oldest = pending[0]?.fromMs ?? last?.nowMs ?? 0;
    collections = collections.filter(({ startMs, durationMs }) => startMs + durationMs > oldest - tickMs);
  };
  return {
    tick: (at) => {
      const before = last;
      last = at;
      if (before === undefined) return;
      const lateMs = at.nowMs - before.nowMs - tickMs;
      const busyMs = at.cpuMs - before.cpuMs;
      if (lateMs >= leastMs) {
        busiestMs = Math.max(busiestMs, busyMs);
        pending.push({ fromMs: before.nowMs, toMs: at.nowMs, lateMs, busyMs, age: 0 });
      }
      settle();
    },
    collected: (collection) => {
      collections.push(collection);
    },
    busiestMs: () => busiestMs,
    mostCollectedMs: () => mostCollectedMs,
  };
}
