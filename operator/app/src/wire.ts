import { createInterner, entityIndexes, linkIndexes, linkingKinds, trimEntity } from '@portolan/controllers';
import { createNamespaceMapping, localClusterName, type EntityResource } from '@portolan/crds';
import {
  createInformer,
  createLifecycle,
  createMetrics,
  createRepeatLog,
  createTransport,
  loadInClusterCredentials,
  loadKubeconfigCredentials,
  observeLoopDelay,
  systemClock,
} from '@portolan/runtime';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Config } from './config.ts';
import { createElection, homeNamespace } from './election.ts';
import type { Freshness } from './freshness/freshness.ts';
import { trimCluster } from './freshness/trim.ts';
import { createProbeServer } from './probes/probe-server.ts';
import { readinessOf, type WatchedSource } from './probes/readiness.ts';
import { clusterResource, entityResources } from './resources.ts';
import { version } from './version.ts';
import { addSourceReport } from './wiring/source-report.ts';
import { addWatch, untilAborted, type ClusterInformer, type EntityInformers, type Ground } from './wiring/ground.ts';

/** A probe or a renewal of the Lease that comes later than this is worth a line in the log. */
const stallMs = 100;

/**
 * Names every long-lived object of a process once, in start order: probes, the server, the operator, and last the
 * watches that feed both. The two halves are in `wiring/`. They stop in reverse. Returns when everything has drained after the signal.
 */
export async function wire(options: { config: Config; log: Logger; stop: AbortSignal }): Promise<void> {
  const { config, log, stop } = options;
  const clock = systemClock;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = createMetrics(registry);
  const lifecycle = createLifecycle({ clock, log });
  const namespaces = createNamespaceMapping({ defaultNamespace: config['default-namespace'] });
  const credentials =
    config.kubeconfig === undefined
      ? await loadInClusterCredentials()
      : await loadKubeconfigCredentials({
          path: config.kubeconfig,
          ...(config.context !== undefined && { context: config.context }),
        });
  const transport = createTransport({ credentials, clock, log, metrics, userAgent: `portolan/${version}` });
  const inform: Ground['inform'] = (kind) =>
    createInformer({
      ...(config['watch-namespaces'] !== undefined && { namespaces: config['watch-namespaces'] }),
      ...kind,
      transport,
      clock,
      random: Math.random,
      log,
      metrics,
    });
  const sources: WatchedSource[] = [];
  const ground: Ground = {
    config,
    log,
    clock,
    random: Math.random,
    registry,
    metrics,
    namespaces,
    transport,
    lifecycle,
    sources,
    inform,
    home: await homeNamespace(config),
  };

  const election = config.role === 'server' ? undefined : createElection({ ...ground, credentials });
  let freshness: Freshness | undefined;
  const probes = createProbeServer({
    readiness: () =>
      readinessOf({
        sources,
        isStopping: stop.aborted,
        leadership: election?.elector.leadership(),
        losses: freshness?.losses(),
      }),
    registry,
    log,
  });
  lifecycle.add({
    name: 'probes',
    start: async (signal) => {
      await probes.listen({ host: config['probe-host'], port: config['probe-port'] });
      await untilAborted(signal);
      await probes.close();
    },
  });
  lifecycle.add({
    name: 'transport',
    start: async (signal) => {
      await untilAborted(signal);
      await transport.close();
    },
  });

  const entityInformers = createEntityInformers(ground);
  const clusters = createClusterInformer(ground);
  const self = config.role === 'server' ? undefined : addSourceReport(ground, { clusters, elector: election?.elector });
  // Each role loads its own half only: the server's is a framework, templates and schemas that an operator never needs.
  if (config.role !== 'operator') {
    const { addServer } = await import('./wiring/server.ts');
    freshness = await addServer(ground, { entityInformers, clusters, self });
  }
  if (self !== undefined) {
    // Stops after the writers: the Lease is released when they have drained.
    if (election !== undefined) lifecycle.add(election.component);
    const { addOperator } = await import('./wiring/operator.ts');
    addOperator(ground, { entityInformers, report: self.report, elector: election?.elector });
  }
  for (const informer of entityInformers.values()) addWatch(ground, informer, { isRequired: true });
  addWatch(ground, clusters, { isRequired: false });
  const repeatLog = createRepeatLog({ log, clock });
  observeLoopDelay({
    registry,
    stallMs,
    onStall: (stall) => repeatLog.warn('stall', { ...stall }, 'the event loop was late'),
  });
  await lifecycle.run(stop);
}

function createEntityInformers({ inform, namespaces }: Ground): EntityInformers {
  const interner = createInterner();
  return new Map(
    [...entityResources].map(([kind, resource]) => [
      kind,
      inform({
        resource,
        transform: (raw) => trimEntity(raw as EntityResource, namespaces, interner),
        indexes: { ...entityIndexes, ...((linkingKinds as readonly string[]).includes(kind) && linkIndexes) },
      }),
    ]),
  );
}

/** One object by name, which a Role that names it allows. */
function createClusterInformer({ inform, home }: Ground): ClusterInformer {
  return inform({
    resource: clusterResource,
    namespaces: [home],
    fieldSelector: `metadata.name=${localClusterName}`,
    transform: trimCluster,
  });
}
