import { describe, expect, test } from 'vitest';
import type { Catalog, CatalogQuery, Position } from '../model.ts';
import { catalogOf, matches, uidsOf, upsert } from '../testing/resources.ts';

const titled = (uid: string, title?: string) => ({ name: uid, spec: title === undefined ? {} : { title } });
const ask = (catalog: Catalog, query: CatalogQuery): string[] => uidsOf(catalog, catalog.query(query).ids);

describe('a filter', () => {
  const catalog = catalogOf(
    {
      name: 'a',
      spec: { type: 'Service', tags: ['go', 'java'], description: 'x'.repeat(201) },
      labels: { tier: 'Gold' },
    },
    { name: 'b', spec: { type: 'website', tags: ['go'] }, labels: { constructor: 'y' } },
  );

  test('ignores case in keys and values', () => {
    expect(matches(catalog, { key: 'SPEC.type', values: ['SERVICE'] })).toEqual(['a']);
    expect(matches(catalog, { key: 'metadata.labels.tier', values: ['gold'] })).toEqual(['a']);
  });

  test('asks for several items of a list by their own keys', () => {
    const go = { key: 'metadata.tags.go', values: ['true'] };
    expect(matches(catalog, { all: [go, { key: 'metadata.tags.java', values: ['true'] }] })).toEqual(['a']);
    expect(matches(catalog, { key: 'metadata.tags', values: ['java', 'go'] })).toEqual(['a', 'b']);
  });

  test('finds a value over 200 characters by its existence only', () => {
    expect(matches(catalog, { key: 'metadata.description' })).toEqual(['a']);
    expect(matches(catalog, { key: 'metadata.description', values: ['x'.repeat(201)] })).toEqual([]);
    expect(matches(catalog, { key: 'metadata.description', prefix: 'x' })).toEqual([]);
  });

  test('finds a ref over 200 characters by its existence only', () => {
    const long = `group:default/${'y'.repeat(200)}`;
    const dangling = catalogOf({ name: 'a', spec: { owner: long } });
    expect(matches(dangling, { key: 'relations.ownedBy' })).toEqual(['a']);
    expect(matches(dangling, { key: 'relations.ownedBy', prefix: 'group:' })).toEqual([]);
    expect(matches(dangling, { relation: { type: 'ownedBy', targetRefs: [long] } })).toEqual([]);
    expect(dangling.query({ fullText: { term: 'yyy', fields: ['relations.ownedBy'] } }).total).toBe(0);
    expect(dangling.facets({ paths: ['relations.ownedBy'] }).get('relations.ownedBy')).toEqual([]);
  });

  test('sees neither objects nor the etag', () => {
    expect(matches(catalog, { key: 'metadata.labels' })).toEqual([]);
    expect(matches(catalog, { key: 'metadata.etag' })).toEqual([]);
  });

  test('empty all is true, empty any and an empty list of values are false', () => {
    expect(matches(catalog, { all: [] })).toEqual(['a', 'b']);
    expect(matches(catalog, { any: [] })).toEqual([]);
    expect(matches(catalog, { key: 'kind', values: [] })).toEqual([]);
    expect(matches(catalog, { not: { any: [] } })).toEqual(['a', 'b']);
  });

  test('takes keys literally that mean something to JavaScript', () => {
    expect(matches(catalog, { key: '__proto__' })).toEqual([]);
    expect(matches(catalog, { key: 'constructor' })).toEqual([]);
    expect(matches(catalog, { key: 'metadata.labels.constructor', values: ['y'] })).toEqual(['b']);
    expect(catalog.facets({ paths: ['__proto__'] }).get('__proto__')).toEqual([]);
  });

  test('still finds an entity by its key when one of several values goes', () => {
    const changing = catalogOf({ name: 'a', spec: { tags: ['go', 'java'] } });
    expect(matches(changing, { key: 'metadata.tags' })).toEqual(['a']);
    upsert(changing, { name: 'a', version: 2, spec: { tags: ['go'] } });
    expect(matches(changing, { key: 'metadata.tags' })).toEqual(['a']);
    upsert(changing, { name: 'a', version: 3, spec: { tags: [] } });
    expect(matches(changing, { key: 'metadata.tags' })).toEqual([]);
  });

  test('stays right while a value that many entities have comes and goes', () => {
    const crowd = Array.from({ length: 1_000 }, (_, index) => ({ name: `c${index}`, spec: { type: 'service' } }));
    const many = catalogOf(...crowd, { name: 'x', spec: { type: 'website' } });
    const services = () => many.query({ filter: { key: 'spec.type', values: ['service'] }, limit: 0 }).total;
    const counted = () =>
      many.facets({ paths: ['spec.type'], filter: { key: 'kind', values: ['component'] } }).get('spec.type');
    expect(services()).toBe(1_000);
    upsert(many, { name: 'x', version: 2, spec: { type: 'service' } });
    expect(services()).toBe(1_001);
    expect(counted()).toEqual([{ value: 'service', count: 1_001 }]);
    many.apply([{ type: 'delete', uid: 'c500' }]);
    upsert(many, { name: 'c1', version: 2, spec: { type: 'library' } });
    expect(services()).toBe(999);
    expect(counted()).toEqual([
      { value: 'library', count: 1 },
      { value: 'service', count: 999 },
    ]);
  });

  test('stays right beyond the number of keys whose posting sets are held', () => {
    const keys = Array.from({ length: 200 }, (_, index) => `k${index}`);
    const wide = catalogOf(...keys.map((key) => ({ name: key, labels: { [key]: 'yes' } })));
    for (const key of [...keys, ...keys.slice(0, 3)]) {
      expect(matches(wide, { key: `metadata.labels.${key}`, values: ['YES'] })).toEqual([key]);
    }
    expect(matches(wide, { all: keys.map((key) => ({ not: { key: `metadata.labels.${key}` } })) })).toEqual([]);
  });
});

