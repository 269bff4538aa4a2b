import type { EntityId } from '../model.ts';
import { KeyPostings } from './postings.ts';
import type { SearchRow } from './rows.ts';

/** Paths with posting sets held at once, and a bound of the memory they take. */
const maxPaths = 64;
const maxPostingBytes = 64 * 1024 * 1024;
/** Enough for the values that repeat; those that do not pass through. */
const maxRecentValues = 4_096;

/** One key of the rows. Entities share it, so that each key's text is held once. */
export interface RowKey {
  readonly name: string;
  /** The last call of `set` that had it, and whether one ever had it twice: most keys have one value per entity. */
  lastSet: number;
  isRepeated: boolean;
  /** Rows with this key. */
  rows: number;
  postings: KeyPostings | undefined;
  /** The posting sets hold the rows of the ids below; Infinity when of all. */
  filledTo: number;
}

/** The rows of one entity: key and value at the same index. */
export interface EntityRows {
  readonly keys: readonly RowKey[];
  /** In original case; null when the key only exists. */
  readonly values: readonly (string | null)[];
}

/**
 * The rows of all entities that queries see. Posting sets of a key are built on its first use and kept up to date; the
 * least recently used go when there are too many.
 */
export class RowIndex {
  readonly #keys = new Map<string, RowKey>();
  /** By id. */
  readonly #rows: (EntityRows | undefined)[] = [];
  #sets = 0;
  readonly #recentValues = new Map<string, string>();
  /** Keys with postings, the least recently used first. */
  readonly #built = new Set<RowKey>();

  /** Takes the rows of an entity in, replacing those it had; only posting sets of rows that differ are touched. */
  set(id: EntityId, rows: readonly SearchRow[]): void {
    const before = this.#rows[id];
    this.#sets++;
    const keys = rows.map(({ key }) => this.#retain(key));
    const after: EntityRows = { keys, values: rows.map(({ value }) => this.#shared(value)) };
    if (before !== undefined) {
      unpost(id, { rows: before, except: after });
    }
    post(id, { rows: after, except: before });
    this.#rows[id] = after;
    if (before !== undefined) {
      this.#release(before);
    }
  }

  delete(id: EntityId): void {
    const rows = this.#rows[id];
    if (rows !== undefined) {
      unpost(id, { rows, except: undefined });
      this.#release(rows);
      this.#rows[id] = undefined;
    }
  }

  /** Calls back with every value of an entity for a key. */
  forEachValue(id: EntityId, key: string, visit: (value: string | null) => void): void {
    const rows = this.#rows[id];
    const rowKey = this.#keys.get(key);
    if (rows === undefined || rowKey === undefined) {
      return;
    }
    forEachIndex(rows, rowKey, (at) => visit(rows.values[at] ?? null));
  }

  /** Whether any entity has a row with this key. */
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /**
   * Builds the posting sets of these keys, all in one pass. They stay valid until the next call.
   * A key that no entity has builds nothing.
   *
   * @param most how many ids the pass goes on at most; without it the posting sets are whole
   * @returns whether they are whole
   */
  prepare(keys: Iterable<string>, most = Infinity): boolean {
    const wanted = new Set<RowKey>();
    for (const name of keys) {
      const key = this.#keys.get(name);
      if (key !== undefined) {
        wanted.add(key);
        if (this.#built.delete(key)) {
          this.#built.add(key);
        }
      }
    }
    const missing = [...wanted].filter((key) => key.postings === undefined || key.filledTo !== Infinity);
    if (missing.length === 0) {
      return true;
    }
    this.#evict(wanted);
    for (const key of missing) {
      if (key.postings === undefined) {
        key.postings = new KeyPostings();
        key.filledTo = 0;
        this.#built.add(key);
      }
    }
    const from = Math.min(...missing.map(({ filledTo }) => filledTo));
    const to = Math.min(from + most, this.#rows.length);
    for (let id = from; id < to; id++) {
      this.#postTo(missing, id);
    }
    for (const key of missing) {
      key.filledTo = to === this.#rows.length ? Infinity : Math.max(key.filledTo, to);
    }
    return to === this.#rows.length;
  }

  #postTo(keys: readonly RowKey[], id: EntityId): void {
    const rows = this.#rows[id];
    if (rows === undefined) {
      return;
    }
    for (const key of keys) {
      if (id >= key.filledTo) {
        forEachIndex(rows, key, (at) => key.postings?.add(id, rows.values[at] ?? null));
      }
    }
  }

  /** The posting sets of a prepared key. */
  postings(key: string): KeyPostings | undefined {
    return this.#keys.get(key)?.postings;
  }

  /** Makes room, but never takes what is wanted now: a query may need more keys than are kept. */
  #evict(wanted: ReadonlySet<RowKey>): void {
    let bytes = 0;
    for (const key of this.#built) {
      bytes += key.postings?.bytes ?? 0;
    }
    for (const key of this.#built) {
      if (this.#built.size < maxPaths && bytes <= maxPostingBytes) {
        return;
      }
      if (!wanted.has(key)) {
        bytes -= key.postings?.bytes ?? 0;
        key.postings = undefined;
        this.#built.delete(key);
      }
    }
  }

  /** Values like `production` come with every entity; one text of each is enough. */
  #shared(value: string | null): string | null {
    if (value === null) {
      return null;
    }
    const known = this.#recentValues.get(value);
    if (known !== undefined) {
      return known;
    }
    if (this.#recentValues.size >= maxRecentValues) {
      this.#recentValues.clear();
    }
    this.#recentValues.set(value, value);
    return value;
  }

  #retain(name: string): RowKey {
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = { name, lastSet: 0, isRepeated: false, rows: 0, postings: undefined, filledTo: 0 };
      this.#keys.set(name, key);
    }
    key.isRepeated ||= key.lastSet === this.#sets;
    key.lastSet = this.#sets;
    key.rows++;
    return key;
  }

  #release({ keys }: EntityRows): void {
    for (const key of keys) {
      key.rows--;
      if (key.rows === 0) {
        this.#keys.delete(key.name);
        this.#built.delete(key);
      }
    }
  }
}

