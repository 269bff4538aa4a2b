import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearNames } from './near-names.ts';

const refs = [
  'component:payments/payment-gateway',
  'component:commerce/checkout',
  'group:org/checkout',
  'api:commerce/checkout-api',
  'user:org/ada',
];

describe('near names', () => {
  it('find a swapped letter in the name that was asked for', () => {
    expect(nearNames('component:payments/paymnet-gateway', refs)).toEqual(['component:payments/payment-gateway']);
  });

  it('put the same name elsewhere before names that only begin alike', () => {
    expect(nearNames('system:x/checkout', refs)).toEqual([
      'component:commerce/checkout',
      'group:org/checkout',
      'api:commerce/checkout-api',
    ]);
  });

  it('offer nothing for a word that is far from all of them', () => {
    expect(nearNames('zzzzzz', refs)).toEqual([]);
    expect(nearNames('', refs)).toEqual([]);
  });

  it('keep to the limit', () => {
    expect(nearNames('checkout', refs, 1)).toHaveLength(1);
  });
});

/** The textbook table, without the band. */
function slowDistance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (__, j) => i + j));
  const at = (i: number, j: number) => table[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      (table[i] ?? [])[j] = best;
    }
  }
  return at(a.length, b.length);
}

describe('the edit distance', () => {
  it('agrees with the full table up to its limit', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 3 }), (a, b, limit) => {
        const full = slowDistance(a, b);
        expect(editDistance(a, b, limit)).toBe(full > limit ? undefined : full);
      }),
      { numRuns: 1_000 },
    );
  });
});
