import type { TrimmedCondition, TrimmedPod } from '../trim.ts';
import { containerProblem, type PodProblem } from './container.ts';
import { graceWords, waitOf, type RuleContext } from './context.ts';
import { wordOf } from './shown.ts';

export type { PodProblem } from './container.ts';

const failedWords: Readonly<Record<string, string>> = {
  Evicted: 'the node evicted it for want of memory, disk or processes',
  NodeLost: 'its node does not answer',
  DeadlineExceeded: 'it ran longer than it may',
  Preempting: 'a pod of higher priority took its place',
  Preempted: 'a pod of higher priority took its place',
  NodeShutdown: 'its node was shut down',
  Terminated: 'its node was shut down',
  NodeAffinity: 'its node does not match it any more',
  UnexpectedAdmissionError: 'the kubelet could not admit it',
};
/** Why a pod was disrupted (condition DisruptionTarget), as a reason of ours. */
const disruptions: Readonly<Record<string, string>> = {
  PreemptionByScheduler: 'Preempted',
  DeletionByTaintManager: 'NodeLost',
  DeletionByPodGC: 'NodeLost',
  EvictionByEvictionAPI: 'Evicted',
  TerminationByKubelet: 'Evicted',
};

/** What is known of a pod that is not well. */
export interface PodState {
  /** Why it does not do its work. */
  problem?: PodProblem;
  /** Time alone may change the answer after so long. */
  recheckMs?: number;
}

/** The first problem of a pod, and when to look again. */
export function podState(pod: TrimmedPod, context: RuleContext): PodState {
  if (pod.phase === 'Succeeded') return {};
  if (pod.phase === 'Failed') return { problem: failed(pod, context) };
  if (pod.reason === 'NodeLost') return { problem: { reason: 'NodeLost', message: 'its node does not answer' } };
  for (const container of pod.containers) {
    const problem = containerProblem(container, pod, context);
    if (problem !== undefined) {
      return { problem, ...(problem.recheckMs !== undefined && { recheckMs: problem.recheckMs }) };
    }
  }
  return unscheduled(pod, context) ?? uncreated(pod, context) ?? unready(pod, context) ?? {};
}

/** The first problem of a pod, or undefined. */
export function podProblem(pod: TrimmedPod, nowMs: number): PodProblem | undefined {
  return podState(pod, { pods: [], nowMs }).problem;
}

/** The condition of a type. */
export function conditionOf(
  object: { conditions: readonly TrimmedCondition[] },
  type: string,
): TrimmedCondition | undefined {
  return object.conditions.find((each) => each.type === type && each.isStale !== true);
}

/** Since when the pod is not ready; undefined when it is. */
export function unreadySinceMs(pod: TrimmedPod): number | undefined {
  const ready = conditionOf(pod, 'Ready');
  return ready?.status === 'True' ? undefined : (ready?.sinceMs ?? pod.createdMs);
}

function failed(pod: TrimmedPod, context: RuleContext): PodProblem {
  const disruption = conditionOf(pod, 'DisruptionTarget');
  const disrupted = disruption?.status === 'True' ? wordOf(disruptions, disruption.reason) : undefined;
  const reason = pod.reason === '' || pod.reason === 'Failed' ? (disrupted ?? '') : pod.reason;
  if (reason !== '') return { reason, message: wordOf(failedWords, reason) ?? 'the pod failed' };
  for (const container of pod.containers) {
    const problem = containerProblem(container, { ...pod, restartsAlways: false }, context);
    if (problem?.isCrash !== true) continue;
    return problem.reason === 'OOMKilled' || problem.reason === 'StartError'
      ? problem
      : { ...problem, reason: container.isInit ? 'InitContainerFailed' : 'ContainerFailed' };
  }
  return { reason: 'PodFailed', message: 'the pod failed' };
}

function unscheduled(pod: TrimmedPod, context: RuleContext): PodState | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason === 'SchedulingGated') return undefined;
  const wait = waitOf(scheduled.sinceMs ?? pod.createdMs, 'unschedulable', context);
  if (!wait.isOver) return later(wait.recheckMs);
  const { detail } = scheduled;
  const message =
    detail === undefined ? 'no node meets what the pod asks for' : `no node takes it: it misses ${detail}`;
  return {
    problem: { reason: 'Unschedulable', message, ...(detail !== undefined && { detail }), ...since(scheduled) },
  };
}

