import type { FilterExpression, Visibility } from '@portolan/catalog';
import { entityTitle } from './entity-summary.ts';
import type { EntityLookup } from './entity-lookup.ts';
import { healthBadge, verdictOrder, type HealthTone } from './health.ts';
import { kindOrder, kindView } from './kinds.ts';
import { splitRef } from './links.ts';
import { both, dimensionPaths, filterOf, listHref, toggled, type Dimension, type ListState } from './list-state.ts';

export interface FacetOption {
  value: string;
  label: string;
  /** A second word that tells equal labels apart (the namespace of an owner). */
  hint: string | undefined;
  icon: string | undefined;
  tone: HealthTone | undefined;
  count: number;
  active: boolean;
  /** Switches this value on or off. */
  href: string;
}

export interface FacetView {
  dimension: Dimension;
  label: string;
  options: readonly FacetOption[];
  /** The less frequent ones, folded away. */
  folded: readonly FacetOption[];
  activeCount: number;
}

export const facetDimensions = ['kind', 'health', 'type', 'owner', 'lifecycle'] as const satisfies Dimension[];

export const dimensionLabels: Readonly<Record<Dimension, string>> = {
  kind: 'Kind',
  health: 'Health',
  type: 'Type',
  owner: 'Owner',
  lifecycle: 'Lifecycle',
  namespace: 'Namespace',
  tag: 'Tag',
};

/** Values shown before the rest is folded; fits a screen with all five groups open. */
const shownOptions = 7;

interface FacetQuery {
  state: ListState;
  lookup: EntityLookup;
  /** What the search text adds: a filter, or the set of entities it matches. */
  search: { filter?: FilterExpression | undefined; visible?: Visibility | undefined };
}

/**
 * The filter groups with counts. Each group counts under all filters but its own, so that a count says how many
 * entities choosing that value alone in its group would show.
 */
export function facetViews({ state, lookup, search }: FacetQuery): FacetView[] {
  const free = facetDimensions.filter((dimension) => state.filters[dimension].length === 0);
  const counts = new Map<Dimension, ReadonlyMap<string, number>>();
  const count = (wanted: readonly Dimension[], except: Dimension | undefined) => {
    const facets = lookup.catalog.facets({
      paths: wanted.map((dimension) => dimensionPaths[dimension]),
      filter: both([filterOf(state, except), search.filter]),
      visible: search.visible,
    });
    for (const dimension of wanted) {
      const merged = new Map<string, number>();
      for (const { value, count: size } of facets.get(dimensionPaths[dimension]) ?? []) {
        const key = value.toLowerCase();
        merged.set(key, (merged.get(key) ?? 0) + size);
      }
      counts.set(dimension, merged);
    }
  };
  if (free.length > 0) count(free, undefined);
  for (const dimension of facetDimensions) if (!free.includes(dimension)) count([dimension], dimension);
  return facetDimensions
    .map((dimension) => facetView(dimension, counts.get(dimension) ?? new Map(), state, lookup))
    .filter((facet) => facet.options.length > 0);
}

function facetView(
  dimension: Dimension,
  counts: ReadonlyMap<string, number>,
  state: ListState,
  lookup: EntityLookup,
): FacetView {
  const active = state.filters[dimension];
  const values = [...new Set([...counts.keys(), ...active])];
  const options = values
    .map((value) => ({
      ...describe(dimension, value, lookup),
      value,
      count: counts.get(value) ?? 0,
      active: active.includes(value),
      href: listHref(toggled(state, dimension, value)),
    }))
    .sort((a, b) => position(dimension, a.value) - position(dimension, b.value) || b.count - a.count || order(a, b));
  const fold = options.length > shownOptions + 1;
  const shown = fold ? options.filter((option, index) => index < shownOptions || option.active) : options;
  return {
    dimension,
    label: dimensionLabels[dimension],
    options: shown,
    folded: fold ? options.filter((option) => !shown.includes(option)) : [],
    activeCount: active.length,
  };
}

function order(a: FacetOption, b: FacetOption): number {
  return a.label < b.label ? -1 : a.label > b.label ? 1 : 0;
}

function position(dimension: Dimension, value: string): number {
  const fixed = dimension === 'kind' ? kindOrder : dimension === 'health' ? verdictOrder : [];
  const at = fixed.findIndex((each) => each.toLowerCase() === value);
  return at < 0 ? fixed.length : at;
}

/** The words for one value of a dimension, as filters and chips show it. */
export function describe(
  dimension: Dimension,
  value: string,
  lookup: EntityLookup,
): Pick<FacetOption, 'label' | 'hint' | 'icon' | 'tone'> {
  const plain = { label: value, hint: undefined, icon: undefined, tone: undefined };
  if (dimension === 'kind') {
    const view = kindView(value);
    return { ...plain, label: view.plural, icon: view.icon };
  }
  if (dimension === 'health') {
    const verdict = verdictOrder.find((each) => each.toLowerCase() === value) ?? value;
    const badge = healthBadge(verdict);
    return { ...plain, label: verdict, icon: badge.icon, tone: badge.tone };
  }
  if (dimension !== 'owner') return plain;
  const parts = splitRef(value);
  const owner = lookup.byRef(value);
  return {
    ...plain,
    label: owner === undefined ? (parts?.name ?? value) : entityTitle(owner),
    icon: kindView(parts?.kind ?? '').icon,
    hint: owner === undefined ? 'not in the catalog' : undefined,
  };
}
