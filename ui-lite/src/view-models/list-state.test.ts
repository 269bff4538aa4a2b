import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dimensions, filterOf, listHref, listParams, orderOf, parseListState, toggled } from './list-state.ts';

describe("a list's address", () => {
  it('reads back as the state that it was made from', () => {
    const state = parseListState(
      'q=Pay&kind=api&kind=component&owner=group:org/a&rel=partOf:system:x/y&sort=-owner&page=3',
    );
    expect(parseListState(listHref(state).split('?')[1] ?? '')).toEqual(state);
    expect(listHref(state)).toBe(
      '/catalog?q=Pay&kind=api&kind=component&owner=group:org/a&rel=partOf:system:x/y&sort=-owner&page=3',
    );
  });

  it('is stable under reading and writing whatever the query string is', () => {
    const key = fc.constantFrom(...dimensions, 'q', 'rel', 'sort', 'page', 'x');
    const pair = fc.tuple(key, fc.string({ maxLength: 20 }));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 8 }), (pairs) => {
        const state = parseListState(new URLSearchParams(pairs).toString());
        expect(parseListState(new URLSearchParams(listParams(state)).toString())).toEqual(state);
        expect(listHref(state)).toMatch(/^\/catalog(\?|$)/);
      }),
    );
  });

  it('has no default in it', () => {
    expect(listHref(parseListState('q=&kind=&sort=name&page=1'))).toBe('/catalog');
  });

  it.each(['page=0', 'page=-1', 'page=x', 'page=1e99', 'sort=bogus', 'rel=nonsense', '%zz=%', 'kind'])(
    'ignores %s',
    (search) => {
      expect(listHref(parseListState(search))).toBe('/catalog');
    },
  );

  it('keeps only fifty values of one filter', () => {
    const search = Array.from({ length: 80 }, (_, index) => `tag=t${index}`).join('&');
    expect(parseListState(search).filters.tag).toHaveLength(50);
  });
});

describe('filters', () => {
  const state = parseListState('kind=API&kind=component&health=Degraded&owner=group:org/a&page=4');

  it('become one expression: any value of a dimension, all dimensions', () => {
    expect(filterOf(state)).toEqual({
      all: [
        { key: 'kind', values: ['api', 'component'] },
        { key: 'status.portolan.health.verdict', values: ['degraded'] },
        { key: 'relations.ownedby', values: ['group:org/a'] },
      ],
    });
  });

  it('leave one dimension out for the counts of that dimension', () => {
    expect(filterOf(parseListState('kind=api'), 'kind')).toBeUndefined();
    expect(filterOf(parseListState('kind=api&type=grpc'), 'kind')).toEqual({ key: 'spec.type', values: ['grpc'] });
  });

  it('ask for a relation by its type and target', () => {
    expect(filterOf(parseListState('rel=partOf:system:x/Y'))).toEqual({
      relation: { type: 'partOf', targetRefs: ['system:x/y'] },
    });
  });

  it('go back to the first page when one is switched', () => {
    const on = toggled(state, 'kind', 'user');
    expect([on.filters.kind, on.page]).toEqual([['api', 'component', 'user'], 1]);
    expect(toggled(on, 'kind', 'api').filters.kind).toEqual(['component', 'user']);
  });
});

describe('the order', () => {
  it('is by name unless another field is chosen, and then by name within it', () => {
    expect(orderOf(parseListState(''))).toEqual([{ field: 'metadata.name', direction: 'asc' }]);
    expect(orderOf(parseListState('sort=-type'))).toEqual([
      { field: 'spec.type', direction: 'desc' },
      { field: 'metadata.name', direction: 'asc' },
    ]);
  });
});
