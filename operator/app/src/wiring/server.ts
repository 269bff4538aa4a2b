import { createApiServer, createEventHub, eventsPath, markFor, readableKinds } from '@portolan/api';
import { createCatalog } from '@portolan/catalog';
import { uiPlugin } from '@portolan/ui-lite';
import { feedCatalog } from '../catalog-feed.ts';
import { createClusterReader } from '../cluster-reader/cluster-reader.ts';
import { createReadRuntimeTree } from '../cluster-reader/runtime-tree.ts';
import { createRestatement } from '../freshness/restatement.ts';
import type { Freshness } from '../freshness/freshness.ts';
import { lossStates } from '../freshness/loss-states.ts';
import { prepareCatalog } from '../prepare-catalog.ts';
import { version } from '../version.ts';
import { addFreshness } from './freshness.ts';
import { untilAborted, type ClusterInformer, type EntityInformers, type Ground } from './ground.ts';
import type { OwnReport } from './source-report.ts';

/** The read model, the API and the UI; gives how current what they tell of health is. */
export async function addServer(
  ground: Ground,
  parts: {
    entityInformers: EntityInformers;
    clusters: ClusterInformer;
    /** Where this process is an operator, too. */
    self: OwnReport | undefined;
  },
): Promise<Freshness> {
  const { config, log, clock, transport, namespaces, registry, lifecycle } = ground;
  const { entityInformers } = parts;
  const catalog = createCatalog({
    namespaces,
    listenerFailed: (error) => log.error({ err: error }, 'a listener of catalog changes failed'),
  });
  const stores = new Map([...entityInformers].map(([kind, { store }]) => [kind, store] as const));
  const restatement = createRestatement({ stores, catalog });
  feedCatalog({ informers: entityInformers, catalog, restatement });
  const freshness = addFreshness(ground, { ...parts, restatement });
  const events = createEventHub({ catalog, clock, metrics: registry });
  const furtherKinds = config['workload-kinds'].map((kind) => ({ ...kind, namespaced: true }));
  const reader = createClusterReader({ transport, clock, log });
  const server = await createApiServer({
    catalog,
    kubernetes: { reader, furtherKinds },
    events,
    log,
    version,
    metrics: registry,
    ...(config['allowed-hosts'] !== undefined && { allowedHosts: config['allowed-hosts'] }),
  });
  await server.register(uiPlugin, {
    catalog,
    version,
    toKubernetes: (namespace) => namespaces.toKubernetes(namespace),
    runtime: createReadRuntimeTree({
      reader,
      clock,
      kinds: readableKinds(furtherKinds),
      grace: config['grace-periods'],
    }),
    events: { path: eventsPath, mark: () => markFor(events) },
    sources: () => [
      ...[...entityInformers.values()].flatMap((informer) => [...informer.status()]),
      ...lossStates(freshness.losses()),
    ],
  });
  lifecycle.add({
    name: 'server',
    start: async (signal) => {
      const url = await server.listen({ host: config.host, port: config.port });
      log.info({ url }, 'serving');
      void prepareCatalog({ catalog, informers: entityInformers.values(), signal }).catch((error: unknown) => {
        log.error({ err: error }, 'the catalog could not be prepared; first questions take longer');
      });
      await untilAborted(signal);
      await server.close();
    },
  });
  return freshness;
}
