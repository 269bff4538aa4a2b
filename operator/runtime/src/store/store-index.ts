/**
 * Functions from an object to the values it is found by. They must be pure: the values of an object are computed again
 * when it leaves the index.
 */
export type StoreIndexes<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** One reverse index: value → objects by key, in the order in which they came. */
export interface StoreIndex<T> {
  objects(value: string): T[];
  keys(value: string): string[];
  /** Moves a key from the values of `previous` to those of `next`. */
  move(key: string, previous: Iterable<string>, next: { values: Iterable<string>; object: T } | undefined): void;
}

/** @see {@link StoreIndex} */
export function createStoreIndex<T>(): StoreIndex<T> {
  const postings = new Map<string, Map<string, T>>();
  const remove = (value: string, key: string): void => {
    const posting = postings.get(value);
    if (posting?.delete(key) === true && posting.size === 0) postings.delete(value);
  };
  return {
    objects: (value) => [...(postings.get(value)?.values() ?? [])],
    keys: (value) => [...(postings.get(value)?.keys() ?? [])],
    move: (key, previous, next) => {
      const values = new Set(next?.values);
      for (const value of previous) if (!values.has(value)) remove(value, key);
      if (next === undefined) return;
      for (const value of values) {
        const posting = postings.get(value);
        if (posting === undefined) postings.set(value, new Map([[key, next.object]]));
        else posting.set(key, next.object);
      }
    },
  };
}