describe('an order', () => {
  const catalog = catalogOf(titled('u1', 'b'), titled('u2'), titled('u3', 'A'), titled('u4', 'B'));
  const order = (direction: 'asc' | 'desc') => [{ field: 'Metadata.Title', direction }];

  test('leaves out rows without the field, or sorts them last in both directions', () => {
    expect(ask(catalog, { order: order('asc'), missing: 'exclude' })).toEqual(['u3', 'u1', 'u4']);
    expect(ask(catalog, { order: order('desc'), missing: 'exclude' })).toEqual(['u4', 'u1', 'u3']);
    expect(ask(catalog, { order: order('asc'), missing: 'last' })).toEqual(['u3', 'u1', 'u4', 'u2']);
    expect(ask(catalog, { order: order('desc'), missing: 'last' })).toEqual(['u1', 'u4', 'u3', 'u2']);
    expect(catalog.query({ order: order('asc'), missing: 'exclude', limit: 1 }).total).toBe(3);
  });

  test('uses all its fields only where missing rows are last', () => {
    const fields = [...order('asc'), { field: 'metadata.name', direction: 'desc' as const }];
    expect(ask(catalog, { order: fields, missing: 'last' })).toEqual(['u3', 'u4', 'u1', 'u2']);
    expect(ask(catalog, { order: fields, missing: 'exclude' })).toEqual(['u3', 'u1', 'u4']);
  });

  test('goes by code points', () => {
    const odd = catalogOf(titled('u1', '\u{1f600}'), titled('u2', '\uffee'), titled('u3', 'z'));
    expect(ask(odd, { order: order('asc') })).toEqual(['u3', 'u2', 'u1']);
  });

  test('stays right through changes, small and large', () => {
    const many = catalogOf(...Array.from({ length: 300 }, (_, index) => titled(`u${1_000 + index}`, `t${index % 7}`)));
    const query: CatalogQuery = { order: order('desc'), missing: 'exclude', limit: 2 };
    expect(ask(many, query)).toEqual(lastByTitle(300, 't6'));
    upsert(many, { name: 'u1000', version: 2, spec: { title: 'z' } });
    expect(ask(many, query)[0]).toBe('u1000');
    upsert(
      many,
      ...Array.from({ length: 300 }, (_, index) => ({ ...titled(`u${1_000 + index}`, 'same'), version: 3 })),
    );
    expect(ask(many, query)).toEqual(['u1299', 'u1298']);
  });
});

/** The two last uids of those titled alike. */
function lastByTitle(count: number, title: string): string[] {
  const uids = Array.from({ length: count }, (_, index) => index).filter((index) => `t${index % 7}` === title);
  return uids
    .slice(-2)
    .reverse()
    .map((index) => `u${1_000 + index}`);
}

