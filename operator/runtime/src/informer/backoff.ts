import type { Clock } from '../clock.ts';

/** client-go's reflector: 800 ms, doubling, jitter 1.0 (so up to twice the delay), forgotten after 2 minutes of peace. */
const firstMs = 800;
/** With the jitter on top, no wait is longer than 30 s: what was forbidden or absent heals within that time. */
const longestBaseMs = 15_000;
const resetAfterMs = 120_000;

/** How long to wait after a failure. */
export interface Backoff {
  /** Milliseconds until the next try, at least what the server asked for. */
  next(retryAfterMs?: number): number;
}

/** The longest wait that a server's Retry-After is obeyed for. */
const longestRetryAfterMs = 300_000;

/** @see {@link Backoff} */
export function createBackoff({ clock, random }: { clock: Pick<Clock, 'monotonic'>; random: () => number }): Backoff {
  let baseMs = firstMs;
  let lastEndsAt: number | undefined;
  return {
    next: (retryAfterMs = 0) => {
      const now = clock.monotonic();
      if (lastEndsAt !== undefined && now - lastEndsAt > resetAfterMs) baseMs = firstMs;
      const jitteredMs = baseMs * (1 + random());
      baseMs = Math.min(longestBaseMs, baseMs * 2);
      const delayMs = Math.max(jitteredMs, Math.min(retryAfterMs, longestRetryAfterMs));
      lastEndsAt = now + delayMs;
      return delayMs;
    },
  };
}
