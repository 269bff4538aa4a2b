import { describe, expect, test } from 'vitest';
import type { EntityResource } from '@portolan/crds';
import { catalogOf, seeds, toResource } from '../testing/seed.ts';
import { get, post, refs, type Seen, type SeenPage, testServer } from '../testing/server.ts';

type Status = NonNullable<EntityResource['status']>;

const at = seeds.findIndex(({ name, kind }) => name === 'orders' && kind === 'Component');
const orders = (verdict: string, version = 1): EntityResource => {
  const resource = toResource(seeds[at] ?? { kind: 'Component', name: '', spec: {} }, at);
  const status = { health: { verdict, reason: 'Because', message: '', since: '' } } as Status;
  return { ...resource, metadata: { ...resource.metadata, resourceVersion: `${version}` }, status };
};
const catalog = catalogOf([...seeds.map(toResource), orders('Degraded')]);
const app = await testServer({ catalog });
const path = 'status.portolan.rollup.verdict';
const degraded = [
  'group:default/platform',
  'group:default/payments',
  'domain:default/commerce',
  'system:default/checkout',
];

describe('status.portolan.rollup', () => {
  test('is in the answer about a System, with what is wrong', async () => {
    const { status } = await get<{ status: unknown }>(app, '/entities/by-name/system/default/checkout');
    expect(status).toEqual({
      portolan: {
        rollup: {
          verdict: 'Degraded',
          reason: 'Because',
          total: 3,
          counts: { Degraded: 1, Unknown: 0, Progressing: 0, Healthy: 0, Suspended: 0 },
          withoutHealth: 2,
          worst: [{ ref: 'component:default/orders', verdict: 'Degraded', reason: 'Because' }],
        },
      },
    });
  });

  test('can be filtered by, also in a predicate, and faceted', async () => {
    expect(refs(await get<Seen[]>(app, `/entities?filter=${path}=degraded`))).toEqual(degraded);
    const query = { $all: [{ [path]: { $exists: true } }, { kind: 'System' }] };
    const { items, totalItems } = await post<SeenPage>(app, '/entities/by-query', { query });
    expect([refs(items), totalItems]).toEqual([['system:default/checkout'], 1]);
    const { facets } = await get<{ facets: object }>(app, `/entity-facets?facet=${path}&filter=kind=group`);
    expect(facets).toEqual({ [path]: [{ value: 'Degraded', count: 2 }] });
  });

  test('can be ordered by and paged through', async () => {
    const first = await get<SeenPage>(app, `/entities/by-query?orderField=${path},desc&limit=3`);
    expect([refs(first.items), first.totalItems]).toEqual([degraded.slice(1).reverse(), 4]);
    const cursor = encodeURIComponent(first.pageInfo.nextCursor ?? '');
    const next = await get<SeenPage>(app, `/entities/by-query?cursor=${cursor}&limit=3`);
    expect(refs(next.items)).toEqual(degraded.slice(0, 1));
  });

  test('can be asked for alone', async () => {
    const filter = 'filter=kind=domain';
    expect(await get(app, `/entities?${filter}&fields=${path},status.portolan.rollup.total`)).toEqual([
      { status: { portolan: { rollup: { verdict: 'Degraded', total: 3 } } } },
    ]);
  });

  test('moves the ETag when a part changes', async () => {
    const url = '/api/catalog/entities/by-name/domain/default/commerce';
    const before = (await app.inject({ url })).headers.etag;
    const since = { url, headers: { 'if-none-match': before ?? '' } };
    expect((await app.inject(since)).statusCode).toBe(304);
    catalog.apply([{ type: 'upsert', resource: orders('Healthy', 2) }]);
    const after = await app.inject(since);
    expect(after.statusCode).toBe(200);
    expect(after.json<{ status: unknown }>().status).toMatchObject({ portolan: { rollup: { verdict: 'Healthy' } } });
  });
});
