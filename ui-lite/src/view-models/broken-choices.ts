import type { Catalog, FilterExpression } from '@portolan/catalog';
import { countsOf, reasonPath, verdictPath } from './broken-counts.ts';
import type { Scopes } from './broken-scope.ts';
import { brokenHref, emptyBrokenState, type BrokenState } from './broken-state.ts';
import type { EntityLookup } from './entity-lookup.ts';
import { relatedEntity } from './entity-summary.ts';
import { both, dimensionPaths } from './list-state.ts';

export interface BrokenChoice {
  value: string;
  label: string;
  count: number;
  selected: boolean;
}

export interface BrokenChoices {
  team: readonly BrokenChoice[];
  within: readonly BrokenChoice[];
  reason: readonly BrokenChoice[];
}

/** What is chosen now, with the address without it. */
export type BrokenChips = readonly { name: string; label: string; removeHref: string }[];

/** What can be chosen instead, each counted under what else is chosen. */
export function choicesOf({
  catalog,
  state,
  lookup,
  scopes,
}: {
  catalog: Catalog;
  state: BrokenState;
  lookup: EntityLookup;
  scopes: Scopes;
}): BrokenChoices {
  const broken: FilterExpression = { key: verdictPath, values: ['degraded', 'unknown'] };
  const filterWithout = (name: keyof BrokenState) =>
    both([
      broken,
      scopes.of({ ...state, [name]: undefined }),
      name === 'reason' || state.reason === undefined ? undefined : { key: reasonPath, values: [state.reason] },
    ]);
  const title = (ref: string) => relatedEntity(ref, lookup).title;
  const choices = (name: keyof BrokenState, counts: Map<string, number>, label: (value: string) => string) => {
    const chosen = state[name];
    if (chosen !== undefined && !counts.has(chosen)) counts.set(chosen, 0);
    return [...counts]
      .map(([value, count]) => ({ value, label: label(value), count, selected: value === chosen }))
      .sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
  };
  const reasons = catalog.facets({ paths: [reasonPath], filter: filterWithout('reason') }).get(reasonPath) ?? [];
  const spelling = new Map(reasons.map(({ value }) => [value.toLowerCase(), value]));
  return {
    team: choices('team', countsOf(catalog, dimensionPaths.owner, filterWithout('team')), title),
    within: choices('within', domainCounts(catalog, scopes, filterWithout('within')), title),
    reason: choices(
      'reason',
      new Map(reasons.map(({ value, count }) => [value.toLowerCase(), count])),
      (value) => spelling.get(value) ?? value,
    ),
  };
}

/** Domains whose parts are counted for the choice; a company has some dozens. */
const countedDomains = 50;

function domainCounts(catalog: Catalog, scopes: Scopes, filter: FilterExpression | undefined): Map<string, number> {
  const { ids } = catalog.query({ filter: { key: 'kind', values: ['domain'] }, limit: countedDomains });
  return new Map(
    ids
      .map((id) => catalog.refOf(id))
      .map((ref): [string, number] => {
        const scope = scopes.of({ ...emptyBrokenState, within: ref });
        return [ref, catalog.query({ filter: both([filter, scope]), limit: 0 }).total];
      })
      .filter(([, count]) => count > 0),
  );
}

export function chipsOf(state: BrokenState, lookup: EntityLookup): BrokenChips {
  const chip = (key: keyof BrokenState, name: string, label: (value: string) => string) => {
    const value = state[key];
    if (value === undefined) return [];
    return [{ name, label: label(value), removeHref: brokenHref({ ...state, [key]: undefined }) }];
  };
  const title = (ref: string) => relatedEntity(ref, lookup).title;
  return [
    ...chip('team', 'Team', title),
    ...chip('within', 'Within', title),
    ...chip('reason', 'Reason', (value) => value),
  ];
}
