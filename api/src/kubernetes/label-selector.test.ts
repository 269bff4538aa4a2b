import { describe, expect, test } from 'vitest';
import { selectorText } from './label-selector.ts';

describe('selectorText', () => {
  test.each([
    [{ matchLabels: { app: 'web', tier: 'front' } }, 'app=web,tier=front'],
    [
      {
        matchLabels: { app: 'web' },
        matchExpressions: [
          { key: 'zone', operator: 'In', values: ['a', 'b'] },
          { key: 'env', operator: 'NotIn', values: ['dev'] },
          { key: 'x', operator: 'Exists' },
          { key: 'y', operator: 'DoesNotExist' },
        ],
      },
      'app=web,zone in (a,b),env notin (dev),x,!y',
    ],
  ])('writes %j as kubectl takes it', (selector, text) => {
    expect(selectorText({ selector })).toBe(text);
  });

  test.each([
    undefined,
    null,
    {},
    { selector: {} },
    { selector: { app: 'web' } },
    { selector: { matchExpressions: [{ key: 'a', operator: 'Like' }] } },
    { selector: { matchLabels: { a: 1 } } },
    { selector: { matchExpressions: [null] } },
  ])('selects nothing by %j, rather than everything', (spec) => {
    expect(selectorText(spec)).toBeUndefined();
  });
});
