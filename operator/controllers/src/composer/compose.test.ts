import type { Condition, EntityStatus } from '@portolan/crds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeStatus } from './compose.ts';
import type { Fragment } from './fragment.ts';

const now = '2026-11-24T10:00:00Z';
const later = '2026-11-24T11:00:00Z';

const status = fc.constantFrom('True', 'False', 'Unknown') satisfies fc.Arbitrary<Condition['status']>;
const stated = fc.record({
  type: fc.constantFrom('Ready', 'RefsResolved', 'WorkloadsLinked'),
  status: fc.oneof(status, fc.constant(null)),
  reason: fc.constantFrom('A', 'B'),
  message: fc.constantFrom('a', 'b'),
});
const fragment = fc.record(
  {
    fields: fc.record(
      {
        ownerRef: fc.constantFrom('group:a/b', 'group:c/d', null),
        refs: fc.oneof(fc.record({ total: fc.nat(3) }), fc.constant(null)),
      },
      { requiredKeys: [] },
    ),
    conditions: fc.uniqueArray(stated, { selector: (each) => each.type }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Fragment>;
const storedStatus = fc.option(
  fc.record(
    { ownerRef: fc.constant('group:x/y'), systemRef: fc.constant('system:x/y'), observedGeneration: fc.constant(-1) },
    { requiredKeys: [] },
  ),
  { nil: undefined },
) as fc.Arbitrary<EntityStatus | undefined>;

describe('the composed status', () => {
  it('I4: composes to itself, at any later time: a converged entity is never written', () => {
    fc.assert(
      fc.property(storedStatus, fc.array(fragment, { maxLength: 3 }), (stored, fragments) => {
        const once = composeStatus({ stored, generation: 3, fragments, now });
        const twice = composeStatus({ stored: once, generation: 3, fragments, now: later });
        // A condition that two fragments state differently flips back and forth; each has one owner.
        const types = fragments.flatMap((each) => each.conditions?.map(({ type }) => type) ?? []);
        fc.pre(new Set(types).size === types.length);
        expect(twice).toEqual(once);
      }),
    );
  });

  it('keeps what no fragment speaks of, and removes what one says null to', () => {
    const stored: EntityStatus = { ownerRef: 'group:a/b', systemRef: 'system:a/b', conditions: [] };
    const next = composeStatus({ stored, generation: 2, fragments: [{ fields: { systemRef: null } }], now });
    expect(next).toEqual({ ownerRef: 'group:a/b', observedGeneration: 2, conditions: [] });
  });

  it('does not change what it is given', () => {
    const stored: EntityStatus = Object.freeze({ conditions: Object.freeze([]) as unknown as Condition[] });
    const ready = { type: 'Ready', status: 'True', reason: 'Accepted', message: '' } as const;
    const next = composeStatus({ stored, generation: 1, fragments: [{ conditions: [ready] }], now });
    expect(next.conditions).toEqual([{ ...ready, observedGeneration: 1, lastTransitionTime: now }]);
    expect(stored.conditions).toEqual([]);
  });
});
