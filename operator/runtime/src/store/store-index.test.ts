import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createStoreIndex } from './store-index.ts';

const values = fc.array(fc.constantFrom<string>('x', 'y', '__proto__'), { maxLength: 4 });
const step = fc.record({ key: fc.integer({ min: 0, max: 40 }).map((at) => `ns/${at}`), values });

it('keeps the keys of a value in the order in which they came, one or a thousand', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const index = createStoreIndex();
      const held = new Map<string, string[]>();
      const model = new Map<string, Set<string>>();
      for (const { key, values: next } of steps) {
        const previous = held.get(key) ?? [];
        index.move(key, previous, next);
        held.set(key, next);
        for (const value of previous) if (!next.includes(value)) model.get(value)?.delete(key);
        for (const value of next) model.set(value, (model.get(value) ?? new Set()).add(key));
      }
      for (const value of ['x', 'y', '__proto__', 'none']) {
        expect(index.keys(value)).toEqual([...(model.get(value) ?? [])]);
      }
    }),
  );
});

it('gives a list that stays as it is when the index changes', () => {
  const index = createStoreIndex();
  index.move('a', [], ['x']);
  index.move('b', [], ['x']);
  const before = index.keys('x');
  index.move('c', [], ['x']);
  expect(before).toEqual(['a', 'b']);
});
