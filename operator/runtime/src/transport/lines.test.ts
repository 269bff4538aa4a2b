import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from './lines.ts';

describe('the line splitter', () => {
  it('gives the same lines wherever the bytes are cut', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\n', ' '));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 10 }), fc.array(fc.nat(200), { maxLength: 12 }), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
        const bounds = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length];
        const splitter = createLineSplitter({ maxBytes: 1_000 });
        const found = bounds.flatMap((from, at) => splitter.push(bytes.subarray(from, bounds[at + 1] ?? bytes.length)));
        expect(found).toEqual(lines.filter((each) => each !== ''));
        expect(splitter.pending).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a line that is too long, whether it ends or not', () => {
    const tooLarge = expect.objectContaining({ code: 'RUNTIME_TOO_LARGE' }) as Error;
    expect(() => createLineSplitter({ maxBytes: 3 }).push(Buffer.from('abcd\n'))).toThrow(tooLarge);
    const splitter = createLineSplitter({ maxBytes: 3 });
    expect(splitter.push(Buffer.from('ab'))).toEqual([]);
    expect(splitter.pending).toBe(2);
    expect(() => splitter.push(Buffer.from('cd'))).toThrow(tooLarge);
  });
});
