import { describe, expect, it } from 'vitest';
import { withCondition } from './conditions.ts';

const before = '2026-01-01T00:00:00Z';
const now = '2026-01-02T00:00:00Z';
const ready = { type: 'Ready', status: 'True', reason: 'Accepted', message: 'Served.', observedGeneration: 1 } as const;

describe('a condition', () => {
  it('keeps its transition time while only reason, message or generation change', () => {
    const next = withCondition(
      [{ ...ready, lastTransitionTime: before }],
      { ...ready, message: 'New.', observedGeneration: 2 },
      now,
    );
    expect(next).toEqual([{ ...ready, message: 'New.', observedGeneration: 2, lastTransitionTime: before }]);
  });

  it('gets a new transition time with a new status', () => {
    const next = withCondition(
      [{ ...ready, lastTransitionTime: before }],
      { ...ready, status: 'False', reason: 'Conflict' },
      now,
    );
    expect(next).toEqual([{ ...ready, status: 'False', reason: 'Conflict', lastTransitionTime: now }]);
  });

  it('leaves the others and their order alone', () => {
    const other = { ...ready, type: 'RefsResolved', lastTransitionTime: before };
    const next = withCondition([other, { ...ready, lastTransitionTime: before }], { ...ready, status: 'Unknown' }, now);
    expect(next.map(({ type }) => type)).toEqual(['RefsResolved', 'Ready']);
    expect(next[0]).toBe(other);
  });
});
