import type { EntityResource, EntityStatus, NamespaceMapping, Verdict } from '@portolan/crds';

/** A dense id, unique among the entities held now; it is not stable across restarts. */
export type EntityId = number;

/** The entities one caller may see. Opaque to the catalog: it only asks `has`. `undefined` means all. */
export interface Visibility {
  has(id: EntityId): boolean;
}

/** What changed in the cluster. `uid` decides identity: a recreated object is a delete and an upsert. */
export type CatalogChange =
  | { type: 'upsert'; resource: EntityResource }
  | { type: 'delete'; uid: string }
  /** The entity is as it was, and what is known of it is another thing; one that is not held is left out. */
  | { type: 'restate'; uid: string; status: EntityStatus };

/**
 * A filter over search rows (reference: Backstage's filter sets and filter predicates).
 * Keys and values match lower-cased. `{all: []}` is true, `{any: []}` is false.
 */
export type FilterExpression =
  | { all: readonly FilterExpression[] }
  | { any: readonly FilterExpression[] }
  | { not: FilterExpression }
  /** The key has one of the values; without `values` the key exists. */
  | { key: string; values?: readonly string[] }
  | { key: string; prefix: string }
  /** Has a relation of this type (any when absent) to one of these refs (any when absent). */
  | { relation: { type?: string; targetRefs?: readonly string[] } };

export interface OrderField {
  field: string;
  direction: 'asc' | 'desc';
}

/** A position in an ordered result: the order field's value of the row (lower-cased) and its uid. */
export interface Position {
  value: string | null;
  uid: string;
}

export interface CatalogQuery {
  filter?: FilterExpression | undefined;
  /** Substring, trimmed, any case; `fields: []` matches nothing. */
  fullText?: { term: string; fields: readonly string[] } | undefined;
  /** Empty: by uid. Ties go by uid, in the first field's direction for `exclude`, ascending for `last`. */
  order?: readonly OrderField[];
  /**
   * What happens to entities without the order field: `exclude` leaves them out of rows and total and uses only
   * the first order field (by-query); `last` sorts them last in both directions and uses all fields (/entities).
   */
  missing?: 'exclude' | 'last';
  limit?: number | undefined;
  offset?: number | undefined;
  /** Rows strictly after this position (or before it, nearest first reversed into order, when `backwards`). */
  from?: { position: Position; backwards: boolean } | undefined;
  visible?: Visibility | undefined;
}

export interface CatalogPage {
  ids: readonly EntityId[];
  /** All matches, before paging. */
  total: number;
  hasNext: boolean;
  hasPrevious: boolean;
  /** Positions of the first and last row of this page and of the first row of the whole result. */
  first?: Position;
  last?: Position;
  firstOfAll?: Position;
}

/** What callers are likely to ask for. */
export interface UsualQuestions {
  orders?: readonly (readonly OrderField[])[];
  /** Of filters and facets. */
  paths?: readonly string[];
  /** Of text search. */
  textPaths?: readonly string[];
}

export interface FacetCount {
  value: string;
  count: number;
}

export interface Relation {
  type: string;
  targetRef: string;
}

/** One entity in Backstage's shape: relations sorted by type, then targetRef; ours under `status.portolan`. */
export interface CatalogEntity {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    etag: string;
    title?: string;
    description?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    tags?: string[];
    links?: { url: string; title?: string; icon?: string; type?: string }[];
    [key: string]: unknown;
  };
  spec: Record<string, unknown>;
  relations: Relation[];
  status: { portolan: Partial<NonNullable<EntityResource['status']>> & { rollup?: Rollup } };
}

/** How many parts there are, and how they are. */
export interface HealthCounts {
  /**
   * Degraded before Unknown, Progressing, Healthy; Suspended only when all with health are. Absent when no part has
   * health: nothing is known, and nothing is green.
   */
  verdict?: Verdict;
  total: number;
  counts: Record<Verdict, number>;
  /** Parts that nothing is linked to. They are in the total and in no count. */
  withoutHealth: number;
}

/**
 * The health of a System, Domain, Group or User from its parts that the caller sees, reached by way of entities that
 * the caller sees, each once. Parts are Components and Resources: all that are part of a System or Domain, however
 * deep; what a Group and its child groups own; what a User owns.
 */
export interface Rollup extends HealthCounts {
  /** That of the first of `worst`; else PartsHealthy, PartsSuspended, NoPartHasHealth or NoParts. */
  reason: string;
  /** The parts that are Degraded, Unknown or Progressing, in this order, then by ref; at most 10. */
  worst: { ref: string; verdict: Verdict; reason: string }[];
  /** How many more of these there are. */
  more?: number;
  /** Of a Group: what it owns itself. */
  direct?: HealthCounts;
}

/** What an apply changed, told after it is complete. */
export interface ChangeNotice {
  /**
   * The canonical refs of all entities whose answers may have changed: those that changed, came or went, those that
   * show a relation because of them, and those whose roll-up counts them. Bytes may still be the same.
   */
  refs: ReadonlySet<string>;
  /** The catalog's revision after the change. */
  revision: number;
}

export type ChangeListener = (change: ChangeNotice) => void;

export interface CatalogOptions {
  namespaces?: NamespaceMapping;
  /** How many entities {@link Catalog.prepare} reads between two yields; 4,096 unless told otherwise, some 5 ms. */
  preparedAtOnce?: number;
  /** Hears what a listener of {@link Catalog.subscribe} threw; the change itself and other listeners go on. */
  listenerFailed?: (error: unknown) => void;
}

/** The read model: `apply` in, queries out; pure and synchronous. */
export interface Catalog {
  apply(changes: Iterable<CatalogChange>): void;
  /** Moves with every apply that changed something. */
  readonly revision: number;
  readonly size: number;
  /**
   * Calls back once after each apply that changed something, synchronously, in the order of changes. A listener may
   * query and subscribe; one that applies is told of that change after the others have heard of this one.
   *
   * @returns ends the subscription; no call comes after it
   */
  subscribe(listener: ChangeListener): () => void;
  /** The entity that serves a canonical ref; the older one where two claim it. */
  byRef(ref: string, visible?: Visibility): EntityId | undefined;
  byUid(uid: string, visible?: Visibility): EntityId | undefined;
  query(query: CatalogQuery): CatalogPage;
  /** Distinct values per path in original case with the number of entities, sorted by value (code points). */
  facets(options: {
    paths: readonly string[];
    filter?: FilterExpression | undefined;
    visible?: Visibility | undefined;
  }): Map<string, FacetCount[]>;
  /**
   * Builds what these questions need, a part of some milliseconds between two yields: otherwise the first who asks waits
   * for all of it, a tenth of a second at 100,000 entities. Changes and questions may come in between; a question for
   * what is not ready builds the rest at once. A bulk change drops orders.
   */
  prepare(questions: UsualQuestions): Generator<void>;
  /** The JSON text of one entity as UTF-8; reverse relations of invisible entities are left out and not rolled up. */
  bytes(id: EntityId, visible?: Visibility): Buffer;
  /** The same, parsed. */
  entity(id: EntityId, visible?: Visibility): CatalogEntity;
  /** The canonical ref of an entity. */
  refOf(id: EntityId): string;
}
