import type { TrimmedContainer, TrimmedPod } from '../trim.ts';
import { waitOf, type RuleContext } from './context.ts';
import { wordOf } from './shown.ts';

/** Why a pod does not do its work. */
export interface PodProblem {
  reason: string;
  /** In words, without the object's name. */
  message: string;
  container?: string;
  /** What the next step needs to know: see Subject. */
  detail?: string;
  isRunningAgain?: boolean;
  /** Its container ended, and is or will be started again. */
  isCrash?: boolean;
  sinceMs?: number;
  /** Time alone ends it after so long. */
  recheckMs?: number;
}

/** Reasons of a waiting container that are steps, not faults. */
const ordinaryWaiting = new Set(['', 'ContainerCreating', 'PodInitializing']);

const waitingWords: Readonly<Record<string, string>> = {
  ImagePullBackOff: 'its image cannot be pulled',
  ErrImagePull: 'its image cannot be pulled',
  RegistryUnavailable: 'the registry of its image does not answer',
  ImageInspectError: 'its image cannot be inspected',
  InvalidImageName: 'its image name is not valid',
  ErrImageNeverPull: 'its image is not on the node and may not be pulled',
  CreateContainerConfigError: 'a ConfigMap, a Secret or a setting that it needs is missing or refused',
  CreateContainerError: 'the container cannot be created',
  RunContainerError: 'the container cannot be started',
  CrashLoopBackOff: 'it ends again and again',
};

const detailWords: Readonly<Record<string, string>> = {
  NotFound: 'not found in the registry',
  Unauthorized: 'the registry refuses access',
  RateLimited: 'the registry limits pulls',
  WrongPlatform: "built for another platform than the node's",
  CertificateRefused: "the registry's certificate is not trusted",
  RegistryUnreachable: 'the registry cannot be reached',
  DiskFull: "the node's disk is full",
  CommandNotFound: 'the image does not contain its command',
  NotExecutable: 'its command may not be executed',
  RunAsRoot: 'it would run as root, which is forbidden',
  SubPath: 'a subPath cannot be mounted',
};

/** Restarts from which on a container that runs again has to hold for a while. */
const restartsOfLoop = 2;
const startReasons = new Set(['StartError', 'ContainerCannotRun']);

/**
 * What is wrong with a container. Reads `terminated`, `lastState` and restarts as well as `waiting`: the kubelet shows
 * CrashLoopBackOff only part of the time.
 */
export function containerProblem(
  container: TrimmedContainer,
  pod: TrimmedPod,
  context: RuleContext,
): PodProblem | undefined {
  const { waiting, terminated, lastTerminated, restarts } = container;
  const last = terminated ?? lastTerminated;
  const isCrash = last !== undefined && (last.exitCode !== 0 || last.reason === 'OOMKilled');
  if (waiting !== undefined && !ordinaryWaiting.has(waiting)) {
    if (waiting === 'CrashLoopBackOff') return isCrash ? crash(container) : endless(container);
    return waitingProblem(container, waiting);
  }
  if (terminated !== undefined && isCrash) return crash(container);
  if (waiting !== undefined && isCrash && restarts > 0) return crash(container);
  if (isCrash && restarts > 0 && !container.isInit) return crashedBefore(container, context);
  if (terminated !== undefined && !container.isInit && pod.restartsAlways && restarts > 0) return endless(container);
  return undefined;
}

function waitingProblem({ name, waitingDetail }: TrimmedContainer, waiting: string): PodProblem {
  const words = wordOf(waitingWords, waiting) ?? 'the container waits';
  const named = waitingDetail === undefined ? undefined : /^(Key of )?((Secret|ConfigMap) .+)$/.exec(waitingDetail);
  let message = words;
  if (named?.[2] !== undefined)
    message = named[1] === undefined ? `${named[2]} does not exist` : `${named[2]} lacks a key`;
  else if (waitingDetail !== undefined && detailWords[waitingDetail] !== undefined) {
    message = waiting.startsWith('CreateContainer')
      ? detailWords[waitingDetail]
      : `${words}: ${detailWords[waitingDetail]}`;
  }
  return { reason: waiting, message, container: name, ...(waitingDetail !== undefined && { detail: waitingDetail }) };
}

/** It runs again after a crash: crashing until it is ready, and a little longer if it was not the first time. */
function crashedBefore(container: TrimmedContainer, context: RuleContext): PodProblem | undefined {
  if (!container.isReady) {
    // It may well be on its way: one restart long ago explains nothing about a probe that fails now.
    const recent = waitOf(container.lastTerminated?.finishedMs, 'restarted', context);
    return recent.isOver ? undefined : { ...crash(container), isRunningAgain: container.runningSinceMs !== undefined };
  }
  if (container.restarts < restartsOfLoop) return undefined;
  const settling = waitOf(container.runningSinceMs, 'crashSettles', context);
  if (settling.recheckMs === undefined) return undefined;
  return { ...crash(container), isRunningAgain: true, recheckMs: settling.recheckMs };
}

function crash(container: TrimmedContainer): PodProblem {
  const { name, restarts, isInit, terminated, lastTerminated, memoryLimit, probes } = container;
  const { reason = '', exitCode = 0, detail, finishedMs } = terminated ?? lastTerminated ?? {};
  const restarted = restarts > 0 ? `, restarted ${times(restarts)}` : '';
  const common = { container: name, isCrash: true, ...(finishedMs !== undefined && { sinceMs: finishedMs }) };
  if (reason === 'OOMKilled') {
    const limit = memoryLimit === undefined ? 'its limit' : `its limit of ${memoryLimit}`;
    return {
      ...common,
      reason: 'OOMKilled',
      message: `it used more memory than ${limit} (exit code ${exitCode}${restarted})`,
      ...(memoryLimit !== undefined && { detail: memoryLimit }),
    };
  }
  if (startReasons.has(reason)) {
    const why = detail === undefined ? '' : `: ${detailWords[detail] ?? detail}`;
    return {
      ...common,
      reason: 'StartError',
      message: `it cannot be started${why} (exit code ${exitCode}${restarted})`,
      ...(detail !== undefined && { detail }),
    };
  }
  const what = isInit ? 'the init container ended' : 'it ended';
  return {
    ...common,
    reason: restarts > 0 ? 'CrashLoop' : 'ContainerFailed',
    message: `${what} with exit code ${exitCode}${restarted}`,
    ...(probes?.includes('liveness') === true && { detail: 'liveness' }),
  };
}

/** It ends without an error though it should run for ever. */
function endless({ name, restarts }: TrimmedContainer): PodProblem {
  return {
    reason: 'CrashLoop',
    message: `it ended with exit code 0 and is restarted, ${times(restarts)} so far`,
    container: name,
    isCrash: true,
  };
}

export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
