import type { Catalog, EntityId, FilterExpression, Visibility } from '@portolan/catalog';

/** What a stream is about: entities by ref with their neighbours, entities by filter; nothing of both means all. */
export interface Interest {
  refs: readonly string[];
  filter: FilterExpression | undefined;
}

/** What a caller may hear of a change. */
export interface Heard {
  /** The entities that changed, those that are gone left out. */
  ids: ReadonlySet<EntityId>;
  /** Whether something is gone, or was replaced under its ref. */
  isSomethingGone: boolean;
}

/** What a stream remembers between two looks. */
export interface Outlook {
  /** How many entities it is about. */
  total: number;
}

export type Concern =
  /** Something that the stream is about; the refs are those that the caller may see, `more` were left out. */
  | { type: 'changed'; refs: readonly string[]; more: number }
  /** Something else that the caller may see: counts may differ. */
  | { type: 'elsewhere' }
  | { type: 'nothing' };

/** Names in one event; who has more to read reads anew anyway. */
const maxNamed = 50;

/**
 * Decides what a caller may hear about: nothing of entities outside of its visibility. Of an entity that is gone
 * nobody can tell any more whether it was visible, so it is heard of by the counts only.
 */
export function heardOf(catalog: Catalog, refs: ReadonlySet<string>, visible: Visibility | undefined): Heard {
  const ids = new Set<EntityId>();
  let isSomethingGone = false;
  for (const ref of refs) {
    const id = catalog.byRef(ref, visible);
    if (id !== undefined) ids.add(id);
    else if (catalog.byRef(ref) === undefined) isSomethingGone = true;
  }
  return { ids, isSomethingGone };
}

/** The look of a stream that begins. */
export function firstOutlook(catalog: Catalog, interest: Interest, visible: Visibility | undefined): Outlook {
  return { total: catalog.query({ filter: filterOf(interest), visible, limit: 0 }).total };
}

/**
 * What a change means to a stream. An entity that is about to match is found by the filter; one that has stopped to
 * match, or is gone, by the total, which then differs unless another one has taken its place, and that one matches.
 */
export function concernOf(
  catalog: Catalog,
  { interest, outlook, heard }: { interest: Interest; outlook: Outlook; heard: Heard },
  visible: Visibility | undefined,
): Concern {
  if (heard.ids.size === 0 && !heard.isSomethingGone) return { type: 'nothing' };
  const filter = filterOf(interest);
  const { total } = catalog.query({ filter, visible, limit: 0 });
  const isCountDifferent = total !== outlook.total;
  outlook.total = total;
  const refs = matchingOf(catalog, { filter, heard }, visible);
  if (refs.length > 0 || isCountDifferent) {
    return { type: 'changed', refs: refs.slice(0, maxNamed), more: Math.max(0, refs.length - maxNamed) };
  }
  return heard.ids.size > 0 ? { type: 'elsewhere' } : { type: 'nothing' };
}

/**
 * Those of the changed entities that match. A relation that its target declares counts only where the target is
 * visible, so the targets that the filter names are let in and taken out again.
 */
function matchingOf(
  catalog: Catalog,
  { filter, heard }: { filter: FilterExpression | undefined; heard: Heard },
  visible: Visibility | undefined,
): string[] {
  // Of what is about everything all are concerned; a query would walk the whole catalog to find them again.
  if (filter === undefined) return [...heard.ids].map((id) => catalog.refOf(id));
  const targets = new Set(targetsOf(filter).map((ref) => catalog.byRef(ref, visible)));
  const { ids } = catalog.query({ filter, visible: { has: (id) => heard.ids.has(id) || targets.has(id) } });
  return ids.filter((id) => heard.ids.has(id)).map((id) => catalog.refOf(id));
}

/** The refs that a filter asks relations for. */
function targetsOf(filter: FilterExpression | undefined): readonly string[] {
  if (filter === undefined) return [];
  if ('relation' in filter) return filter.relation.targetRefs ?? [];
  if ('not' in filter) return targetsOf(filter.not);
  if ('all' in filter) return filter.all.flatMap(targetsOf);
  if ('any' in filter) return filter.any.flatMap(targetsOf);
  return 'values' in filter && filter.key.toLowerCase().startsWith('relations.') ? (filter.values ?? []) : [];
}

/** An entity by its ref, and what has a relation with it in either direction. */
function filterOf({ refs, filter }: Interest): FilterExpression | undefined {
  if (refs.length === 0) return filter;
  const any: FilterExpression[] = [{ relation: { targetRefs: refs } }, ...refs.map(refFilter)];
  return { any: filter === undefined ? any : [...any, filter] };
}

function refFilter(ref: string): FilterExpression {
  const [kind = '', rest = ''] = ref.split(':', 2);
  const [namespace = '', name = ''] = rest.split('/', 2);
  return {
    all: [
      { key: 'kind', values: [kind] },
      { key: 'metadata.namespace', values: [namespace] },
      { key: 'metadata.name', values: [name] },
    ],
  };
}
