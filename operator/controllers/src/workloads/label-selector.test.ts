import { describe, expect, it } from 'vitest';
import { matchesSelector, parseSelector } from './label-selector.ts';

const labels = { app: 'shop', tier: 'web', 'example.com/team': 'a' };

describe('label selectors', () => {
  it.each([
    ['app=shop', true],
    ['app==shop,tier!=db', true],
    ['app=shop, tier=db', false],
    ['tier in (web, api)', true],
    ['tier notin (web)', false],
    ['missing notin (web)', true],
    ['missing!=x', true],
    ['example.com/team', true],
    ['!example.com/team', false],
    ['!missing,app', true],
  ])('decides %j as kubectl does', (text, expected) => {
    const requirements = parseSelector(text);
    expect(requirements).toBeDefined();
    expect(matchesSelector(requirements ?? [], labels)).toBe(expected);
  });

  it.each(['', '=x', 'a b', 'a in web', 'a in (x', 'a(b', 'a in (x),b(', ',,', 'a=b c'])(
    'does not parse %j, so it selects nothing',
    (text) => {
      expect(parseSelector(text)).toBeUndefined();
    },
  );

  it('reads no text that is longer than a person would write, whatever it says', () => {
    expect(parseSelector(`app in (${'a,'.repeat(2_000)}shop)`)).toBeDefined();
    expect(parseSelector(`app in (${'a,'.repeat(3_000)}shop)`)).toBeUndefined();
    expect(parseSelector('a('.repeat(120_000))).toBeUndefined();
  });

  it('does not take an inherited property for a label', () => {
    expect(matchesSelector(parseSelector('constructor') ?? [], labels)).toBe(false);
  });
});
