import type { Clock } from '../clock.ts';
import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { eventLoop } from '../event-loop.ts';
import type { RuntimeLogger } from '../logging/logger.ts';
import { createRepeatLog } from '../logging/repeat-log.ts';
import type { ReconcileOutcome, RuntimeMetrics } from '../metrics/metrics.ts';
import { createKeyBackoff } from '../queue/key-backoff.ts';
import { createWorkQueue, type TakenKey } from '../queue/work-queue.ts';

/** What a reconcile came to. A failure is thrown instead. */
export type ReconcileResult =
  /** Nothing to do until something changes. */
  | { kind: 'done' }
  /** Look again after so many milliseconds, whether something changes or not. */
  | { kind: 'requeue-after'; ms: number }
  /** It cannot work until something changes (controller-runtime's TerminalError): logged, and not tried again. */
  | { kind: 'stalled'; reason: string; message?: string };

/** Brings the world in line with what is wanted, key by key. */
export interface Controller {
  /** Asks for a reconcile of `key`, now or after `afterMs`. Before `run` too: the key waits. */
  enqueue(key: string, options?: { priority?: number | undefined; afterMs?: number | undefined }): void;
  /** Nothing queued and nothing in flight; what waits for its time does not count. */
  idle(): boolean;
  /**
   * Works until the signal aborts, then resolves when the reconciles in flight have ended. Once only:
   * RUNTIME_ALREADY_RUNNING.
   */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Creates a controller. One key is never reconciled twice at once; a key enqueued during its reconcile is reconciled
 * once more. One that throws is tried again after 5 ms, doubling to 1,000 s, or when the server's Retry-After is over.
 *
 * @param options.reconcile - its signal aborts when the process stops: what is in flight should end, soon and whole
 * @param options.concurrency - keys at once; 1 where absent
 */
export function createController(options: {
  name: string;
  reconcile: (key: string, signal: AbortSignal) => Promise<ReconcileResult>;
  concurrency?: number | undefined;
  clock: Clock;
  random: () => number;
  log: RuntimeLogger;
  metrics: RuntimeMetrics;
}): Controller {
  const { name, reconcile, concurrency = 1, clock, random, log, metrics } = options;
  const queue = createWorkQueue({ clock });
  const backoff = createKeyBackoff({ random });
  const repeatLog = createRepeatLog({ log, clock });
  let hasRun = false;
  let active = 0;

  const requeueFailed = (key: string, error: unknown): void => {
    const retryAfterMs = error instanceof RuntimeError ? (error.retryAfterMs ?? 0) : 0;
    const delayMs = Math.max(backoff.next(key), retryAfterMs);
    metrics.queueRetry({ name });
    queue.addAfter(key, delayMs);
    // By code, not by key: an API server that is away fails every key.
    const code = error instanceof RuntimeError ? error.code : 'unexpected';
    const isExpected = error instanceof RuntimeError;
    if (!isExpected) metrics.reconcilePanic({ name });
    const bindings = { controller: name, key, code, ...(isExpected ? { error: error.message } : { err: error }) };
    repeatLog.error(`reconcile ${code}`, bindings, `failed to reconcile: ${messageOf(error)}`);
  };
  const settle = (key: string, result: ReconcileResult): ReconcileOutcome => {
    backoff.forget(key);
    switch (result.kind) {
      case 'done':
        return 'success';
      case 'requeue-after':
        queue.addAfter(key, result.ms);
        return 'requeue_after';
      case 'stalled': {
        const bindings = { controller: name, key, reason: result.reason, message: result.message };
        repeatLog.warn(`stalled ${result.reason}`, bindings, 'a reconcile is stalled until something changes');
        return 'stalled';
      }
    }
  };
  const work = async ({ key, waitedMs }: TakenKey, signal: AbortSignal): Promise<void> => {
    active += 1;
    metrics.queueWait({ name, durationMs: waitedMs });
    metrics.queueDepth({ name, depth: queue.size });
    metrics.activeWorkers({ name, workers: active });
    const startedAt = clock.monotonic();
    let outcome: ReconcileOutcome = 'error';
    try {
      outcome = settle(key, await reconcile(key, signal));
    } catch (error) {
      // Work that the stop interrupted is no failure; the next process does it.
      if (!isAbort(error, signal)) requeueFailed(key, error);
    } finally {
      queue.done(key);
      active -= 1;
      metrics.activeWorkers({ name, workers: active });
      metrics.reconcile({ name, result: outcome, durationMs: clock.monotonic() - startedAt });
    }
  };
  const runWorker = async (signal: AbortSignal): Promise<void> => {
    for (let taken = await queue.next(signal); taken !== undefined; taken = await queue.next(signal)) {
      await work(taken, signal);
      await eventLoop.breathe();
    }
  };
  return {
    enqueue: (key, { priority, afterMs = 0 } = {}) => {
      metrics.queueAdd({ name });
      queue.addAfter(key, afterMs, { priority });
      metrics.queueDepth({ name, depth: queue.size });
    },
    idle: () => queue.size === 0 && queue.processing === 0,
    run: async (signal) => {
      if (hasRun) throw new RuntimeError(runtimeErrorCodes.alreadyRunning, `the controller ${name} has run already`);
      hasRun = true;
      metrics.maxConcurrent({ name, workers: concurrency });
      await Promise.all(Array.from({ length: concurrency }, () => runWorker(signal)));
      queue.close();
    },
  };
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && error instanceof RuntimeError && error.code === runtimeErrorCodes.aborted;
}
