/**
 * Time as a dependency. Nothing else in this package touches a timer or reads the time, so that every delay can be
 * proven with the fake clock of `@portolan/runtime/testing`.
 */
export interface Clock {
  /** Wall clock, in milliseconds since the epoch. For timestamps that people read. */
  now(): number;
  /** Milliseconds since an arbitrary origin; never goes back. For durations: the wall clock may be stepped. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when the signal aborts: check `signal.aborted` afterwards. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fn` once after `ms` unless cancelled. */
  after(ms: number, fn: () => void): Timer;
}

/** A pending call of {@link Clock.after}. */
export interface Timer {
  cancel(): void;
}

/** Longest delay of a Node timer; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleepOn(systemClock, ms, signal),
  after: (ms, fn) => {
    let remainingMs = Math.max(0, ms);
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const stepMs = Math.min(remainingMs, longestTimerMs);
      remainingMs -= stepMs;
      timer = setTimeout(() => (remainingMs > 0 ? arm() : fn()), stepMs);
    };
    arm();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Implements {@link Clock.sleep} by {@link Clock.after}, for clocks of one's own. */
export function sleepOn(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.after(ms, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
