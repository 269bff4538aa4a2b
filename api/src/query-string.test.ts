import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQueryString } from './query-string.ts';

describe('parseQueryString', () => {
  test.each<[string, object]>([
    ['', {}],
    ['a=1', { a: '1' }],
    ['a=1&a=2&a=3', { a: ['1', '2', '3'] }],
    ['a', { a: '' }],
    ['a=', { a: '' }],
    ['&&a=1&', { a: '1' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=x+y%20z', { a: 'x y z' }],
    ['filter=metadata.name%3Dx', { filter: 'metadata.name=x' }],
    ['a=line%Abreak', { a: 'line%Abreak' }],
    ['a=%ED%A0%BD', { a: '%ED%A0%BD' }],
    ['a=50%', { a: '50%' }],
    ['%=1', { '%': '1' }],
  ])('%s', (text, expected) => {
    expect({ ...parseQueryString(text) }).toEqual(expected);
  });

  test('__proto__ is a key like any other', () => {
    const values = parseQueryString('__proto__=x&__proto__=y&constructor=z');
    expect(Object.keys(values)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['0']).toBeUndefined();
  });

  test('reads back what URLSearchParams writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { noNullPrototype: true }), (values) => {
        const written = new URLSearchParams(Object.entries(values)).toString();
        expect({ ...parseQueryString(written) }).toEqual({ ...parseQueryString(written), ...values });
      }),
      { numRuns: 300 },
    );
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void parseQueryString(text)),
      { numRuns: 1_000 },
    );
  });
});
