import {
  conditionTypes,
  declaredRefs,
  entityRef,
  extensionFaults,
  reservedExtensionKeys,
  type EntityKind,
  type EntityResource,
  type EntityStatus,
  type NamespaceMapping,
} from '@portolan/crds';
import type { KubernetesObject } from '@portolan/runtime';
import { createInterner, type Interner } from './interner.ts';

/** One reference that an entity declares, as the controllers need it. */
export interface TrimmedRef {
  /** Where it stands, e.g. `spec.owner` or `spec.dependsOn`. */
  field: string;
  /** Canonical form. */
  ref: string;
}

/** A workload that an entity names in `spec.workloads`; the namespace is filled in. */
export interface NamedWorkload {
  kind: string;
  /** Left out where the kind alone tells. */
  group?: string;
  namespace: string;
  name: string;
}

/**
 * What the operator keeps of an entity. Definitions, descriptions and extensions stay on the API server:
 * 100,000 entities must fit in a small pod, and no controller reads them.
 */
export interface TrimmedEntity extends KubernetesObject {
  kind: EntityKind;
  metadata: KubernetesObject['metadata'] & { namespace: string; uid: string; resourceVersion: string };
  /** The canonical ref that this object claims. */
  ref: string;
  refs: readonly TrimmedRef[];
  ownerRef?: string;
  systemRef?: string;
  workloads: readonly NamedWorkload[];
  /** Keys of the free-form fields that Portolan reserves. */
  reservedKeys: readonly string[];
  /** What admission cannot see: size and depth of the free-form fields, in words. */
  faults: readonly string[];
  status: EntityStatus | undefined;
}

const keptAnnotation = /^backstage\.io\/kubernetes-/;

const none: readonly never[] = Object.freeze([]);

/**
 * Trims an object as the API server sent it. Runs once per event, before the store keeps the result. Pure but for what
 * equal parts of entities share: refs, times and conditions come in great numbers and in few kinds, and 100,000 entities
 * take half the memory when each is held once.
 */
export function trimEntity(
  raw: EntityResource,
  namespaces: NamespaceMapping,
  interner: Interner = createInterner({ size: 1 }),
): TrimmedEntity {
  const { spec } = raw;
  const declared = declaredRefs(raw, namespaces);
  const refs = declared.map(({ field, ref }) => interner.json<TrimmedRef>({ field, ref }));
  const ownerRef = refs.find((each) => each.field === 'spec.owner')?.ref;
  const systemRef = refs.find((each) => each.field === 'spec.system')?.ref;
  const metadata = trimMetadata(raw, interner);
  const reservedKeys = reservedExtensionKeys(raw);
  const faults = extensionFaults(raw);
  return {
    kind: raw.kind,
    metadata,
    ref: entityRef(raw, namespaces),
    refs: refs.length === 0 ? none : refs,
    ...(ownerRef !== undefined && { ownerRef }),
    ...(systemRef !== undefined && { systemRef }),
    workloads: namedWorkloads(spec, metadata.namespace),
    reservedKeys: reservedKeys.length === 0 ? none : reservedKeys,
    faults: faults.length === 0 ? none : faults,
    status: raw.status === undefined ? undefined : shareParts(raw.status, interner),
  };
}

/** In the order and shape that nearly all have: V8 keeps objects of one shape small. */
function trimMetadata({ metadata }: EntityResource, interner: Interner): TrimmedEntity['metadata'] {
  const { generation, creationTimestamp, deletionTimestamp } = metadata;
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => keptAnnotation.test(key));
  const kept: TrimmedEntity['metadata'] = {
    name: metadata.name,
    namespace: interner.text(metadata.namespace),
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
  };
  if (generation !== undefined) kept.generation = generation;
  if (creationTimestamp !== undefined) kept.creationTimestamp = interner.text(creationTimestamp);
  if (deletionTimestamp !== undefined) kept.deletionTimestamp = deletionTimestamp;
  if (annotations.length > 0) kept.annotations = Object.fromEntries(annotations);
  return kept;
}

/** The same status, with equal conditions and the like held once. */
function shareParts(status: EntityStatus, interner: Interner): EntityStatus {
  const shared: Record<string, unknown> = { ...status };
  for (const [field, value] of Object.entries(shared)) {
    if (field === 'conditions') continue;
    if (typeof value === 'string') shared[field] = interner.text(value);
    else if (typeof value === 'object') shared[field] = interner.json(value);
  }
  // Ready names its entity, so no two are equal.
  const conditions = status.conditions?.map((each) =>
    each.type === conditionTypes.ready ? each : interner.json(each),
  );
  if (conditions !== undefined) shared['conditions'] = conditions;
  return shared;
}

function namedWorkloads(spec: EntityResource['spec'], namespace: string): readonly NamedWorkload[] {
  if (!('workloads' in spec) || spec.workloads === undefined) return none;
  return spec.workloads.map((workload) => ({
    kind: workload.kind,
    ...(workload.group !== undefined && { group: workload.group }),
    name: workload.name,
    namespace: workload.namespace ?? namespace,
  }));
}

/** `namespace/name`, the key of an object in its store. */
export function keyOf(object: { metadata: { namespace?: string; name: string } }): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
