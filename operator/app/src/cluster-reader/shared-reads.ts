import type { Clock, Timer } from '@portolan/runtime';
import { createGate } from './gate.ts';

/** Reads that are shared by everyone who wants the same at the same time, or shortly after. */
export interface SharedReads<T> {
  /**
   * What `fetch` gives for this key: asked now, or by somebody else up to `holdMs` ago. Failures are shared alike, so that
   * what is refused is not asked for again and again. Rejects with the signal's reason when that aborts; `fetch` is
   * aborted when everyone who waits for it has left.
   */
  read(key: string, fetch: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Weight of what is held. */
  readonly heldWeight: number;
}

interface Entry<T> {
  result: Promise<T>;
  abort: AbortController;
  callers: number;
  /** While it is held after it has come. */
  held?: { weight: number; timer: Timer };
  isDone: boolean;
}

/** @see {@link SharedReads} */
export function createSharedReads<T>(options: {
  clock: Clock;
  /** How long an answer is good for, from when it came. */
  holdMs: number;
  /** How long a read may take, its wait in line included. */
  deadlineMs: number;
  /** Reads in flight at once. */
  concurrency: number;
  /** Reads that may wait in line. */
  lineLimit: number;
  /** What may be held in all; the oldest goes first. */
  maxWeight: number;
  weigh: (answer: T) => number;
  /** What the reads that find no place in line fail with. */
  overloaded: () => Error;
  /** What the reads that take too long fail with. */
  expired: () => Error;
}): SharedReads<T> {
  const { clock, holdMs, deadlineMs, concurrency, lineLimit, maxWeight, weigh } = options;
  const gate = createGate(concurrency);
  /** In the order in which they were asked for. */
  const entries = new Map<string, Entry<T>>();
  let heldWeight = 0;

  const drop = (key: string, entry: Entry<T>): void => {
    if (entries.get(key) === entry) entries.delete(key);
    if (entry.held === undefined) return;
    entry.held.timer.cancel();
    heldWeight -= entry.held.weight;
    delete entry.held;
  };
  const hold = (key: string, entry: Entry<T>, weight: number): void => {
    entry.isDone = true;
    if (entries.get(key) !== entry) return;
    if (weight > maxWeight) {
      drop(key, entry);
      return;
    }
    for (const [oldKey, old] of entries) {
      if (heldWeight + weight <= maxWeight) break;
      if (old.held !== undefined) drop(oldKey, old);
    }
    heldWeight += weight;
    entry.held = { weight, timer: clock.after(holdMs, () => drop(key, entry)) };
  };
  const start = (key: string, fetch: (signal: AbortSignal) => Promise<T>): Entry<T> => {
    const abort = new AbortController();
    let isLate = false;
    const deadline = clock.after(deadlineMs, () => {
      isLate = true;
      abort.abort();
    });
    const fetched = async (): Promise<T> => {
      try {
        return await gate.run(() => fetch(abort.signal), abort.signal);
      } catch (error) {
        throw isLate ? options.expired() : error;
      } finally {
        deadline.cancel();
      }
    };
    const entry: Entry<T> = { result: fetched(), abort, callers: 0, isDone: false };
    entries.set(key, entry);
    entry.result.then(
      (answer) => hold(key, entry, weigh(answer)),
      () => hold(key, entry, 1),
    );
    return entry;
  };
  const leave = (key: string, entry: Entry<T>): void => {
    entry.callers -= 1;
    if (entry.callers > 0 || entry.isDone) return;
    drop(key, entry);
    entry.abort.abort();
  };

  return {
    read: async (key, fetch, signal) => {
      signal.throwIfAborted();
      let entry = entries.get(key);
      if (entry === undefined) {
        if (gate.waiting >= lineLimit) throw options.overloaded();
        entry = start(key, fetch);
      }
      entry.callers += 1;
      try {
        return await orAborted(entry.result, signal);
      } finally {
        leave(key, entry);
      }
    },
    get heldWeight() {
      return heldWeight;
    },
  };
}

async function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
