import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityHref, safeHref, splitRef } from './links.ts';

describe('a link that somebody wrote into the catalog', () => {
  it.each([
    ['https://runbooks.acme.dev/a?b=c#d', 'https://runbooks.acme.dev/a?b=c#d'],
    ['HTTP://acme.dev', 'http://acme.dev/'],
    ['mailto:team@acme.dev', 'mailto:team@acme.dev'],
  ])('%s leads to %s', (text, href) => {
    expect(safeHref(text)).toBe(href);
  });

  it.each([
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://acme.dev/1',
    '//evil.dev',
    '/catalog',
    '',
  ])('%j is never an href', (text) => {
    expect(safeHref(text)).toBeUndefined();
  });

  it('has one of three schemes whatever is written', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((rest) => `javascript:${rest}`),
        ),
        (text) => {
          const href = safeHref(text);
          expect(href === undefined || /^(https?:\/\/|mailto:)/.test(href)).toBe(true);
        },
      ),
    );
  });
});

describe("an entity's address", () => {
  it('is lower case with every part escaped', () => {
    const ref = { kind: 'Component', namespace: 'Payments', name: 'a/b?c#d e' };
    expect(entityHref(ref)).toBe('/catalog/payments/component/a%2Fb%3Fc%23d%20e');
  });

  it('is made from the three parts of a canonical ref', () => {
    expect(splitRef('group:org/team@acme.dev')).toEqual({ kind: 'group', namespace: 'org', name: 'team@acme.dev' });
  });

  it.each(['', 'a', 'a:b', 'a/b', ':a/b', 'a:/b', 'a:b/', 'a:b/c/d'])('is not made from %j', (text) => {
    expect(splitRef(text)).toBeUndefined();
  });
});
