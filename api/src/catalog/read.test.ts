import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, test } from 'vitest';
import { seeds, uidOf } from '../testing/seed.ts';
import { get, post, refs, type Seen, type SeenPage, testServer } from '../testing/server.ts';

const app = await testServer();
const list = async (query: string): Promise<(string | null)[]> => refs(await get<Seen[]>(app, `/entities${query}`));
const page = (query: string): Promise<SeenPage> => get<SeenPage>(app, `/entities/by-query${query}`);
const query = (body: object): Promise<SeenPage> => post<SeenPage>(app, '/entities/by-query', body);

const all = [
  'group:default/platform',
  'group:default/payments',
  'user:default/ada',
  'user:default/grace',
  'domain:default/commerce',
  'system:default/checkout',
  'component:default/web',
  'component:default/orders',
  'component:pay/ledger',
  'component:default/legacy_tool',
  'api:default/orders',
  'api:pay/ledger',
  'resource:default/orders-db',
  'resource:pay/bucket',
];

describe('GET /entities', () => {
  test('answers everything as a bare list, by uid', async () => {
    expect(await list('')).toEqual(all);
  });

  test.each<[string, string[]]>([
    ['kind=domain', ['domain:default/commerce']],
    ['KIND=DOMAIN', ['domain:default/commerce']],
    ['kind=domain,kind=system', ['domain:default/commerce', 'system:default/checkout']],
    ['kind=api,spec.type=grpc', ['api:pay/ledger']],
    [' kind = api , spec.type = grpc ', ['api:pay/ledger']],
    ['kind=component,metadata.tags', ['component:default/web', 'component:default/orders']],
    ['metadata.links', []],
    ['metadata.tags.java', ['component:default/web']],
    ['metadata.tags=public', ['component:default/web', 'component:default/orders']],
    ['metadata.tags.public=true', ['component:default/web', 'component:default/orders']],
    ['metadata.labels', []],
    ['metadata.labels.tier', ['component:default/web', 'component:default/orders', 'component:pay/ledger']],
    ['metadata.labels.tier=GOLD', ['component:default/web', 'component:default/orders']],
    ['metadata.labels.2024=yes', ['component:default/web']],
    ['metadata.annotations.backstage.io/orphan=true', ['component:default/web']],
    ['metadata.annotations.note', ['component:default/web']],
    [`metadata.annotations.note=${'x'.repeat(250)}`, []],
    ['spec.type=service,spec.type', ['component:default/orders', 'component:pay/ledger']],
    ['spec.type=', []],
    ['kind=component,spec.system=', []],
    ['relations.dependson=resource:default/orders-db', ['component:default/orders']],
    [
      'relations.ownedBy=group:default/platform',
      ['domain:default/commerce', 'component:default/web', 'resource:pay/bucket'],
    ],
    ['relations.ownerof', ['group:default/platform', 'group:default/payments']],
    ['relations.memberof', ['user:default/ada', 'user:default/grace']],
    ['metadata.name=legacy_tool', ['component:default/legacy_tool']],
    ['metadata.namespace=pay,kind=component', ['component:pay/ledger']],
    [`metadata.uid=${uidOf(4)}`, ['domain:default/commerce']],
    ['metadata.etag', []],
    ['status.portolan', []],
    ['spec.profile.displayName=Ada L.', ['user:default/ada']],
    ['nope=1', []],
    ['__proto__=1', []],
    ['constructor', []],
  ])('filter=%s', async (filter, expected) => {
    expect(await list(`?filter=${encodeURIComponent(filter)}`)).toEqual(expected);
  });

  test('sets are alternatives, and an empty one among them says nothing', async () => {
    expect(await list('?filter=kind=domain&filter=kind=system&filter=')).toEqual(all.slice(4, 6));
  });

  test('a malformed percent-escape is taken literally', async () => {
    expect(await list('?filter=metadata.name=a%Ab')).toEqual([]);
    expect(await list('?filter=metadata.name=%ED%A0%BD')).toEqual([]);
  });

  test('fields leaves the asked parts', async () => {
    const items = await get<object[]>(app, '/entities?filter=kind=domain&fields=kind,metadata.name&fields=spec.owner');
    expect(items).toEqual([{ kind: 'Domain', metadata: { name: 'commerce' }, spec: { owner: 'platform' } }]);
  });

  test('without order a page goes by entity ref', async () => {
    expect(await list('?limit=4')).toEqual([
      'api:default/orders',
      'api:pay/ledger',
      'component:default/legacy_tool',
      'component:default/orders',
    ]);
    expect(await list('?limit=2&offset=2')).toEqual(['component:default/legacy_tool', 'component:default/orders']);
    expect((await list('?offset=13')).length).toBe(1);
  });

  test('orders by all fields, missing values last in both directions, ties by uid', async () => {
    const filter = 'filter=kind=component,kind=domain';
    expect(await list(`?${filter}&order=asc:metadata.title&limit=10`)).toEqual([
      'component:default/legacy_tool',
      'domain:default/commerce',
      'component:pay/ledger',
      'component:default/web',
      'component:default/orders',
    ]);
    expect((await list(`?${filter}&order=desc:metadata.title&limit=10`)).at(-1)).toBe('component:default/orders');
    expect(await list('?filter=kind=component&order=asc:spec.type&order=desc:metadata.name&limit=10')).toEqual([
      'component:default/legacy_tool',
      'component:default/orders',
      'component:pay/ledger',
      'component:default/web',
    ]);
    expect(await list('?filter=kind=api&order=asc:spec.nope')).toEqual(['api:default/orders', 'api:pay/ledger']);
  });

  test('the Link header leads through all pages without the plugin prefix', async () => {
    const seen: (string | null)[] = [];
    let path: string | undefined = '/entities?filter=kind=component&limit=3&offset=0';
    while (path !== undefined) {
      const response: LightMyRequestResponse = await app.inject({ url: `/api/catalog${path}` });
      seen.push(...refs(response.json<Seen[]>()));
      path = /^<(\/entities\?[^>]+)>; rel="next"$/.exec(String(response.headers['link'] ?? ''))?.[1];
      expect(path ?? '').not.toContain('offset');
    }
    expect(seen).toEqual(all.slice(6, 10).toSorted());
  });
});

