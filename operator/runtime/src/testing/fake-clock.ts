import { setImmediate as nextTurn } from 'node:timers/promises';
import { sleepOn, type Clock } from '../clock.ts';

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /**
   * Moves on by `ms`, firing every timer on its way in the order of their times, and those of one time in the order in
   * which they were set. After each it lets promises and the event loop take a turn, so that what a timer set off has
   * happened, new timers included.
   */
  advance(ms: number): Promise<void>;
  /** Timers that have not fired. */
  readonly timers: number;
}

/** Creates a clock that begins at `now`, in milliseconds since the epoch. */
export function createFakeClock({ now = Date.UTC(2026, 0, 1) }: { now?: number } = {}): FakeClock {
  let elapsedMs = 0;
  const pending = new Set<{ at: number; fn: () => void }>();
  const nextDue = (until: number): { at: number; fn: () => void } | undefined => {
    let first: { at: number; fn: () => void } | undefined;
    // A Set keeps the order of setting, so the first of equal times wins.
    for (const each of pending) if (each.at <= until && (first === undefined || each.at < first.at)) first = each;
    return first;
  };
  const clock: FakeClock = {
    now: () => now + elapsedMs,
    monotonic: () => elapsedMs,
    sleep: (ms, signal) => sleepOn(clock, ms, signal),
    after: (ms, fn) => {
      const timer = { at: elapsedMs + Math.max(0, ms), fn };
      pending.add(timer);
      return {
        cancel: () => {
          pending.delete(timer);
        },
      };
    },
    advance: async (ms) => {
      const until = elapsedMs + ms;
      await nextTurn();
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        pending.delete(due);
        elapsedMs = due.at;
        due.fn();
        await nextTurn();
      }
      elapsedMs = until;
      await nextTurn();
    },
    get timers() {
      return pending.size;
    },
  };
  return clock;
}
