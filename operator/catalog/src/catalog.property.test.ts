import { createNamespaceMapping } from '@portolan/crds';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCatalog } from './catalog.ts';
import type { Catalog, CatalogQuery, EntityId, Visibility } from './model.ts';
import { filter, fullText, order, path, type Step, step, uid, uids, visibleUids } from './testing/arbitraries.ts';
import { NaiveCatalog, type NaivePage, type NaiveQuery } from './testing/naive-catalog.ts';

const namespaces = createNamespaceMapping({ defaultNamespace: 'platform' });
const everybody = (): boolean => true;

/** A catalog and a naive one, fed alike. */
class Pair {
  readonly catalog: Catalog = createCatalog({ namespaces });
  readonly naive = new NaiveCatalog(namespaces);

  apply(steps: readonly Step[]): void {
    this.catalog.apply(steps);
    for (const each of steps) {
      if (each.type === 'delete') this.naive.delete(each.uid);
      else if (each.type === 'restate') this.naive.restate(each.uid, each.status);
      else this.naive.upsert(each.resource);
    }
  }

  uidOf(id: EntityId): string {
    return this.catalog.entity(id).metadata.uid;
  }

  visibility(seen: readonly string[] | undefined): Visibility | undefined {
    return seen && new Set(seen.flatMap((each) => this.catalog.byUid(each) ?? []));
  }

  query(query: CatalogQuery): NaivePage {
    const { ids, ...page } = this.catalog.query(query);
    return { ...page, uids: ids.map((id) => this.uidOf(id)) };
  }

  expectSameEntities(seen: readonly string[] | undefined): void {
    const sees = seeing(seen);
    const visible = this.visibility(seen);
    expect(this.catalog.size).toBe(this.naive.resources.length);
    for (const each of uids) {
      const resource = this.naive.resources.find(({ metadata }) => metadata.uid === each);
      const id = this.catalog.byUid(each, visible);
      expect(id === undefined).toBe(resource === undefined || !sees(each));
      if (id === undefined || resource === undefined) continue;
      const ref = this.naive.ref(resource);
      const served = this.naive.byRef(ref)?.metadata.uid ?? '';
      const byRef = this.catalog.byRef(ref, visible);
      expect(byRef === undefined ? undefined : this.uidOf(byRef)).toBe(sees(served) ? served : undefined);
      expect(this.catalog.refOf(id)).toBe(ref);
      expect(this.catalog.entity(id, visible)).toEqual(this.naive.entity(resource, sees));
      expect(JSON.parse(this.catalog.bytes(id, visible).toString())).toEqual(this.catalog.entity(id, visible));
    }
  }
}

function seeing(seen: readonly string[] | undefined): (uid: string) => boolean {
  return seen === undefined ? everybody : (each) => seen.includes(each);
}

const position = fc.record({ value: fc.constantFrom('a', 'web', 'component', null), uid });
const query: fc.Arbitrary<NaiveQuery> = fc.record(
  {
    filter,
    fullText,
    order,
    missing: fc.constantFrom('exclude' as const, 'last' as const),
    limit: fc.integer({ min: 0, max: 4 }),
    offset: fc.integer({ min: 0, max: 3 }),
    from: fc.record({ position, backwards: fc.boolean() }),
  },
  { requiredKeys: ['order', 'missing'] },
);
const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 });

describe('the catalog and a naive one', { timeout: 60_000 }, () => {
  test('answer every query alike, whatever happened before', () => {
    fc.assert(
      fc.property(batches, fc.array(query, { minLength: 1, maxLength: 6 }), visibleUids, (steps, queries, seen) => {
        const pair = new Pair();
        // Asked after every batch, so that what is kept between queries is also kept up to date.
        for (const batch of steps) {
          pair.apply(batch);
          for (const each of queries) {
            const asked = { ...each, visible: pair.visibility(seen) };
            expect(pair.query(asked)).toEqual(withoutUndefined(pair.naive.query(each, seeing(seen))));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('hold the same entities with the same relations', () => {
    fc.assert(
      fc.property(batches, visibleUids, (steps, seen) => {
        const pair = new Pair();
        for (const batch of steps) {
          pair.apply(batch);
          pair.expectSameEntities(seen);
          pair.expectSameEntities(undefined);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('count the same facets', () => {
    const asked = fc.record({ paths: fc.uniqueArray(path, { minLength: 1, maxLength: 4 }), filter: fc.option(filter) });
    fc.assert(
      fc.property(batches, asked, visibleUids, (steps, { paths, filter: kept }, seen) => {
        const pair = new Pair();
        for (const batch of steps) {
          pair.apply(batch);
          const facets = pair.catalog.facets({ paths, filter: kept ?? undefined, visible: pair.visibility(seen) });
          expect([...facets.keys()]).toEqual(paths);
          for (const each of paths) {
            expect(facets.get(each)).toEqual(pair.naive.facet(each, kept ?? undefined, seeing(seen)));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('page through a result forwards and backwards without gap or repetition', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.record({ order, missing: fc.constantFrom('exclude' as const, 'last' as const) }),
        fc.integer({ min: 1, max: 3 }),
        visibleUids,
        (steps, selection, limit, seen) => {
          const pair = new Pair();
          pair.apply(steps);
          const asked = { ...selection, visible: pair.visibility(seen) };
          const all = pair.query(asked).uids;
          const pages = [pair.query({ ...asked, limit })];
          for (let last = pages.at(-1); last?.hasNext === true && last.last !== undefined; last = pages.at(-1)) {
            pages.push(pair.query({ ...asked, limit, from: { position: last.last, backwards: false } }));
          }
          expect(pages.flatMap((page) => page.uids)).toEqual(all);
          for (let page = pages.pop(); page?.hasPrevious === true && page.first !== undefined; page = pages.pop()) {
            const back = pair.query({ ...asked, limit, from: { position: page.first, backwards: true } });
            expect(back).toEqual({ ...pages.at(-1), hasNext: true });
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** A missing position is an absent field. */
function withoutUndefined(page: NaivePage): NaivePage {
  return JSON.parse(JSON.stringify(page)) as NaivePage;
}
