/** Letters of generated names, as Kubernetes has them: no vowels, nothing that looks like another. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
const longestBase = 63 - suffixLength;

/** `generateName` with five letters after it; undefined without `generateName`. */
export function generatedName(base: string | undefined, random: () => number): string | undefined {
  if (base === undefined || base === '') return undefined;
  const letters = Array.from({ length: suffixLength }, () => alphabet[Math.floor(random() * alphabet.length)]);
  return base.slice(0, longestBase) + letters.join('');
}

/** A UUID of version 4. */
export function newUid(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16));
  hex[12] = 4;
  hex[16] = 8 + ((hex[16] ?? 0) % 4);
  const text = hex.map((digit) => digit.toString(16)).join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}
