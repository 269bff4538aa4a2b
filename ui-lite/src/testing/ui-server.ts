import { createApiServer, createEventHub, eventsPath, markFor, type EventHubOptions } from '@portolan/api';
import { createCatalog, type Catalog } from '@portolan/catalog';
import type { EntityResource } from '@portolan/crds';
import { fastify, type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { uiPlugin, type UiOptions } from '../plugin.ts';
import { now } from './resources.ts';

export function catalogOf(resources: readonly EntityResource[]): Catalog {
  const catalog = createCatalog();
  catalog.apply(resources.map((resource) => ({ type: 'upsert', resource })));
  return catalog;
}

/** The pages on the API's server, kept up to date from a catalog that tests may change. */
export async function createLiveServer(
  catalog: Catalog,
  options: Partial<UiOptions> & { timing?: EventHubOptions['timing'] } = {},
): Promise<FastifyInstance> {
  const { timing, ...rest } = options;
  const hub = createEventHub({ catalog, ...(timing !== undefined && { timing }) });
  const server = await createApiServer({ catalog, log: pino({ enabled: false }), version: '1.2.3', events: hub });
  await server.register(uiPlugin, {
    catalog,
    version: '1.2.3',
    clock: { now: () => now },
    events: { path: eventsPath, mark: () => markFor(hub) },
    ...rest,
  });
  return server;
}

/** The pages on a server whose own answer to unknown routes is JSON, as the read API's is. */
export async function createUiServer(
  resources: readonly EntityResource[],
  options: Partial<UiOptions> = {},
): Promise<FastifyInstance> {
  const server = fastify();
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: { name: 'NotFoundError' } }));
  server.get('/api/broken', async () => {
    throw new TypeError('broken on purpose');
  });
  await server.register(uiPlugin, {
    catalog: catalogOf(resources),
    version: '1.2.3',
    clock: { now: () => now },
    ...options,
  });
  return server;
}
