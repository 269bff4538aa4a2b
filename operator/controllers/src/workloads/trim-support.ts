import type { KubernetesObject } from '@portolan/runtime';
import { readSelector, type Requirement } from './label-selector.ts';
import {
  count,
  createdMs,
  record,
  strings,
  text,
  trimConditions,
  trimMetadata,
  type TrimmedCondition,
} from './trim-fields.ts';

/** What health reads of a HorizontalPodAutoscaler. */
export interface TrimmedAutoscaler extends KubernetesObject {
  kind: 'HorizontalPodAutoscaler';
  target: { apiVersion: string; kind: string; name: string };
  max: number;
  current: number;
  observedGeneration: number | undefined;
  createdMs: number | undefined;
  conditions: readonly TrimmedCondition[];
}

/** What health reads of a PersistentVolumeClaim. */
export interface TrimmedPersistentVolumeClaim extends KubernetesObject {
  kind: 'PersistentVolumeClaim';
  phase: string;
  /** Undefined where it names none and no StorageClass is the default one; empty where it wants none. */
  storageClass: string | undefined;
  /** It names the volume that it wants. */
  volumeName: string;
  /** A scheduler or a provisioner has taken it up. */
  isTakenUp: boolean;
  createdMs: number | undefined;
  conditions: readonly TrimmedCondition[];
}

/** What health reads of a PodDisruptionBudget. */
export interface TrimmedDisruptionBudget extends KubernetesObject {
  kind: 'PodDisruptionBudget';
  observedGeneration: number;
  currentHealthy: number;
  desiredHealthy: number;
  disruptionsAllowed: number;
  expectedPods: number;
  conditions: readonly TrimmedCondition[];
  /** What it says of its pods' labels; undefined where it cannot be read, and selects nothing. */
  selector: readonly Requirement[] | undefined;
}

/** What is read of a StorageClass. */
export interface TrimmedStorageClass extends KubernetesObject {
  kind: 'StorageClass';
  bindingMode: string;
}

/** What health reads of a kind that it has no rule for. */
export interface TrimmedObject extends KubernetesObject {
  kind: string;
  group: string;
  /** Undefined where the kind does not count. */
  observedGeneration: number | undefined;
  createdMs: number | undefined;
  conditions: readonly TrimmedCondition[];
  /** Replicas that there should be and that are ready, where the kind has the fields that a Deployment has. */
  desired: number;
  ready: number;
}

/** Set on a claim when its provisioning begins (component-helpers, storage/volume). */
const takenUpKeys = [
  'volume.kubernetes.io/selected-node',
  'volume.kubernetes.io/storage-provisioner',
  'volume.beta.kubernetes.io/storage-provisioner',
];

/** The transform of HorizontalPodAutoscalers, autoscaling/v2. */
export function trimHorizontalPodAutoscaler(raw: unknown): TrimmedAutoscaler {
  const object = record(raw);
  const spec = record(object['spec']);
  const status = record(object['status']);
  const target = record(spec['scaleTargetRef']);
  return {
    kind: 'HorizontalPodAutoscaler',
    metadata: trimMetadata(object),
    target: { apiVersion: text(target['apiVersion']), kind: text(target['kind']), name: text(target['name']) },
    max: count(spec['maxReplicas']),
    current: count(status['currentReplicas']),
    observedGeneration: observed(status),
    createdMs: createdMs(object),
    conditions: trimConditions(status['conditions']),
  };
}

/** The transform of PersistentVolumeClaims. */
export function trimPersistentVolumeClaim(raw: unknown): TrimmedPersistentVolumeClaim {
  const object = record(raw);
  const spec = record(object['spec']);
  const status = record(object['status']);
  const annotations = strings(record(object['metadata'])['annotations']);
  return {
    kind: 'PersistentVolumeClaim',
    metadata: trimMetadata(object),
    phase: text(status['phase']),
    storageClass: typeof spec['storageClassName'] === 'string' ? text(spec['storageClassName']) : undefined,
    volumeName: text(spec['volumeName']),
    isTakenUp: takenUpKeys.some((key) => annotations[key] !== undefined),
    createdMs: createdMs(object),
    conditions: trimConditions(status['conditions']),
  };
}

/** The transform of PodDisruptionBudgets. */
export function trimPodDisruptionBudget(raw: unknown): TrimmedDisruptionBudget {
  const object = record(raw);
  const status = record(object['status']);
  return {
    kind: 'PodDisruptionBudget',
    metadata: trimMetadata(object),
    observedGeneration: count(status['observedGeneration']),
    currentHealthy: count(status['currentHealthy']),
    desiredHealthy: count(status['desiredHealthy']),
    disruptionsAllowed: count(status['disruptionsAllowed']),
    expectedPods: count(status['expectedPods']),
    conditions: trimConditions(status['conditions']),
    selector: readSelector(record(object['spec'])['selector']),
  };
}

/** The transform of StorageClasses. */
export function trimStorageClass(raw: unknown): TrimmedStorageClass {
  const object = record(raw);
  // The API server fills in Immediate.
  const bindingMode = text(object['volumeBindingMode']) || 'Immediate';
  return { kind: 'StorageClass', metadata: trimMetadata(object), bindingMode };
}

/** Builds the transform of any other kind, for the generic rule. */
export function objectTrimmer({ group, kind }: { group: string; kind: string }): (raw: unknown) => TrimmedObject {
  return (raw) => {
    const object = record(raw);
    const metadata = trimMetadata(object);
    const status = record(object['status']);
    return {
      kind,
      group,
      metadata,
      observedGeneration: observed(status),
      createdMs: createdMs(object),
      conditions: trimConditions(status['conditions'], { generation: metadata.generation ?? 0 }),
      desired: count(record(object['spec'])['replicas']),
      ready: count(status['readyReplicas']),
    };
  };
}

function observed(status: Record<string, unknown>): number | undefined {
  return typeof status['observedGeneration'] === 'number' ? count(status['observedGeneration']) : undefined;
}
