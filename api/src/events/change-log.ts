/** What changed lately, for streams that catch up. */
export interface ChangeLog {
  /** The newest revision. */
  readonly revision: number;
  append(change: { refs: ReadonlySet<string>; revision: number }): void;
  /** Refs that changed after a revision; `undefined` when that is longer ago than the log remembers. */
  since(revision: number): ReadonlySet<string> | undefined;
}

const nothing: ReadonlySet<string> = new Set();

/**
 * The last changes of the catalog, kept once for all streams: a stream holds no more than the revision it has told of,
 * so a slow one costs nothing, however much changes meanwhile.
 *
 * @param maxRefs bound of what is kept, in refs over all changes; a larger change is forgotten at once
 */
export function createChangeLog(revision: number, { maxRefs = 4_096 }: { maxRefs?: number } = {}): ChangeLog {
  let newest = revision;
  /** Everything after this revision is known. */
  let floor = revision;
  let size = 0;
  let entries: { refs: ReadonlySet<string>; revision: number }[] = [];
  // Most streams ask for the same span, so the union is built once for each.
  let unions = new Map<number, ReadonlySet<string>>();

  const forgetOldest = (): void => {
    let count = 0;
    while (size > maxRefs && count < entries.length) {
      const oldest = entries[count++];
      size -= Math.max(1, oldest?.refs.size ?? 0);
      floor = oldest?.revision ?? floor;
    }
    entries = entries.slice(count);
  };

  return {
    get revision() {
      return newest;
    },
    append: (change) => {
      newest = change.revision;
      unions = new Map();
      entries.push(change);
      // A change without refs has a place in the list all the same.
      size += Math.max(1, change.refs.size);
      if (size > maxRefs) forgetOldest();
    },
    since: (seen) => {
      if (seen < floor || seen > newest) return undefined;
      if (seen === newest) return nothing;
      const known = unions.get(seen);
      if (known !== undefined) return known;
      const union = new Set<string>();
      for (const entry of entries) {
        if (entry.revision > seen) for (const ref of entry.refs) union.add(ref);
      }
      unions.set(seen, union);
      return union;
    },
  };
}
