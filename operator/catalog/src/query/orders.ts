import type { EntityId, OrderField, Position } from '../model.ts';
import { relationKeyPrefix } from '../search-rows/rows.ts';
import { Bitset } from './bitset.ts';
import { compareCodePoints } from './code-points.ts';
import { sortByText } from './sorting.ts';

/** Orders held at once: the pages of the UI use a dozen, the rest is whatever callers think of. */
const maxOrders = 32;

/** The value that each entity is ordered by: of several the smallest, lower-cased; undefined when it has none. */
class Column {
  readonly key: string;
  readonly values: (string | undefined)[] = [];
  readonly present = new Bitset();
  /** The ids below have their values; Infinity when all have. */
  filledTo = 0;

  constructor(key: string) {
    this.key = key;
  }

  set(id: EntityId, value: string | undefined): void {
    this.values[id] = value;
    if (value === undefined) {
      this.present.delete(id);
    } else {
      this.present.add(id);
    }
  }
}

interface SortKey {
  column: Column;
  isDescending: boolean;
}

type Compare = (a: EntityId, b: EntityId) => number;

/** All entities in one order, those without a value of the first field last. */
interface SortedIds {
  keys: readonly SortKey[];
  ids: EntityId[];
  compare: Compare;
}

/** The rows of a result in order, before they are filtered. */
export interface RowSequence {
  readonly length: number;
  at(index: number): EntityId;
  compare: Compare;
  /** The entities in it; undefined for all. */
  present: Bitset | undefined;
  positionOf(id: EntityId): Position;
  /** Negative when the row is before the position, zero when at it. */
  compareTo(id: EntityId, position: Position): number;
}

export interface OrderSource {
  ids(): EntityId[];
  /** The next of them from this one on; -1 at the end. */
  nextId(from: EntityId): EntityId;
  uidOf(id: EntityId): string;
  idOfUid(uid: string): EntityId | undefined;
  /** The smallest lower-cased value of an entity for a lower-cased key. */
  smallestValue(id: EntityId, key: string): string | undefined;
}

/** Sorted orders, each built on its first use and kept up to date; the least recently used go. */
export class Orders {
  readonly #source: OrderSource;
  readonly #columns = new Map<string, Column>();
  readonly #orders = new Map<string, SortedIds>();
  /** Entities whose values of one key may be outdated, by key: they are read again when an order by it is asked for. */
  readonly #outdated = new Map<string, Set<EntityId>>();

  constructor(source: OrderSource) {
    this.#source = source;
  }

