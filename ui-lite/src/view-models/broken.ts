import type { Catalog, CatalogEntity, FilterExpression } from '@portolan/catalog';
import { chipsOf, choicesOf, type BrokenChips, type BrokenChoices } from './broken-choices.ts';
import { countsOf, reasonPath, verdictPath } from './broken-counts.ts';
import { brokenHref, emptyBrokenState, type BrokenState } from './broken-state.ts';
import { createScopes } from './broken-scope.ts';
import { runtimeHref } from './entity-head.ts';
import { createEntityLookup, type EntityLookup } from './entity-lookup.ts';
import { canonicalRef, entityTitle, firstTarget, refView, type RefView } from './entity-summary.ts';
import { healthBadge, healthView, verdictOrder, type HealthBadge, type HealthView } from './health.ts';
import { kindView, type KindView } from './kinds.ts';
import { entityHref } from './links.ts';
import { both, dimensionPaths, emptyListState, listHref } from './list-state.ts';
import { reasonWords } from './reasons.ts';
import { workloadsView } from './workloads.ts';

/** One entity that is not well, with what there is to do. */
export interface FaultView {
  ref: string;
  href: string;
  /** The page with what runs of it. */
  runtimeHref: string;
  title: string;
  kind: KindView;
  namespace: string;
  health: HealthView;
  /** `1 of 4 replicas ready`. */
  readiness: string | undefined;
}

export interface TeamFaults {
  key: string;
  team: RefView | undefined;
  /** Also of those that the page leaves out. */
  total: number;
  faults: readonly FaultView[];
}

/** What is not known for the same reason: most often one cause, and one cure. */
export interface UnknownFaults {
  reason: string;
  explanation: string | undefined;
  /** Also of those that the page leaves out. */
  total: number;
  faults: readonly FaultView[];
}

export interface BrokenView {
  /** Of everything that has health in what was asked for; verdicts without any are left out. */
  counts: readonly { verdict: string; badge: HealthBadge; count: number; href: string | undefined }[];
  /** Components and resources that nothing is linked to: nobody knows how they are. */
  withoutHealth: number;
  degraded: number;
  unknown: number;
  /** Nothing in the scope is degraded or unknown for any reason, and something has health: only then it may be green. */
  isWell: boolean;
  teams: readonly TeamFaults[];
  unknowns: readonly UnknownFaults[];
  /** How many more there are than the page holds, with the list of all where the catalog's list can say the same. */
  moreDegraded: number;
  moreUnknown: number;
  degradedHref: string | undefined;
  unknownHref: string | undefined;
  choices: BrokenChoices;
  chips: BrokenChips;
  clearHref: string;
}

/** Entities on the page: what somebody reads in one go, and 10 ms of work. */
const shownDegraded = 200;
const shownUnknown = 100;

/** Owners that an address may name. */
const addressedOwners = 20;

/** What the header says on every page. */
export interface BrokenCount {
  degraded: number;
  unknown: number;
}

export function brokenCount(catalog: Catalog): BrokenCount {
  const counts = countsOf(catalog, verdictPath, undefined);
  return { degraded: counts.get('degraded') ?? 0, unknown: counts.get('unknown') ?? 0 };
}

/** What a page of this state hears of: everything that is broken, or has just stopped to be. */
export const brokenEvents = new URLSearchParams({
  filter: ['degraded', 'unknown'].map((verdict) => `${verdictPath.toLowerCase()}=${verdict}`).join(','),
}).toString();

