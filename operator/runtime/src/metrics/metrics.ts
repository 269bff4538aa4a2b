import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the runtime counts, so that no other file knows prom-client. Durations are in milliseconds. */
export interface RuntimeMetrics {
  /** A request was answered with `code`, or failed: then `code` is the error's code. */
  request(what: { verb: string; resource: string; code: string; durationMs: number }): void;
  watchEvent(what: { resource: string; type: string }): void;
  /** A kind is listed; `reason` says why: `first`, `expired`, … */
  relist(what: { resource: string; reason: string }): void;
  /** A watch is over: in order, in order but at once and empty, or by a failure. */
  watchEnded(what: { resource: string; outcome: 'in-order' | 'short' | 'failed' }): void;
  sourceConnected(what: { resource: string; namespace?: string; connected: boolean }): void;
  /** Something arrived, a bookmark included; `atMs` since the epoch. */
  sourceEvent(what: { resource: string; namespace?: string; atMs: number }): void;
  storeSize(what: { resource: string; size: number }): void;
  transformFailure(what: { resource: string }): void;
  queueDepth(what: { name: string; depth: number }): void;
  queueAdd(what: { name: string }): void;
  queueWait(what: { name: string; durationMs: number }): void;
  queueRetry(what: { name: string }): void;
  activeWorkers(what: { name: string; workers: number }): void;
  reconcile(what: { name: string; result: ReconcileOutcome; durationMs: number }): void;
  /** A reconcile threw what is no RuntimeError: a bug. It is tried again like any other failure. */
  reconcilePanic(what: { name: string }): void;
  maxConcurrent(what: { name: string; workers: number }): void;
  statusWrite(what: { resource: string; outcome: StatusWriteOutcome }): void;
  /** Whether this process leads by the Lease `name`. */
  leader(what: { name: string; leading: boolean }): void;
  /** How many writes may be in flight at once now. */
  writeLimit(limit: number): void;
  /** A watch did not bring our own write back in time. */
  watermarkFailOpen(what: { name: string }): void;
}

export type ReconcileOutcome = 'success' | 'requeue_after' | 'stalled' | 'error';
export type StatusWriteOutcome = 'written' | 'conflict' | 'gone' | 'fenced' | 'error';

const fastSeconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Registers the runtime's metrics. Names that controller-runtime and client-go have too are theirs, so that existing
 * dashboards work; the rest begins with `portolan_`.
 */
