import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../catalog.ts';
import type { ChangeNotice } from '../model.ts';
import { step, type Step, uids } from '../testing/arbitraries.ts';
import { catalogOf, resourceOf, upsert } from '../testing/resources.ts';

function noticesOf(catalog: ReturnType<typeof createCatalog>): ChangeNotice[] {
  const notices: ChangeNotice[] = [];
  catalog.subscribe((change) => notices.push(change));
  return notices;
}

const refsOf = (notices: readonly ChangeNotice[]) => notices.map(({ refs }) => [...refs].sort());

describe('a subscriber', () => {
  test('is told once per apply that changed something, with the revision', () => {
    const catalog = catalogOf({ name: 'web' });
    const notices = noticesOf(catalog);
    upsert(catalog, { name: 'a' }, { name: 'b' });
    upsert(catalog, { name: 'a' });
    catalog.apply([]);
    catalog.apply([{ type: 'delete', uid: 'unknown' }]);
    catalog.apply([{ type: 'delete', uid: 'web' }]);
    expect(refsOf(notices)).toEqual([['component:default/a', 'component:default/b'], ['component:default/web']]);
    expect(notices.map(({ revision }) => revision)).toEqual([2, 3]);
    expect(catalog.revision).toBe(3);
  });

  test('is told of targets whose relations changed, those before and those after', () => {
    const catalog = catalogOf(
      { kind: 'Group', name: 'a' },
      { kind: 'Group', name: 'b' },
      { name: 'web', spec: { owner: 'a' } },
    );
    const notices = noticesOf(catalog);
    upsert(catalog, { name: 'web', version: 2, spec: { owner: 'b' } });
    upsert(catalog, { name: 'web', version: 3, spec: { owner: 'b', type: 'x' } });
    catalog.apply([{ type: 'delete', uid: 'web' }]);
    expect(refsOf(notices)).toEqual([
      ['component:default/web', 'group:default/a', 'group:default/b'],
      ['component:default/web'],
      ['component:default/web', 'group:default/b'],
    ]);
  });

  test('is told of a claimant that is answered by uid only, and of both refs of one that moved', () => {
    const catalog = catalogOf({ name: 'web' });
    const notices = noticesOf(catalog);
    upsert(catalog, { name: 'web', uid: 'younger', created: '2026-02-01T00:00:00Z' });
    upsert(catalog, { name: 'other', uid: 'younger', created: '2026-02-01T00:00:00Z' });
    expect(refsOf(notices)).toEqual([['component:default/web'], ['component:default/other', 'component:default/web']]);
  });

  test('hears nothing after it ended, not even when another one ends it in the same round', () => {
    const catalog = createCatalog();
    const heard: string[] = [];
    const ends: (() => void)[] = [];
    const listener = (name: string) => () => {
      heard.push(name);
      ends[1]?.();
    };
    ends.push(catalog.subscribe(listener('first')), catalog.subscribe(listener('second')));
    upsert(catalog, { name: 'a' });
    ends[0]?.();
    upsert(catalog, { name: 'b' });
    expect(heard).toEqual(['first']);
  });

  test('that throws harms neither the change nor the others', () => {
    const failures: unknown[] = [];
    const catalog = createCatalog({ listenerFailed: (error) => failures.push(error) });
    const error = new Error('mine');
    catalog.subscribe(() => {
      throw error;
    });
    const notices = noticesOf(catalog);
    upsert(catalog, { name: 'a' });
    upsert(catalog, { name: 'b' });
    expect(refsOf(notices)).toEqual([['component:default/a'], ['component:default/b']]);
    expect(failures).toEqual([error, error]);
  });

  test('that changes the catalog is heard of in the order of changes', () => {
    const catalog = createCatalog();
    const heard: string[] = [];
    catalog.subscribe(({ revision }) => {
      heard.push(`first ${revision}`);
      if (revision === 1) {
        catalog.apply([{ type: 'upsert', resource: resourceOf({ name: 'b' }) }]);
      }
    });
    catalog.subscribe(({ revision, refs }) => heard.push(`second ${revision} ${[...refs].join()}`));
    upsert(catalog, { name: 'a' });
    expect(heard).toEqual(['first 1', 'second 1 component:default/a', 'first 2', 'second 2 component:default/b']);
  });

  test('is told of every entity that answers otherwise than before', { timeout: 60_000 }, () => {
    const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(batches, (steps: Step[][]) => {
        const catalog = createCatalog();
        const answers = (): Map<string, string> =>
          new Map(
            uids.flatMap((uid) => {
              const id = catalog.byUid(uid);
              return id === undefined ? [] : [[`${uid} ${catalog.refOf(id)}`, catalog.bytes(id).toString()]];
            }),
          );
        const notices = noticesOf(catalog);
        for (const batch of steps) {
          const before = answers();
          notices.length = 0;
          catalog.apply(batch);
          const after = answers();
          const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
            (key) => before.get(key) !== after.get(key),
          );
          const refs = notices[0]?.refs ?? new Set();
          expect(differing.filter((key) => !refs.has(key.slice(key.indexOf(' ') + 1)))).toEqual([]);
          expect(notices.length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
