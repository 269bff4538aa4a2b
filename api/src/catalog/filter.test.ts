import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../errors.ts';
import { parseFilter } from './filter.ts';

describe('parseFilter', () => {
  test.each<[string[], unknown]>([
    [[], undefined],
    [[''], undefined],
    [[' , ,'], undefined],
    [['kind'], { key: 'kind' }],
    [['kind=Component'], { key: 'kind', values: ['Component'] }],
    [['kind='], { key: 'kind', values: [''] }],
    [[' kind = Component '], { key: 'kind', values: ['Component'] }],
    [['kind=a,kind=b'], { key: 'kind', values: ['a', 'b'] }],
    [['kind,kind=a'], { key: 'kind', values: ['a'] }],
    [['kind=a,kind'], { key: 'kind', values: ['a'] }],
    [['kind=a=b'], { key: 'kind', values: ['a=b'] }],
    [
      ['kind=a', 'kind=b'],
      {
        any: [
          { key: 'kind', values: ['a'] },
          { key: 'kind', values: ['b'] },
        ],
      },
    ],
    [['kind=a', ''], { key: 'kind', values: ['a'] }],
    [['kind=a,spec.type'], { all: [{ key: 'kind', values: ['a'] }, { key: 'spec.type' }] }],
    [['__proto__=x'], { key: '__proto__', values: ['x'] }],
  ])('%j is %j', (sets, expected) => {
    expect(parseFilter(sets)).toEqual(expected);
  });

  test.each([['=x'], ['kind=a, =b'], ['=']])('refuses a condition without a key: %j', (set) => {
    expect(() => parseFilter([set])).toThrow(/'filter': .* has no key; write key=value/);
  });

  test('refuses more conditions than one request may ask for', () => {
    const set = Array.from({ length: 2_001 }, (_, index) => `k${index}`).join(',');
    expect(() => parseFilter([set])).toThrow(/more than 2000 conditions/);
  });

  const word = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !/[,=]|^\s|\s$/.test(text));
  const condition = fc.record({ key: word, values: fc.option(fc.uniqueArray(word, { minLength: 1, maxLength: 3 })) });
  const set = fc.uniqueArray(condition, { minLength: 1, maxLength: 4, selector: ({ key }) => key });

  test('reads back what was written, whatever the keys and values', () => {
    fc.assert(
      fc.property(fc.array(set, { minLength: 1, maxLength: 4 }), (sets) => {
        const written = sets.map((conditions) =>
          conditions.flatMap(({ key, values }) => values?.map((value) => `${key}=${value}`) ?? [key]).join(','),
        );
        const expected = sets.map((conditions) => {
          const parsed = conditions.map(({ key, values }) => (values === null ? { key } : { key, values }));
          return parsed.length === 1 ? parsed[0] : { all: parsed };
        });
        expect(parseFilter(written)).toEqual(expected.length === 1 ? expected[0] : { any: expected });
      }),
      { numRuns: 500 },
    );
  });

  test('throws nothing but InputError on arbitrary text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }), (sets) => {
        try {
          parseFilter(sets);
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
          expect(error).toMatchObject({ name: 'InputError', status: 400 });
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
