import type { Catalog, CatalogEntity, EntityId } from '@portolan/catalog';
import { aboutView, type AboutView } from './about.ts';
import { conditionViews, type ConditionView } from './conditions.ts';
import { createEntityLookup } from './entity-lookup.ts';
import { canonicalRef, entityTitle, isRecord, text } from './entity-summary.ts';
import { healthView, type HealthView } from './health.ts';
import { kindView, type KindView } from './kinds.ts';
import { emptyListState, listHref } from './list-state.ts';
import { relationGroups, type RelationGroup } from './relations.ts';
import { definitionView, yamlView, type DefinitionView, type YamlView } from './source-text.ts';
import type { Staleness } from './sources.ts';
import { teamRelations, teamView, type TeamView } from './team.ts';
import { workloadsView, type WorkloadsView } from './workloads.ts';

export interface EntityPageView {
  ref: string;
  title: string;
  name: string;
  namespace: string;
  initials: string;
  kind: KindView;
  kindHref: string;
  type: string | undefined;
  lifecycle: string | undefined;
  about: AboutView;
  health: HealthView | undefined;
  /** Only kinds that have workloads say that they have none. */
  expectsWorkloads: boolean;
  workloads: WorkloadsView | undefined;
  team: TeamView | undefined;
  relations: readonly RelationGroup[];
  missingRefs: number;
  conditions: readonly ConditionView[];
  /** Conditions that need somebody. */
  problems: readonly ConditionView[];
  /** The operator has not written a status yet. */
  pending: boolean;
  definition: DefinitionView | undefined;
  yaml: YamlView;
}

export interface EntityPageOptions {
  nowMs: number;
  stale?: Staleness | undefined;
  /** From the catalog's namespaces to the cluster's. */
  toKubernetes: (namespace: string) => string;
}

const kindsWithWorkloads = new Set(['component', 'resource']);

/** The page of one entity. */
export function entityPageView(catalog: Catalog, id: EntityId, options: EntityPageOptions): EntityPageView {
  const { nowMs, stale } = options;
  const lookup = createEntityLookup(catalog);
  const entity = lookup.byId(id);
  const kind = kindView(entity.kind);
  const status = entity.status.portolan;
  const team = teamView(entity, lookup, stale);
  const all = relationGroups(entity, lookup, { stale });
  const conditions = conditionViews(status?.conditions ?? [], nowMs);
  const { title, name } = { title: entityTitle(entity), name: entity.metadata.name };
  return {
    ref: canonicalRef(entity),
    title,
    name,
    namespace: entity.metadata.namespace,
    initials: initials(title),
    kind,
    kindHref: listHref({ ...emptyListState, filters: { ...emptyListState.filters, kind: [kind.kind] } }),
    type: text(entity.spec['type']),
    lifecycle: text(entity.spec['lifecycle']),
    about: aboutView(entity, lookup),
    health: status?.health === undefined ? undefined : healthView(status.health, nowMs, stale),
    expectsWorkloads: kindsWithWorkloads.has(kind.kind),
    workloads: status?.workloads === undefined ? undefined : workloadsView(status.workloads, stale),
    team,
    relations: team === undefined ? all : all.filter(({ type }) => !teamRelations.some((each) => each === type)),
    missingRefs: all.reduce((sum, group) => sum + group.missing, 0),
    conditions,
    problems: conditions.filter((condition) => condition.status === 'False'),
    pending: isPending(entity),
    definition: definitionView(entity),
    yaml: yamlView(entity, options.toKubernetes),
  };
}

function isPending(entity: CatalogEntity): boolean {
  const status: unknown = entity.status.portolan;
  return !isRecord(status) || !Array.isArray(status['conditions']) || status['conditions'].length === 0;
}

/** Up to two letters for an avatar: `Ada Lovelace` gives `AL`. */
export function initials(title: string): string {
  const parts = title.split(/[\s._-]+/u).filter((part) => part !== '');
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : undefined].map(
    (part) => /^./u.exec(part ?? '')?.[0] ?? '',
  );
  return letters.join('').toUpperCase();
}
