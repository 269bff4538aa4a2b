import type { Clock } from '../clock.ts';
import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { resourceName, type ResourceType } from '../kubernetes/object.ts';
import type { RuntimeLogger } from '../logging/logger.ts';
import type { RepeatLog } from '../logging/repeat-log.ts';
import type { RuntimeMetrics } from '../metrics/metrics.ts';
import type { Transport } from '../transport/transport.ts';
import { createBackoff } from './backoff.ts';
import { listPages } from './list.ts';
import type { Listing, ObjectSink } from './object-sink.ts';
import { needsListing, watchListRefusal } from './refusals.ts';
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
  /** How to list: by watch-list, by pages this once because a watch-list failed, or by pages always. */
  let listBy: 'watch-list' | 'pages-once' | 'pages' = 'watch-list';

  const reached = (resourceVersion: string): void => {
    resumeFrom = resourceVersion;
    options.onReached(resourceVersion);
  };
  const markConnected = (): void => {
    if (keeper.connected()) log.info(source, 'watching');
  };
  const startListing = (): Listing => {
    metrics.relist({ resource: name, reason: listReason });
    return sink.startListing({ initial: !keeper.status.synced });
  };
  const endListing = async (listing: Listing): Promise<void> => {
    await listing.end();
    keeper.synced();
    options.onSynced();
  };
  const watch = async (from: string | undefined, signal: AbortSignal): Promise<void> => {
    let listing = from === undefined ? startListing() : undefined;
    const startedAt = clock.monotonic();
    const handler: WatchHandler = {
      // A watch-list may still be refused in its stream, so it counts as connected when it has listed.
      opened: () => {
        if (listing === undefined) markConnected();
      },
      put: (raw) => (listing ?? sink).put(raw),
      remove: (raw) => sink.remove(raw),
      listed: async () => {
        if (listing !== undefined) await endListing(listing);
        listing = undefined;
        markConnected();
      },
      reached,
      unknown: (type) => {
        repeatLog.warn(`${topic} unknown ${type}`, { ...source, type }, 'left out a watch event of an unknown type');
      },
    };
    const events = await runWatch({ transport, resource, namespace, from, signal, random, metrics, handler });
    if (events === 0 && clock.monotonic() - startedAt < veryShortMs) {
      const message = `failed to watch ${name}: the server ended the watch at once`;
      throw new RuntimeError(runtimeErrorCodes.unreachable, message);
    }
  };
  const listByPages = async (signal: AbortSignal): Promise<void> => {
    const listing = startListing();
    const resourceVersion = await listPages({
      transport,
      resource,
      namespace,
      signal,
      onItem: (raw) => listing.put(raw),
    });
    await endListing(listing);
    reached(resourceVersion);
    if (listBy === 'pages-once') listBy = 'watch-list';
  };
  const listByWatch = async (signal: AbortSignal): Promise<void> => {
    try {
      await watch(undefined, signal);
    } catch (error) {
      const refusal = resumeFrom === undefined && !signal.aborted ? watchListRefusal(error) : 'none';
      if (refusal === 'none') throw error;
      listBy = refusal === 'for-good' ? 'pages' : 'pages-once';
      log.info({ ...source, error: messageOf(error) }, 'the server gives no watch-list; listing by pages');
    }
  };
  const recover = async (error: unknown, signal: AbortSignal): Promise<void> => {
    keeper.failed(error);
    const reason = reasonOf(error);
    if (needsListing(error)) {
      resumeFrom = undefined;
      listReason = reason.toLowerCase();
    }
    const { code, retryAfterMs } = error instanceof RuntimeError ? error : {};
    const delayMs = Math.ceil(backoff.next(retryAfterMs));
    const bindings = { ...source, code, reason, error: messageOf(error), retryMs: delayMs };
    repeatLog.warn(`${topic} ${reason}`, bindings, 'failed to watch; what is in memory goes on to serve');
    await clock.sleep(delayMs, signal);
  };
  return {
    get status() {
      return keeper.status;
    },
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          if (resumeFrom !== undefined) await watch(resumeFrom, signal);
          else if (listBy === 'watch-list') await listByWatch(signal);
          else await listByPages(signal);
        } catch (error) {
          if (!signal.aborted) await recover(error, signal);
        }
      }
    },
  };
}
