import { parseFilterPredicate } from '@backstage/filter-predicates';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../errors.ts';
import { formatPredicate, parsePredicate } from './predicate.ts';

const nested = (levels: number): unknown => (levels === 0 ? { kind: 'API' } : { $not: nested(levels - 1) });

/** Predicates as clients write them, right and wrong. */
const predicate = fc.letrec<{ node: unknown; leaf: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    tie('leaf'),
    fc.record({ $all: fc.array(tie('node'), { maxLength: 3 }) }),
    fc.record({ $any: fc.array(tie('node'), { maxLength: 3 }) }),
    fc.record({ $not: tie('node') }),
  ),
  leaf: fc.dictionary(
    fc.oneof(fc.constantFrom('kind', 'metadata.name', 'relations', '__proto__'), fc.string({ maxLength: 6 })),
    fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.integer(),
      fc.boolean(),
      fc.record({ $exists: fc.boolean() }),
      fc.record({ $in: fc.array(fc.oneof(fc.string({ maxLength: 4 }), fc.integer()), { maxLength: 3 }) }),
      fc.record({ $hasPrefix: fc.string({ maxLength: 4 }) }),
      fc.record({ $contains: fc.oneof(fc.string({ maxLength: 4 }), fc.constant({ type: 'ownedBy' })) }),
      fc.record({ $contains: fc.record({ type: fc.constant('ownedBy'), targetRef: fc.string({ maxLength: 4 }) }) }),
    ),
    { maxKeys: 3 },
  ),
})).node;

