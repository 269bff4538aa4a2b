import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../errors.ts';
import { decodeAfter, encodeAfter, nextLink } from './paging.ts';
import { parseOrder, parseOrderFields, parsePaths } from './selection.ts';

describe('after', () => {
  test('decodes to what was encoded', () => {
    fc.assert(
      fc.property(fc.record({ limit: fc.integer({ min: 1 }), offset: fc.nat() }), (page) => {
        expect(decodeAfter(encodeAfter(page))).toEqual(page);
      }),
      { numRuns: 200 },
    );
  });

  test.each(['x', '', btoa('[]'), btoa('null'), btoa('{"limit":0}'), btoa('{"limit":"1"}'), btoa('{"offset":-1}')])(
    '%j is refused',
    (after) => {
      expect(() => decodeAfter(after)).toThrow(ApiError);
    },
  );

  test('may leave out what is not limited', () => {
    expect(decodeAfter(btoa('{}'))).toEqual({});
  });
});

describe('the Link header', () => {
  test('keeps the selection, drops the offset and names the path without the plugin prefix', () => {
    const link = nextLink('/api/catalog/entities?filter=kind=api&limit=2&offset=4', 'QQ==');
    expect(link).toBe('</entities?filter=kind%3Dapi&limit=2&after=QQ%3D%3D>; rel="next"');
  });

  test('never holds a line break or an angle bracket of the caller', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (query) => {
        expect(nextLink(`/entities?${query}`, 'x')).toMatch(/^<\/entities\?[A-Za-z0-9%&=+*._-]*>; rel="next"$/);
      }),
      { numRuns: 300 },
    );
  });
});

describe('orders', () => {
  test('are read in both spellings', () => {
    expect(parseOrder(['asc:kind', 'desc:metadata.name:x'])).toEqual([
      { field: 'kind', direction: 'asc' },
      { field: 'metadata.name:x', direction: 'desc' },
    ]);
    expect(parseOrderFields(['kind', 'kind,asc', 'metadata.name,desc'])).toEqual([
      { field: 'kind', direction: 'asc' },
      { field: 'kind', direction: 'asc' },
      { field: 'metadata.name', direction: 'desc' },
    ]);
  });

  test.each(['kind', 'up:kind', 'asc:', 'ASC:kind'])('order=%s is refused', (text) => {
    expect(() => parseOrder([text])).toThrow(/'order'/);
  });

  test.each([',asc', 'kind,up', 'kind,ASC', `${'x'.repeat(2_000)},asc`])('orderField=%s is refused', (text) => {
    expect(() => parseOrderFields([text])).toThrow(/'orderField'/);
  });

  test('text filter fields may be repeated or separated by commas', () => {
    expect(parsePaths(['a, b', 'c,'], 'fullTextFilterFields')).toEqual(['a', 'b', 'c']);
    expect(parsePaths(undefined, 'fullTextFilterFields')).toBeUndefined();
  });
});