describe('GET /entities/by-query', () => {
  test('counts, and goes by uid', async () => {
    const first = await page('');
    expect(refs(first.items)).toEqual(all);
    expect(first.totalItems).toBe(seeds.length);
    expect(first.pageInfo).toEqual({});
  });

  test('limit=0 gives the count only; totalItems=exclude gives 0', async () => {
    expect(await page('?filter=kind=component&limit=0')).toEqual({ items: [], totalItems: 4, pageInfo: {} });
    const uncounted = await page('?filter=kind=component&limit=1&totalItems=exclude');
    expect(uncounted.totalItems).toBe(0);
    expect((await page(`?cursor=${encodeURIComponent(uncounted.pageInfo.nextCursor ?? '')}`)).totalItems).toBe(0);
  });

  test('leaves out entities without the order field, from the total too', async () => {
    const titled = await page('?filter=kind=component&orderField=metadata.title,desc');
    expect(refs(titled.items)).toEqual([
      'component:default/web',
      'component:pay/ledger',
      'component:default/legacy_tool',
    ]);
    expect(titled.totalItems).toBe(3);
  });

  test('only the first order field counts, ties go by uid in its direction', async () => {
    const ascending = await page('?filter=kind=component&orderField=spec.owner,asc&orderField=metadata.name,desc');
    const descending = await page('?filter=kind=component&orderField=spec.lifecycle,desc&orderField=metadata.name,asc');
    expect(refs(ascending.items).slice(0, 2)).toEqual(['component:default/legacy_tool', 'component:pay/ledger'].sort());
    expect(refs(descending.items)).toEqual([
      'component:default/orders',
      'component:default/web',
      'component:pay/ledger',
      'component:default/legacy_tool',
    ]);
  });

  test('a direction may be left out', async () => {
    const named = await page('?filter=kind=user&orderField=metadata.name&limit=1');
    expect(refs(named.items)).toEqual(['user:default/ada']);
    const next = await page(`?cursor=${encodeURIComponent(named.pageInfo.nextCursor ?? '')}`);
    expect(refs(next.items)).toEqual(['user:default/grace']);
  });

  test.each<[string, string[]]>([
    ['fullTextFilterTerm=SHOP&fullTextFilterFields=metadata.title,metadata.name', ['component:default/web']],
    ['fullTextFilterTerm=%20shop%20&fullTextFilterFields=metadata.title', ['component:default/web']],
    [
      'fullTextFilterTerm=shop&fullTextFilterFields=metadata.title&fullTextFilterFields=spec.x',
      ['component:default/web'],
    ],
    ['fullTextFilterTerm=led&orderField=metadata.name,asc&filter=kind=api', ['api:pay/ledger']],
    ['fullTextFilterTerm=shop', []],
    [`fullTextFilterTerm=${uidOf(4).slice(-6)}`, ['domain:default/commerce']],
    ['fullTextFilterTerm=100%25&fullTextFilterFields=metadata.description', ['component:default/web']],
    ['fullTextFilterTerm=op_front&fullTextFilterFields=metadata.description', ['component:default/web']],
    ['fullTextFilterTerm=1%25shop&fullTextFilterFields=metadata.description', []],
    ['fullTextFilterTerm=crew&fullTextFilterFields=spec.profile.displayName', ['group:default/platform']],
  ])('%s', async (parameters, expected) => {
    expect(refs((await page(`?${parameters}`)).items)).toEqual(expected);
  });

  test('a blank term is no filter', async () => {
    expect((await page('?fullTextFilterTerm=%20&limit=0')).totalItems).toBe(seeds.length);
  });

  test('offset skips on the first page', async () => {
    expect(refs((await page('?offset=12')).items)).toEqual(all.slice(12));
    expect((await page('?offset=99')).items).toEqual([]);
  });
});