  /** The rows by these fields. For `exclude` only the first counts, rows without it are left out and ties follow it. */
  sequence(order: readonly OrderField[], missing: 'exclude' | 'last'): RowSequence {
    const [first] = order;
    if (missing === 'last' || first === undefined) {
      const { ids, keys, compare } = this.#sorted(order);
      return this.#describe({ keys, compare, uidSign: 1 }, { length: ids.length, at: (index) => ids[index] ?? -1 });
    }
    // One cached order serves both directions: read from its end for the descending one.
    const { ids, keys, compare } = this.#sorted([{ field: first.field, direction: 'asc' }]);
    const present = keys[0]?.column.present;
    const length = present?.count ?? 0;
    if (first.direction === 'asc') {
      return this.#describe({ keys, compare, uidSign: 1, present }, { length, at: (index) => ids[index] ?? -1 });
    }
    return this.#describe(
      {
        keys: keys.map(({ column }) => ({ column, isDescending: true })),
        compare: (a, b) => compare(b, a),
        uidSign: -1,
        present,
      },
      { length, at: (index) => ids[length - 1 - index] ?? -1 },
    );
  }

  /** Takes a new entity in. */
  insert(id: EntityId): void {
    for (const column of this.#columns.values()) {
      if (id < column.filledTo) {
        column.set(id, this.#source.smallestValue(id, column.key));
      }
    }
    for (const order of this.#orders.values()) {
      insertSorted(order, id);
    }
  }

  /** Must come before the entity's uid is forgotten. */
  remove(id: EntityId): void {
    for (const ids of this.#outdated.values()) {
      ids.delete(id);
    }
    for (const order of this.#orders.values()) {
      removeSorted(order, id);
    }
    for (const column of this.#columns.values()) {
      column.set(id, undefined);
    }
  }

  /** The value of one key may be another; it is not read before it is needed. */
  outdate(id: EntityId, key: string): void {
    if (!this.#columns.has(key)) {
      return;
    }
    const ids = this.#outdated.get(key);
    if (ids === undefined) {
      this.#outdated.set(key, new Set([id]));
    } else {
      ids.add(id);
    }
  }

  /** Reads the values of an entity again; only those from relations, or those of one key, when only they may differ. */
  refresh(id: EntityId, scope: 'all' | 'relations' | { key: string }): void {
    const changed = new Map<Column, string | undefined>();
    for (const column of this.#columns.values()) {
      if (id < column.filledTo && isInScope(column.key, scope)) {
        const value = this.#source.smallestValue(id, column.key);
        if (value !== column.values[id]) {
          changed.set(column, value);
        }
      }
    }
    if (changed.size === 0) {
      return;
    }
    const orders = [...this.#orders.values()].filter(({ keys }) => keys.some(({ column }) => changed.has(column)));
    for (const order of orders) {
      removeSorted(order, id);
    }
    for (const [column, value] of changed) {
      column.set(id, value);
    }
    for (const order of orders) {
      insertSorted(order, id);
    }
  }

  /** Forgets everything: cheaper than many single changes. */
  clear(): void {
    this.#orders.clear();
    this.#columns.clear();
    this.#outdated.clear();
  }

  /**
   * Does a part of what {@link sequence} would do for these fields: reads at most so many values, or sorts.
   *
   * @returns whether nothing is left to do
   */
  prepare(order: readonly OrderField[], most: number): boolean {
    const isUnread = ({ field }: OrderField): boolean => this.#begun(field.toLowerCase()).filledTo !== Infinity;
    const unread = order.find(isUnread);
    if (unread !== undefined) {
      this.#fill(this.#begun(unread.field.toLowerCase()), most);
      return false;
    }
    const before = this.#orders.size;
    // The order by uid is what all others begin with.
    this.#sorted([]);
    if (this.#orders.size === before) {
      this.#sorted(order);
    }
    return this.#orders.size === before;
  }

  #sorted(order: readonly OrderField[]): SortedIds {
    const fields = order.map(({ field, direction }) => ({ field: field.toLowerCase(), direction }));
    for (const { field } of fields) {
      this.#update(field);
    }
    const name = JSON.stringify(fields.map(({ field, direction }) => [field, direction]));
    const known = this.#orders.get(name);
    if (known !== undefined) {
      this.#orders.delete(name);
      this.#orders.set(name, known);
      return known;
    }
    this.#evict();
    const keys = fields.map(({ field, direction }) => ({
      column: this.#column(field),
      isDescending: direction === 'desc',
    }));
    const compare: Compare = (a, b) => {
      for (const { column, isDescending } of keys) {
        const difference = compareValues(column.values[a], column.values[b], isDescending);
        if (difference !== 0) {
          return difference;
        }
      }
      return compareCodePoints(this.#source.uidOf(a), this.#source.uidOf(b));
    };
    const sorted: SortedIds = { keys, ids: this.#sort(keys), compare };
    this.#orders.set(name, sorted);
    return sorted;
  }

  /** By the least significant first: each pass is stable. */
  #sort(keys: readonly SortKey[]): EntityId[] {
    if (keys.length > 0) {
      return keys.reduceRight(
        (ids, { column, isDescending }) => sortByText(ids, column.values, isDescending),
        this.#sorted([]).ids,
      );
    }
    // Filled in the order of ids: an array that begins with a large index is a slow one.
    const ids = this.#source.ids();
    const uids: string[] = [];
    for (const id of ids) {
      uids[id] = this.#source.uidOf(id);
    }
    return sortByText(ids, uids, false);
  }

  #update(key: string): void {
    const ids = this.#outdated.get(key) ?? [];
    this.#outdated.delete(key);
    for (const id of ids) {
      this.refresh(id, { key });
    }
  }

  #column(key: string): Column {
    const column = this.#begun(key);
    this.#fill(column, Infinity);
    return column;
  }

  #begun(key: string): Column {
    let column = this.#columns.get(key);
    if (column === undefined) {
      column = new Column(key);
      this.#columns.set(key, column);
    }
    return column;
  }

  /** Ids behind are kept up to date meanwhile, those ahead are read when their turn comes. */
  #fill(column: Column, most: number): void {
    if (column.filledTo === Infinity) {
      return;
    }
    let id = this.#source.nextId(column.filledTo);
    for (let read = 0; id !== -1 && read < most; read++) {
      column.set(id, this.#source.smallestValue(id, column.key));
      id = this.#source.nextId(id + 1);
    }
    column.filledTo = id === -1 ? Infinity : id;
  }

  #evict(): void {
    const [oldest] = this.#orders.keys();
    if (this.#orders.size < maxOrders || oldest === undefined) {
      return;
    }
    this.#orders.delete(oldest);
    const used = new Set([...this.#orders.values()].flatMap(({ keys }) => keys.map(({ column }) => column)));
    for (const [key, column] of this.#columns) {
      if (!used.has(column)) {
        this.#columns.delete(key);
      }
    }
  }

  /** Also of an entity that is not among those in order: a position may outlive its row. */
  #valueOf(id: EntityId | undefined, { key }: Column): string | undefined {
    return id === undefined ? undefined : this.#source.smallestValue(id, key);
  }

  #describe(
    by: { keys: readonly SortKey[]; compare: Compare; uidSign: 1 | -1; present?: Bitset | undefined },
    rows: Pick<RowSequence, 'length' | 'at'>,
  ): RowSequence {
    const { keys, compare, uidSign, present } = by;
    return {
      ...rows,
      compare,
      present,
      positionOf: (id) => ({ value: keys[0]?.column.values[id] ?? null, uid: this.#source.uidOf(id) }),
      compareTo: (id, position) => {
        // A position holds the first value only; the others are those of its row, as long as it is there.
        const row = this.#source.idOfUid(position.uid);
        for (const [at, { column, isDescending }] of keys.entries()) {
          const theirs = at === 0 ? (position.value ?? undefined) : this.#valueOf(row, column);
          const difference = compareValues(column.values[id], theirs, isDescending);
          if (difference !== 0) {
            return difference;
          }
        }
        return compareCodePoints(this.#source.uidOf(id), position.uid) * uidSign;
      },
    };
  }
}

function isInScope(key: string, scope: 'all' | 'relations' | { key: string }): boolean {
  if (typeof scope === 'object') {
    return key === scope.key;
  }
  return scope === 'all' || key.startsWith(relationKeyPrefix);
}

/** Missing values are last in both directions. */
function compareValues(a: string | undefined, b: string | undefined, isDescending: boolean): number {
  if (a === b) {
    return 0;
  }
  if (a === undefined || b === undefined) {
    return a === undefined ? 1 : -1;
  }
  return isDescending ? compareCodePoints(b, a) : compareCodePoints(a, b);
}

/** The index of an id, or where it belongs. */
function indexOf({ ids, compare }: SortedIds, id: EntityId): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(ids[middle] ?? id, id) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function insertSorted(order: SortedIds, id: EntityId): void {
  order.ids.splice(indexOf(order, id), 0, id);
}

function removeSorted(order: SortedIds, id: EntityId): void {
  const at = indexOf(order, id);
  if (order.ids[at] === id) {
    order.ids.splice(at, 1);
  }
}
