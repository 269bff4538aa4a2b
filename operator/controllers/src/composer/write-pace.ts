import type { Condition, EntityStatus } from '@portolan/crds';
import { isEqualJson, type Clock } from '@portolan/runtime';

/** How far apart the writes of one entity are that change details only. */
export const detailIntervalMs = 1_000;

/** Spaces out writes, so that a rollout of many pods does not write the status at every pod's step. */
export interface WritePace {
  /** How long a detail of this key has to wait for its turn; 0 when it may be written now. */
  waitMs(key: string): number;
  /** A status of this key was written just now. */
  wrote(key: string): void;
  /** Keys that are remembered: those written within the last second or so. */
  readonly size: number;
}

/** Creates a {@link WritePace}. */
export function createWritePace({ clock }: { clock: Pick<Clock, 'monotonic'> }): WritePace {
  /** In the order of time, the oldest first. */
  const writtenAt = new Map<string, number>();
  const forget = (): void => {
    for (const [key, at] of writtenAt) {
      if (clock.monotonic() - at < detailIntervalMs) return;
      writtenAt.delete(key);
    }
  };
  return {
    waitMs: (key) => {
      const at = writtenAt.get(key);
      return at === undefined ? 0 : Math.max(0, at + detailIntervalMs - clock.monotonic());
    },
    wrote: (key) => {
      forget();
      writtenAt.delete(key);
      writtenAt.set(key, clock.monotonic());
    },
    get size() {
      return writtenAt.size;
    },
  };
}

/**
 * Whether two statuses tell the same news and differ in detail only: in counts, messages, evidence and the like of
 * workloads, health and conditions. Another verdict or its reason, a condition that comes, goes or changes its status
 * or reason, and every other field are news.
 */
export function isDetailOnly(before: EntityStatus | undefined, after: EntityStatus): boolean {
  return isEqualJson(newsOf(before), newsOf(after));
}

function newsOf(status: EntityStatus | undefined): object {
  const { workloads: _, health, conditions = [], ...rest } = status ?? {};
  const told = conditions.map(({ type, status: state, reason }: Condition) => [type, state, reason] as const);
  return {
    ...rest,
    verdict: health?.verdict,
    reason: health?.reason,
    conditions: told.toSorted(([a], [b]) => (a < b ? -1 : 1)),
  };
}