describe('POST /entities/by-query', () => {
  test.each<[object, string[]]>([
    [{ query: { kind: 'domain' } }, ['domain:default/commerce']],
    [
      { query: { kind: 'Component', 'spec.type': { $in: ['website', 'library'] } } },
      ['component:default/web', 'component:default/legacy_tool'],
    ],
    [
      { query: { $any: [{ kind: 'domain' }, { kind: 'system' }] } },
      ['domain:default/commerce', 'system:default/checkout'],
    ],
    [{ query: { $all: [{ kind: 'api' }, { $not: { 'spec.type': 'grpc' } }] } }, ['api:default/orders']],
    [
      { query: { kind: 'component', 'spec.system': { $exists: false } } },
      ['component:pay/ledger', 'component:default/legacy_tool'],
    ],
    [{ query: { 'metadata.name': { $hasPrefix: 'ORD' }, kind: 'resource' } }, ['resource:default/orders-db']],
    [{ query: { 'metadata.tags': { $contains: 'java' } } }, ['component:default/web']],
    [
      { query: { relations: { $contains: { type: 'memberOf', targetRef: 'group:default/payments' } } } },
      ['user:default/grace'],
    ],
    [
      { query: { relations: { $contains: { type: 'hasPart' } } } },
      ['domain:default/commerce', 'system:default/checkout'],
    ],
    [
      {
        query: {
          kind: 'component',
          relations: { $contains: { type: 'ownedBy', targetRef: { $in: ['group:default/ghosts'] } } },
        },
      },
      ['component:default/legacy_tool'],
    ],
    [{ query: { $any: [] } }, []],
    [{ query: { kind: 'domain' }, unknown: 1 }, ['domain:default/commerce']],
    [{ query: {}, fullTextFilter: { term: 'shop', fields: ['metadata.title'] } }, ['component:default/web']],
    [{ fullTextFilter: { term: 'shop', fields: [] } }, []],
    [{ fullTextFilter: { term: 'gra' }, orderBy: [{ field: 'metadata.name' }] }, ['user:default/grace']],
    [
      { query: { kind: 'user' }, orderBy: [{ field: 'metadata.name', order: 'desc' }] },
      ['user:default/grace', 'user:default/ada'],
    ],
    [{ query: { kind: 'user' }, limit: 1, offset: 1 }, ['user:default/grace']],
  ])('%j', async (body, expected) => {
    expect(refs((await query(body)).items)).toEqual(expected);
  });

  test.each([{}, { query: {} }, { query: { $all: [] } }])('%j is everything', async (body) => {
    expect(refs((await query(body)).items)).toEqual(all);
  });

  test('no body, or a body without a content type, acts like {}', async () => {
    const bare = await app.inject({ method: 'POST', url: '/api/catalog/entities/by-query' });
    expect(bare.json<SeenPage>().totalItems).toBe(seeds.length);
    const empty = await app.inject({
      method: 'POST',
      url: '/api/catalog/entities/by-query',
      headers: { 'content-type': 'application/json' },
      payload: '',
    });
    expect(empty.json<SeenPage>().totalItems).toBe(seeds.length);
  });

  test('fields and totalItems work as in a GET', async () => {
    const body = { query: { kind: 'domain' }, fields: ['metadata.name', 'kind'], totalItems: 'exclude' };
    expect(await query(body)).toEqual({
      items: [{ metadata: { name: 'commerce' }, kind: 'Domain' }],
      totalItems: 0,
      pageInfo: {},
    });
  });
});

describe('cursors', () => {
  test('of either method are taken by the other, selectors beside them are ignored', async () => {
    const first = await page('?filter=kind=component&limit=2');
    const cursor = first.pageInfo.nextCursor ?? '';
    expect(Object.keys(JSON.parse(atob(cursor)) as object)).toContain('query');
    const second = await query({ cursor, limit: 2, query: { kind: 'user' }, offset: 3 });
    expect(refs(second.items)).toEqual(all.slice(8, 10));
    expect(second.totalItems).toBe(4);
    expect(second.pageInfo.nextCursor).toBeUndefined();
    const back = await page(`?cursor=${encodeURIComponent(second.pageInfo.prevCursor ?? '')}&limit=2&filter=kind=user`);
    expect(back.items).toEqual(first.items);
    expect(back.pageInfo.prevCursor).toBeUndefined();
    expect(back.pageInfo.nextCursor).toBeDefined();
  });

  test('keep the fields free for each page', async () => {
    const first = await page('?filter=kind=user&limit=1&fields=kind');
    const second = await page(`?cursor=${encodeURIComponent(first.pageInfo.nextCursor ?? '')}&fields=metadata.name`);
    expect(second.items).toEqual([{ metadata: { name: 'grace' } }]);
  });
});

