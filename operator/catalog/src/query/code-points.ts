/**
 * Compares by code points, as a database with the C.UTF-8 collation does. Plain `<` compares UTF-16 units, where the
 * halves of a pair sort before U+E000 to U+FFFF although the pair is larger.
 *
 * @returns negative, zero or positive
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) {
      return weight(left) - weight(right);
    }
  }
  return a.length - b.length;
}

/** Halves of pairs move above every other unit and keep their order. */
function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
