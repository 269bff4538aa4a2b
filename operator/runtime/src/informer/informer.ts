import type { Clock } from '../clock.ts';
import { RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { resourceName, type KubernetesObject, type ResourceType } from '../kubernetes/object.ts';
import { isOlder } from '../kubernetes/resource-version.ts';
import type { RuntimeLogger } from '../logging/logger.ts';
import { createRepeatLog } from '../logging/repeat-log.ts';
import type { RuntimeMetrics } from '../metrics/metrics.ts';
import type { StoreIndexes } from '../store/store-index.ts';
import { createStore, type Store } from '../store/store.ts';
import type { Transport } from '../transport/transport.ts';
import { createObjectSink } from './object-sink.ts';
import { createReflector } from './reflector.ts';
import type { SourceStatus } from './source-status.ts';

/** One kind, kept in memory and kept up to date. */
export interface Informer<T> {
  readonly resource: ResourceType;
  readonly store: Store<T>;
  /** Resolves when every source has been listed once. Never rejects. */
  readonly synced: Promise<void>;
  isSynced(): boolean;
  /** One per watched namespace, or one for the cluster. */
  status(): SourceStatus[];
  /** Lists and watches until the signal aborts. Once only: RUNTIME_ALREADY_RUNNING. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Creates the informer of one kind.
 *
 * @param options.namespaces - watches these instead of the cluster; for a cluster-scoped kind it is ignored
 * @param options.mayBeAbsent - a kind that a cluster may do without: that it is not installed is logged once, at info
 * @param options.fieldSelector - watches only what matches, e.g. `metadata.name=local`, for which a role that names
 *   the object is enough
 * @param options.transform - what the store keeps of an object. Pure. It keeps name, namespace, uid and
 *   resourceVersion; an object on which it throws is logged, counted and left out (RUNTIME_TRANSFORM)
 * @param options.random - in [0, 1), for jitter
 * @param options.freeze - for tests: nobody may change an object of the store
 */
export function createInformer<T extends KubernetesObject>(options: {
  transport: Transport;
  resource: ResourceType;
  namespaces?: readonly string[] | undefined;
  fieldSelector?: string | undefined;
  mayBeAbsent?: boolean | undefined;
  transform: (raw: unknown) => T;
  indexes?: StoreIndexes<T> | undefined;
  clock: Clock;
  random: () => number;
  log: RuntimeLogger;
  metrics: RuntimeMetrics;
  freeze?: boolean;
}): Informer<T> {
  const { transport, resource, fieldSelector, mayBeAbsent, transform, indexes, clock, random, log, metrics } = options;
  const name = resourceName(resource);
  const repeatLog = createRepeatLog({ log, clock });
  const store = createStore<T>({
    indexes,
    freeze: options.freeze ?? false,
    onError: (error) => {
      repeatLog.error(`subscriber ${name}`, { resource: name, err: error }, 'a subscriber failed');
    },
  });
  store.subscribe((change) => {
    if (change.type !== 'updated') metrics.storeSize({ resource: name, size: store.size });
  });
  const namespaces = resource.namespaced && options.namespaces !== undefined ? [...new Set(options.namespaces)] : [];
  const sources = namespaces.length === 0 ? [undefined] : namespaces;
  const { promise: synced, resolve: markSynced } = Promise.withResolvers<void>();
  const unsynced = new Set(sources);
  const reachedBy = new Map<string | undefined, string>();

  const reflectors = sources.map((namespace) =>
    createReflector({
      transport,
      resource,
      namespace,
      fieldSelector,
      mayBeAbsent,
      sink: createObjectSink({ store, resource, namespace, transform, repeatLog, metrics }),
      onSynced: () => {
        unsynced.delete(namespace);
        if (unsynced.size === 0) markSynced();
      },
      onReached: (resourceVersion) => {
        reachedBy.set(namespace, resourceVersion);
        if (reachedBy.size < sources.length) return;
        // The store as a whole is as new as its oldest source.
        store.setResourceVersion([...reachedBy.values()].reduce((a, b) => (isOlder(b, a) ? b : a)));
      },
      clock,
      random,
      log,
      repeatLog,
      metrics,
    }),
  );
  let hasRun = false;
  return {
    resource,
    store,
    synced,
    isSynced: () => unsynced.size === 0,
    status: () => reflectors.map((reflector) => reflector.status),
    run: async (signal) => {
      if (hasRun) throw new RuntimeError(runtimeErrorCodes.alreadyRunning, `the informer of ${name} has run already`);
      hasRun = true;
      await Promise.all(reflectors.map((reflector) => reflector.run(signal)));
    },
  };
}
