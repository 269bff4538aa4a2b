import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Haystack } from './haystack.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\n', '\u{1f600}'), maxLength: 5 });

test('finds the values that contain a term, in their order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(text), text, (values, term) => {
      fc.pre(term !== '');
      expect(new Haystack(values).containing(term)).toEqual(values.filter((value) => value.includes(term)));
    }),
    { numRuns: 2_000 },
  );
});
