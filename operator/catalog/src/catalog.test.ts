import { createNamespaceMapping } from '@portolan/crds';
import { describe, expect, test } from 'vitest';
import { createCatalog } from './catalog.ts';
import { CatalogError } from './errors.ts';
import { catalogOf, idOf, matches, relationsOf, resourceOf, uidsOf, upsert } from './testing/resources.ts';

describe('identity', () => {
  test('is the uid: an upsert replaces, a recreation is another entity', () => {
    const catalog = catalogOf({ name: 'web', uid: 'a', spec: { type: 'x' } });
    upsert(catalog, { name: 'web', uid: 'a', version: 2, spec: { type: 'y' } });
    expect(catalog.size).toBe(1);
    expect(catalog.entity(idOf(catalog, 'component:default/web')).spec).toEqual({ type: 'y' });
    catalog.apply([
      { type: 'delete', uid: 'a' },
      { type: 'upsert', resource: resourceOf({ name: 'web', uid: 'b' }) },
    ]);
    expect(catalog.byUid('a')).toBeUndefined();
    expect(uidsOf(catalog, [idOf(catalog, 'component:default/web')])).toEqual(['b']);
  });

  test('ignores case in refs, whose canonical form is lower case', () => {
    const catalog = catalogOf({ name: 'legacy-tool', spec: { entityName: 'Legacy_Tool' } });
    expect(catalog.refOf(idOf(catalog, 'component:default/legacy_tool'))).toBe('component:default/legacy_tool');
    expect(catalog.byRef('component:default/Legacy_Tool')).toBeUndefined();
    expect(matches(catalog, { key: 'metadata.name', values: ['LEGACY_TOOL'] })).toEqual(['legacy-tool']);
  });

  test('maps one namespace of the cluster to default', () => {
    const catalog = createCatalog({ namespaces: createNamespaceMapping({ defaultNamespace: 'catalog' }) });
    upsert(
      catalog,
      { name: 'web', namespace: 'catalog', spec: { owner: 'team' } },
      { kind: 'Group', name: 'team', namespace: 'catalog' },
    );
    expect(relationsOf(catalog, 'component:default/web')).toEqual(['ownedBy group:default/team']);
    expect(relationsOf(catalog, 'group:default/team')).toEqual(['ownerOf component:default/web']);
    expect(matches(catalog, { key: 'metadata.namespace', values: ['catalog'] })).toEqual([]);
  });

  test('an unknown, deleted or invisible id is an error with a code', () => {
    const catalog = catalogOf({ name: 'web' });
    const id = idOf(catalog, 'component:default/web');
    expect(() => catalog.bytes(id, new Set())).toThrow(CatalogError);
    catalog.apply([{ type: 'delete', uid: 'web' }]);
    expect(() => catalog.entity(id)).toThrow(expect.objectContaining({ code: 'CATALOG_UNKNOWN_ENTITY' }));
    expect(() => catalog.refOf(99)).toThrow(CatalogError);
  });

  test('the revision moves only with a change', () => {
    const catalog = catalogOf({ name: 'web' });
    const before = catalog.revision;
    upsert(catalog, { name: 'web' });
    catalog.apply([{ type: 'delete', uid: 'unknown' }]);
    catalog.apply([]);
    expect(catalog.revision).toBe(before);
    upsert(catalog, { name: 'web', version: 2 });
    expect(catalog.revision).toBe(before + 1);
  });
});

describe('two objects that claim one ref', () => {
  const older = { name: 'web', uid: 'older', created: '2026-01-01T00:00:00Z', spec: { owner: 'a' } };
  const younger = {
    name: 'web-2',
    uid: 'younger',
    created: '2026-01-02T00:00:00Z',
    spec: { entityName: 'Web', owner: 'b' },
  };
  const groups = ['a', 'b'].map((name) => ({ kind: 'Group' as const, name }));

  test.each([
    [older, younger],
    [younger, older],
  ])('the older one is served, the other by uid only', (...seeds) => {
    const catalog = catalogOf(...seeds, ...groups);
    expect(catalog.size).toBe(4);
    expect(uidsOf(catalog, [idOf(catalog, 'component:default/web')])).toEqual(['older']);
    expect(matches(catalog, { key: 'kind', values: ['component'] })).toEqual(['older']);
    expect(catalog.facets({ paths: ['kind'] }).get('kind')).toContainEqual({ value: 'Component', count: 1 });
    expect(relationsOf(catalog, 'group:default/b')).toEqual([]);
    const id = catalog.byUid('younger') ?? -1;
    expect(catalog.entity(id).relations).toEqual([{ type: 'ownedBy', targetRef: 'group:default/b' }]);
  });

  test('the younger one takes over when the older one goes', () => {
    const catalog = catalogOf(older, younger, ...groups);
    expect(matches(catalog, { key: 'relations.ownerOf' })).toEqual(['a']);
    catalog.apply([{ type: 'delete', uid: 'older' }]);
    expect(matches(catalog, { key: 'metadata.name', values: ['web'] })).toEqual(['younger']);
    expect(matches(catalog, { key: 'relations.ownerOf' })).toEqual(['b']);
  });
});

