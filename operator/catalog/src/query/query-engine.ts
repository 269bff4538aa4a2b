import type {
  CatalogEntity,
  CatalogPage,
  CatalogQuery,
  EntityId,
  FacetCount,
  FilterExpression,
  OrderField,
} from '../model.ts';
import type { Catalog, UsualQuestions, Visibility } from '../model.ts';
import { RelationGraph, type RelationEnds } from '../relations/relation-graph.ts';
import { rollupKey, Rollups } from '../rollups/rollups.ts';
import { RowIndex } from '../search-rows/row-index.ts';
import { entityRows, relationKeyPrefix, rowValue } from '../search-rows/rows.ts';
import { Bitset } from './bitset.ts';
import { compareCodePoints } from './code-points.ts';
import { facetOf } from './facets.ts';
import {
  containing,
  filterKeys,
  type FilterSource,
  isRelationKey,
  isRollupKey,
  isTargetVisible,
  matching,
} from './filter.ts';
import { Orders, type RowSequence } from './orders.ts';
import { pageOf } from './paging.ts';

/** A roll-up has some ten parts, and some have thousands. */
const entitiesPerRollup = 16;

/** What the engine must know of entities. */
export interface EntityNames extends RelationEnds {
  uidOf(id: EntityId): string;
  idOfUid(uid: string): EntityId | undefined;
}

/** Who hears of roll-ups that may have changed. */
export interface RollupListener {
  touched(ref: string): void;
  isListening(): boolean;
}

/** The catalog as a caller sees it. */
interface Seen {
  source: FilterSource;
  visible: Visibility | undefined;
}

type Selection = Pick<CatalogQuery, 'filter' | 'fullText' | 'visible'>;

/** Answers queries over the entities that serve a ref. */
export class QueryEngine {
  readonly graph: RelationGraph;
  readonly rollups: Rollups;
  readonly #names: EntityNames;
  readonly #rows = new RowIndex();
  readonly #all = new Bitset();
  readonly #orders: Orders;
  readonly #preparedAtOnce: number;

  constructor(options: { names: EntityNames; listener: RollupListener; preparedAtOnce: number }) {
    const { names, listener } = options;
    this.#names = names;
    this.#preparedAtOnce = options.preparedAtOnce;
    this.graph = new RelationGraph(names);
    this.rollups = new Rollups({
      graph: this.graph,
      ends: names,
      isHeard: () => listener.isListening(),
      touched: ({ id, ref }) => {
        this.#orders.outdate(id, rollupKey);
        listener.touched(ref);
      },
    });
    this.#orders = this.#ordersFor({ source: this.#sourceFor(undefined), ids: this.#all, visible: undefined });
  }

