/** Time as a dependency. Nothing else in this package touches a timer or reads the time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fn` once after `ms` unless cancelled. */
  after(ms: number, fn: () => void): { cancel(): void };
}

/** The machine's clock. Its timers keep no process alive: the listening socket does. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, fn) => {
    const timer = setTimeout(fn, ms).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