describe('relations', () => {
  test('are shown as declared also when the target does not exist', () => {
    const catalog = catalogOf({ name: 'web', spec: { owner: 'ghosts' } });
    expect(relationsOf(catalog, 'component:default/web')).toEqual(['ownedBy group:default/ghosts']);
    expect(matches(catalog, { key: 'relations.ownedby', values: ['group:default/ghosts'] })).toEqual(['web']);
  });

  test('appear on the target with either of both, and vanish with the declarer', () => {
    const catalog = catalogOf({ name: 'web', spec: { owner: 'team' } });
    upsert(catalog, { kind: 'Group', name: 'team' });
    expect(relationsOf(catalog, 'group:default/team')).toEqual(['ownerOf component:default/web']);
    upsert(catalog, { name: 'web', version: 2, spec: {} });
    expect(relationsOf(catalog, 'group:default/team')).toEqual([]);
    upsert(catalog, { name: 'web', version: 3, spec: { owner: 'team' } });
    catalog.apply([{ type: 'delete', uid: 'web' }]);
    expect(relationsOf(catalog, 'group:default/team')).toEqual([]);
  });

  test('are sorted by type, then target, and come once when both sides declare them', () => {
    const catalog = catalogOf(
      { kind: 'Group', name: 'team', spec: { members: ['zoe', 'ada'], parent: 'all' } },
      { kind: 'User', name: 'ada', spec: { memberOf: ['team'] } },
    );
    expect(relationsOf(catalog, 'group:default/team')).toEqual([
      'childOf group:default/all',
      'hasMember user:default/ada',
      'hasMember user:default/zoe',
    ]);
    expect(catalog.facets({ paths: ['relations.hasMember'] }).get('relations.hasMember')).toEqual([
      { value: 'user:default/ada', count: 1 },
      { value: 'user:default/zoe', count: 1 },
    ]);
  });

  test('that only an invisible entity declares are left out everywhere; declared ones stay', () => {
    const catalog = catalogOf({ name: 'web', spec: { owner: 'team' } }, { kind: 'Group', name: 'team' });
    const team = idOf(catalog, 'group:default/team');
    const web = idOf(catalog, 'component:default/web');
    expect(catalog.entity(team, new Set([team])).relations).toEqual([]);
    expect(catalog.query({ filter: { key: 'relations.ownerOf' }, visible: new Set([team]) }).total).toBe(0);
    expect(catalog.query({ filter: { relation: { type: 'ownerOf' } }, visible: new Set([team]) }).total).toBe(0);
    expect(catalog.facets({ paths: ['relations.ownerOf'], visible: new Set([team]) }).get('relations.ownerOf')).toEqual(
      [],
    );
    expect(catalog.entity(web, new Set([web])).relations).toHaveLength(1);
    expect(catalog.query({ filter: { key: 'relations.ownedBy' }, visible: new Set([web]) }).ids).toEqual([web]);
  });

  test('read before and after a change of the target are those of now', () => {
    const catalog = catalogOf({ kind: 'Group', name: 'team' }, { name: 'web', spec: { owner: 'team' } });
    const team = 'group:default/team';
    expect(relationsOf(catalog, team)).toEqual(['ownerOf component:default/web']);
    upsert(catalog, { kind: 'Group', name: 'team', version: 2, spec: { title: 'Team' } });
    expect(relationsOf(catalog, team)).toEqual(['ownerOf component:default/web']);
    catalog.apply([{ type: 'delete', uid: 'web' }]);
    expect(relationsOf(catalog, team)).toEqual([]);
  });

  test('to itself go with the entity, from orders by what others say about it too', () => {
    const catalog = catalogOf(
      { kind: 'Group', name: 'team', spec: { parent: 'team' } },
      { name: 'web', spec: { owner: 'team' } },
    );
    const order = [{ field: 'relations.ownerOf', direction: 'asc' as const }];
    expect(relationsOf(catalog, 'group:default/team')).toEqual([
      'childOf group:default/team',
      'ownerOf component:default/web',
      'parentOf group:default/team',
    ]);
    expect(uidsOf(catalog, catalog.query({ order, missing: 'last' }).ids)).toEqual(['team', 'web']);
    catalog.apply([{ type: 'delete', uid: 'team' }]);
    expect(uidsOf(catalog, catalog.query({ order, missing: 'last' }).ids)).toEqual(['web']);
  });

  test('of others keep an order by them up to date', () => {
    const teams = ['a', 'b'].map((name) => ({ kind: 'Group' as const, name }));
    const catalog = catalogOf(...teams, { name: 'x', spec: { owner: 'a' } }, { name: 'y', spec: { owner: 'b' } });
    const order = [{ field: 'relations.ownerOf', direction: 'asc' as const }];
    const owners = () => uidsOf(catalog, catalog.query({ order, missing: 'exclude' }).ids);
    expect(owners()).toEqual(['a', 'b']);
    upsert(catalog, { name: 'y', version: 2, spec: { owner: 'a' } });
    expect(owners()).toEqual(['a']);
    upsert(catalog, { name: 'x', version: 2, spec: { owner: 'b' } });
    expect(owners()).toEqual(['b', 'a']);
  });
});

