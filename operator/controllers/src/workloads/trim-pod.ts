import type { KubernetesObject } from '@portolan/runtime';
import type { Interner } from '../entities/interner.ts';
import { configCause, imageCause, schedulingCause, startCause } from './trim-causes.ts';
import {
  count,
  createdMs,
  list,
  record,
  text,
  time,
  trimConditions,
  trimMetadata,
  unshared,
  type TrimmedCondition,
} from './trim-fields.ts';

/** One container of a pod. What only a fault needs is kept only of one that is not ready or was restarted. */
export interface TrimmedContainer {
  name: string;
  isInit: boolean;
  isReady: boolean;
  restarts: number;
  waiting: string | undefined;
  terminated: Termination | undefined;
  lastTerminated: Termination | undefined;
  /** Why it waits: a word of {@link imageCause} or {@link configCause}. */
  waitingDetail?: string;
  /** It runs, and has passed its startup probe. */
  isStarted?: true;
  /** Since when it runs. */
  runningSinceMs?: number;
  /** Its probes: `readiness`, `liveness`, `startup`. */
  probes?: readonly string[];
  /** Its memory limit as written, `32Mi`; of one that used more. */
  memoryLimit?: string;
}

export interface Termination {
  reason: string;
  exitCode: number;
  finishedMs?: number;
  /** A word of {@link startCause}, of a container that could not be started. */
  detail?: string;
}

/** What health reads of a pod. */
export interface TrimmedPod extends KubernetesObject {
  phase: string;
  reason: string;
  restartsAlways: boolean;
  conditions: readonly TrimmedCondition[];
  containers: readonly TrimmedContainer[];
  createdMs?: number;
  /** What it mounts while it is not running yet: `ConfigMap absent`. */
  mounts?: readonly string[];
}

const containersKept = 30;
const mountsKept = 5;
/** Conditions that no rule reads cost memory in every pod; of a running one only Ready says something while it is True. */
const conditionsRead = new Set(['Ready', 'PodScheduled', 'DisruptionTarget']);
/** Reasons of a termination whose message is the runtime's, not the container's. */
const startReasons = new Set(['StartError', 'ContainerCannotRun']);

/** The transform of pods, each with parts of its own. */
export const trimPod: (raw: unknown) => TrimmedPod = podTrimmer(unshared);

/**
 * Builds the transform of pods for a store of many: replicas of one workload have their owner and, as long as they are
 * well, the state of their containers in common, and `share` holds both once. Nobody may change what it gives.
 */
export function podTrimmer(share: Interner): (raw: unknown) => TrimmedPod {
  return (raw) => trim(raw, share);
}

function trim(raw: unknown, share: Interner): TrimmedPod {
  const object = record(raw);
  const spec = record(object['spec']);
  const status = record(object['status']);
  const phase = text(status['phase']);
  const created = createdMs(object);
  const mounts = phase === 'Pending' || phase === '' ? mountsOf(spec) : [];
  const restartsAlways = (spec['restartPolicy'] ?? 'Always') === 'Always';
  const metadata = trimMetadata(object, share);
  const reason = text(status['reason']);
  const conditions = trimConditions(
    list(status['conditions']).filter((each) => isRead(record(each), phase)),
    { explain: (type, message) => (type === 'PodScheduled' ? schedulingCause(message) : undefined) },
  );
  const init = containersOf(status['initContainerStatuses'], spec['initContainers'], true);
  const services = containersOf(status['containerStatuses'], spec['containers'], false);
  const containers = sharedWhenWell(init.length === 0 ? services : init.concat(services), share);
  // In one piece, as nearly all have a time of creation.
  const pod: TrimmedPod =
    created === undefined
      ? { metadata, phase, reason, restartsAlways, conditions, containers }
      : { metadata, phase, reason, restartsAlways, conditions, containers, createdMs: created };
  if (mounts.length > 0) pod.mounts = mounts;
  return pod;
}

/** What is not well has times of its own, which no two pods have in common. */
function sharedWhenWell(containers: TrimmedContainer[], share: Interner): readonly TrimmedContainer[] {
  return containers.every((each) => each.isReady && each.restarts === 0) ? share.json(containers) : containers;
}

