import { createApiServer, createEventHub, eventsPath, markFor } from '@portolan/api';
import { createCatalog } from '@portolan/catalog';
import { uiPlugin } from '@portolan/ui-lite';
import { feedCatalog } from '../catalog-feed.ts';
import { createClusterReader } from '../cluster-reader/cluster-reader.ts';
import { version } from '../version.ts';
import { untilAborted, type EntityInformers, type Ground } from './ground.ts';

/** The read model, the API and the UI. */
export async function addServer(ground: Ground, entityInformers: EntityInformers): Promise<void> {
  const { config, log, clock, transport, namespaces, registry, lifecycle } = ground;
  const catalog = createCatalog({
    namespaces,
    listenerFailed: (error) => log.error({ err: error }, 'a listener of catalog changes failed'),
  });
  feedCatalog({ informers: entityInformers, catalog });
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
