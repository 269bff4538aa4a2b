/**
 * Functions from an object to the values it is found by. They must be pure: the values of an object are computed again
 * when it leaves the index.
 */
export type StoreIndexes<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** One reverse index: value → keys, in the order in which they came. */
export interface StoreIndex {
  keys(value: string): string[];
  /** Moves a key from the values of `previous` to those of `next`. */
  move(key: string, previous: readonly string[], next: readonly string[]): void;
}

/**
 * The keys under one value. Most values have one or a few: as a Set each would take 200 bytes, and an owner index of
 * 50,000 pods has 17,000 of them.
 */
type Posting = string | string[] | Set<string>;

/** Up to so many keys a search from front to back is as fast as a Set's. */
const longestList = 16;

/** @see {@link StoreIndex} */
export function createStoreIndex(): StoreIndex {
  const postings = new Map<string, Posting>();
  return {
    keys: (value) => keysIn(postings.get(value)),
    move: (key, previous, next) => {
      for (const value of previous) {
        const posting = postings.get(value);
        if (posting === undefined || next.includes(value)) continue;
        const rest = without(posting, key);
        if (rest === undefined) postings.delete(value);
        else if (rest !== posting) postings.set(value, rest);
      }
      for (const value of next) {
        const posting = postings.get(value);
        const more = withKey(posting, key);
        if (more !== posting) postings.set(value, more);
      }
    },
  };
}

function keysIn(posting: Posting | undefined): string[] {
  if (posting === undefined) return [];
  return typeof posting === 'string' ? [posting] : [...posting];
}

function withKey(posting: Posting | undefined, key: string): Posting {
  if (posting === undefined || posting === key) return key;
  if (typeof posting === 'string') return [posting, key];
  if (posting instanceof Set) return posting.add(key);
  if (posting.includes(key)) return posting;
  if (posting.length === longestList) return new Set([...posting, key]);
  // Not push(), which makes room for 17 more.
  return posting.concat(key);
}

/** Undefined when nothing is left. */
function without(posting: Posting, key: string): Posting | undefined {
  if (typeof posting === 'string') return posting === key ? undefined : posting;
  if (posting instanceof Set) {
    posting.delete(key);
    return posting.size === 0 ? undefined : posting;
  }
  const rest = posting.filter((each) => each !== key);
  return rest.length > 1 ? rest : rest[0];
}
