import type { CatalogEntity, FilterExpression } from '@portolan/catalog';
import { canonicalRef, summarize, type EntitySummary } from './entity-summary.ts';
import type { EntityLookup } from './entity-lookup.ts';
import { healthBadge, verdictOrder, type HealthBadge } from './health.ts';
import { kindOrder, kindView, type KindView } from './kinds.ts';
import { dimensionPaths, emptyListState, listHref, type ListState } from './list-state.ts';
import { relationGroups, type RelationGroup } from './relations.ts';

export interface OwnedView {
  total: number;
  href: string;
  kinds: readonly { kind: KindView; count: number; href: string }[];
  health: readonly { verdict: string; badge: HealthBadge; count: number; href: string }[];
  rows: readonly EntitySummary[];
}

export interface TeamView {
  /** Members and subgroups of a group, memberships of a user; only those that exist. */
  people: readonly RelationGroup[];
  owned: OwnedView | undefined;
}

/** Relations that a team's page shows in sections of their own. */
export const teamRelations = ['hasMember', 'memberOf', 'parentOf', 'childOf', 'ownerOf'] as const;

/** The groups above are facts, what somebody owns is a list of its own. */
const elsewhere = new Set(['childOf', 'ownerOf']);

const shownOwned = 12;

/** For groups and users: who belongs together and what they answer for, worst health first. */
export function teamView(entity: CatalogEntity, lookup: EntityLookup): TeamView | undefined {
  const kind = entity.kind.toLowerCase();
  if (kind !== 'group' && kind !== 'user') return undefined;
  const people = relationGroups(entity, lookup).filter(
    ({ type }) => !elsewhere.has(type) && teamRelations.some((each) => each === type),
  );
  return { people, owned: ownedView(canonicalRef(entity), lookup) };
}

function ownedView(ref: string, lookup: EntityLookup): OwnedView | undefined {
  const { catalog } = lookup;
  const filter: FilterExpression = { key: dimensionPaths.owner.toLowerCase(), values: [ref] };
  const page = catalog.query({
    filter,
    order: [
      { field: dimensionPaths.health, direction: 'asc' },
      { field: 'metadata.name', direction: 'asc' },
    ],
    missing: 'last',
    limit: shownOwned,
  });
  if (page.total === 0) return undefined;
  const facets = catalog.facets({ paths: [dimensionPaths.kind, dimensionPaths.health], filter });
  const href = (narrowed: Partial<ListState['filters']>) =>
    listHref({ ...emptyListState, filters: { ...emptyListState.filters, owner: [ref], ...narrowed } });
  const counts = (path: string, order: readonly string[]) =>
    (facets.get(path) ?? []).toSorted((a, b) => place(order, a.value) - place(order, b.value));
  return {
    total: page.total,
    href: href({}),
    kinds: counts(dimensionPaths.kind, kindOrder).map(({ value, count }) => ({
      kind: kindView(value),
      count,
      href: href({ kind: [value.toLowerCase()] }),
    })),
    health: counts(dimensionPaths.health, verdictOrder).map(({ value, count }) => ({
      verdict: value,
      badge: healthBadge(value),
      count,
      href: href({ health: [value.toLowerCase()] }),
    })),
    rows: page.ids.map((id) => summarize(lookup.byId(id), lookup)),
  };
}

function place(order: readonly string[], value: string): number {
  const at = order.findIndex((each) => each.toLowerCase() === value.toLowerCase());
  return at < 0 ? order.length : at;
}
