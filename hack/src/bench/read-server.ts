import { once } from 'node:events';
import { createApiServer } from '@portolan/api';
import { createCatalog } from '@portolan/catalog';
import { createNamespaceMapping, type EntityResource } from '@portolan/crds';
import { fastify } from 'fastify';
import { pino } from 'pino';
import { seedCompany } from '../seed/company.ts';

/**
 * A process of its own for `hack/bench read`: the real API over a seeded catalog, and beside it a bare Fastify route
 * that answers by-name's bytes. Prints both origins as one JSON line and ends when its standard input closes.
 */
const [count = '10000', seed = '1'] = process.argv.slice(2);
const manifests = seedCompany({ count: Number(count), seed: Number(seed), namespace: 'default' });
const catalog = createCatalog({ namespaces: createNamespaceMapping() });
const created = '2026-01-01T00:00:00Z';
catalog.apply(
  manifests.map((manifest, index) => ({
    type: 'upsert' as const,
    resource: {
      ...manifest,
      metadata: {
        ...manifest.metadata,
        uid: `00000000-0000-4000-8000-${index.toString().padStart(12, '0')}`,
        resourceVersion: String(index + 1),
        generation: 1,
        creationTimestamp: created,
      },
    } as unknown as EntityResource,
  })),
);

const log = pino({ level: 'warn' });
const api = await createApiServer({ catalog, log, version: '0.0.0' });
const bare = fastify();
const pages = new Map(
  manifests.map(({ kind, metadata }) => {
    const id = catalog.byRef(`${kind}:default/${metadata.name}`.toLowerCase());
    if (id === undefined) throw new Error(`${metadata.name} is not in the catalog`);
    return [metadata.name, catalog.bytes(id)];
  }),
);
bare.get<{ Params: { name: string } }>('/:name', async (request, reply) => {
  await reply.type('application/json; charset=utf-8').send(pages.get(request.params.name));
});
const origins = {
  api: await api.listen({ host: '127.0.0.1', port: 0 }),
  bare: await bare.listen({ host: '127.0.0.1', port: 0 }),
};
process.stdout.write(`${JSON.stringify(origins)}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await Promise.all([api.close(), bare.close()]);