/** Calls back with the index of each row with a key; reads on past the first only where there may be another. */
function forEachIndex({ keys }: EntityRows, key: RowKey, visit: (at: number) => void): void {
  let at = keys.indexOf(key);
  while (at !== -1) {
    visit(at);
    at = key.isRepeated ? keys.indexOf(key, at + 1) : -1;
  }
}

/** Adds rows to the posting sets of their keys, except those that were there before. */
function post(id: EntityId, { rows, except }: { rows: EntityRows; except: EntityRows | undefined }): void {
  rows.keys.forEach(({ postings, filledTo }, at) => {
    if (postings === undefined || id >= filledTo) {
      return;
    }
    if (!hasRow(except, rows, at)) {
      postings.add(id, rows.values[at] ?? null);
    }
    postings.existing.add(id);
  });
}

/** Takes rows out of the posting sets of their keys, except those that stay. */
function unpost(id: EntityId, { rows, except }: { rows: EntityRows; except: EntityRows | undefined }): void {
  rows.keys.forEach(({ postings, filledTo }, at) => {
    if (postings !== undefined && id < filledTo && !hasRow(except, rows, at)) {
      postings.remove(id, rows.values[at] ?? null);
    }
  });
}

/** Whether `rows` has the row at this index of `other`; mostly at the same index. */
function hasRow(rows: EntityRows | undefined, other: EntityRows, at: number): boolean {
  const key = other.keys[at];
  const value = other.values[at];
  if (rows === undefined || (rows.keys[at] === key && rows.values[at] === value)) {
    return rows !== undefined;
  }
  return rows.keys.some((otherKey, index) => otherKey === key && rows.values[index] === value);
}
