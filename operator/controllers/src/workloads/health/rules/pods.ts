import type { Evidence } from '@portolan/crds';
import type { TrimmedPod, TrimmedReplicaSet } from '../../trim.ts';
import { times, type PodProblem } from '../container.ts';
import { waitOf, type RuleContext } from '../context.ts';
import { findingOf, shownName, shownReason, titleOf, type Finding, type JudgedObject } from '../finding.ts';
import { podState, unreadySinceMs } from '../pod.ts';

const evidencePods = 3;

/** What the pods of an object say. */
export interface PodsState {
  failing: readonly { pod: TrimmedPod; problem: PodProblem }[];
  recheckMs: number | undefined;
}

/**
 * Looks through the pods, in the order of their names. Pods that ended as Failed come last: their owner replaces them,
 * so they matter only while it lacks replicas.
 */
export function podsState(context: RuleContext, options: { ignoresFailed?: boolean } = {}): PodsState {
  const { ignoresFailed = false } = options;
  const states = context.pods
    .filter((pod) => !(ignoresFailed && pod.phase === 'Failed'))
    .map((pod) => ({ pod, ...podState(pod, context) }));
  const failing = states
    .flatMap(({ pod, problem }) => (problem === undefined ? [] : [{ pod, problem }]))
    .sort((a, b) => rank(a.pod) - rank(b.pod) || (a.pod.metadata.name < b.pod.metadata.name ? -1 : 1));
  return { failing, recheckMs: soonest(states.map((each) => each.recheckMs)) };
}

/** Degraded by the first of the failing pods, with the way down to it. */
export function failingFinding(
  object: JudgedObject,
  state: PodsState,
  options: { counts: string; verdict?: Finding['verdict']; reason?: string },
): Finding | undefined {
  const [first] = state.failing;
  if (first === undefined) return undefined;
  const { pod, problem } = first;
  const where = problem.container === undefined ? '' : `, container ${shownName(problem.container)}`;
  return findingOf(object, {
    verdict: options.verdict ?? 'Degraded',
    reason: options.reason ?? problem.reason,
    message: `${titleOf(object)}, ${options.counts}: pod ${shownName(pod.metadata.name)}${where}: ${problem.message}.`,
    evidence: wayDown(object, state.failing.slice(0, evidencePods)),
    subject: podSubject(pod, problem),
    ...(problem.sinceMs !== undefined && { sinceMs: problem.sinceMs }),
    ...(state.recheckMs !== undefined && { recheckMs: state.recheckMs }),
  });
}

/** The pod as the one to do something about. */
export function podSubject(pod: TrimmedPod, problem: PodProblem) {
  const { container, detail, isRunningAgain } = problem;
  return {
    kind: 'Pod',
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    ...(container !== undefined && { container }),
    ...(detail !== undefined && { detail }),
    ...(isRunningAgain !== undefined && { isRunningAgain }),
  };
}

/** A pod and, where it names one, its container. */
export function podEvidence(pod: TrimmedPod, problem: PodProblem): Evidence {
  return {
    kind: 'Pod',
    namespace: shownNamespace(pod),
    name: shownName(pod.metadata.name),
    ...(problem.container !== undefined && { container: shownName(problem.container).slice(0, 63) }),
    reason: shownReason(problem.reason),
    message: problem.message.slice(0, 1024),
  };
}

/** Pods after the ReplicaSet that made them, each ReplicaSet once. */
function wayDown(object: JudgedObject, failing: PodsState['failing']): Evidence[] {
  const told = new Set<string>();
  return failing.flatMap(({ pod, problem }) => {
    const owner = pod.metadata.ownerReferences?.[0];
    const isStep = owner?.kind === 'ReplicaSet' && object.kind !== 'ReplicaSet' && !told.has(owner.name);
    if (!isStep) return [podEvidence(pod, problem)];
    told.add(owner.name);
    const step: Evidence = {
      kind: 'ReplicaSet',
      namespace: shownNamespace(pod),
      name: shownName(owner.name),
      reason: 'PodsFailing',
    };
    return [step, podEvidence(pod, problem)];
  });
}

/** A container that is well now and was restarted a short while ago. */
export function restartedLately(context: RuleContext): { pod: TrimmedPod; problem: PodProblem } | undefined {
  for (const pod of context.pods) {
    if (pod.phase !== 'Running') continue;
    for (const { name, restarts, isInit, lastTerminated, runningSinceMs } of pod.containers) {
      const wait = waitOf(lastTerminated?.finishedMs ?? runningSinceMs, 'restarted', context);
      if (isInit || restarts === 0 || wait.recheckMs === undefined) continue;
      const ended = lastTerminated === undefined ? '' : ` (last exit code ${lastTerminated.exitCode})`;
      const message = `it runs and was restarted ${times(restarts)}${ended}`;
      const problem = { reason: 'Restarting', message, container: name, isRunningAgain: true };
      return { pod, problem: { ...problem, recheckMs: wait.recheckMs } };
    }
  }
  return undefined;
}

/** Since when the first of the pods that are not ready waits. */
export function firstUnreadySinceMs(pods: readonly TrimmedPod[]): number | undefined {
  const times = pods.flatMap((pod) => unreadySinceMs(pod) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** A ReplicaSet that cannot create its pods. */
export function failingReplicaSet(sets: readonly TrimmedReplicaSet[] = []): TrimmedReplicaSet | undefined {
  return sets.find((set) => set.conditions.some((each) => each.type === 'ReplicaFailure' && each.status === 'True'));
}

export function soonest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function rank(pod: TrimmedPod): number {
  return pod.phase === 'Failed' ? 1 : 0;
}

function shownNamespace(pod: TrimmedPod): string {
  const namespace = pod.metadata.namespace ?? '';
  return namespace === '' ? '' : shownName(namespace).slice(0, 63);
}
