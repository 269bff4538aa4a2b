import { isDeepStrictEqual } from 'node:util';
import {
  createNamespaceMapping,
  type EntityKind,
  type EntityResource,
  type EntityStatus,
  type Verdict,
} from '@portolan/crds';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog.ts';
import type { Catalog, CatalogChange, CatalogQuery, FilterExpression, OrderField } from '../model.ts';
import { NaiveCatalog } from '../testing/naive-catalog.ts';
import { resourceOf } from '../testing/resources.ts';

/** Few of each kind, so that systems, domains and groups meet, share parts and run in circles. */
const shape: Record<EntityKind, { names: readonly string[]; fields: Record<string, readonly EntityKind[]> }> = {
  Component: {
    names: ['a', 'b', 'c', 'd'],
    fields: { owner: ['Group', 'User'], system: ['System', 'Domain'], subcomponentOf: ['Component'] },
  },
  Resource: { names: ['r', 's'], fields: { owner: ['Group'], system: ['System'] } },
  API: { names: ['i'], fields: { owner: ['Group'], system: ['System'] } },
  System: { names: ['m', 'n'], fields: { owner: ['Group'], domain: ['Domain', 'System'] } },
  Domain: { names: ['o', 'p', 'q'], fields: { owner: ['Group'], subdomainOf: ['Domain'] } },
  Group: { names: ['t', 'u', 'v', 'w'], fields: { parent: ['Group', 'User'], children: ['Group', 'Component'] } },
  User: { names: ['x'], fields: {} },
};
const verdicts: readonly (Verdict | undefined)[] = [
  'Degraded',
  'Unknown',
  'Progressing',
  'Healthy',
  'Healthy',
  'Suspended',
  undefined,
];

function fieldsOf(kind: EntityKind): fc.Arbitrary<object> {
  const fields = Object.entries(shape[kind].fields).map(([field, kinds]) => {
    const ref = fc
      .constantFrom(...kinds.flatMap((each) => shape[each].names.map((name) => `${each}:default/${name}`)))
      .map((text) => text.toLowerCase());
    return [field, field === 'children' ? fc.array(ref, { maxLength: 2 }) : ref] as const;
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}

const resource: fc.Arbitrary<EntityResource> = fc
  .constantFrom(...(Object.keys(shape) as EntityKind[]), 'Component', 'Component', 'Group', 'Domain')
  .chain((kind) =>
    fc
      .record({
        name: fc.constantFrom(...shape[kind].names),
        copy: fc.constantFrom('', '', '', '2'),
        spec: fieldsOf(kind),
        verdict: fc.constantFrom(...verdicts),
        reason: fc.constantFrom('Crash', 'Image', undefined),
      })
      .map(({ name, copy, spec, verdict, reason }) =>
        resourceOf({
          kind,
          name: name + copy,
          uid: `${kind}-${name}${copy}`,
          created: copy === '' ? '2026-01-02T00:00:00Z' : '2026-01-01T00:00:00Z',
          // Every second copy takes the ref of the first over, as the older one.
          spec: { ...spec, ...(copy !== '' && { entityName: name }) },
          ...(verdict !== undefined && { status: { health: { verdict, ...(reason !== undefined && { reason }) } } }),
        }),
      ),
  );
function statusOf(verdict: Verdict | undefined): EntityStatus {
  return verdict === undefined ? {} : { health: { verdict, reason: 'Restated', message: '', since: '' } };
}

const uids = (Object.keys(shape) as EntityKind[]).flatMap((kind) =>
  shape[kind].names.flatMap((name) => [`${kind}-${name}`, `${kind}-${name}2`]),
);
const change: fc.Arbitrary<CatalogChange> = fc.oneof(
  { weight: 6, arbitrary: resource.map((each): CatalogChange => ({ type: 'upsert', resource: each })) },
  { weight: 1, arbitrary: fc.constantFrom(...uids).map((uid): CatalogChange => ({ type: 'delete', uid })) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('restate' as const),
      uid: fc.constantFrom(...uids),
      status: fc.constantFrom(...verdicts).map(statusOf),
    }),
  },
);
const batches = fc.array(fc.array(change, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 6 });
const visible = fc.option(fc.subarray(uids, { minLength: 8 }), { nil: undefined });

