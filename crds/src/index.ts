export { clusterConditionTypes, clusterNames, localClusterName, maxSources } from './kinds/cluster-names.ts';
export type { ClusterResource, ClusterSource, ClusterSpec, ClusterStatus } from './kinds/cluster.ts';
export type {
  APISpec,
  ComponentSpec,
  DomainSpec,
  EntityResource,
  EntitySpec,
  GroupSpec,
  ResourceSpec,
  SystemSpec,
  UserSpec,
} from './kinds/entity-resource.ts';
export { extensionFaults, reservedExtensionKeys } from './kinds/extensions.ts';
export { apiGroup, apiVersion, kindInfo, kinds, type EntityKind, type KindInfo } from './kinds/kinds.ts';
export { objectNameOf } from './kinds/rules.ts';
export { schemaRevision } from './manifests/schema-revision.ts';
export { prevailingClaim, type Claim } from './refs/claims.ts';
export { declaredRefs, entityName, entityRef, type DeclaredRef } from './refs/entity-refs.ts';
export { createNamespaceMapping, type NamespaceMapping } from './refs/namespaces.ts';
export { formatRef, parseRef, RefError, type Ref, type RefErrorCode } from './refs/ref.ts';
export { relationRules, type RelationRule } from './refs/relation-rules.ts';
export { conditionTypes, withCondition } from './status/conditions.ts';
export type {
  Condition,
  EntityStatus,
  Evidence,
  HealthGap,
  HealthStatus,
  LastKnown,
  NextStep,
  Verdict,
  WorkloadsStatus,
  WorkloadStatus,
} from './status/status.ts';
