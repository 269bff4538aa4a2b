import { messageOf, RuntimeError } from '../errors.ts';
import type { RuntimeLogger } from '../logging/logger.ts';
import type { RepeatLog } from '../logging/repeat-log.ts';
import { reasonOf } from './source-status.ts';

/** Says why a source is not watched. */
export type LogFailure = (error: unknown, state: { isSynced: boolean; retryMs: number }) => void;

/**
 * Creates what logs the failures of one source: at once, then once a minute. Of a kind that a cluster may do without it is
 * said once that it is not installed.
 */
export function createFailureLog(options: {
  log: RuntimeLogger;
  repeatLog: RepeatLog;
  source: { resource: string; namespace?: string };
  mayBeAbsent: boolean;
}): LogFailure {
  const { log, repeatLog, source, mayBeAbsent } = options;
  let isToldAbsent = false;
  return (error, { isSynced, retryMs }) => {
    const reason = reasonOf(error);
    if (mayBeAbsent && reason === 'NotInstalled' && !isSynced) {
      if (!isToldAbsent) log.info(source, 'not installed, and not needed; it is looked for again and again');
      isToldAbsent = true;
      return;
    }
    const code = error instanceof RuntimeError ? error.code : undefined;
    const bindings = { ...source, code, reason, error: messageOf(error), retryMs };
    const topic = `${source.resource} ${source.namespace ?? ''} ${reason}`;
    repeatLog.warn(topic, bindings, 'failed to watch; what is in memory goes on to serve');
  };
}
