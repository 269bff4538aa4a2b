import type { KubernetesObject } from '@portolan/runtime';

/** The workload kinds that components link to. */
export const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

/** A condition of a workload or a pod; its message is never kept. */
export interface TrimmedCondition {
  type: string;
  status: string;
  reason: string;
  sinceMs: number | undefined;
}

/** What linking and health read of a workload. Counts that the server left out are 0. */
export interface TrimmedWorkload extends KubernetesObject {
  kind: WorkloadKind;
  /** Entities that the workload names itself: `ns/name`, lower case. */
  names: string | undefined;
  images: readonly string[];
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
}

/** One container of a pod. */
export interface TrimmedContainer {
  name: string;
  isInit: boolean;
  isReady: boolean;
  restarts: number;
  waiting: string | undefined;
  terminated: Termination | undefined;
  lastTerminated: Termination | undefined;
}

export interface Termination {
  reason: string;
  exitCode: number;
}

/** What health reads of a pod. */
export interface TrimmedPod extends KubernetesObject {
  phase: string;
  reason: string;
  restartsAlways: boolean;
  conditions: readonly TrimmedCondition[];
  containers: readonly TrimmedContainer[];
}

/** A ReplicaSet is only a step between a pod and its Deployment. */
export type TrimmedReplicaSet = KubernetesObject;

/** A Namespace with the entity namespaces that it lets link its workloads; `*` lets all. */
export interface TrimmedNamespace extends KubernetesObject {
  allowsLinksFrom: readonly string[];
}

export const componentKey = 'portolan.dev/component';
export const allowLinksFromKey = 'portolan.dev/allow-links-from';
const imagesKept = 5;
const textLength = 256;

/** Builds the transform of one workload kind. It never throws, whatever the object lacks. */
export function workloadTrimmer(kind: WorkloadKind): (raw: unknown) => TrimmedWorkload {
  return (raw) => {
    const object = record(raw);
    const spec = record(object['spec']);
    const status = record(object['status']);
    const metadata = trimMetadata(object);
    const template =
      kind === 'CronJob' ? record(record(record(spec['jobTemplate'])['spec'])['template']) : record(spec['template']);
    const strategy = record(spec['updateStrategy']);
    const isDaemonSet = kind === 'DaemonSet';
    return {
      kind,
      metadata: { ...metadata, labels: strings(record(object['metadata'])['labels']) },
      names: namedComponent(object),
      images: list(record(template['spec'])['containers'])
        .slice(0, imagesKept)
        .map((container) => text(record(container)['image']))
        .filter((image) => image !== ''),
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
      conditions: trimConditions(status['conditions']),
    };
  };
}

/** The transform of pods. */
export function trimPod(raw: unknown): TrimmedPod {
  const object = record(raw);
  const status = record(object['status']);
  return {
    metadata: trimMetadata(object),
    phase: text(status['phase']),
    reason: text(status['reason']),
    restartsAlways: (record(object['spec'])['restartPolicy'] ?? 'Always') === 'Always',
    conditions: trimConditions(status['conditions']),
    containers: [
      ...list(status['initContainerStatuses']).map((each) => trimContainer(each, true)),
      ...list(status['containerStatuses']).map((each) => trimContainer(each, false)),
    ],
  };
}

/** The transform of ReplicaSets. */
export function trimReplicaSet(raw: unknown): TrimmedReplicaSet {
  return { metadata: trimMetadata(record(raw)) };
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

function trimContainer(raw: unknown, isInit: boolean): TrimmedContainer {
  const status = record(raw);
  const state = record(status['state']);
  return {
    name: text(status['name']),
    isInit,
    isReady: status['ready'] === true,
    restarts: count(status['restartCount']),
    waiting: state['waiting'] === undefined ? undefined : text(record(state['waiting'])['reason']),
    terminated: termination(state['terminated']),
    lastTerminated: termination(record(status['lastState'])['terminated']),
  };
}

function termination(raw: unknown): Termination | undefined {
  if (raw === undefined || raw === null) return undefined;
  const state = record(raw);
  return { reason: text(state['reason']), exitCode: count(state['exitCode']) };
}

function trimConditions(raw: unknown): TrimmedCondition[] {
  return list(raw)
    .slice(0, 20)
    .map(record)
    .map((each) => ({
      type: text(each['type']),
      status: text(each['status']),
      reason: text(each['reason']),
      sinceMs: time(each['lastTransitionTime']),
    }));
}

/** An annotation may name another namespace; a label value cannot hold a slash and so names the workload's own. */
function namedComponent(object: Record<string, unknown>): string | undefined {
  const metadata = record(object['metadata']);
  const value = strings(metadata['annotations'])[componentKey] ?? strings(metadata['labels'])[componentKey];
  if (value === undefined || value.trim() === '') return undefined;
  const named = value.trim().toLowerCase();
  return named.includes('/') ? named : `${text(metadata['namespace'])}/${named}`;
}

function trimMetadata(object: Record<string, unknown>): KubernetesObject['metadata'] {
  const metadata = record(object['metadata']);
  const owner = list(metadata['ownerReferences'])
    .map(record)
    .find((each) => each['controller'] === true);
  return {
    name: text(metadata['name']),
    namespace: text(metadata['namespace']),
    uid: text(metadata['uid']),
    resourceVersion: text(metadata['resourceVersion']),
    generation: count(metadata['generation']),
    ...(metadata['deletionTimestamp'] !== undefined && { deletionTimestamp: text(metadata['deletionTimestamp']) }),
    ...(owner !== undefined && {
      ownerReferences: [
        {
          apiVersion: text(owner['apiVersion']),
          kind: text(owner['kind']),
          name: text(owner['name']),
          uid: text(owner['uid']),
          controller: true,
        },
      ],
    }),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, textLength) : '';
}

function strings(value: unknown): Record<string, string> {
  const entries = Object.entries(record(value)).filter((each): each is [string, string] => typeof each[1] === 'string');
  return Object.fromEntries(entries);
}

function count(value: unknown, absent = 0): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.trunc(value) : absent;
}

function time(value: unknown): number | undefined {
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}