describe('parsePredicate', () => {
  test.each<[unknown, unknown]>([
    [{}, { all: [] }],
    [{ $all: [] }, { all: [] }],
    [{ $any: [] }, { any: [] }],
    [{ kind: 'API' }, { key: 'kind', values: ['API'] }],
    [{ 'spec.count': 3 }, { key: 'spec.count', values: ['3'] }],
    [{ 'spec.on': true }, { key: 'spec.on', values: ['true'] }],
    [
      { a: '1', b: '2' },
      {
        all: [
          { key: 'a', values: ['1'] },
          { key: 'b', values: ['2'] },
        ],
      },
    ],
    [{ a: { $exists: true } }, { key: 'a' }],
    [{ a: { $exists: false } }, { not: { key: 'a' } }],
    [{ a: { $in: ['x', 2] } }, { key: 'a', values: ['x', '2'] }],
    [{ a: { $in: [] } }, { any: [] }],
    [{ a: { $hasPrefix: 'x%' } }, { key: 'a', prefix: 'x%' }],
    [{ 'metadata.tags': { $contains: 'java' } }, { key: 'metadata.tags', values: ['java'] }],
    [{ relations: { $contains: { type: 'ownedBy' } } }, { relation: { type: 'ownedBy' } }],
    [
      { relations: { $contains: { type: 'ownedBy', targetRef: 'group:default/a' } } },
      { relation: { type: 'ownedBy', targetRefs: ['group:default/a'] } },
    ],
    [
      { Relations: { $contains: { type: 'ownedBy', targetRef: { $in: ['a', 'b'] } } } },
      { relation: { type: 'ownedBy', targetRefs: ['a', 'b'] } },
    ],
    [{ relations: { $contains: { type: 'ownedBy', targetRef: { $in: [] } } } }, { any: [] }],
    [{ $not: { kind: 'API' } }, { not: { key: 'kind', values: ['API'] } }],
    [{ a: { $hasPrefix: 'x', $in: ['y'], $exists: true } }, { key: 'a' }],
    [{ a: { $hasPrefix: 'x', $contains: 'z', $in: ['y'] } }, { key: 'a', values: ['y'] }],
    [{ a: { $hasPrefix: 'x', $contains: 'z' } }, { key: 'a', values: ['z'] }],
    [JSON.parse('{"__proto__": "x"}'), { key: '__proto__', values: ['x'] }],
  ])('%j is %j', (value, expected) => {
    expect(parsePredicate(value)).toEqual(expected);
  });

  test.each<[unknown, RegExp]>([
    [null, /'query': must be an object/],
    ['x', /'query': must be an object/],
    [[], /'query': must be an object/],
    [{ $all: {} }, /'query.\$all': must be a list/],
    [{ $all: ['x'] }, /'query.\$all\[0\]': must be an object/],
    [{ $any: [{}, null] }, /'query.\$any\[1\]': must be an object/],
    [{ $all: [], kind: 'API' }, /"\$all" must be the only key/],
    [{ $nor: [] }, /unknown operator "\$nor"/],
    [{ a: null }, /'query\["a"\]': must be a string, number, boolean or an operator/],
    [{ a: ['x'] }, /'query\["a"\]': must be/],
    [{ a: {} }, /must hold one of \$exists, \$in, \$contains, \$hasPrefix/],
    [{ a: { $regex: 'x' } }, /must hold one of/],
    [{ a: { $exists: 'yes' } }, /\$exists': must be true or false/],
    [{ a: { $in: 'x' } }, /\$in': must be a list/],
    [{ a: { $in: [{}] } }, /\$in': must be a list/],
    [{ a: { $hasPrefix: 1 } }, /\$hasPrefix': must be a string/],
    [{ a: { $contains: { type: 'x' } } }, /an object is possible for relations only/],
    [{ a: { $contains: null } }, /must be a string/],
    [{ relations: { $contains: {} } }, /must be \{"type": "ownedBy"\}/],
    [{ relations: { $contains: { type: 'a', target: 'b' } } }, /nothing else/],
    [{ relations: { $contains: { type: 'a', targetRef: 1 } } }, /targetRef': must be a ref/],
    [{ relations: { $contains: { type: 'a', targetRef: { $in: [1] } } } }, /targetRef': must be a ref/],
    [nested(40), /nested deeper than 32 levels/],
    [{ $all: Array.from({ length: 5_000 }, () => ({ a: 'x' })) }, /more than 5000 conditions/],
  ])('refuses %j', (value, message) => {
    expect(() => parsePredicate(value)).toThrow(message);
  });

  test('a formatted expression parses to an equal one', () => {
    fc.assert(
      fc.property(predicate, (value) => {
        let parsed;
        try {
          parsed = parsePredicate(value);
        } catch {
          return;
        }
        const wire: unknown = JSON.parse(JSON.stringify(formatPredicate(parsed)));
        expect(parsePredicate(wire)).toEqual(parsed);
      }),
      { numRuns: 1_000 },
    );
  });

  test('the largest and deepest query it accepts is accepted again after formatting', () => {
    const wide = { $all: Array.from({ length: 1_666 }, () => ({ a: 'x', b: 'y' })) };
    expect(parsePredicate(formatPredicate(parsePredicate(wide)))).toEqual(parsePredicate(wide));
    const deep = nested(32);
    expect(parsePredicate(formatPredicate(parsePredicate(deep)))).toEqual(parsePredicate(deep));
  });

  test('throws nothing but InputError on arbitrary JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), predicate), (value) => {
        try {
          parsePredicate(value);
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('a key that reads as an operator matches nothing once formatted', () => {
    expect(formatPredicate({ key: '$all', values: ['x'] })).toEqual({ $any: [] });
    expect(formatPredicate({ not: { key: '$all' } })).toEqual({ $not: { $any: [] } });
  });

  test('accepts nothing that the official schema refuses', () => {
    const primitive = fc.oneof(fc.string({ maxLength: 3 }), fc.integer(), fc.constant(null));
    const operand = fc.oneof(primitive, fc.array(primitive, { maxLength: 2 }), fc.constant({ type: 'ownedBy' }));
    const operators = fc.dictionary(
      fc.constantFrom('$exists', '$in', '$contains', '$hasPrefix', '$nor', 'x'),
      operand,
      {
        maxKeys: 2,
      },
    );
    const odd = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.dictionary(
        fc.constantFrom('kind', 'relations', '$all', '$any', '$not', '$nor', ''),
        fc.oneof({ maxDepth: 3 }, primitive, operators, tie('node'), fc.array(tie('node'), { maxLength: 2 })),
        { maxKeys: 2 },
      ),
    })).node;
    fc.assert(
      fc.property(odd, (value) => {
        try {
          parsePredicate(value);
        } catch {
          return;
        }
        expect(() => parseFilterPredicate(value)).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });
});
