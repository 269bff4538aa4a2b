import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareCodePoints } from './code-points.ts';
import { sortByText } from './sorting.ts';

type Texts = readonly (string | undefined)[];

const text = fc.oneof(
  fc.constantFrom('a', 'b', '\u{1f600}', '\uffee', '\u{1f600}a', ''),
  fc.string({ unit: 'grapheme' }),
);

function expectSorted(texts: Texts, isDescending: boolean): void {
  const ids = texts.map((_, id) => id).reverse();
  const compare = (a: number, b: number): number => {
    const [left, right] = [texts[a], texts[b]];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    return isDescending ? compareCodePoints(right, left) : compareCodePoints(left, right);
  };
  expect(sortByText(ids, texts, isDescending)).toEqual(ids.toSorted(compare));
}

describe('sorting ids by their texts', () => {
  test('is by code points, stable, in both directions, and puts those without last', () => {
    fc.assert(fc.property(fc.array(fc.option(text, { nil: undefined })), fc.boolean(), expectSorted));
  });

  test.each([true, false])('is the same for more texts than are dealt out, with pairs: %s', (hasPairs) => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      index % 7 === 0 ? undefined : `n${(index * 31) % 5_003}`,
    );
    const texts = hasPairs ? [...many, '\u{1f600}', '\uffee', '\u{1f600}'] : many;
    expectSorted(texts, false);
    expectSorted(texts, true);
  });
});
