import type { EntityId, OrderField, Position } from '../model.ts';
import { relationKeyPrefix } from '../search-rows/rows.ts';
import type { Bitset } from './bitset.ts';
import { compareCodePoints } from './code-points.ts';
import { Column } from './column.ts';
import { SortInParts } from './sort-in-parts.ts';
import { sortByText } from './sorting.ts';

/** Orders held at once: the pages of the UI use a dozen, the rest is whatever callers think of. */
const maxOrders = 32;

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

interface Building {
  name: string;
  by: Omit<SortedIds, 'ids'>;
  sort: SortInParts;
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
  /** The order that is sorted in parts; begun anew when what it compares changes. */
  #building: Building | undefined;
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
    this.#building = undefined;
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
    this.#building = undefined;
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
    if (this.#building?.by.keys.some(({ column }) => changed.has(column)) === true) {
      this.#building = undefined;
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
    this.#building = undefined;
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
    const name = nameOf(order);
    if (this.#orders.has(name)) {
      this.#building = undefined;
      return true;
    }
    if (this.#building?.name !== name) {
      this.#building = this.#begin(order);
    }
    const ids = this.#building.sort.step(most);
    if (ids !== undefined) {
      this.#keep(name, { ...this.#building.by, ids });
      this.#building = undefined;
    }
    return false;
  }

  #begin(order: readonly OrderField[]): Building {
    const by = this.#by(order);
    return { name: nameOf(order), by, sort: new SortInParts(this.#source.ids(), by.compare) };
  }

  #sorted(order: readonly OrderField[]): SortedIds {
    for (const { field } of order) {
      this.#update(field.toLowerCase());
    }
    const name = nameOf(order);
    const known = this.#orders.get(name);
    if (known !== undefined) {
      this.#orders.delete(name);
      this.#orders.set(name, known);
      return known;
    }
    const by = this.#by(order);
    return this.#keep(name, { ...by, ids: this.#sort(by.keys) });
  }

  #keep(name: string, sorted: SortedIds): SortedIds {
    this.#evict();
    this.#orders.set(name, sorted);
    for (const { column } of sorted.keys) {
      this.#columns.set(column.key, column);
    }
    return sorted;
  }

  #by(order: readonly OrderField[]): Omit<SortedIds, 'ids'> {
    const keys = order.map(({ field, direction }) => ({
      column: this.#column(field.toLowerCase()),
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
    return { keys, compare };
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
    // Its columns may go with those of the oldest.
    this.#building = undefined;
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

/** One order has one name, however its fields are spelled. */
function nameOf(order: readonly OrderField[]): string {
  return JSON.stringify(order.map(({ field, direction }) => [field.toLowerCase(), direction]));
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
