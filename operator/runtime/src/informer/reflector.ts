import type { Clock } from '../clock.ts';
import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { resourceName, type ResourceType } from '../kubernetes/object.ts';
import type { RuntimeLogger } from '../logging/logger.ts';
import type { RepeatLog } from '../logging/repeat-log.ts';
import type { RuntimeMetrics } from '../metrics/metrics.ts';
import type { Transport } from '../transport/transport.ts';
import { createBackoff } from './backoff.ts';
import { listPages } from './list.ts';
import type { ObjectSink } from './object-sink.ts';
import { createStatusKeeper, reasonOf, type SourceStatus } from './source-status.ts';
import { runWatch, type WatchHandler } from './watch.ts';

/** A watch shorter than this that brought nothing is a failure (client-go's very short watch). */
const veryShortMs = 1_000;

/** Keeps a sink equal to one collection of the API server, whatever happens on the way. */
export interface Reflector {
  readonly status: SourceStatus;
  /** Works until the signal aborts; never rejects because of the API server. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Creates the reflector of one source: lists (by watch-list where the server offers it, else by pages), then watches
 * from there; a watch that ends resumes where it was. Only an expired resourceVersion (410), or one that the server
 * refuses, makes it list again. A failure waits by backoff and takes nothing from the store.
 */
export function createReflector(options: {
  transport: Transport;
  resource: ResourceType;
  namespace: string | undefined;
  sink: ObjectSink;
  onSynced: () => void;
  /** Everything up to this resourceVersion is in the sink. */
  onReached: (resourceVersion: string) => void;
  clock: Clock;
  random: () => number;
  log: RuntimeLogger;
  repeatLog: RepeatLog;
  metrics: RuntimeMetrics;
}): Reflector {
  const { transport, resource, namespace, sink, clock, random, log, repeatLog, metrics } = options;
  const name = resourceName(resource);
  const source = { resource: name, ...(namespace !== undefined && { namespace }) };
  const topic = `${name} ${namespace ?? ''}`;
  const keeper = createStatusKeeper({ clock, resource: name, namespace });
  const backoff = createBackoff({ clock, random });
  /** Where the next watch begins; undefined asks for a listing. */
  let resumeFrom: string | undefined;
  let listReason = 'first';
  let offersWatchList = true;

  const reached = (resourceVersion: string): void => {
    resumeFrom = resourceVersion;
    options.onReached(resourceVersion);
  };
  const markConnected = (): void => {
    if (!keeper.connected()) return;
    log.info(source, 'watching');
    // The next failure is news again.
    for (const reason of loggedReasons) repeatLog.clear(`${topic} ${reason}`);
    loggedReasons.clear();
  };
  const loggedReasons = new Set<string>();
  const markSynced = (): void => {
    keeper.synced();
    options.onSynced();
  };
  /** A listing in progress: what it has named so far. */
  const startListing = (): { put: (raw: unknown) => void; end: () => void } => {
    const seen = new Set<string>();
    const initial = !keeper.status.synced;
    metrics.relist({ resource: name, reason: listReason });
    return {
      put: (raw) => {
        const key = sink.put(raw, { initial });
        if (key !== undefined) seen.add(key);
      },
      end: () => sink.retain(seen),
    };
  };
  const watch = async (from: string | undefined, signal: AbortSignal): Promise<void> => {
    const listing = from === undefined ? startListing() : undefined;
    let isListed = listing === undefined;
    const handler: WatchHandler = {
      opened: () => {
        // A watch-list may still be refused in its stream.
        if (isListed) markConnected();
      },
      put: (raw) => {
        if (isListed) sink.put(raw, { initial: false });
        else listing?.put(raw);
      },
      // Within initial events a deletion is one that happened meanwhile; the sink knows versions.
      remove: (raw) => sink.remove(raw),
      listed: () => {
        listing?.end();
        isListed = true;
        markConnected();
        markSynced();
      },
      reached,
      unknown: (type) => {
        repeatLog.warn(`${topic} unknown ${type}`, { ...source, type }, 'left out a watch event of an unknown type');
      },
    };
    const startedAt = clock.monotonic();
    const events = await runWatch({ transport, resource, namespace, from, signal, random, metrics, handler });
    if (events === 0 && clock.monotonic() - startedAt < veryShortMs) {
      throw new RuntimeError(
        runtimeErrorCodes.unreachable,
        `failed to watch ${name}: the server ended the watch at once`,
      );
    }
  };
  const list = async (signal: AbortSignal): Promise<void> => {
    const listing = startListing();
    const resourceVersion = await listPages({ transport, resource, namespace, signal, onItem: listing.put });
    listing.end();
    reached(resourceVersion);
    markSynced();
  };
  const step = async (signal: AbortSignal): Promise<void> => {
    if (resumeFrom !== undefined) {
      await watch(resumeFrom, signal);
      return;
    }
    if (!offersWatchList) {
      await list(signal);
      return;
    }
    try {
      await watch(undefined, signal);
    } catch (error) {
      if (signal.aborted || resumeFrom !== undefined || !isWatchListRefusal(error)) throw error;
      offersWatchList = false;
      log.info({ ...source, reason: messageOf(error) }, 'the server offers no watch-list; listing by pages');
    }
  };
  const recover = async (error: unknown, signal: AbortSignal): Promise<void> => {
    keeper.failed(error);
    const reason = reasonOf(error);
    if (needsListing(error)) {
      resumeFrom = undefined;
      listReason = reason.toLowerCase();
    }
    const delayMs = Math.ceil(backoff.next(error instanceof RuntimeError ? error.retryAfterMs : undefined));
    const code = error instanceof RuntimeError ? error.code : undefined;
    loggedReasons.add(reason);
    const bindings = { ...source, code, reason, error: messageOf(error), retryMs: delayMs };
    repeatLog.warn(`${topic} ${reason}`, bindings, 'lost a watch; what is in memory goes on to serve');
    await clock.sleep(delayMs, signal);
  };
  return {
    get status() {
      return keeper.status;
    },
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          await step(signal);
        } catch (error) {
          if (!signal.aborted) await recover(error, signal);
        }
      }
    },
  };
}

/** Whether the resourceVersion that we hold is of no more use. */
function needsListing(error: unknown): boolean {
  if (!(error instanceof RuntimeError) || error.code !== runtimeErrorCodes.apiStatus) return false;
  const { status = 0, reason, causes = [] } = error;
  if (reason === 'Expired' || reason === 'Gone') return true;
  // 504 with this cause: the server's data is older than ours, as after a restored backup.
  if (causes.includes('ResourceVersionTooLarge') || /Too large resource version/.test(error.message)) return true;
  // 401, 403 and 429 say nothing about the version; 404 means that all objects of the kind may be gone.
  return status >= 400 && status < 500 && status !== 401 && status !== 403 && status !== 429;
}

/** Whether a server refuses watch-lists as such; then the same request would fail for ever. */
function isWatchListRefusal(error: unknown): boolean {
  if (!(error instanceof RuntimeError)) return false;
  // Events without end, or none at all: a server that does not know the parameter.
  if (error.code === runtimeErrorCodes.timeout || error.code === runtimeErrorCodes.malformed) return true;
  if (error.code !== runtimeErrorCodes.apiStatus) return false;
  const { status = 0 } = error;
  return ![401, 403, 404, 410, 429, 502, 503].includes(status);
}
