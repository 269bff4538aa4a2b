import type { StoredObject } from '../objects.ts';

/** One change of one object. The version is that of the whole store. */
export interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** As it is now; for DELETED as it last was, with the version of its deletion. */
  readonly object: StoredObject;
  /** As it was before; absent for ADDED. */
  readonly previous?: StoredObject;
}

/** The last changes of one resource, oldest first. */
export interface History {
  push(change: Change): void;
  /** Changes after a version, oldest first; undefined when some of them are gone. */
  after(version: number): readonly Change[] | undefined;
  /** Forgets everything up to and with a version. */
  compact(version: number): void;
}

/** @param options.limit how many changes are kept */
export function createHistory({ limit }: { limit: number }): History {
  let changes: Change[] = [];
  // Everything up to this version is forgotten.
  let compacted = 0;
  const drop = (count: number): void => {
    compacted = changes[count - 1]?.version ?? compacted;
    changes = changes.slice(count);
  };
  return {
    push: (change) => {
      changes.push(change);
      // Trimmed by halves: slicing for each change would make a write as costly as the limit is high.
      if (changes.length >= limit * 2) drop(changes.length - limit);
    },
    after: (version) => {
      if (version < compacted) return undefined;
      let low = 0;
      let high = changes.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((changes[middle]?.version ?? 0) <= version) low = middle + 1;
        else high = middle;
      }
      return changes.slice(low);
    },
    compact: (version) => {
      const count = changes.findIndex((change) => change.version > version);
      drop(count === -1 ? changes.length : count);
      compacted = Math.max(compacted, version);
    },
  };
}