/** What is broken, by team, and what nobody knows, by reason. */
export function brokenView(catalog: Catalog, state: BrokenState, nowMs: number): BrokenView {
  const lookup = createEntityLookup(catalog);
  const scopes = createScopes(catalog);
  const scope = scopes.of(state);
  const ofReason: FilterExpression | undefined =
    state.reason === undefined ? undefined : { key: reasonPath, values: [state.reason] };
  const filterOf = (verdict: string) => both([{ key: verdictPath, values: [verdict] }, scope, ofReason]);
  const read = (verdict: string, limit: number) => {
    const { ids, total } = catalog.query({
      filter: filterOf(verdict),
      order: [{ field: 'metadata.name', direction: 'asc' }],
      missing: 'last',
      limit,
    });
    return { total, entities: ids.map((id) => lookup.byId(id)) };
  };
  const degraded = read('degraded', shownDegraded);
  const unknown = read('unknown', shownUnknown);
  const counts = countsOf(catalog, verdictPath, scope);
  const judged = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const runnable = catalog.query({
    filter: both([{ key: 'kind', values: ['component', 'resource'] }, scope]),
    limit: 0,
  }).total;
  const owned = countsOf(catalog, dimensionPaths.owner, filterOf('degraded'));
  const caused = countsOf(catalog, reasonPath, filterOf('unknown'));
  const owner = state.team === undefined ? [] : scopes.teams(state.team);
  const href = (verdict: string) => {
    if (state.within !== undefined || owner.length > addressedOwners) return undefined;
    return listHref({ ...emptyListState, filters: { ...emptyListState.filters, owner, health: [verdict] } });
  };
  return {
    counts: verdictOrder
      .map((verdict) => ({
        verdict,
        badge: healthBadge(verdict),
        count: counts.get(verdict.toLowerCase()) ?? 0,
        href: href(verdict.toLowerCase()),
      }))
      .filter(({ count }) => count > 0),
    withoutHealth: Math.max(0, runnable - judged),
    degraded: degraded.total,
    unknown: unknown.total,
    isWell: judged > 0 && !counts.has('degraded') && !counts.has('unknown'),
    teams: byTeam(degraded.entities, owned, { lookup, nowMs }),
    unknowns: byReason(unknown.entities, caused, nowMs),
    moreDegraded: degraded.total - degraded.entities.length,
    moreUnknown: unknown.total - unknown.entities.length,
    degradedHref: state.reason === undefined ? href('degraded') : undefined,
    unknownHref: state.reason === undefined ? href('unknown') : undefined,
    choices: choicesOf({ catalog, state, lookup, scopes }),
    chips: chipsOf(state, lookup),
    clearHref: brokenHref(emptyBrokenState),
  };
}

/** The team with most to do first; in a team what serves nothing first, then what broke last. */
function byTeam(
  entities: readonly CatalogEntity[],
  totals: ReadonlyMap<string, number>,
  { lookup, nowMs }: { lookup: EntityLookup; nowMs: number },
): TeamFaults[] {
  const teams = new Map<string, CatalogEntity[]>();
  for (const entity of entities) {
    const owner = firstTarget(entity, 'ownedBy') ?? '';
    teams.set(owner, [...(teams.get(owner) ?? []), entity]);
  }
  return [...teams]
    .map(([ref, faulty]) => ({
      key: ref === '' ? 'none' : ref,
      team: ref === '' ? undefined : refView(ref, lookup),
      total: totals.get(ref) ?? faulty.length,
      faults: faulty.toSorted(worseFirst).map((entity) => faultView(entity, nowMs)),
    }))
    .sort((a, b) => b.total - a.total || (a.key < b.key ? -1 : 1));
}

function byReason(
  entities: readonly CatalogEntity[],
  totals: ReadonlyMap<string, number>,
  nowMs: number,
): UnknownFaults[] {
  const reasons = new Map<string, FaultView[]>();
  for (const entity of entities) {
    const reason = entity.status.portolan.health?.reason ?? '';
    reasons.set(reason, [...(reasons.get(reason) ?? []), faultView(entity, nowMs)]);
  }
  return [...reasons]
    .map(([reason, faults]) => ({
      reason,
      explanation: reasonWords(reason),
      total: totals.get(reason.toLowerCase()) ?? faults.length,
      faults: faults.map(withoutExplanation),
    }))
    .sort((a, b) => b.total - a.total || (a.reason < b.reason ? -1 : 1));
}

/** The group says it already. */
function withoutExplanation(fault: FaultView): FaultView {
  return { ...fault, health: { ...fault.health, explanation: undefined } };
}

function worseFirst(a: CatalogEntity, b: CatalogEntity): number {
  const since = (entity: CatalogEntity) => Date.parse(entity.status.portolan.health?.since ?? '') || 0;
  return readyShare(a) - readyShare(b) || since(b) - since(a);
}

/** 0 when nothing is ready; also when that is not known. */
function readyShare(entity: CatalogEntity): number {
  const { ready = 0, desired = 0 } = entity.status.portolan.workloads ?? {};
  return desired === 0 ? 0 : ready / desired;
}

function faultView(entity: CatalogEntity, nowMs: number): FaultView {
  const { name, namespace } = entity.metadata;
  const { health, workloads } = entity.status.portolan;
  const href = entityHref({ kind: entity.kind, namespace, name });
  return {
    ref: canonicalRef(entity),
    href,
    runtimeHref: runtimeHref(href),
    title: entityTitle(entity),
    kind: kindView(entity.kind),
    namespace,
    health: healthView(health ?? { verdict: 'Unknown', reason: '', message: '', since: '' }, nowMs),
    readiness: workloads === undefined ? undefined : workloadsView(workloads, health).readiness,
  };
}
