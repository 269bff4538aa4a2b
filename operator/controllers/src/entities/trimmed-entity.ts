import {
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

/** Trims an object as the API server sent it. Pure; runs once per event, before the store keeps the result. */
export function trimEntity(raw: EntityResource, namespaces: NamespaceMapping): TrimmedEntity {
  const { metadata, spec } = raw;
  const declared = declaredRefs(raw, namespaces);
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => keptAnnotation.test(key));
  const ownerRef = declared.find((each) => each.field === 'spec.owner')?.ref;
  const systemRef = declared.find((each) => each.field === 'spec.system')?.ref;
  return {
    kind: raw.kind,
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      ...(metadata.generation !== undefined && { generation: metadata.generation }),
      ...(metadata.creationTimestamp !== undefined && { creationTimestamp: metadata.creationTimestamp }),
      ...(metadata.deletionTimestamp !== undefined && { deletionTimestamp: metadata.deletionTimestamp }),
      ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
    },
    ref: entityRef(raw, namespaces),
    refs: declared.map(({ field, ref }) => ({ field, ref })),
    ...(ownerRef !== undefined && { ownerRef }),
    ...(systemRef !== undefined && { systemRef }),
    workloads: namedWorkloads(spec, metadata.namespace),
    reservedKeys: reservedExtensionKeys(raw),
    faults: extensionFaults(raw),
    status: raw.status,
  };
}

function namedWorkloads(spec: EntityResource['spec'], namespace: string): NamedWorkload[] {
  if (!('workloads' in spec) || spec.workloads === undefined) return [];
  return spec.workloads.map((workload) => ({
    kind: workload.kind,
    name: workload.name,
    namespace: workload.namespace ?? namespace,
  }));
}

/** `namespace/name`, the key of an object in its store. */
export function keyOf(object: { metadata: { namespace?: string; name: string } }): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
