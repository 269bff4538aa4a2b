import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMergePatch, isEqualJson, mergePatch } from './merge-patch.ts';

const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const name = fc.oneof(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), fc.string({ maxLength: 3 }));
const { value: json } = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
}));
const object = fc.array(fc.tuple(name, json), { maxLength: 4 }).map((members): object => Object.fromEntries(members));

describe('mergePatch', () => {
  it('turns before into after, for all JSON without nulls', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const patch = mergePatch(before, after);
        const patched = patch === undefined ? before : applyMergePatch(before, patch);
        expect(isEqualJson(patched, after)).toBe(true);
        expect(patch === undefined).toBe(isEqualJson(before, after));
      }),
      { numRuns: 2_000 },
    );
  });

  it('names only what differs, with nulls for what is gone and arrays as a whole', () => {
    const before = { kept: 1, gone: 2, list: [1, 2], inner: { kept: 'x', gone: { deep: true }, changed: 'a' } };
    const after = { kept: 1, list: [1, 3], inner: { kept: 'x', changed: 'b', fresh: [] } };
    expect(mergePatch(before, after)).toEqual({
      gone: null,
      list: [1, 3],
      inner: { gone: null, changed: 'b', fresh: [] },
    });
    expect(mergePatch(before, structuredClone(before))).toBeUndefined();
  });

  it('takes undefined for absent on both sides', () => {
    expect(mergePatch({ a: undefined }, { b: undefined })).toBeUndefined();
    expect(mergePatch({ a: 1 }, { a: undefined })).toEqual({ a: null });
  });
});

describe('applyMergePatch', () => {
  // The table of RFC 7386, appendix A.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('makes of %j and %j what the RFC says', (target, patch, result) => {
    expect(applyMergePatch(target, patch)).toEqual(result);
  });
});
