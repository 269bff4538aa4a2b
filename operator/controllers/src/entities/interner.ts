/** Values that many objects have in common, held once. What it gives is shared: nobody may change it. */
export interface Interner {
  /** The same text, in memory once. */
  text(value: string): string;
  /** A value that is equal as JSON, in memory once. */
  json<T>(value: T): T;
}

/** Entries per generation: 100,000 components have about 40,000 different refs, and status texts change by the second. */
const generationSize = 32_768;

/**
 * Creates an {@link Interner}. It forgets: of two generations the older one is dropped when the younger one is full, so
 * that it stays small however many values come by. What was forgotten is only held twice.
 */
export function createInterner({ size = generationSize }: { size?: number } = {}): Interner {
  let young = new Map<string, unknown>();
  let old = new Map<string, unknown>();
  const share = <T>(key: string, value: T): T => {
    let known = young.get(key);
    if (known !== undefined) return known as T;
    known = old.get(key) ?? value;
    if (young.size >= size) {
      old = young;
      young = new Map();
    }
    young.set(key, known);
    return known as T;
  };
  return {
    text: (value) => share(value, value),
    // No text that is interned as such begins like JSON of an object or an array.
    json: (value) => share(JSON.stringify(value), value),
  };
}
