import type { FilterExpression, OrderField } from '@portolan/catalog';

/** What a list can be narrowed by; the name is the URL parameter. */
export type Dimension = 'kind' | 'type' | 'owner' | 'lifecycle' | 'health' | 'namespace' | 'tag';

/** The row path behind each dimension. Owners are canonical refs. */
export const dimensionPaths: Readonly<Record<Dimension, string>> = {
  kind: 'kind',
  type: 'spec.type',
  owner: 'relations.ownedBy',
  lifecycle: 'spec.lifecycle',
  health: 'status.portolan.health.verdict',
  namespace: 'metadata.namespace',
  tag: 'metadata.tags',
};

export const dimensions = ['kind', 'health', 'type', 'owner', 'lifecycle', 'namespace', 'tag'] as const;

export type SortKey = 'name' | 'kind' | 'type' | 'owner' | 'system' | 'lifecycle' | 'health';

const sortPaths: Readonly<Record<SortKey, string>> = {
  name: 'metadata.name',
  kind: 'kind',
  type: 'spec.type',
  owner: 'relations.ownedBy',
  system: 'spec.system',
  lifecycle: 'spec.lifecycle',
  health: 'status.portolan.health.verdict',
};

export const sortKeys = ['name', 'kind', 'type', 'owner', 'system', 'lifecycle', 'health'] as const;

/** Everything the URL of a list says. Values are lower case, as the catalog compares them. */
export interface ListState {
  text: string;
  filters: Readonly<Record<Dimension, readonly string[]>>;
  /** Only entities with this relation to this ref, `rel=partOf:system:default/checkout`. */
  relation: { type: string; ref: string } | undefined;
  sort: { key: SortKey; descending: boolean };
  /** From 1. */
  page: number;
}

/**
 * Rows longer than 200 characters only "exist" in the catalog, so a longer term cannot match; a ref has at most 253.
 */
const maxTextLength = 253;
const maxValues = 50;
const maxPage = 1_000_000;

export const emptyListState: ListState = {
  text: '',
  filters: { kind: [], type: [], owner: [], lifecycle: [], health: [], namespace: [], tag: [] },
  relation: undefined,
  sort: { key: 'name', descending: false },
  page: 1,
};

/** Reads a query string; anything it does not understand is ignored, never an error. */
export function parseListState(search: string): ListState {
  const params = new URLSearchParams(search);
  const values = (dimension: Dimension) =>
    [...new Set(params.getAll(dimension).map((value) => value.trim().toLowerCase()))]
      .filter((value) => value !== '' && value.length <= maxTextLength)
      .slice(0, maxValues);
  const page = Number(params.get('page') ?? '1');
  return {
    text: (params.get('q') ?? '').trim().slice(0, maxTextLength),
    filters: {
      kind: values('kind'),
      type: values('type'),
      owner: values('owner'),
      lifecycle: values('lifecycle'),
      health: values('health'),
      namespace: values('namespace'),
      tag: values('tag'),
    },
    relation: parseRelation(params.get('rel')),
    sort: parseSort(params.get('sort')),
    page: Number.isSafeInteger(page) && page >= 1 && page <= maxPage ? page : 1,
  };
}

function parseRelation(text: string | null): ListState['relation'] {
  const match = /^([a-z]{1,40}):(.{1,300})$/i.exec(text ?? '');
  const [, type, ref] = match ?? [];
  return type === undefined || ref === undefined ? undefined : { type, ref: ref.toLowerCase() };
}

function parseSort(text: string | null): ListState['sort'] {
  const descending = text?.startsWith('-') === true;
  const key = sortKeys.find((candidate) => candidate === (descending ? text?.slice(1) : text));
  return key === undefined ? emptyListState.sort : { key, descending };
}

/** The parameters that say this state, defaults left out, in a fixed order: one state has one URL. */
export function listParams(state: ListState): [string, string][] {
  const params: [string, string][] = [];
  if (state.text !== '') params.push(['q', state.text]);
  for (const dimension of dimensions) {
    for (const value of state.filters[dimension]) params.push([dimension, value]);
  }
  if (state.relation !== undefined) params.push(['rel', `${state.relation.type}:${state.relation.ref}`]);
  const sort = sortParam(state.sort);
  if (sort !== 'name') params.push(['sort', sort]);
  if (state.page > 1) params.push(['page', String(state.page)]);
  return params;
}

export function sortParam(sort: ListState['sort']): string {
  return sort.descending ? `-${sort.key}` : sort.key;
}

export function listHref(state: ListState): string {
  const query = new URLSearchParams(listParams(state)).toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
  return query === '' ? '/catalog' : `/catalog?${query}`;
}

/** The state with one value switched on or off; a changed filter goes back to the first page. */
export function toggled(state: ListState, dimension: Dimension, value: string): ListState {
  const before = state.filters[dimension];
  const after = before.includes(value) ? before.filter((each) => each !== value) : [...before, value];
  return { ...state, filters: { ...state.filters, [dimension]: after }, page: 1 };
}

export function cleared(state: ListState): ListState {
  return { ...emptyListState, sort: state.sort };
}

export function hasFilters(state: ListState): boolean {
  return state.relation !== undefined || dimensions.some((dimension) => state.filters[dimension].length > 0);
}

/**
 * The filters as one expression, `undefined` when there are none. `except` leaves a dimension out: the counts
 * beside its values say what choosing another one would give.
 */
export function filterOf(state: ListState, except?: Dimension): FilterExpression | undefined {
  const all: FilterExpression[] = [];
  for (const dimension of dimensions) {
    const values = state.filters[dimension];
    if (dimension !== except && values.length > 0) all.push({ key: dimensionPaths[dimension].toLowerCase(), values });
  }
  if (state.relation !== undefined) {
    all.push({ relation: { type: state.relation.type, targetRefs: [state.relation.ref] } });
  }
  return both(all);
}

/** All of these; `undefined` for none. */
export function both(filters: readonly (FilterExpression | undefined)[]): FilterExpression | undefined {
  const all = filters.filter((filter) => filter !== undefined);
  return all.length > 1 ? { all } : all[0];
}

/** By the chosen field, then by name. Roll-ups come after what has health itself: they sum it up. */
export function orderOf(state: ListState): OrderField[] {
  const { key, descending } = state.sort;
  const direction = descending ? 'desc' : 'asc';
  const first: OrderField = { field: sortPaths[key], direction };
  if (key === 'name') return [first];
  const rollup: OrderField[] = key === 'health' ? [{ field: 'status.portolan.rollup.verdict', direction }] : [];
  return [first, ...rollup, { field: sortPaths.name, direction: 'asc' }];
}
