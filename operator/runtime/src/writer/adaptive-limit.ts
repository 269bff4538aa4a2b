import type { Clock } from '../clock.ts';
import { RuntimeError } from '../errors.ts';

/** Few enough for a busy server; one answer at a time would leave etcd's group commit unused. */
const leastAtOnce = 2;
const startAtOnce = 8;
/** A tenth of the 245 seats that API priority and fairness gives a service account of its own. */
const mostAtOnce = 32;
/** After a 429 every write in flight may be refused too: that is one refusal. */
const settleMs = 1_000;
/** Answers slower than so many times the usual mean that requests queue at the server. */
const slowFactor = 3;
/** Below this the server is not the limit, whatever the ratio: garbage collection here takes as long. */
const slowMs = 100;

/** How many writes may be in flight at once, learned from the answers (additive increase, multiplicative decrease). */
export interface AdaptiveLimit {
  /** Runs `write` when there is room, in order of coming. Gives what it gives. */
  run<T>(write: () => Promise<T>): Promise<T>;
  /** Writes allowed at once now. */
  readonly limit: number;
  readonly inFlight: number;
}

/**
 * Creates the limit of one API server, shared by everything that writes to it. It grows by one per round of answers up
 * to 32, halves on a 429 (at most once a second) and shrinks by a tenth when answers take three times their usual time.
 */
export function createAdaptiveLimit(options: {
  clock: Pick<Clock, 'monotonic'>;
  onChange?: (limit: number) => void;
}): AdaptiveLimit {
  const { clock, onChange } = options;
  const waiting: (() => void)[] = [];
  let allowed = startAtOnce;
  let inFlight = 0;
  let usualMs: number | undefined;
  let shrunkAt = -Infinity;

  const change = (to: number): void => {
    const before = Math.floor(allowed);
    allowed = Math.min(mostAtOnce, Math.max(leastAtOnce, to));
    if (Math.floor(allowed) !== before) onChange?.(Math.floor(allowed));
  };
  const shrink = (to: number): void => {
    if (clock.monotonic() - shrunkAt < settleMs) return;
    shrunkAt = clock.monotonic();
    change(to);
  };
  const learn = (durationMs: number, error: unknown): void => {
    if (error instanceof RuntimeError && error.status === 429) {
      shrink(allowed / 2);
      return;
    }
    // Other failures say nothing about load: an API server that is away must not make us timid when it is back.
    if (error !== undefined) return;
    const isSlow = usualMs !== undefined && durationMs > slowMs && durationMs > slowFactor * usualMs;
    usualMs = usualMs === undefined ? durationMs : usualMs + (durationMs - usualMs) / 100;
    if (isSlow) shrink(allowed * 0.9);
    // Only a limit that was reached has been tried.
    else if (inFlight >= Math.floor(allowed)) change(allowed + 1 / allowed);
  };
  const wake = (): void => {
    while (inFlight < Math.floor(allowed)) {
      // As many wait as there are workers, so that shifting costs nothing.
      const proceed = waiting.shift();
      if (proceed === undefined) return;
      inFlight += 1;
      proceed();
    }
  };
  const enter = async (): Promise<void> => {
    if (inFlight < Math.floor(allowed)) inFlight += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return {
    run: async (write) => {
      await enter();
      const startedAt = clock.monotonic();
      try {
        const result = await write();
        learn(clock.monotonic() - startedAt, undefined);
        return result;
      } catch (error) {
        learn(clock.monotonic() - startedAt, error ?? new Error('unknown'));
        throw error;
      } finally {
        inFlight -= 1;
        wake();
      }
    },
    get limit() {
      return Math.floor(allowed);
    },
    get inFlight() {
      return inFlight;
    },
  };
}
