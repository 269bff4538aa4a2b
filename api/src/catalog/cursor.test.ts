import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../errors.ts';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';

const text = fc.string({ maxLength: 12, unit: 'grapheme' });
const path = fc.string({ minLength: 1, maxLength: 12 });
const order = fc.array(fc.record({ field: path, direction: fc.constantFrom('asc' as const, 'desc' as const) }), {
  maxLength: 3,
});

const cursor: fc.Arbitrary<Cursor> = order.chain((fields) => {
  const position = fc.record({ value: fields.length === 0 ? fc.constant(null) : fc.option(text), uid: fc.uuid() });
  return fc.record(
    {
      order: fc.constant(fields),
      position,
      first: position,
      backwards: fc.boolean(),
      totalItems: fc.nat(),
      filter: fc.oneof(
        fc.record({ key: fc.constant('kind'), values: fc.array(text, { minLength: 1, maxLength: 3 }) }),
        fc.record({ not: fc.record({ key: fc.constant('spec.system') }) }),
        fc.record({ relation: fc.record({ type: fc.constant('ownedBy') }) }),
      ),
      fullText: fc.record({ term: text, fields: fc.array(path, { maxLength: 2 }) }, { requiredKeys: ['term'] }),
    },
    { requiredKeys: ['order', 'position', 'first', 'backwards', 'totalItems'] },
  );
});

const wire = (change: object): string =>
  Buffer.from(
    JSON.stringify({
      orderFields: [{ field: 'metadata.name', order: 'asc' }],
      orderFieldValues: ['a', 'uid-1'],
      firstSortFieldValues: ['a', 'uid-1'],
      isPrevious: false,
      totalItems: 3,
      ...change,
    }),
  ).toString('base64');

describe('cursors', () => {
  test('decode to what was encoded', () => {
    fc.assert(
      fc.property(cursor, (original) => {
        expect(decodeCursor(encodeCursor(original))).toEqual(original);
      }),
      { numRuns: 500 },
    );
  });

  test('carry the names that the official client and its users look for', () => {
    const encoded = encodeCursor({
      order: [{ field: 'metadata.name', direction: 'desc' }],
      position: { value: 'b', uid: 'u2' },
      first: { value: 'c', uid: 'u3' },
      backwards: false,
      totalItems: 7,
      filter: { key: 'kind', values: ['API'] },
      fullText: { term: '', fields: undefined },
    });
    expect(JSON.parse(atob(encoded))).toEqual({
      orderFields: [{ field: 'metadata.name', order: 'desc' }],
      orderFieldValues: ['b', 'u2'],
      firstSortFieldValues: ['c', 'u3'],
      isPrevious: false,
      totalItems: 7,
      query: { kind: 'API' },
      fullTextFilter: { term: '' },
    });
  });

  test('by uid hold the uid alone', () => {
    const encoded = encodeCursor({
      order: [],
      position: { value: null, uid: 'u2' },
      first: { value: null, uid: 'u1' },
      backwards: true,
      totalItems: 0,
    });
    expect(JSON.parse(atob(encoded))).toMatchObject({ orderFieldValues: ['u2'], firstSortFieldValues: ['u1'] });
  });

  test.each([
    ['no base64', 'not a cursor!'],
    ['empty', ''],
    ['base64 of no JSON', Buffer.from('{').toString('base64')],
    ['base64 of a list', Buffer.from('[]').toString('base64')],
    ['base64 of null', Buffer.from('null').toString('base64')],
    ['an empty object', Buffer.from('{}').toString('base64')],
    ['an unknown direction', wire({ orderFields: [{ field: 'a', order: 'up' }] })],
    ['an empty field', wire({ orderFields: [{ field: '', order: 'asc' }] })],
    ['too few values', wire({ orderFieldValues: ['a'] })],
    ['too many values', wire({ orderFieldValues: ['a', 'b', 'c'] })],
    ['a uid that is null', wire({ orderFieldValues: ['a', null] })],
    ['values without an order', wire({ orderFields: [] })],
    ['isPrevious as text', wire({ isPrevious: 'yes' })],
    ['a negative total', wire({ totalItems: -1 })],
    ['a total as text', wire({ totalItems: '3' })],
    ['a query that is no predicate', wire({ query: { $nor: [] } })],
    ['a null query', wire({ query: null })],
    ['a text filter without a term', wire({ fullTextFilter: {} })],
    ['more than a body can hold', 'A'.repeat(200_000)],
  ])('refuse %s', (_, encoded) => {
    expect(() => decodeCursor(encoded)).toThrow(ApiError);
  });

  test('never throw anything but InputError, whatever the text', () => {
    const json = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64'));
    const changed = fc
      .dictionary(fc.constantFrom('query', 'orderFields', 'first', 'totalItems'), fc.jsonValue())
      .map(wire);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), json, changed), (encoded) => {
        try {
          decodeCursor(encoded);
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
