/** The official client, unmodified, against a listening server. */
import { CATALOG_FILTER_EXISTS, CatalogClient, type QueryEntitiesResponse } from '@backstage/catalog-client';
import { type Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { ResponseError } from '@backstage/errors';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogOf, crowd, seeds, toResource } from './testing/seed.ts';
import { testServer } from './testing/server.ts';

const crowdCount = 1_200;
let app: FastifyInstance;
let client: CatalogClient;

function clientOf(address: string): CatalogClient {
  return new CatalogClient({ discoveryApi: { getBaseUrl: (plugin) => Promise.resolve(`${address}/api/${plugin}`) } });
}

beforeAll(async () => {
  const company = seeds.map((seed, index) => toResource(seed, 100_000 + index));
  app = await testServer({ catalog: catalogOf([...crowd(crowdCount), ...company]) });
  client = clientOf(await app.listen({ host: '127.0.0.1', port: 0 }));
});
afterAll(() => app.close());

const refs = (items: readonly (Entity | undefined)[]): (string | undefined)[] =>
  items.map((item) => item && stringifyEntityRef(item));
const company = { 'metadata.name': ['web', 'orders', 'ledger', 'legacy_tool'], kind: 'component' };

describe('CatalogClient', () => {
  test('getEntities filters, selects fields, orders and pages', async () => {
    const filtered = await client.getEntities({
      filter: [company, { kind: 'domain' }],
      fields: ['kind', 'metadata.name'],
    });
    expect(filtered.items).toContainEqual({ kind: 'Domain', metadata: { name: 'commerce' } });
    expect(filtered.items).toHaveLength(5);
    const ordered = await client.getEntities({
      filter: company,
      order: [
        { field: 'spec.type', order: 'desc' },
        { field: 'metadata.name', order: 'asc' },
      ],
      limit: 2,
      offset: 1,
    });
    expect(refs(ordered.items)).toEqual(['component:pay/ledger', 'component:default/orders']);
    const after = await client.getEntities({ filter: company, after: btoa('{"limit":3,"offset":3}') });
    expect(refs(after.items)).toEqual(['component:pay/ledger']);
    expect((await client.getEntities()).items).toHaveLength(crowdCount + seeds.length);
  });

  test('getEntities knows existence', async () => {
    const { items } = await client.getEntities({ filter: { 'metadata.labels.tier': CATALOG_FILTER_EXISTS } });
    expect(items).toHaveLength(3);
  });

  test.each(['line\nbreak', 'emoji 🚢', 'comma, and = sign', '100%', 'umlaut ü'])(
    'sends %j in a filter without an error',
    async (name) => {
      expect((await client.getEntities({ filter: { 'metadata.name': name } })).items).toEqual([]);
    },
  );

  /** All pages forward, then back from the last to the first. */
  async function walk(first: QueryEntitiesResponse): Promise<{ forward: Entity[][]; backward: Entity[][] }> {
    const forward = [first.items];
    let page = first;
    while (page.pageInfo.nextCursor !== undefined) {
      page = await client.queryEntities({ cursor: page.pageInfo.nextCursor, limit: 100 });
      expect(page.totalItems).toBe(first.totalItems);
      forward.push(page.items);
    }
    const backward: Entity[][] = [];
    while (page.pageInfo.prevCursor !== undefined) {
      page = await client.queryEntities({ cursor: page.pageInfo.prevCursor, limit: 100 });
      backward.unshift(page.items);
    }
    return { forward, backward };
  }

  test.each<[string, Parameters<CatalogClient['queryEntities']>[0]]>([
    ['by uid', { filter: { kind: 'component', 'spec.type': 'service' }, limit: 100 }],
    ['by name', { filter: { kind: 'component' }, orderFields: { field: 'metadata.name', order: 'asc' }, limit: 100 }],
    ['by a field with ties, downwards', { orderFields: { field: 'metadata.title', order: 'desc' }, limit: 100 }],
    ['by a predicate', { query: { kind: 'component', 'spec.owner': { $in: ['team-1', 'team-2'] } }, limit: 100 }],
    ['by text', { fullTextFilter: { term: 'title 3', fields: ['metadata.title'] }, limit: 100 }],
  ])('queryEntities walks forward and back %s', async (_, request) => {
    const first = await client.queryEntities(request);
    const { forward, backward } = await walk(first);
    const seen = forward.flat().map((entity) => entity.metadata.uid);
    expect(seen).toHaveLength(first.totalItems);
    expect(new Set(seen).size).toBe(seen.length);
    expect(forward.length).toBeGreaterThan(1);
    expect(backward.map(refs)).toEqual(forward.slice(0, -1).map(refs));
  });

  test('queryEntities counts without items and leaves out the total', async () => {
    expect(await client.queryEntities({ filter: { kind: 'user' }, limit: 0 })).toMatchObject({
      items: [],
      totalItems: 2,
    });
    const { totalItems } = await client.queryEntities({ filter: { kind: 'user' }, totalItems: 'exclude' });
    expect(totalItems).toBe(0);
  });

  test('queryEntities counts 200 entities to a page by default', async () => {
    expect((await client.queryEntities()).items).toHaveLength(200);
  });

  test('streamEntities sees everything once', async () => {
    const seen: string[] = [];
    for await (const page of client.streamEntities({ pageSize: 500 })) {
      seen.push(...page.map(stringifyEntityRef));
    }
    expect(seen).toHaveLength(crowdCount + seeds.length);
    expect(new Set(seen).size).toBe(seen.length);
    const some: string[] = [];
    for await (const page of client.streamEntities({
      query: { kind: 'component', 'spec.type': 'library' },
      pageSize: 50,
    })) {
      some.push(...page.map(stringifyEntityRef));
    }
    expect(some).toHaveLength(crowdCount / 3 + 1);
  });

  test('getEntitiesByRefs answers 1,000 and more refs in order, undefined for the missing', async () => {
    const entityRefs = Array.from(
      { length: 1_500 },
      (_, index) => `component:default/component-${String(index).padStart(5, '0')}`,
    );
    const { items } = await client.getEntitiesByRefs({ entityRefs, fields: ['kind', 'metadata'] });
    expect(refs(items)).toEqual(entityRefs.map((ref, index) => (index < crowdCount ? ref : undefined)));
    const filtered = await client.getEntitiesByRefs({
      entityRefs: entityRefs.slice(0, 4),
      filter: { 'spec.type': 'service' },
      query: { 'spec.owner': 'team-0' },
    });
    expect(refs(filtered.items)).toEqual([entityRefs[0], undefined, undefined, undefined]);
  });

  test('getEntityByRef finds in any case, and nothing where there is nothing', async () => {
    expect((await client.getEntityByRef('Component:default/WEB'))?.metadata.name).toBe('web');
    expect((await client.getEntityByRef({ kind: 'API', namespace: 'pay', name: 'ledger' }))?.kind).toBe('API');
    expect(await client.getEntityByRef('component:default/nope')).toBeUndefined();
    expect(await client.getEntityByRef('component:default/a%2Fb')).toBeUndefined();
  });

  test('getEntityFacets counts by filter and by query', async () => {
    const facets = ['kind', 'spec.type'];
    const byFilter = await client.getEntityFacets({ facets, filter: { 'metadata.namespace': 'pay' } });
    expect(byFilter.facets['kind']?.map(({ value }) => value)).toEqual(['API', 'Component', 'Resource']);
    const byQuery = await client.getEntityFacets({ facets, query: { 'metadata.namespace': 'pay' } });
    expect(byQuery).toEqual(byFilter);
  });

  test('`filter: []` says nothing, alone and beside `query`', async () => {
    expect((await client.queryEntities({ filter: [], limit: 0 })).totalItems).toBe(crowdCount + seeds.length);
    const query = { kind: 'component' };
    const both = await client.queryEntities({ filter: [], query, limit: 0 });
    expect(both.totalItems).toBe((await client.queryEntities({ query, limit: 0 })).totalItems);
  });

  test('filter and query narrow each other', async () => {
    const both = await client.queryEntities({
      filter: { kind: 'component' },
      query: { 'spec.type': 'website' },
      limit: 0,
    });
    expect(both.totalItems).toBe(crowdCount / 3 + 1);
  });

  test('reads our errors as its own', async () => {
    const failure = await client.queryEntities({ query: { $nor: [] } as never }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ResponseError);
    expect((failure as ResponseError).cause.name).toBe('InputError');
    expect((failure as ResponseError).cause.message).toContain('$nor');
    expect((failure as ResponseError).body.response.statusCode).toBe(400);
  });
});
