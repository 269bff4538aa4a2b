import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRef, parseRef, RefError } from './ref.ts';

const part = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !/[:/]/.test(text));
const defaults = { kind: 'Group', namespace: 'home' };

describe('a reference', () => {
  it('comes back from its canonical form, in lower case', () => {
    fc.assert(
      fc.property(part, part, part, (kind, namespace, name) => {
        const written = `${kind}:${namespace}/${name}`;
        fc.pre(written.length <= 253 && written.toLowerCase().length <= 253);
        expect(parseRef(written, defaults)).toEqual({ kind, namespace, name });
        const canonical = formatRef({ kind, namespace, name });
        expect(formatRef(parseRef(canonical, defaults))).toBe(canonical);
      }),
    );
  });

  it.each([
    ['team', { kind: 'Group', namespace: 'home', name: 'team' }],
    ['org/team', { kind: 'Group', namespace: 'org', name: 'team' }],
    ['user:ada', { kind: 'user', namespace: 'home', name: 'ada' }],
    ['User:Org/Ada', { kind: 'User', namespace: 'Org', name: 'Ada' }],
    ['user:ada@example.com', { kind: 'user', namespace: 'home', name: 'ada@example.com' }],
  ])('%s takes what it leaves out from its field and its object', (text, parts) => {
    expect(parseRef(text, defaults)).toEqual(parts);
  });

  it.each(['', ':', '/', 'a:', ':a', 'a/', '/a', 'a:b:c', 'a/b/c', 'a/b:c', 'a:/b', 'a:b/', 'x'.repeat(254)])(
    '%j is refused, and the error says what the form is',
    (text) => {
      expect(() => parseRef(text, defaults)).toThrow(
        expect.objectContaining({ code: 'REF_MALFORMED', message: expect.stringContaining('[kind:][namespace/]name') }),
      );
    },
  );

  it('without a kind is refused where the field has no default for it', () => {
    expect(() => parseRef('database', { namespace: 'home' })).toThrow(RefError);
    expect(() => parseRef('database', { namespace: 'home' })).toThrow(
      expect.objectContaining({ code: 'REF_WITHOUT_KIND' }),
    );
  });
});
