import { describe, expect, it } from 'vitest';
import { createInterner } from './interner.ts';

describe('an interner', () => {
  it('gives the first of equal values', () => {
    const interner = createInterner();
    const one = { type: 'Ready', at: ['x'] };
    expect(interner.json(one)).toBe(one);
    expect(interner.json({ type: 'Ready', at: ['x'] })).toBe(one);
    expect(interner.json({ type: 'Ready', at: ['y'] })).toEqual({ type: 'Ready', at: ['y'] });
    expect(interner.text('bench')).toBe('bench');
  });

  it('I13: forgets what is not asked for, and keeps what is', () => {
    const interner = createInterner({ size: 10 });
    const kept = interner.json({ kept: true });
    const lost = interner.json({ lost: true });
    for (let at = 0; at < 100; at += 1) {
      interner.json({ at });
      expect(interner.json({ kept: true })).toBe(kept);
    }
    expect(interner.json({ lost: true })).not.toBe(lost);
  });
});