  /** What a question is answered from; roll-ups that a caller sees are counted once for all of it. */
  #sourceFor(visible: Visibility | undefined): FilterSource {
    return {
      rows: this.#rows,
      graph: this.graph,
      rollups: this.rollups.seenBy(visible),
      containers: this.rollups.containers,
      all: this.#all,
      idOf: (ref) => this.#names.idOf(ref),
    };
  }

  /** The entity's declarations must be in the graph, and its health in the roll-ups. */
  insert(id: EntityId, entity: Omit<CatalogEntity, 'relations'>): void {
    this.#rows.set(id, entityRows(entity));
    this.#all.add(id);
    this.#orders.insert(id);
  }

  replace(id: EntityId, entity: Omit<CatalogEntity, 'relations'>): void {
    this.#rows.set(id, entityRows(entity));
    this.#orders.refresh(id, 'all');
  }

  remove(id: EntityId): void {
    this.#orders.remove(id);
    this.#rows.delete(id);
    this.#all.delete(id);
  }

  /** The relations of an entity changed through another one. */
  relationsChanged(id: EntityId): void {
    if (this.#all.has(id)) {
      this.#orders.refresh(id, 'relations');
    }
  }

  /** Before many changes: the orders are sorted anew at their next use. */
  forgetOrders(): void {
    this.#orders.clear();
  }

  query(query: CatalogQuery): CatalogPage {
    const { order = [], missing = 'last', limit, offset = 0, from, visible } = query;
    const source = this.#sourceFor(visible);
    const matches = this.#select(query, source);
    const orders = isOrderOfCaller(order, visible)
      ? this.#ordersFor({ source, ids: matches ?? this.#all, visible })
      : this.#orders;
    const rows = orders.sequence(order, missing);
    const page = { limit, offset, from };
    if (matches === undefined) {
      return pageOf({ rows, isMatch: undefined, total: rows.length, ...page });
    }
    if (rows.present !== undefined) {
      matches.intersect(rows.present);
    }
    const total = matches.count;
    if (isCheaperToSort(total, rows.length)) {
      return pageOf({ rows: sortedRows(matches, rows), isMatch: undefined, total, ...page });
    }
    return pageOf({ rows, isMatch: (id) => matches.has(id), total, ...page });
  }

  facets({ paths, filter, visible }: Parameters<Catalog['facets']>[0]): Map<string, FacetCount[]> {
    const keys = paths.map((path) => path.toLowerCase());
    const source = this.#sourceFor(visible);
    const matches = this.#select({ filter, visible }, source, keys);
    const options = { source, matches, visible };
    return new Map(paths.map((path) => [path, facetOf(path.toLowerCase(), options)]));
  }

  /** Builds what these questions are answered from, a part between two yields. */
  *prepare({ orders = [], paths = [], textPaths = [] }: UsualQuestions): Generator<void> {
    for (const path of [...paths, ...textPaths].map((each) => each.toLowerCase())) {
      while (!isComputedKey(path) && !this.#rows.prepare([path], this.#preparedAtOnce)) {
        yield;
      }
      if (isRollupKey(path)) {
        yield* this.#prepareRollups();
      }
    }
    for (const order of orders) {
      while (!this.#orders.prepare(order, this.#preparedAtOnce)) {
        yield;
      }
    }
    for (const path of textPaths.map((each) => each.toLowerCase())) {
      if (this.#rows.prepare([path], 0)) {
        void this.#rows.postings(path)?.haystack;
        yield;
      }
    }
  }

  *#prepareRollups(): Generator<void> {
    const { rollups, containers } = this.#sourceFor(undefined);
    let counted = 0;
    for (let id = containers.next(0); id !== -1; id = containers.next(id + 1)) {
      rollups.verdict(id);
      counted += entitiesPerRollup;
      if (counted >= this.#preparedAtOnce) {
        counted = 0;
        yield;
      }
    }
  }

  /** The entities that a query selects, before order and paging; undefined for all. */
  #select(
    { filter, fullText, visible }: Selection,
    source: FilterSource,
    otherKeys: readonly string[] = [],
  ): Bitset | undefined {
    const term = fullText?.term.trim().toLowerCase() ?? '';
    const fields = fullText === undefined || term === '' ? undefined : lowerCased(fullText.fields);
    this.#rows.prepare(new Set([...keysOf(filter), ...(fields ?? []), ...otherKeys]));
    let matches = filter === undefined ? undefined : matching(filter, source, visible);
    if (fields !== undefined) {
      const found = new Bitset();
      for (const field of fields) {
        found.unite(containing({ key: field, term }, source, visible));
      }
      matches?.intersect(found);
      matches ??= found;
    }
    if (visible !== undefined) {
      matches ??= this.#all.clone();
      for (const id of matches.toArray()) {
        if (!visible.has(id)) {
          matches.delete(id);
        }
      }
    }
    return matches;
  }

  #ordersFor({ source, ids, visible }: Seen & { ids: Bitset }): Orders {
    return new Orders({
      ids: () => ids.toArray(),
      nextId: (from) => ids.next(from),
      uidOf: (id) => this.#names.uidOf(id),
      idOfUid: (uid) => {
        const id = this.#names.idOfUid(uid);
        return id !== undefined && this.#all.has(id) ? id : undefined;
      },
      smallestValue: (id, key) => this.#smallestValue(id, key, { source, visible }),
    });
  }

  #smallestValue(id: EntityId, key: string, { source, visible }: Seen): string | undefined {
    let smallest: string | undefined;
    const consider = (value: string | null): void => {
      const lower = value?.toLowerCase();
      if (lower !== undefined && (smallest === undefined || compareCodePoints(lower, smallest) < 0)) {
        smallest = lower;
      }
    };
    if (isRollupKey(key)) {
      return source.rollups.verdict(id)?.toLowerCase();
    }
    if (!isRelationKey(key)) {
      this.#rows.forEachValue(id, key, consider);
      return smallest;
    }
    const type = key.slice(relationKeyPrefix.length);
    this.graph.forEachRelation(
      id,
      ({ targetRef, isOwn }) => {
        if (isOwn || isTargetVisible(source, targetRef, visible)) {
          consider(rowValue(targetRef));
        }
      },
      type,
    );
    return smallest;
  }
}

/** Orders by relations and roll-ups depend on what the caller sees; they are made of the matches and not kept. */
function isOrderOfCaller(order: readonly OrderField[], visible: Visibility | undefined): boolean {
  const keys = order.map(({ field }) => field.toLowerCase());
  return visible !== undefined && keys.some(isComputedKey);
}

/** Whether what a lower-cased key names is looked up when it is asked for. */
function isComputedKey(key: string): boolean {
  return isRelationKey(key) || isRollupKey(key);
}

function keysOf(filter: FilterExpression | undefined): Iterable<string> {
  return filter === undefined ? [] : filterKeys(filter);
}

function lowerCased(fields: readonly string[]): string[] {
  return fields.map((field) => field.toLowerCase());
}

/** Whether sorting the matches costs less than walking all rows past those that do not match. */
function isCheaperToSort(matches: number, rows: number): boolean {
  return matches * Math.log2(matches + 2) * 4 < rows;
}

function sortedRows(matches: Bitset, rows: RowSequence): RowSequence {
  const ids = matches.toArray().sort(rows.compare);
  return { ...rows, length: ids.length, at: (index) => ids[index] ?? -1 };
}
