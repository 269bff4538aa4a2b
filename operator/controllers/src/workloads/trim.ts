import type { KubernetesObject } from '@portolan/runtime';
import { createCause } from './trim-causes.ts';
import {
  count,
  createdMs,
  list,
  record,
  strings,
  text,
  time,
  trimConditions,
  trimMetadata,
  type TrimmedCondition,
} from './trim-fields.ts';

export type { TrimmedCondition } from './trim-fields.ts';
export { podTrimmer, trimPod, type Termination, type TrimmedContainer, type TrimmedPod } from './trim-pod.ts';

/** The kinds that make pods and are never made for another of them. */
export const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

/** What health reads of a workload. Counts that the server left out are 0. */
export interface TrimmedWorkload extends KubernetesObject {
  kind: WorkloadKind;
  isPaused: boolean;
  onDelete: boolean;
  partition: number;
  desired: number;
  observedGeneration: number;
  replicas: number;
  updated: number;
  ready: number;
  available: number;
  active: number;
  lastScheduleMs: number | undefined;
  lastSuccessMs: number | undefined;
  conditions: readonly TrimmedCondition[];
  createdMs?: number;
  /** Of a DaemonSet: pods that are not available, and pods on nodes where none should be. */
  unavailable?: number;
  misscheduled?: number;
  /** Of a CronJob. */
  schedule?: string;
  timeZone?: string;
  /** Of a CronJob: a run is skipped while another one runs. */
  forbidsConcurrency?: true;
}

/** A step between a pod and its Deployment, or a workload of its own. */
export interface TrimmedReplicaSet extends KubernetesObject {
  kind: 'ReplicaSet';
  desired: number;
  ready: number;
  available: number;
  observedGeneration: number;
  conditions: readonly TrimmedCondition[];
}

/** A Namespace with the entity namespaces that it lets link its workloads; `*` lets all. */
export interface TrimmedNamespace extends KubernetesObject {
  allowsLinksFrom: readonly string[];
}

export const allowLinksFromKey = 'portolan.dev/allow-links-from';

/** Builds the transform of one workload kind. It never throws, whatever the object lacks. */
export function workloadTrimmer(kind: WorkloadKind): (raw: unknown) => TrimmedWorkload {
  return (raw) => {
    const object = record(raw);
    const spec = record(object['spec']);
    const status = record(object['status']);
    const strategy = record(spec['updateStrategy']);
    const created = createdMs(object);
    const isDaemonSet = kind === 'DaemonSet';
    return {
      kind,
      metadata: trimMetadata(object),
      isPaused: spec['paused'] === true || spec['suspend'] === true,
      onDelete: strategy['type'] === 'OnDelete',
      partition: count(record(strategy['rollingUpdate'])['partition']),
      desired: isDaemonSet
        ? count(status['desiredNumberScheduled'])
        : kind === 'CronJob'
          ? 0
          : count(spec['replicas'], 1),
      observedGeneration: count(status['observedGeneration']),
      replicas: count(status[isDaemonSet ? 'currentNumberScheduled' : 'replicas']),
      updated: count(status[isDaemonSet ? 'updatedNumberScheduled' : 'updatedReplicas']),
      ready: count(status[isDaemonSet ? 'numberReady' : 'readyReplicas']),
      available: count(status[isDaemonSet ? 'numberAvailable' : 'availableReplicas']),
      active: list(status['active']).length,
      lastScheduleMs: time(status['lastScheduleTime']),
      lastSuccessMs: time(status['lastSuccessfulTime']),
      conditions: trimConditions(status['conditions'], { explain: explainFailure }),
      ...(created !== undefined && { createdMs: created }),
      ...(isDaemonSet && {
        unavailable: count(status['numberUnavailable']),
        misscheduled: count(status['numberMisscheduled']),
      }),
      ...(kind === 'CronJob' && {
        schedule: text(spec['schedule']),
        ...(text(spec['timeZone']) !== '' && { timeZone: text(spec['timeZone']) }),
        ...(spec['concurrencyPolicy'] === 'Forbid' && { forbidsConcurrency: true as const }),
      }),
    };
  };
}

/** The transform of ReplicaSets. */
export function trimReplicaSet(raw: unknown): TrimmedReplicaSet {
  const object = record(raw);
  const status = record(object['status']);
  return {
    kind: 'ReplicaSet',
    metadata: trimMetadata(object),
    desired: count(record(object['spec'])['replicas'], 1),
    ready: count(status['readyReplicas']),
    available: count(status['availableReplicas']),
    observedGeneration: count(status['observedGeneration']),
    conditions: trimConditions(status['conditions'], { explain: explainFailure }),
  };
}

/** The transform of Namespaces. */
export function trimNamespace(raw: unknown): TrimmedNamespace {
  const object = record(raw);
  const allowed = text(strings(record(object['metadata'])['annotations'])[allowLinksFromKey]);
  return {
    metadata: trimMetadata(object),
    allowsLinksFrom: allowed
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  };
}

/** Quota, admission and their like are told apart by what the API server answered to the controller. */
function explainFailure(type: string, message: string): string | undefined {
  return type === 'ReplicaFailure' ? createCause(message) : undefined;
}
