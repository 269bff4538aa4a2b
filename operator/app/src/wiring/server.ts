import { createApiServer, createEventHub, eventsPath, markFor } from '@portolan/api';
import { createCatalog } from '@portolan/catalog';
import type { Losses, Watched } from '@portolan/controllers';
import { leases } from '@portolan/runtime';
import { uiPlugin } from '@portolan/ui-lite';
import { feedCatalog } from '../catalog-feed.ts';
import { createClusterReader } from '../cluster-reader/cluster-reader.ts';
import { leaseTiming } from '../election.ts';
import { createFreshness, type Freshness } from '../freshness/freshness.ts';
import { createLeaseObserver, type LeaseSight } from '../freshness/lease-observer.ts';
import { createRestatement, type Restatement } from '../freshness/restatement.ts';
import { lossStates } from '../freshness/loss-states.ts';
import { trimLease } from '../freshness/trim.ts';
import { version } from '../version.ts';
import { addWatch, untilAborted, type ClusterInformer, type EntityInformers, type Ground } from './ground.ts';

/** The read model, the API and the UI. */
export async function addServer(
  ground: Ground,
  { entityInformers, clusters }: { entityInformers: EntityInformers; clusters: ClusterInformer },
): Promise<void> {
  const { config, log, clock, transport, namespaces, registry, lifecycle } = ground;
  const catalog = createCatalog({
    namespaces,
    listenerFailed: (error) => log.error({ err: error }, 'a listener of catalog changes failed'),
  });
  const stores = new Map([...entityInformers].map(([kind, { store }]) => [kind, store] as const));
  const restatement = createRestatement({ stores, catalog });
  feedCatalog({ informers: entityInformers, catalog, restatement });
  const freshness = addFreshness(ground, { entityInformers, clusters, restatement });
  const events = createEventHub({ catalog, clock, metrics: registry });
  const reader = createClusterReader({ transport, clock, log });
  const server = await createApiServer({
    catalog,
    kubernetes: { reader },
    events,
    log,
    version,
    metrics: registry,
    ...(config['allowed-hosts'] !== undefined && { allowedHosts: config['allowed-hosts'] }),
  });
  await server.register(uiPlugin, {
    catalog,
    version,
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
      await untilAborted(signal);
      await server.close();
    },
  });
}

/** The watches that tell whether what is known of what runs is true, and what becomes of it when they do not. */
function addFreshness(
  ground: Ground,
  parts: { entityInformers: EntityInformers; clusters: ClusterInformer; restatement: Restatement },
): Freshness {
  const { config, clock, log, lifecycle, home } = ground;
  const { entityInformers, clusters, restatement } = parts;
  const own: Watched[] = [...entityInformers.values(), clusters];
  let lease: { sight(): LeaseSight } | undefined;
  if (config['leader-elect']) {
    const name = config['lease-name'];
    const leaseInformer = ground.inform({
      resource: leases,
      namespaces: [home],
      fieldSelector: `metadata.name=${name}`,
      transform: trimLease,
    });
    own.push(leaseInformer);
    addWatch(ground, leaseInformer, { isRequired: false });
    lease = createLeaseObserver({
      leases: leaseInformer,
      lease: { namespace: home, name },
      timing: leaseTiming(config),
      clock,
    });
  }
  const onChange = (losses: Losses): void => restatement.set(losses);
  const freshness = createFreshness({ clusters, namespace: home, lease, own, clock, log, onChange });
  lifecycle.add({ name: 'freshness', start: (signal) => freshness.run(signal) });
  return freshness;
}
