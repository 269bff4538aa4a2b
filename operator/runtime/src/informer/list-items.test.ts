import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listItems } from './list-items.ts';

function takeApart(text: string): { items: unknown[]; rest: unknown } {
  const items: unknown[] = [];
  const scan = listItems(Buffer.from(text));
  for (;;) {
    const { done, value } = scan.next();
    if (done === true) return { items, rest: value };
    items.push(value);
  }
}

/** As JSON.parse would have it. */
function whole(text: string): { items: unknown[]; rest: unknown } {
  const list = JSON.parse(text) as Record<string, unknown>;
  if (!Array.isArray(list['items'])) return { items: [], rest: list };
  return { items: list['items'] as unknown[], rest: { ...list, items: [] } };
}

const json = fc.jsonValue({ maxDepth: 4 });
const indent = fc.constantFrom(undefined, 1, '\t', '\n\r ');
const list = fc
  .record(
    { kind: fc.string(), metadata: json, items: fc.oneof(fc.array(json, { maxLength: 8 }), json), '\u0000"\\': json },
    { requiredKeys: [] },
  )
  .chain((record) => fc.shuffledSubarray(Object.entries(record)).map((entries) => Object.fromEntries(entries)));

describe('a List taken apart', () => {
  it('is what JSON.parse finds in it, in any order, spacing and depth', () => {
    fc.assert(
      fc.property(list, indent, (value, spacing) => {
        const text = JSON.stringify(value, undefined, spacing);
        expect(takeApart(text)).toEqual(whole(text));
      }),
      { numRuns: 500 },
    );
  });

  it('is refused wherever JSON.parse refuses it, with a byte lost, doubled or changed', () => {
    const place = fc.nat();
    const byte = fc.constantFrom('', '{', '}', '[', ']', '"', ',', ':', '\\', ' ', '0', 'x');
    fc.assert(
      fc.property(list, place, byte, (value, at, put) => {
        const text = JSON.stringify(value);
        const broken = text.slice(0, at % text.length) + put + text.slice((at % text.length) + 1);
        let expected: unknown;
        try {
          expected = whole(broken);
        } catch {
          expect(() => takeApart(broken)).toThrow(SyntaxError);
          return;
        }
        expect(takeApart(broken)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['', '[]', 'null', '{', '{"items":[', '{"items":[1,]}', '{"items":[1 2]}', '{"items":[]} x'])(
    'that is %j is refused',
    (text) => {
      expect(() => takeApart(text)).toThrow(SyntaxError);
    },
  );

  it('keeps characters of several bytes whole', () => {
    const text = JSON.stringify({ items: [{ name: 'Grüße 🎉 "\\' }], metadata: { continue: 'ä' } });
    expect(takeApart(text)).toEqual({
      items: [{ name: 'Grüße 🎉 "\\' }],
      rest: { items: [], metadata: { continue: 'ä' } },
    });
  });
});