/** Its sandbox or its volumes are not made: nothing in the pod says which, only events would. */
function uncreated(pod: TrimmedPod, context: RuleContext): PodState | undefined {
  if (pod.phase !== 'Pending' || conditionOf(pod, 'PodScheduled')?.status !== 'True') return undefined;
  const waits = pod.containers.some(
    (each) => each.waiting === 'ContainerCreating' || each.waiting === 'PodInitializing',
  );
  const runsInit = pod.containers.some((each) => each.isInit && each.runningSinceMs !== undefined);
  if ((!waits && pod.containers.length > 0) || runsInit) return undefined;
  const scheduled = conditionOf(pod, 'PodScheduled');
  const wait = waitOf(scheduled?.sinceMs ?? pod.createdMs, 'creating', context);
  const pending = (pod.mounts ?? []).filter((mount) => {
    const [kind, name = ''] = mount.split(' ');
    return kind === 'PersistentVolumeClaim' && context.claim?.(name)?.phase === 'Pending';
  });
  if (!wait.isOver) return later(wait.recheckMs);
  const [claim] = pending;
  const common = since(scheduled);
  if (claim !== undefined) {
    return {
      problem: {
        ...common,
        reason: 'VolumePending',
        message: `${shownMount(claim)} is not bound`,
        detail: shownMount(claim),
      },
    };
  }
  const waited = `its containers are not created after ${graceWords('creating', context)}`;
  if (pod.mounts === undefined) {
    return { problem: { ...common, reason: 'ContainersNotCreated', message: waited } };
  }
  const mounts = pod.mounts.map(shownMount).join(', ');
  const message = `${waited}: it mounts ${mounts}, and one of them may be missing`;
  return { problem: { ...common, reason: 'VolumeNotReady', message, detail: mounts } };
}

function unready(pod: TrimmedPod, context: RuleContext): PodState | undefined {
  if (pod.phase !== 'Running') return undefined;
  const ready = conditionOf(pod, 'Ready');
  if (ready === undefined || ready.status === 'True') return undefined;
  // The node controller marks the pods of a lost node; the kubelet, whose words the containers' states are, is silent.
  const services = pod.containers.filter((each) => !each.isInit);
  const saysReady = services.length > 0 && services.every((each) => each.isReady);
  if (saysReady && ready.reason === '') {
    return { problem: { reason: 'NodeNotReady', message: 'its node does not answer', ...since(ready) } };
  }
  const wait = waitOf(ready.sinceMs ?? pod.createdMs, 'notReady', context);
  if (!wait.isOver) return later(wait.recheckMs);
  const container = services.find((each) => !each.isReady);
  const within = graceWords('notReady', context);
  if (container === undefined) {
    return { problem: { reason: 'NotReady', message: `it is not ready after ${within}`, ...since(ready) } };
  }
  const named = { container: container.name, ...since(ready) };
  const probes = container.probes ?? [];
  if (container.isStarted !== true && probes.includes('startup')) {
    return {
      problem: {
        ...named,
        reason: 'StartupProbeFailed',
        message: `it has not passed its startup probe after ${within}`,
      },
    };
  }
  if (probes.includes('readiness')) {
    return {
      problem: {
        ...named,
        reason: 'ReadinessProbeFailed',
        message: `it runs and has not passed its readiness probe for ${within}`,
      },
    };
  }
  return { problem: { ...named, reason: 'NotReady', message: `it is not ready after ${within}` } };
}

/** `ConfigMap absent`, whatever the object says. */
function shownMount(mount: string): string {
  return mount.replace(/[^A-Za-z0-9. -]/g, '');
}

function later(recheckMs: number | undefined): PodState {
  return recheckMs === undefined ? {} : { recheckMs };
}

function since(condition: TrimmedCondition | undefined): { sinceMs?: number } {
  return condition?.sinceMs === undefined ? {} : { sinceMs: condition.sinceMs };
}
