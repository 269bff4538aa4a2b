import type { Catalog, CatalogEntity, EntityId } from '@portolan/catalog';
import { aboutView, type AboutView } from './about.ts';
import { conditionViews, type ConditionView } from './conditions.ts';
import { createEntityLookup } from './entity-lookup.ts';
import { entityHead, hasWorkloads, type EntityHead } from './entity-head.ts';
import { canonicalRef, isRecord } from './entity-summary.ts';
import { healthView, type HealthView } from './health.ts';
import { relationGroups, type RelationGroup } from './relations.ts';
import { rollupView, type RollupView } from './rollup.ts';
import { definitionView, yamlView, type DefinitionView, type YamlView } from './source-text.ts';
import { teamRelations, teamView, type TeamView } from './team.ts';
import { workloadsView, type WorkloadsView } from './workloads.ts';

export interface EntityPageView extends EntityHead {
  about: AboutView;
  health: HealthView | undefined;
  /** Of kinds that have no workloads themselves. */
  rollup: RollupView | undefined;
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
  /** From the catalog's namespaces to the cluster's. */
  toKubernetes: (namespace: string) => string;
}

/** The page of one entity. */
export function entityPageView(catalog: Catalog, id: EntityId, options: EntityPageOptions): EntityPageView {
  const { nowMs } = options;
  const lookup = createEntityLookup(catalog);
  const entity = lookup.byId(id);
  const status = entity.status.portolan;
  const team = teamView(entity, lookup);
  const all = relationGroups(entity, lookup);
  const conditions = conditionViews(status.conditions ?? [], nowMs);
  return {
    ...entityHead(entity, 'overview'),
    about: aboutView(entity, lookup),
    health: status.health === undefined ? undefined : healthView(status.health, nowMs),
    rollup: status.rollup === undefined ? undefined : rollupView(status.rollup, canonicalRef(entity), lookup),
    expectsWorkloads: hasWorkloads(entity),
    workloads: status.workloads === undefined ? undefined : workloadsView(status.workloads, status.health),
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
