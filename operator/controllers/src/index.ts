export { createAcceptance } from './acceptance/acceptance.ts';
export { createComposer, type Composer } from './composer/composer.ts';
export type { Fragment, FragmentSource, StatedCondition, StatusFields } from './composer/fragment.ts';
export { createEntityStores, entityIndexes, type EntityKey, type EntityStores } from './entities/entity-stores.ts';
export { trimEntity, type TrimmedEntity } from './entities/trimmed-entity.ts';
export { isLost, lostSources, type Loss, type LossReason, type LostSource } from './sources/loss.ts';
export { withLostSources } from './sources/lost-fragments.ts';
export { createLostSweep } from './sources/lost-sweep.ts';
export { faultsOf, noLosses, timeOf, withLosses, type Concerned, type Losses } from './sources/overlay.ts';
export { settle, sourcesOf, type SettledSources, type Watched } from './sources/settled-sources.ts';
export { createSourceReport, type SourceReport } from './sources/source-report.ts';
export { createRelations } from './relations/relations.ts';
export { watchRefs } from './relations/triggers.ts';
export { gracePeriods, troubledSince, type GracePeriods, type RuleContext } from './workloads/health/context.ts';
export type { Finding, JudgedObject } from './workloads/health/finding.ts';
export { healthKind, judge, judgeRaw, type HealthKind } from './workloads/health/registry.ts';
export { restsOnPods } from './workloads/judge-links.ts';
export { createLinker, linkIndexes, linkingKinds, type Linker } from './workloads/links.ts';
export {
  trimNamespace,
  trimPod,
  trimReplicaSet,
  type TrimmedNamespace,
  type TrimmedPod,
  type TrimmedReplicaSet,
  type TrimmedWorkload,
  type WorkloadKind,
} from './workloads/trim.ts';
export { watchWorkloads } from './workloads/triggers.ts';
export { createWorkloadFragments } from './workloads/workload-fragment.ts';
export {
  createPodTransform,
  createWorkloadInformers,
  informersByKind,
  workloadIndexes,
  type Inform,
  type WorkloadInformers,
  type WorkloadKindSetting,
} from './workloads/workload-informers.ts';
export { createWorkloadStores, type SourceState, type WorkloadStores } from './workloads/workload-stores.ts';
export { createInterner, type Interner } from './entities/interner.ts';