export function createMetrics(registry: Registry): RuntimeMetrics {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> =>
    new Histogram({ name, help, labelNames, registers, buckets: fastSeconds });

  const requests = counter('rest_client_requests_total', 'Requests to the API server, by outcome.', [
    'verb',
    'resource',
    'code',
  ]);
  const requestSeconds = histogram('rest_client_request_duration_seconds', 'Time until a request was answered.', [
    'verb',
    'resource',
  ]);
  const watchEvents = counter('portolan_watch_events_total', 'Events that watches delivered.', ['resource', 'type']);
  const relists = counter('portolan_relists_total', 'Complete listings of a kind, by reason.', ['resource', 'reason']);
  const watches = counter('reflector_watches_total', 'Watches that are over.', ['name']);
  const shortWatches = counter('reflector_short_watches_total', 'Watches that ended at once and empty.', ['name']);
  const failedWatches = counter('portolan_failed_watches_total', 'Watches that a failure ended.', ['resource']);
  const connected = gauge('portolan_source_connected', '1 while a watch is open or renewed in order, 0 otherwise.', [
    'resource',
    'namespace',
  ]);
  const lastEvent = gauge('portolan_source_last_event_timestamp_seconds', 'When a watch last brought anything.', [
    'resource',
    'namespace',
  ]);
  const storeSize = gauge('portolan_store_objects', 'Objects held in memory.', ['resource']);
  const transformFailures = counter('portolan_transform_failures_total', 'Objects that could not be stored.', [
    'resource',
  ]);
  const depth = gauge('workqueue_depth', 'Keys that are queued.', ['name']);
  const adds = counter('workqueue_adds_total', 'Keys that were enqueued, also when they were queued already.', [
    'name',
  ]);
  const queueSeconds = histogram('workqueue_queue_duration_seconds', 'Time that a key was queued.', ['name']);
  const retries = counter('workqueue_retries_total', 'Keys that were queued again after a failure.', ['name']);
  const activeWorkers = gauge('controller_runtime_active_workers', 'Reconciles in flight.', ['controller']);
  const reconciles = counter('controller_runtime_reconcile_total', 'Reconciles by result.', ['controller', 'result']);
  const reconcileErrors = counter('controller_runtime_reconcile_errors_total', 'Reconciles that failed.', [
    'controller',
  ]);
  const terminalErrors = counter(
    'controller_runtime_terminal_reconcile_errors_total',
    'Reconciles that are stalled until something changes.',
    ['controller'],
  );
  const panics = counter('controller_runtime_reconcile_panics_total', 'Reconciles that failed by a bug.', [
    'controller',
  ]);
  const maxConcurrent = gauge('controller_runtime_max_concurrent_reconciles', 'Reconciles allowed at once.', [
    'controller',
  ]);
  const workSeconds = histogram('workqueue_work_duration_seconds', 'Time that a key was worked on.', ['name']);
  const reconcileSeconds = histogram('controller_runtime_reconcile_time_seconds', 'Time of a reconcile.', [
    'controller',
  ]);
  const statusWrites = counter('portolan_status_writes_total', 'Status patches by outcome.', ['resource', 'outcome']);

  const writeLimit = new Gauge({ name: 'portolan_write_limit', help: 'Writes allowed at once now.', registers });
  const failOpens = counter('portolan_watermark_fail_open_total', 'Own writes that a watch did not bring in 10 s.', [
    'name',
  ]);
  const leaderStatus = gauge('leader_election_master_status', '1 while this process leads by the Lease, 0 otherwise.', [
    'name',
  ]);

  return {
    request: ({ verb, resource, code, durationMs }) => {
      requests.inc({ verb, resource, code });
      requestSeconds.observe({ verb, resource }, durationMs / 1000);
    },
    watchEvent: (labels) => watchEvents.inc(labels),
    relist: (labels) => relists.inc(labels),
    watchEnded: ({ resource, outcome }) => {
      watches.inc({ name: resource });
      if (outcome === 'short') shortWatches.inc({ name: resource });
      if (outcome === 'failed') failedWatches.inc({ resource });
    },
    sourceConnected: ({ resource, namespace = '', connected: isConnected }) =>
      connected.set({ resource, namespace }, isConnected ? 1 : 0),
    sourceEvent: ({ resource, namespace = '', atMs }) => lastEvent.set({ resource, namespace }, atMs / 1000),
    storeSize: ({ resource, size }) => storeSize.set({ resource }, size),
    transformFailure: (labels) => transformFailures.inc(labels),
    queueDepth: ({ name, depth: keys }) => depth.set({ name }, keys),
    queueAdd: (labels) => adds.inc(labels),
    queueWait: ({ name, durationMs }) => queueSeconds.observe({ name }, durationMs / 1000),
    queueRetry: (labels) => retries.inc(labels),
    activeWorkers: ({ name, workers }) => activeWorkers.set({ controller: name }, workers),
    reconcile: ({ name, result, durationMs }) => {
      reconciles.inc({ controller: name, result });
      if (result === 'error') reconcileErrors.inc({ controller: name });
      if (result === 'stalled') terminalErrors.inc({ controller: name });
      reconcileSeconds.observe({ controller: name }, durationMs / 1000);
      workSeconds.observe({ name }, durationMs / 1000);
    },
    reconcilePanic: ({ name }) => panics.inc({ controller: name }),
    maxConcurrent: ({ name, workers }) => maxConcurrent.set({ controller: name }, workers),
    statusWrite: (labels) => statusWrites.inc(labels),
    leader: ({ name, leading }) => leaderStatus.set({ name }, leading ? 1 : 0),
    writeLimit: (limit) => writeLimit.set(limit),
    watermarkFailOpen: (labels) => failOpens.inc(labels),
  };
}
