import type { Catalog, CatalogPage } from '@portolan/catalog';
import { createEntityLookup, type EntityLookup } from './entity-lookup.ts';
import { refView, relatedEntity, summarize, type EntitySummary, type RefView } from './entity-summary.ts';
import { describe, dimensionLabels, facetViews, type FacetView } from './facets.ts';
import {
  both,
  cleared,
  dimensions,
  filterOf,
  hasFilters,
  listHref,
  listParams,
  orderOf,
  sortKeys,
  sortParam,
  toggled,
  type ListState,
  type SortKey,
} from './list-state.ts';
import { kindView } from './kinds.ts';
import { nearNames } from './near-names.ts';
import { lastPage, pageSize, pagingView, type PagingView } from './paging.ts';
import { refPlan, textPlan, type SearchPlan } from './search-plan.ts';
import { relationWords } from './relation-words.ts';

export interface FilterChip {
  dimension: string;
  label: string;
  removeHref: string;
}

export interface ColumnView {
  key: SortKey;
  label: string;
  href: string;
  sorted: 'ascending' | 'descending' | undefined;
}

/** Why a list is empty and what to do about it. */
export interface EmptyView {
  reason: 'no-match' | 'no-entities';
  clearHref: string;
  /** The same search without the filters, when that finds something. */
  withoutFilters: { href: string; total: number } | undefined;
  near: readonly RefView[];
}

export interface CatalogListView {
  heading: string;
  total: number;
  size: number;
  text: string;
  rows: readonly EntitySummary[];
  facets: readonly FacetView[];
  chips: readonly FilterChip[];
  clearHref: string | undefined;
  columns: readonly ColumnView[];
  sortOptions: readonly { value: string; label: string; selected: boolean }[];
  /** The state a search form must carry along: filters, not the text, the order or the page. */
  hidden: readonly { name: string; value: string }[];
  paging: PagingView;
  empty: EmptyView | undefined;
}

const columnLabels: Readonly<Record<SortKey, string>> = {
  name: 'Name',
  kind: 'Kind',
  type: 'Type',
  owner: 'Owner',
  system: 'System',
  lifecycle: 'Lifecycle',
  health: 'Health',
};

/** How many refs the search for near names looks at: keeps a page under the loop's limit on huge catalogs. */
export const nearNameBudget = 20_000;

/** The whole list page for one URL. */
export function catalogListView(catalog: Catalog, asked: ListState): CatalogListView {
  const lookup = createEntityLookup(catalog);
  const search = searchFor(asked, catalog);
  const { state, page } = readPage(asked, search, catalog);
  const chips = filterChips(state, lookup);
  return {
    heading: heading(state),
    total: page.total,
    size: catalog.size,
    text: state.text,
    rows: page.ids.map((id) => summarize(lookup.byId(id), lookup)),
    facets: facetViews({ state, lookup, search: countedSearch(search, catalog) }),
    chips,
    clearHref: chips.length > 0 ? listHref(cleared(state)) : undefined,
    columns: sortKeys.map((key) => column(key, state)),
    sortOptions: sortOptions(state),
    hidden: listParams({ ...state, text: '', sort: { key: 'name', descending: false }, page: 1 }).map(
      ([name, value]) => ({ name, value }),
    ),
    paging: pagingView(page.total, state.page, (number) => listHref({ ...state, page: number })),
    empty: page.total === 0 ? emptyView(state, lookup) : undefined,
  };
}

/** A ref when it reads as one and finds something; else text. */
function searchFor(state: ListState, catalog: Catalog): SearchPlan {
  const namespaces = () =>
    (catalog.facets({ paths: ['metadata.namespace'] }).get('metadata.namespace') ?? []).map((facet) => facet.value);
  const mayBeRef = /[:/]/.test(state.text);
  const plan = mayBeRef ? refPlan(state.text, namespaces()) : undefined;
  if (plan !== undefined && catalog.query({ filter: plan.filter, limit: 0 }).total > 0) return plan;
  return textPlan(state.text);
}

function readPage(asked: ListState, search: SearchPlan, catalog: Catalog): { state: ListState; page: CatalogPage } {
  const read = (number: number) =>
    catalog.query({
      filter: both([filterOf(asked), search.filter]),
      fullText: search.fullText,
      order: orderOf(asked),
      missing: 'last',
      limit: pageSize,
      offset: (number - 1) * pageSize,
    });
  const page = read(asked.page);
  const last = lastPage(page.total);
  if (asked.page <= last) return { state: asked, page };
  return { state: { ...asked, page: last }, page: read(last) };
}

/** Facets know no text, so the entities that match it become the set that they count within. */
function countedSearch(search: SearchPlan, catalog: Catalog) {
  if (search.fullText === undefined) return { filter: search.filter };
  return { filter: search.filter, visible: new Set(catalog.query({ fullText: search.fullText }).ids) };
}

function heading(state: ListState): string {
  const [kind, ...others] = state.filters.kind;
  if (kind === undefined || others.length > 0) return 'Catalog';
  return kindView(kind).plural;
}

function filterChips(state: ListState, lookup: EntityLookup): FilterChip[] {
  const text = { dimension: 'Text', label: state.text, removeHref: listHref({ ...state, text: '', page: 1 }) };
  const filters: FilterChip[] = dimensions.flatMap((dimension) =>
    state.filters[dimension].map((value) => ({
      dimension: dimensionLabels[dimension],
      label: describe(dimension, value, lookup).label,
      removeHref: listHref(toggled(state, dimension, value)),
    })),
  );
  const chips = state.text === '' ? filters : [text, ...filters];
  if (state.relation !== undefined) {
    chips.push({
      dimension: relationWords(state.relation.type),
      label: relatedEntity(state.relation.ref, lookup).title,
      removeHref: listHref({ ...state, relation: undefined, page: 1 }),
    });
  }
  return chips;
}

function column(key: SortKey, state: ListState): ColumnView {
  const current = state.sort.key === key;
  const descending = current && !state.sort.descending;
  return {
    key,
    label: columnLabels[key],
    href: listHref({ ...state, sort: { key, descending }, page: 1 }),
    sorted: current ? (state.sort.descending ? 'descending' : 'ascending') : undefined,
  };
}

function sortOptions(state: ListState): CatalogListView['sortOptions'] {
  return sortKeys.flatMap((key) =>
    [false, true].map((descending) => {
      const value = sortParam({ key, descending });
      return {
        value,
        label: `${columnLabels[key]}${descending ? ', reversed' : ''}`,
        selected: value === sortParam(state.sort),
      };
    }),
  );
}

function emptyView(state: ListState, lookup: EntityLookup): EmptyView {
  const { catalog } = lookup;
  const clearHref = listHref(cleared(state));
  if (catalog.size === 0) return { reason: 'no-entities', clearHref, withoutFilters: undefined, near: [] };
  const unfiltered = { ...cleared(state), text: state.text };
  const total = hasFilters(state) ? catalog.query({ ...searchFor(unfiltered, catalog), limit: 0 }).total : 0;
  return {
    reason: 'no-match',
    clearHref,
    withoutFilters: total > 0 ? { href: listHref(unfiltered), total } : undefined,
    near: total > 0 || state.text === '' ? [] : nearRefs(catalog, state.text).map((ref) => refView(ref, lookup)),
  };
}

/** Near refs of what the catalog holds, within the budget. */
export function nearRefs(catalog: Catalog, wanted: string): string[] {
  const { ids } = catalog.query({ limit: nearNameBudget });
  return nearNames(
    wanted,
    ids.map((id) => catalog.refOf(id)),
  );
}
