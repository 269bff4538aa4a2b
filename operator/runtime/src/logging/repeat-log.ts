import type { Clock } from '../clock.ts';
import type { RuntimeLogger } from './logger.ts';

/** Logs what repeats: at once the first time, then at most once per interval with the count of what was left out. */
export interface RepeatLog {
  /** Logs `message` under `topic`; `repeats` counts those left out since the last line of that topic. */
  warn(topic: string, bindings: Record<string, unknown>, message: string): void;
  error(topic: string, bindings: Record<string, unknown>, message: string): void;
  /** Forgets a topic, so that its next occurrence is a first one. */
  clear(topic: string): void;
}

/** Once a minute: an outage of an hour is sixty lines per source. */
const intervalMs = 60_000;
/** Topics come from error codes and so are few; the bound only keeps a mistake from growing without end. */
const topicsKept = 1_000;

/** @see {@link RepeatLog} */
export function createRepeatLog({ log, clock }: { log: RuntimeLogger; clock: Clock }): RepeatLog {
  const topics = new Map<string, { loggedAt: number; repeats: number }>();
  const write =
    (level: 'warn' | 'error') =>
    (topic: string, bindings: Record<string, unknown>, message: string): void => {
      const now = clock.monotonic();
      const known = topics.get(topic);
      if (known !== undefined && now - known.loggedAt < intervalMs) {
        known.repeats += 1;
        return;
      }
      if (known === undefined && topics.size >= topicsKept) topics.clear();
      topics.set(topic, { loggedAt: now, repeats: 0 });
      log[level](
        known === undefined || known.repeats === 0 ? bindings : { ...bindings, repeats: known.repeats },
        message,
      );
    };
  return {
    warn: write('warn'),
    error: write('error'),
    clear: (topic) => {
      topics.delete(topic);
    },
  };
}
