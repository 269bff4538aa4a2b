import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import { resourceName, type ResourceType } from '../kubernetes/object.ts';
import type { RuntimeLogger } from '../logging/logger.ts';
import type { RepeatLog } from '../logging/repeat-log.ts';
import type { RuntimeMetrics } from '../metrics/metrics.ts';
import type { Transport } from '../transport/transport.ts';
import { createBackoff } from './backoff.ts';
import { createFailureLog } from './failure-log.ts';
import { listPages } from './list.ts';
import type { Listing, ObjectSink } from './object-sink.ts';
import { initialState, restoredReason, step, type ReflectorEvent, type ReflectorState } from './reflector-state.ts';
import { createStatusKeeper, type SourceStatus } from './source-status.ts';
import { runWatch, type WatchHandler } from './watch.ts';

/** Keeps a sink equal to one collection of the API server, whatever happens on the way. */
export interface Reflector {
  readonly status: SourceStatus;
  /** Works until the signal aborts; never rejects because of the API server. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Creates the reflector of one source: lists (by watch-list where the server offers it, else by pages), then watches
 * from there; a watch that ends resumes where it was. Only an expired resourceVersion (410), or one that the server
 * refuses, makes it list again. A failure waits by backoff and takes nothing from the store. What follows what is
 * decided by {@link step}; here it is carried out.
 */
export function createReflector(options: {
  transport: Transport;
  resource: ResourceType;
  namespace: string | undefined;
  /** As URLs carry it; everything where absent. */
  fieldSelector?: string | undefined;
  /** That the kind is not installed is no fault, and is logged once. */
  mayBeAbsent?: boolean | undefined;
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
  const { transport, resource, namespace, fieldSelector, mayBeAbsent = false } = options;
  const { sink, clock, random, log, repeatLog, metrics } = options;
  const collection = { transport, resource, namespace, fieldSelector };
  const name = resourceName(resource);
  const source = { resource: name, ...(namespace !== undefined && { namespace }) };
  const topic = `${name} ${namespace ?? ''}`;
  const keeper = createStatusKeeper({ clock, resource: name, namespace });
  const backoff = createBackoff({ clock, random });
  let state: ReflectorState = initialState;
  const logFailure = createFailureLog({ log, repeatLog, source, mayBeAbsent });

  const apply = (event: ReflectorEvent): void => {
    state = step(state, event);
  };
  const reached = (resourceVersion: string): void => {
    apply({ type: 'reached', resourceVersion });
    metrics.sourceEvent({ ...source, atMs: clock.now() });
    options.onReached(resourceVersion);
  };
  const markConnected = (): void => {
    if (!keeper.connected()) return;
    metrics.sourceConnected({ ...source, connected: true });
    log.info(source, 'watching');
  };
  const startListing = (reason: string): Listing => {
    metrics.relist({ resource: name, reason });
    return sink.startListing({ initial: !keeper.status.synced, isRestored: reason === restoredReason });
  };
  const endListing = async (listing: Listing): Promise<void> => {
    await listing.end();
    keeper.synced();
    options.onSynced();
  };
  /** Watches; without `from` it lists by the same stream first. */
  const watch = async (how: { from: string } | { reason: string }, signal: AbortSignal): Promise<void> => {
    let listing = 'reason' in how ? startListing(how.reason) : undefined;
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
    const from = 'from' in how ? how.from : undefined;
    const events = await runWatch({ ...collection, from, signal, random, metrics, handler });
    const lastedMs = clock.monotonic() - startedAt;
    apply({ type: 'ended', events, lastedMs });
    metrics.watchEnded({ resource: name, outcome: state.tag === 'waiting' ? 'short' : 'in-order' });
  };
  const listByPages = async (reason: string, signal: AbortSignal): Promise<void> => {
    const listing = startListing(reason);
    const onItem = (raw: unknown): void => listing.put(raw);
    const resourceVersion = await listPages({ ...collection, signal, onItem });
    await endListing(listing);
    reached(resourceVersion);
  };
  const wait = async ({ error, retryAfterMs }: WaitingState, signal: AbortSignal): Promise<void> => {
    keeper.failed(error);
    metrics.sourceConnected({ ...source, connected: false });
    const delayMs = Math.ceil(backoff.next(retryAfterMs));
    logFailure(error, { isSynced: keeper.status.synced, retryMs: delayMs });
    await clock.sleep(delayMs, signal);
    apply({ type: 'waited' });
  };
  const act = (signal: AbortSignal): Promise<void> => {
    switch (state.tag) {
      case 'listing':
        return state.by === 'watch-list' ? watch({ reason: state.reason }, signal) : listByPages(state.reason, signal);
      case 'watching':
        return watch({ from: state.from }, signal);
      case 'waiting':
        return wait(state, signal);
    }
  };
  const fail = (error: unknown): void => {
    const before = state;
    apply({ type: 'failed', error });
    if (before.tag === 'watching') metrics.watchEnded({ resource: name, outcome: 'failed' });
    if (before.tag === 'listing' && state.tag === 'listing') {
      log.info({ ...source, error: messageOf(error) }, 'the server gives no watch-list; listing by pages');
    }
  };
  return {
    get status() {
      return keeper.status;
    },
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          await act(signal);
        } catch (error) {
          if (!signal.aborted) fail(error);
        }
      }
    },
  };
}

type WaitingState = Extract<ReflectorState, { tag: 'waiting' }>;
