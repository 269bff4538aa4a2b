/** First delay and longest delay of a key that keeps failing (client-go's item exponential failure rate limiter). */
const firstMs = 5;
const longestMs = 1_000_000;

/** How long each failing key has to wait. Keys that work take no memory. */
export interface KeyBackoff {
  /** Counts a failure; milliseconds until the next try. */
  next(key: string): number;
  /** Failures in a row. */
  failures(key: string): number;
  forget(key: string): void;
  readonly size: number;
}

/** Doubles from 5 ms to 1,000 s per key, each plus up to half of it, so that keys that failed together part ways. */
export function createKeyBackoff({ random }: { random: () => number }): KeyBackoff {
  const failures = new Map<string, number>();
  return {
    next: (key) => {
      const before = failures.get(key) ?? 0;
      failures.set(key, before + 1);
      // 2 ** 1024 is Infinity, which min() turns into the cap.
      const delayMs = Math.min(longestMs, firstMs * 2 ** before);
      return Math.min(longestMs, delayMs * (1 + random() / 2));
    },
    failures: (key) => failures.get(key) ?? 0,
    forget: (key) => {
      failures.delete(key);
    },
    get size() {
      return failures.size;
    },
  };
}
