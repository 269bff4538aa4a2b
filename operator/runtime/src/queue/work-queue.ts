import type { Clock, Timer } from '../clock.ts';
import { createHeap } from './heap.ts';

/** Priority of what can wait: initial listings and fan-out. Live changes have 0 (controller-runtime's LowPriority). */
export const lowPriority = -100;

/**
 * Keys to work on, in three sets as in client-go: dirty (wants work), processing (is worked on) and queued (dirty and
 * not processing). A key is handed out to one worker at a time; added meanwhile, it comes exactly once more.
 */
export interface WorkQueue {
  /** Queues a key. A key that is queued already keeps its place, or moves up to a higher priority. */
  add(key: string, options?: { priority?: number | undefined }): void;
  /** Queues a key after `ms`; of several, the earliest counts. */
  addAfter(key: string, ms: number, options?: { priority?: number | undefined }): void;
  /** The next key, highest priority first and in order of coming within one. Undefined when nothing is queued. */
  take(): TakenKey | undefined;
  /** As {@link take}, but waits. Undefined once the signal aborts. */
  next(signal: AbortSignal): Promise<TakenKey | undefined>;
  /** Ends the work on a taken key. */
  done(key: string): void;
  /** Keys that are queued. */
  readonly size: number;
  /** Keys that are worked on. */
  readonly processing: number;
  /** Keys that wait for their time. */
  readonly delayed: number;
  /** Stops the timer; nothing that is delayed comes any more. */
  close(): void;
}

export interface TakenKey {
  key: string;
  /** How long it was queued. */
  waitedMs: number;
}

interface Ready {
  key: string;
  priority: number;
  sequence: number;
  addedAt: number;
}

interface Delayed {
  key: string;
  priority: number;
  readyAt: number;
}

/** Creates an empty {@link WorkQueue}. */
export function createWorkQueue({ clock }: { clock: Pick<Clock, 'monotonic' | 'after'> }): WorkQueue {
  /** What is queued, or dirty while processing. Heap entries that are not the ones here are left-overs. */
  const dirty = new Map<string, Ready>();
  const processing = new Set<string>();
  const ready = createHeap<Ready>((a, b) =>
    a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority,
  );
  const waiting = new Map<string, Delayed>();
  const schedule = createHeap<Delayed>((a, b) => a.readyAt < b.readyAt);
  const takers = new Set<() => void>();
  let queued = 0;
  let sequence = 0;
  let timer: { at: number; handle: Timer } | undefined;
  let isClosed = false;

  const wakeOne = (): void => {
    const [taker] = takers;
    taker?.();
  };
  const add = (key: string, priority: number): void => {
    const known = dirty.get(key);
    const isBusy = processing.has(key);
    if (known !== undefined && known.priority >= priority) return;
    sequence += 1;
    const entry = { key, priority, sequence, addedAt: known?.addedAt ?? clock.monotonic() };
    dirty.set(key, entry);
    if (isBusy) return;
    ready.push(entry);
    if (known === undefined) {
      queued += 1;
      wakeOne();
    }
  };
  const addDue = (): void => {
    timer = undefined;
    const now = clock.monotonic();
    for (let first = schedule.peek(); first !== undefined && first.readyAt <= now; first = schedule.peek()) {
      schedule.pop();
      if (waiting.get(first.key) !== first) continue;
      waiting.delete(first.key);
      add(first.key, first.priority);
    }
    arm();
  };
  const arm = (): void => {
    const first = schedule.peek();
    if (first === undefined || isClosed || (timer !== undefined && timer.at <= first.readyAt)) return;
    timer?.handle.cancel();
    timer = { at: first.readyAt, handle: clock.after(first.readyAt - clock.monotonic(), addDue) };
  };
  const take = (): TakenKey | undefined => {
    for (let entry = ready.pop(); entry !== undefined; entry = ready.pop()) {
      if (dirty.get(entry.key) !== entry) continue;
      dirty.delete(entry.key);
      processing.add(entry.key);
      queued -= 1;
      return { key: entry.key, waitedMs: clock.monotonic() - entry.addedAt };
    }
    return undefined;
  };

  return {
    add: (key, { priority = 0 } = {}) => add(key, priority),
    addAfter: (key, ms, { priority = 0 } = {}) => {
      if (ms <= 0) {
        add(key, priority);
        return;
      }
      const readyAt = clock.monotonic() + ms;
      const known = waiting.get(key);
      if (known !== undefined && known.readyAt <= readyAt) {
        known.priority = Math.max(known.priority, priority);
        return;
      }
      const entry = { key, readyAt, priority: Math.max(priority, known?.priority ?? priority) };
      waiting.set(key, entry);
      schedule.push(entry);
      arm();
    },
    take,
    next: async (signal) => {
      while (!signal.aborted) {
        const taken = take();
        if (taken !== undefined) return taken;
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            takers.delete(wake);
            signal.removeEventListener('abort', wake);
            resolve();
          };
          takers.add(wake);
          signal.addEventListener('abort', wake, { once: true });
        });
      }
      return undefined;
    },
    done: (key) => {
      if (!processing.delete(key)) return;
      const entry = dirty.get(key);
      if (entry === undefined) return;
      ready.push(entry);
      queued += 1;
      wakeOne();
    },
    get size() {
      return queued;
    },
    get processing() {
      return processing.size;
    },
    get delayed() {
      return waiting.size;
    },
    close: () => {
      isClosed = true;
      timer?.handle.cancel();
      timer = undefined;
      waiting.clear();
    },
  };
}
