import { describe, expect, it } from 'vitest';
import { counted, relativeWords, timeView } from './times.ts';

const now = Date.parse('2026-11-24T10:00:00Z');

describe('relative dates', () => {
  it.each([
    [0, 'just now'],
    [59_999, 'just now'],
    [60_000, '1 min ago'],
    [3 * 60_000 + 59_000, '3 min ago'],
    [3_600_000, '1 h ago'],
    [23.9 * 3_600_000, '23 h ago'],
    [24 * 3_600_000, '1 day ago'],
    [59 * 86_400_000, '59 days ago'],
    [90 * 86_400_000, '2 months ago'],
    [800 * 86_400_000, '2 years ago'],
    [-30_000, 'just now'],
    [-5 * 60_000, 'in 5 min'],
  ])('say %d ms as %s', (age, words) => {
    expect(relativeWords(age)).toBe(words);
  });

  it('keep the exact moment for machines and for the tooltip', () => {
    expect(timeView('2026-11-24T09:57:00Z', now)).toEqual({
      datetime: '2026-11-24T09:57:00.000Z',
      words: '3 min ago',
      exact: '2026-11-24 09:57:00 UTC',
    });
  });

  it('are left out when there is none or it cannot be read', () => {
    expect(timeView(undefined, now)).toBeUndefined();
    expect(timeView('yesterday', now)).toBeUndefined();
  });
});

describe('counted nouns', () => {
  it('are singular for one only', () => {
    expect([counted(0, 'match', 'matches'), counted(1, 'day'), counted(12_000, 'line')]).toEqual([
      '0 matches',
      '1 day',
      '12,000 lines',
    ]);
  });
});