describe('a page', () => {
  const catalog = catalogOf(...['a', 'b', 'c', 'd', 'e'].map((uid) => titled(uid, uid === 'c' ? 'x' : 'y')));
  const at = (value: string | null, uid: string, backwards = false): { position: Position; backwards: boolean } => ({
    position: { value, uid },
    backwards,
  });

  test('counts all rows, also with limit 0 and beyond the end', () => {
    expect(catalog.query({ limit: 0 })).toMatchObject({ ids: [], total: 5, hasNext: true, hasPrevious: false });
    expect(catalog.query({ offset: 9 })).toMatchObject({ ids: [], total: 5, hasNext: false, hasPrevious: true });
  });

  test('starts after a position whose row is gone, and ends before it', () => {
    const order = [{ field: 'metadata.title', direction: 'asc' as const }];
    expect(ask(catalog, { order, missing: 'exclude', from: at('y', 'bb'), limit: 2 })).toEqual(['d', 'e']);
    expect(ask(catalog, { order, missing: 'exclude', from: at('y', 'bb', true), limit: 2 })).toEqual(['a', 'b']);
  });

  test('tells its first and last row and the first of all', () => {
    const order = [{ field: 'metadata.title', direction: 'desc' as const }];
    expect(catalog.query({ order, missing: 'exclude', limit: 2, offset: 1 })).toMatchObject({
      first: { value: 'y', uid: 'd' },
      last: { value: 'y', uid: 'b' },
      firstOfAll: { value: 'y', uid: 'e' },
      hasNext: true,
      hasPrevious: true,
    });
  });
});

describe('full text', () => {
  const catalog = catalogOf(titled('u1', 'The 100% Shop'), titled('u2', 'shop_front'), titled('u3', 'Other'));
  const find = (term: string, fields: readonly string[] = ['metadata.title']): string[] =>
    ask(catalog, { fullText: { term, fields } });

  test('is a piece of a value in any case, trimmed', () => {
    expect(find(' SHOP ')).toEqual(['u1', 'u2']);
    expect(find('shop', ['Metadata.TITLE', 'metadata.name'])).toEqual(['u1', 'u2']);
  });

  test('has no wildcards', () => {
    expect(find('100% s')).toEqual(['u1']);
    expect(find('p_f')).toEqual(['u2']);
    expect(find('s_op')).toEqual([]);
  });

  test('follows what changes', () => {
    const changing = catalogOf(titled('u1', 'first'), titled('u2', 'second'));
    const found = (term: string) => ask(changing, { fullText: { term, fields: ['metadata.title'] } });
    expect(found('first')).toEqual(['u1']);
    upsert(changing, { ...titled('u1', 'third'), version: 2 }, { ...titled('u2', 'the first'), version: 2 });
    expect(found('first')).toEqual(['u2']);
    expect(found('third')).toEqual(['u1']);
  });

  test('in no fields finds nothing, and a blank term is no condition', () => {
    expect(find('shop', [])).toEqual([]);
    expect(find('  ')).toEqual(['u1', 'u2', 'u3']);
  });
});

describe('facets', () => {
  test('count entities by value in original case, each spelling of its own, sorted by value', () => {
    const catalog = catalogOf(
      { name: 'a', spec: { type: 'Service', tags: ['Go', 'go'] } },
      { name: 'b', spec: { type: 'service', tags: ['go'] } },
      { name: 'c', spec: { type: 'Service' } },
    );
    const facets = catalog.facets({ paths: ['SPEC.type', 'metadata.tags', 'nope'] });
    expect([...facets]).toEqual([
      [
        'SPEC.type',
        [
          { value: 'Service', count: 2 },
          { value: 'service', count: 1 },
        ],
      ],
      [
        'metadata.tags',
        [
          { value: 'Go', count: 1 },
          { value: 'go', count: 1 },
        ],
      ],
      ['nope', []],
    ]);
    const narrowed = catalog.facets({ paths: ['spec.type'], filter: { key: 'metadata.tags' }, visible: new Set([0]) });
    expect(narrowed.get('spec.type')).toEqual([{ value: 'Service', count: 1 }]);
  });
});