describe('POST /entities/by-refs', () => {
  const wanted = [
    'component:default/web',
    'component:default/nope',
    'Component:default/web',
    'user:default/ada',
    'component:default/web',
  ];

  test('keeps order and duplicates; only canonical refs match', async () => {
    const { items } = await post<{ items: (Seen | null)[] }>(app, '/entities/by-refs', { entityRefs: wanted });
    expect(refs(items)).toEqual(['component:default/web', null, null, 'user:default/ada', 'component:default/web']);
  });

  test('filters by the query string, by the body, or both', async () => {
    const entityRefs = ['component:default/web', 'user:default/ada'];
    const ask = async (path: string, body: object) =>
      refs((await post<{ items: (Seen | null)[] }>(app, `/entities/by-refs${path}`, body)).items);
    expect(await ask('?filter=kind=user', { entityRefs })).toEqual([null, 'user:default/ada']);
    expect(await ask('', { entityRefs, query: { kind: 'component' } })).toEqual(['component:default/web', null]);
    expect(await ask('?filter=kind=user', { entityRefs, query: { kind: 'component' } })).toEqual([null, null]);
  });

  test('leaves the asked fields, and null stays null', async () => {
    const body = { entityRefs: wanted.slice(0, 2), fields: ['kind'] };
    expect(await post(app, '/entities/by-refs', body)).toEqual({ items: [{ kind: 'Component' }, null] });
    expect(await post(app, '/entities/by-refs', { entityRefs: [] })).toEqual({ items: [] });
  });
});

describe('single entities', () => {
  test.each([
    'component/default/web',
    'COMPONENT/Default/WEB',
    'component/default/web/',
    'Component/default/legacy_tool',
  ])('by name: %s', async (name) => {
    expect((await get<Seen>(app, `/entities/by-name/${name}`)).kind).toBe('Component');
  });

  test('have the shape of Backstage', async () => {
    const web = await get<Seen>(app, '/entities/by-name/component/default/web');
    expect(web).toMatchObject({
      kind: 'Component',
      metadata: { name: 'web', namespace: 'default', uid: uidOf(6), title: 'Zebra Shop', tags: ['java', 'public'] },
      spec: { type: 'website', lifecycle: 'production', owner: 'platform', system: 'checkout' },
    });
    expect(web.relations).toContainEqual({ type: 'ownedBy', targetRef: 'group:default/platform' });
    const team = await get<Seen>(app, '/entities/by-name/group/default/payments');
    expect(team.relations).toContainEqual({ type: 'ownerOf', targetRef: 'component:default/orders' });
  });

  test('by uid', async () => {
    expect((await get<Seen>(app, `/entities/by-uid/${uidOf(4)}`)).metadata.name).toBe('commerce');
  });
});

describe('entity facets', () => {
  test('count entities by value in original case, sorted by value', async () => {
    const { facets } = await get<{ facets: Record<string, unknown> }>(
      app,
      '/entity-facets?facet=spec.type&facet=metadata.labels.tier&facet=Nope&filter=kind=component',
    );
    expect(facets).toEqual({
      'spec.type': [
        { value: 'library', count: 1 },
        { value: 'service', count: 2 },
        { value: 'website', count: 1 },
      ],
      'metadata.labels.tier': [
        { value: 'Gold', count: 1 },
        { value: 'gold', count: 1 },
        { value: 'silver', count: 1 },
      ],
      Nope: [],
    });
  });

  test('echo the path as it was sent, whatever it is', async () => {
    const response = await app.inject({
      url: '/api/catalog/entity-facets?facet=KIND&facet=__proto__&facet=%22%3Cb%3E',
    });
    expect(response.body).toMatch(/^\{"facets":\{"KIND":\[\{"value":"API".*"__proto__":\[\],"\\"<b>":\[\]\}\}$/);
  });

  test('take a predicate in a POST', async () => {
    const body = { facets: ['kind'], query: { 'metadata.namespace': 'pay' } };
    expect(await post(app, '/entity-facets', body)).toEqual({
      facets: {
        kind: [
          { value: 'API', count: 1 },
          { value: 'Component', count: 1 },
          { value: 'Resource', count: 1 },
        ],
      },
    });
  });
});
