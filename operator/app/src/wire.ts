import { createApiServer, createProbeServer } from '@portolan/api';
import { createCatalog } from '@portolan/catalog';
import {
  createAcceptance,
  createComposer,
  createEntityStores,
  createInterner,
  createLinker,
  createRelations,
  createWorkloadFragments,
  createWorkloadStores,
  entityIndexes,
  linkIndexes,
  linkingKinds,
  ownerIndexes,
  trimEntity,
  trimNamespace,
  trimPod,
  trimReplicaSet,
  watchRefs,
  watchWorkloads,
  workloadIndexes,
  workloadTrimmer,
  type Composer,
  type TrimmedEntity,
  type WorkloadInformers,
} from '@portolan/controllers';
import { createNamespaceMapping, type EntityKind, type EntityResource, type NamespaceMapping } from '@portolan/crds';
import {
  createAdaptiveLimit,
  createInformer,
  createLifecycle,
  createMetrics,
  createStatusWriter,
  createTransport,
  loadInClusterCredentials,
  loadKubeconfigCredentials,
  observeLoopDelay,
  systemClock,
  type Elector,
  type Informer,
  type KubernetesObject,
  type Lifecycle,
  type ResourceType,
  type StoreIndexes,
  type Transport,
} from '@portolan/runtime';
import { uiPlugin } from '@portolan/ui-lite';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { feedCatalog } from './catalog-feed.ts';
import type { Config } from './config.ts';
import { createElection } from './election.ts';
import { readinessOf, type WatchedSource } from './readiness.ts';
import { entityResources, namespaceResource, podResource, replicaSetResource, workloadResources } from './resources.ts';
import { startWhenListed } from './start-when-listed.ts';
import { version } from './version.ts';

/** What every part of a process is built from. */
interface Ground {
  config: Config;
  log: Logger;
  clock: typeof systemClock;
  random: () => number;
  registry: Registry;
  metrics: ReturnType<typeof createMetrics>;
  namespaces: NamespaceMapping;
  transport: Transport;
  lifecycle: Lifecycle;
  /** Everything that is watched, for `/readyz`. */
  sources: WatchedSource[];
  inform: <T extends KubernetesObject>(options: {
    resource: ResourceType;
    transform: (raw: unknown) => T;
    indexes?: StoreIndexes<T>;
  }) => Informer<T>;
}

type EntityInformers = ReadonlyMap<EntityKind, Informer<TrimmedEntity>>;

/**
 * Names every long-lived object of a process once, in start order: probes, the server, the operator, and last the
 * watches that feed both. They stop in reverse. Returns when everything has drained after the signal.
 */
export async function wire(options: { config: Config; log: Logger; stop: AbortSignal }): Promise<void> {
  const { config, log, stop } = options;
  const clock = systemClock;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  observeLoopDelay(registry);
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
      ...kind,
      ...(config['watch-namespaces'] !== undefined && { namespaces: config['watch-namespaces'] }),
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
  };

  const election = config.role === 'server' ? undefined : await createElection({ ...ground, credentials });
  const probes = await createProbeServer({
    readiness: () => readinessOf({ sources, isStopping: stop.aborted, leadership: election?.elector.leadership() }),
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
  if (config.role !== 'operator') await addServer(ground, entityInformers);
  if (config.role !== 'server') {
    // Stops after the writers: the Lease is released when they have drained.
    if (election !== undefined) lifecycle.add(election.component);
    addOperator(ground, entityInformers, election?.elector);
  }
  for (const informer of entityInformers.values()) addWatch(ground, informer, { isRequired: true });
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

/** The read model, the API and the UI. */
async function addServer(ground: Ground, entityInformers: EntityInformers): Promise<void> {
  const { config, log, namespaces, registry, lifecycle } = ground;
  const catalog = createCatalog({ namespaces });
  feedCatalog({ informers: entityInformers, catalog });
  const server = await createApiServer({
    catalog,
    log,
    version,
    metrics: registry,
    ...(config['allowed-hosts'] !== undefined && { allowedHosts: config['allowed-hosts'] }),
  });
  await server.register(uiPlugin, {
    catalog,
    version,
    sources: () => [...entityInformers.values()].flatMap((informer) => [...informer.status()]),
  });
  lifecycle.add({
    name: 'server',
    start: async (signal) => {
      const url = await server.listen({ host: config.host, port: config.port });
      log.info({ url }, 'serving');
      await untilAborted(signal);
      await server.close();
    },
  });
}

/** The controllers, one composer per kind, and the watches on workloads. They watch always and write when elected. */
function addOperator(ground: Ground, entityInformers: EntityInformers, elector: Elector | undefined): void {
  const { config, clock, random, log, metrics, transport, lifecycle, inform } = ground;
  const workloadInformers: WorkloadInformers = {
    workloads: new Map(
      [...workloadResources].map(([kind, resource]) => [
        kind,
        inform({ resource, transform: workloadTrimmer(kind), indexes: workloadIndexes }),
      ]),
    ),
    replicaSets: inform({ resource: replicaSetResource, transform: trimReplicaSet, indexes: ownerIndexes }),
    pods: inform({ resource: podResource, transform: trimPod, indexes: ownerIndexes }),
    namespaces:
      config['watch-namespaces'] === undefined
        ? inform({ resource: namespaceResource, transform: trimNamespace })
        : undefined,
  };
  const watched = [
    ...workloadInformers.workloads.values(),
    workloadInformers.replicaSets,
    workloadInformers.pods,
    ...(workloadInformers.namespaces === undefined ? [] : [workloadInformers.namespaces]),
  ];

  const kinds = [...entityResources.keys()];
  const entities = createEntityStores(entityInformers);
  const workloads = createWorkloadStores(workloadInformers);
  const linker = createLinker(entities, workloads);
  const fragments = [
    createAcceptance(entities),
    createRelations(entities, kinds).source,
    createWorkloadFragments({ linker, workloads }),
  ];
  const writes = createAdaptiveLimit({ clock, onChange: (limit) => metrics.writeLimit(limit) });
  const composers = new Map<EntityKind, Composer>(
    [...entityResources].map(([kind, resource]) => {
      const writer = createStatusWriter({ transport, resource, clock, metrics, log, fence: elector });
      return [
        kind,
        createComposer({ kind, entities, sources: fragments, writer, clock, random, log, metrics, writes }),
      ];
    }),
  );
  watchRefs({ entities, kinds, enqueue: ({ kind, key }, where) => composers.get(kind)?.enqueue(key, where) });
  watchWorkloads({
    informers: workloadInformers,
    workloads,
    entities,
    linker,
    enqueue: ({ kind, key }) => composers.get(kind)?.enqueue(key),
  });

  lifecycle.add({
    name: 'status',
    start: startWhenListed({
      composers,
      entities,
      informers: [...entityInformers.values(), ...watched],
      elector,
      clock,
    }),
  });
  for (const informer of watched) addWatch(ground, informer, { isRequired: false });
}

function addWatch(
  { lifecycle, sources }: Ground,
  informer: WatchedSource['informer'] & Pick<Informer<KubernetesObject>, 'run'>,
  { isRequired }: { isRequired: boolean },
): void {
  sources.push({ informer, isRequired });
  lifecycle.add({ name: `watch ${informer.resource.plural}`, start: (signal) => informer.run(signal) });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