describe('bytes', () => {
  test('are the JSON of the entity in UTF-8, with relations in their place', () => {
    const catalog = catalogOf({ name: 'web', spec: { title: 'Größe \u{1f600}', owner: 'team' } });
    const id = idOf(catalog, 'component:default/web');
    const text = catalog.bytes(id).toString('utf8');
    expect(JSON.parse(text)).toEqual(catalog.entity(id));
    expect(text).toMatch(/"relations":\[\{"type":"ownedBy","targetRef":"group:default\/team"\}\],"status":/);
  });

  test('of a large definition are held compressed and come back whole', () => {
    const definition = 'openapi: 3.1.0 # Größe\n'.repeat(20_000);
    const catalog = catalogOf(
      { kind: 'API', name: 'orders', spec: { definition, owner: 'team' } },
      {
        kind: 'API',
        name: 'orders-2',
        uid: 'younger',
        spec: { entityName: 'orders', definition },
        created: '2026-02-01',
      },
    );
    const { spec, relations } = catalog.entity(idOf(catalog, 'api:default/orders'));
    expect(spec['definition']).toBe(definition);
    expect(relations).toHaveLength(1);
    const before = catalog.revision;
    upsert(catalog, { kind: 'API', name: 'orders', spec: { definition, owner: 'team' } });
    expect(catalog.revision).toBe(before);
    catalog.apply([{ type: 'delete', uid: 'orders' }]);
    expect(catalog.entity(idOf(catalog, 'api:default/orders')).spec['definition']).toBe(definition);
  });
});

describe('a restatement', () => {
  const status = { health: { verdict: 'Unknown', reason: 'Stale', message: 'm', since: 's' } } as const;

  test('changes the status that queries, facets and bytes see, and nothing else', () => {
    const healthy = { conditions: [], health: { ...status.health, verdict: 'Healthy' } };
    const catalog = catalogOf(
      { name: 'web', status: healthy, spec: { owner: 'team', extensions: { note: 'é'.repeat(40_000) } } },
      { kind: 'Group', name: 'team' },
    );
    const id = idOf(catalog, 'component:default/web');
    const before = catalog.entity(id);
    catalog.apply([{ type: 'restate', uid: 'web', status }]);
    expect(catalog.entity(id)).toEqual({ ...before, status: { portolan: status } });
    expect(relationsOf(catalog, 'group:default/team')).toEqual(['ownerOf component:default/web']);
    expect(matches(catalog, { key: 'status.portolan.health.verdict', values: ['Healthy'] })).toEqual([]);
    expect(
      catalog
        .facets({ paths: ['status.portolan.health.verdict'] })
        .values()
        .next().value,
    ).toEqual([{ value: 'Unknown', count: 1 }]);
  });

  test('of what is so already, or is not held, changes nothing', () => {
    const catalog = catalogOf({ name: 'web', status });
    const before = catalog.revision;
    catalog.apply([
      { type: 'restate', uid: 'web', status },
      { type: 'restate', uid: 'unknown', status },
    ]);
    expect(catalog.revision).toBe(before);
  });
});
