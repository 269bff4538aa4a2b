import type { TrimmedContainer, TrimmedPod } from '../trim.ts';

/** Why a pod does not do its work. */
export interface PodProblem {
  reason: string;
  /** In words, without the object's name. */
  message: string;
  container?: string;
}

/** Reasons of a waiting container that are steps, not faults. */
const ordinaryWaiting = new Set(['', 'ContainerCreating', 'PodInitializing']);
/** Unschedulable for less is a scheduler or an autoscaler at work. */
const unschedulableGraceMs = 60_000;

const waitingWords: Record<string, string> = {
  ImagePullBackOff: 'its image cannot be pulled',
  ErrImagePull: 'its image cannot be pulled',
  InvalidImageName: 'its image name is not valid',
  ErrImageNeverPull: 'its image is not on the node and may not be pulled',
  CreateContainerConfigError: 'a ConfigMap, a Secret or a setting that it needs is missing or refused',
  CreateContainerError: 'the container cannot be created',
  RunContainerError: 'the container cannot be started',
  CrashLoopBackOff: 'it ends again and again',
};

/**
 * The first problem of a pod, or undefined. Reads `terminated`, `lastState` and restarts as well as `waiting`: the
 * kubelet shows CrashLoopBackOff only part of the time (reference: states of a real node).
 */
export function podProblem(pod: TrimmedPod, nowMs: number): PodProblem | undefined {
  if (pod.phase === 'Failed') {
    const reason = pod.reason === '' ? 'PodFailed' : pod.reason;
    return { reason, message: `the pod failed (${reason})` };
  }
  for (const container of pod.containers) {
    const problem = containerProblem(container, pod);
    if (problem !== undefined) return { ...problem, container: container.name };
  }
  const scheduled = pod.conditions.find((each) => each.type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    const waitedMs = nowMs - (scheduled.sinceMs ?? 0);
    if (waitedMs >= unschedulableGraceMs) {
      return { reason: 'Unschedulable', message: 'no node meets what the pod asks for' };
    }
  }
  return undefined;
}

/** Until when a pod's unschedulable state is still excused, in ms from now. */
export function podRecheckMs(pod: TrimmedPod, nowMs: number): number | undefined {
  const scheduled = pod.conditions.find((each) => each.type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.sinceMs === undefined) return undefined;
  const leftMs = scheduled.sinceMs + unschedulableGraceMs - nowMs;
  return leftMs > 0 ? leftMs : undefined;
}

function containerProblem(container: TrimmedContainer, pod: TrimmedPod): PodProblem | undefined {
  const { waiting, terminated, lastTerminated, restarts } = container;
  const last = terminated ?? lastTerminated;
  const isCrash = last !== undefined && (last.exitCode !== 0 || last.reason === 'OOMKilled');
  if (waiting !== undefined && !ordinaryWaiting.has(waiting)) {
    if (waiting === 'CrashLoopBackOff' && isCrash) return crash(container, last.reason, last.exitCode);
    return { reason: waiting, message: waitingWords[waiting] ?? `the container waits (${waiting})` };
  }
  if (terminated !== undefined && isCrash) return crash(container, terminated.reason, terminated.exitCode);
  // Running again after a crash counts as crashing until it is ready.
  if (isCrash && restarts > 0 && !container.isReady && !container.isInit) {
    return crash(container, last.reason, last.exitCode);
  }
  if (terminated !== undefined && !container.isInit && pod.restartsAlways && restarts > 0) {
    return { reason: 'CrashLoop', message: `it ended with exit code 0 and is restarted, ${times(restarts)} so far` };
  }
  return undefined;
}

function crash({ restarts }: TrimmedContainer, reason: string, exitCode: number): PodProblem {
  const restarted = restarts > 0 ? `, restarted ${times(restarts)}` : '';
  if (reason === 'OOMKilled') {
    return { reason: 'OOMKilled', message: `it used more memory than its limit (exit code ${exitCode}${restarted})` };
  }
  return {
    reason: restarts > 0 ? 'CrashLoop' : 'ContainerFailed',
    message: `it ended with exit code ${exitCode}${restarted}`,
  };
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