function isRead({ type, status }: Record<string, unknown>, phase: string): boolean {
  return conditionsRead.has(text(type)) && (type !== 'PodScheduled' || status !== 'True' || phase === 'Pending');
}

function containersOf(statuses: unknown, specs: unknown, isInit: boolean): TrimmedContainer[] {
  const described = list(specs).slice(0, containersKept).map(record);
  return list(statuses)
    .slice(0, containersKept)
    .map((each) => {
      const status = record(each);
      const spec = described.find((container) => container['name'] === status['name']) ?? {};
      // An init container that restarts always is a sidecar: it is ready or not as any other.
      return trimContainer(status, spec, isInit && spec['restartPolicy'] !== 'Always');
    });
}

function trimContainer(
  status: Record<string, unknown>,
  spec: Record<string, unknown>,
  isInit: boolean,
): TrimmedContainer {
  const state = record(status['state']);
  const waiting = state['waiting'] === undefined ? undefined : record(state['waiting']);
  const waitingReason = waiting === undefined ? undefined : text(waiting['reason']);
  const terminated = termination(state['terminated']);
  const lastTerminated = termination(record(status['lastState'])['terminated']);
  const restarts = count(status['restartCount']);
  const isReady = status['ready'] === true;
  const trimmed: TrimmedContainer = {
    name: text(status['name']),
    isInit,
    isReady,
    restarts,
    waiting: waitingReason,
    terminated,
    lastTerminated,
  };
  if (isReady && restarts === 0) return trimmed;

  const detail = waitingDetail(waitingReason, waiting?.['message']);
  const runningSinceMs = time(record(state['running'])['startedAt']);
  const probes = ['readiness', 'liveness', 'startup'].filter((each) => spec[`${each}Probe`] !== undefined);
  const hasTooMuch = terminated?.reason === 'OOMKilled' || lastTerminated?.reason === 'OOMKilled';
  const limit = hasTooMuch ? quantity(record(record(spec['resources'])['limits'])['memory']) : undefined;
  if (detail !== undefined) trimmed.waitingDetail = detail;
  if (status['started'] === true) trimmed.isStarted = true;
  if (runningSinceMs !== undefined) trimmed.runningSinceMs = runningSinceMs;
  if (probes.length > 0) trimmed.probes = probes;
  if (limit !== undefined) trimmed.memoryLimit = limit;
  return trimmed;
}

function waitingDetail(reason: string | undefined, message: unknown): string | undefined {
  if (reason === undefined) return undefined;
  if (reason.startsWith('CreateContainer')) return configCause(message);
  if (reason === 'RunContainerError') return startCause(message);
  return reason.includes('Image') ? imageCause(message) : undefined;
}

function termination(raw: unknown): Termination | undefined {
  if (raw === undefined || raw === null) return undefined;
  const state = record(raw);
  const reason = text(state['reason']);
  const finishedMs = time(state['finishedAt']);
  const detail = startReasons.has(reason) ? startCause(state['message']) : undefined;
  return {
    reason,
    exitCode: count(state['exitCode']),
    ...(finishedMs !== undefined && { finishedMs }),
    ...(detail !== undefined && { detail }),
  };
}

/** A quantity as Kubernetes writes it, else nothing. */
function quantity(value: unknown): string | undefined {
  const written = typeof value === 'number' ? String(value) : text(value);
  return /^[0-9.]{1,20}([EPTGMkm]i?|e[0-9]{1,2})?$/.test(written) ? written : undefined;
}

function mountsOf(spec: Record<string, unknown>): string[] {
  return list(spec['volumes'])
    .slice(0, 50)
    .map(record)
    .flatMap((volume) => {
      const named = [
        ['ConfigMap', record(volume['configMap'])['name']],
        ['Secret', record(volume['secret'])['secretName']],
        ['PersistentVolumeClaim', record(volume['persistentVolumeClaim'])['claimName']],
      ] as const;
      return named.flatMap(([kind, name]) => (text(name) === '' ? [] : [`${kind} ${text(name)}`]));
    })
    .slice(0, mountsKept);
}