const key = 'status.portolan.rollup.verdict';
const condition: fc.Arbitrary<FilterExpression> = fc.oneof(
  fc.constant({ key }),
  fc.constant({ key, prefix: 'u' }),
  fc.array(fc.constantFrom('degraded', 'HEALTHY', 'unknown', 'x'), { maxLength: 2 }).map((values) => ({ key, values })),
);
const filter: fc.Arbitrary<FilterExpression | undefined> = fc.oneof(
  condition,
  fc.constant(undefined),
  condition.map((not) => ({ not })),
  condition.map((each) => ({ all: [each, { key: 'kind', values: ['group', 'System'] }] })),
  condition.map((each) => ({ all: [{ not: each }, each] })),
  condition.map((each) => ({ any: [each, { key: 'kind', values: ['component'] }] })),
);
const order: fc.Arbitrary<OrderField[]> = fc.array(
  fc.record({ field: fc.constantFrom(key, 'kind'), direction: fc.constantFrom('asc' as const, 'desc' as const) }),
  { minLength: 1, maxLength: 2 },
);
const query = fc.record({
  filter,
  order,
  missing: fc.constantFrom('exclude' as const, 'last' as const),
  limit: fc.constantFrom(2, 100),
  fullText: fc.option(fc.constant({ term: 'de', fields: [key] }), { nil: undefined }),
});

class Pair {
  readonly catalog: Catalog = createCatalog();
  readonly naive = new NaiveCatalog(createNamespaceMapping({}));

  apply(changes: readonly CatalogChange[]): void {
    this.catalog.apply(changes);
    for (const each of changes) {
      if (each.type === 'delete') this.naive.delete(each.uid);
      else if (each.type === 'restate') this.naive.restate(each.uid, each.status);
      else this.naive.upsert(each.resource);
    }
  }

  visibility(seen: readonly string[] | undefined): ReadonlySet<number> | undefined {
    return seen && new Set(seen.flatMap((uid) => this.catalog.byUid(uid) ?? []));
  }

  uids(asked: CatalogQuery): { uids: string[]; total: number } {
    const { ids, total } = this.catalog.query(asked);
    return { uids: ids.map((id) => this.catalog.entity(id).metadata.uid), total };
  }

  rollups(seen: readonly string[] | undefined): Map<string, unknown> {
    const set = this.visibility(seen);
    return new Map(
      (seen ?? uids).flatMap((uid) => {
        const id = this.catalog.byUid(uid, set);
        return id === undefined ? [] : [[uid, this.catalog.entity(id, set).status.portolan.rollup]];
      }),
    );
  }
}

const seeing =
  (seen: readonly string[] | undefined) =>
  (uid: string): boolean =>
    seen?.includes(uid) !== false;

describe('roll-ups of the catalog and of a naive one', { timeout: 60_000 }, () => {
  test('are the same for every caller, whatever happened before', () => {
    fc.assert(
      fc.property(batches, visible, (changes, seen) => {
        const pair = new Pair();
        for (const batch of changes) {
          pair.apply(batch);
          for (const who of [undefined, seen]) {
            for (const [uid, rollup] of pair.rollups(who)) {
              const held = pair.naive.resources.find(({ metadata }) => metadata.uid === uid);
              expect(rollup).toEqual(held && pair.naive.rollup(held, seeing(who)));
            }
          }
        }
      }),
      { numRuns: 250 },
    );
  });

  test('are filtered, counted and ordered alike', () => {
    fc.assert(
      fc.property(batches, fc.array(query, { minLength: 1, maxLength: 4 }), visible, (changes, queries, seen) => {
        const pair = new Pair();
        for (const batch of changes) {
          pair.apply(batch);
          const set = pair.visibility(seen);
          for (const each of queries) {
            const { uids: expected, total } = pair.naive.query(each, seeing(seen));
            expect(pair.uids({ ...each, visible: set })).toEqual({ uids: expected, total });
            const facets = pair.catalog.facets({ paths: [key], filter: each.filter, visible: set });
            expect(facets.get(key)).toEqual(pair.naive.facet(key, each.filter, seeing(seen)));
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('change only where a subscriber is told, whether anybody asked before or not', () => {
    fc.assert(
      fc.property(batches, (changes) => {
        const pair = new Pair();
        const unasked = createCatalog();
        const told = [pair.catalog, unasked].map((catalog) => {
          const refs = new Set<string>();
          catalog.subscribe((notice) => notice.refs.forEach((ref) => refs.add(ref)));
          return refs;
        });
        let before = pair.rollups(undefined);
        for (const batch of changes) {
          told.forEach((refs) => refs.clear());
          pair.apply(batch);
          unasked.apply(batch);
          const after = pair.rollups(undefined);
          const differing = [...after.keys()].filter((uid) => !isDeepStrictEqual(after.get(uid), before.get(uid)));
          const refs = differing.map((uid) => pair.catalog.refOf(pair.catalog.byUid(uid) ?? -1));
          expect(told.map((each) => refs.filter((ref) => !each.has(ref)))).toEqual([[], []]);
          before = after;
        }
      }),
      { numRuns: 200 },
    );
  });
});
