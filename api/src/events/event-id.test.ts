import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventIds } from './event-id.ts';

const revision = fc.nat({ max: Number.MAX_SAFE_INTEGER });

describe('an event id', () => {
  test('opens to its revision, for its caller', () => {
    const ids = createEventIds();
    fc.assert(
      fc.property(revision, fc.string(), (at, caller) => {
        expect(ids.open(ids.seal(at, caller), caller)).toBe(at);
        expect(ids.open(ids.seal(at, caller), `${caller}x`)).toBeUndefined();
      }),
    );
  });

  test('of another process, a changed one, and any text do not open', () => {
    const [ids, others] = [createEventIds(), createEventIds()];
    const id = ids.seal(7, 'a');
    expect(others.open(id, 'a')).toBeUndefined();
    fc.assert(
      fc.property(fc.nat({ max: id.length - 1 }), (at) => {
        const changed = `${id.slice(0, at)}${id[at] === 'A' ? 'B' : 'A'}${id.slice(at + 1)}`;
        expect(ids.open(changed, 'a')).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(ids.open(text, 'a')).toBeUndefined();
      }),
    );
  });

  test('says nothing of the revision, and is another one each time', () => {
    const ids = createEventIds();
    expect(ids.seal(1, 'a')).not.toBe(ids.seal(1, 'a'));
    expect(ids.seal(1, 'a')).toMatch(/^[\w-]{48}$/);
  });
});
