import type { TrimmedReplicaSet, TrimmedWorkload } from '../../trim.ts';
import { graceWords, waitOf, type RuleContext } from '../context.ts';
import { findingOf, titleOf, type Finding, type JudgedObject } from '../finding.ts';
import { conditionOf } from '../pod.ts';
import {
  failingFinding,
  failingReplicaSet,
  firstUnreadySinceMs,
  podEvidence,
  podSubject,
  podsState,
  restartedLately,
  soonest,
  type PodsState,
} from './pods.ts';
import { latest, type HealthRule } from './rule.ts';

/** A Deployment: how far its rollout is, and what keeps it. */
export const deployment: HealthRule<TrimmedWorkload> = (workload, context) => {
  if (workload.desired === 0) return scaledToZero(workload);
  if (workload.isPaused) {
    return findingOf(workload, { verdict: 'Suspended', reason: 'Paused', message: `${titleOf(workload)} is paused.` });
  }
  const isUpdated = workload.updated >= workload.desired && workload.replicas <= workload.updated;
  const isComplete = isUpdated && workload.available >= workload.desired;
  const failure = replicaFailure(workload, context);
  if (failure !== undefined && !isComplete) return failure;
  const state = podsState(context, { ignoresFailed: isComplete });
  const failing = failingFinding(workload, state, { counts: counts(workload) });
  if (failing !== undefined) return failing;
  if (isComplete) return healthy(workload, context, state);
  const progressing = conditionOf(workload, 'Progressing');
  if (progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded') {
    return findingOf(workload, {
      verdict: 'Degraded',
      reason: 'ProgressDeadlineExceeded',
      message: `${titleOf(workload)} did not finish its rollout in time: ${counts(workload)}.`,
      ...(progressing.sinceMs !== undefined && { sinceMs: progressing.sinceMs }),
    });
  }
  const isRolledOut = progressing?.reason === 'NewReplicaSetAvailable';
  if (!isUpdated || !isRolledOut) return rollingOut(workload, state);
  return lacking(workload, context, state);
};

/** A StatefulSet; it has no conditions, so its pods and their times tell what keeps it. */
export const statefulSet: HealthRule<TrimmedWorkload> = (workload, context) => {
  if (workload.desired === 0) return scaledToZero(workload);
  const mustBeUpdated = workload.onDelete ? 0 : Math.max(0, workload.desired - workload.partition);
  const isComplete = workload.ready >= workload.desired && workload.updated >= mustBeUpdated;
  const state = podsState(context, { ignoresFailed: isComplete });
  const failing = failingFinding(workload, state, { counts: counts(workload) });
  if (failing !== undefined) return failing;
  if (isComplete) return healthy(workload, context, state);
  const missing = podsMissing(workload, context, state);
  return missing.finding ?? rollingOut(workload, state, missing.recheckMs);
};

/** A DaemonSet. */
export const daemonSet: HealthRule<TrimmedWorkload> = (workload, context) => {
  const title = titleOf(workload);
  const { misscheduled = 0 } = workload;
  if (workload.desired === 0 && misscheduled === 0) {
    return findingOf(workload, {
      verdict: 'Suspended',
      reason: 'NoMatchingNodes',
      message: `${title} matches no node.`,
    });
  }
  const mustBeUpdated = workload.onDelete ? 0 : workload.desired;
  const isComplete = workload.available >= workload.desired && workload.updated >= mustBeUpdated;
  const state = podsState(context, { ignoresFailed: isComplete });
  const failing = failingFinding(workload, state, { counts: counts(workload) });
  if (failing !== undefined) return failing;
  if (!isComplete) {
    if (workload.updated >= mustBeUpdated) return lacking(workload, context, state);
    return rollingOut(workload, state);
  }
  if (misscheduled > 0) {
    return findingOf(workload, {
      verdict: 'Healthy',
      reason: 'Misscheduled',
      message: `${title}: ${counts(workload)}, and ${misscheduled} on nodes that it does not select any more.`,
    });
  }
  return healthy(workload, context, state);
};

/** A ReplicaSet that stands alone; the one of a Deployment is judged with that. */
export const replicaSet: HealthRule<TrimmedReplicaSet> = (set, context) => {
  if (set.desired === 0) {
    if (set.metadata.ownerReferences?.[0]?.kind !== 'Deployment') return scaledToZero(set);
    const message = `${titleOf(set)} is an older revision.`;
    return findingOf(set, { verdict: 'Suspended', reason: 'OldRevision', message });
  }
  const isComplete = set.available >= set.desired;
  if (!isComplete) {
    const failure = createFailure(set, set);
    if (failure !== undefined) return failure;
  }
  const state = podsState(context, { ignoresFailed: isComplete });
  const failing = failingFinding(set, state, { counts: counts(set) });
  if (failing !== undefined) return failing;
  return isComplete ? healthy(set, context, state) : lacking(set, context, state);
};

type Replicated = JudgedObject & { desired: number; ready: number; available: number; replicas?: number };

export function counts({ ready, desired }: Pick<Replicated, 'ready' | 'desired'>): string {
  return `${ready} of ${desired} ready`;
}

function scaledToZero(workload: JudgedObject): Finding {
  const message = `${titleOf(workload)} is scaled to zero.`;
  return findingOf(workload, { verdict: 'Suspended', reason: 'ScaledToZero', message });
}

/** The condition of the Deployment or, with the reason that it lacks, of one of its ReplicaSets. */
function replicaFailure(workload: TrimmedWorkload, context: RuleContext): Finding | undefined {
  const own = createFailure(workload, workload);
  const set = failingReplicaSet(context.replicaSets);
  return set === undefined ? own : createFailure(workload, set);
}

const createWords: Readonly<Record<string, string>> = {
  Quota: 'a quota is used up',
  LimitRange: 'a LimitRange refuses them',
  PodSecurity: 'the Pod Security Standard refuses them',
  AdmissionDenied: 'an admission policy or webhook refuses them',
  ServiceAccountMissing: 'their ServiceAccount does not exist',
  Invalid: 'their template is not valid',
};

function createFailure(object: JudgedObject, from: TrimmedWorkload | TrimmedReplicaSet): Finding | undefined {
  const failure = conditionOf(from, 'ReplicaFailure');
  if (failure?.status !== 'True') return undefined;
  const why = failure.detail === undefined ? undefined : createWords[failure.detail];
  const step = { kind: from.kind, namespace: from.metadata.namespace ?? '', name: from.metadata.name };
  const inner =
    from === object ? undefined : findingOf(from, { verdict: 'Degraded', reason: 'ReplicaFailure', message: '' });
  return findingOf(object, {
    verdict: 'Degraded',
    reason: 'ReplicaFailure',
    message: `${titleOf(object)} cannot create its pods${why === undefined ? '' : `: ${why}`}.`,
    evidence: inner?.evidence ?? [],
    subject: { ...step, ...(failure.detail !== undefined && { detail: failure.detail }) },
    ...(failure.sinceMs !== undefined && { sinceMs: failure.sinceMs }),
  });
}

function rollingOut(workload: Replicated, state: PodsState, recheckMs?: number): Finding {
  const again = soonest([state.recheckMs, recheckMs]);
  return findingOf(workload, {
    verdict: 'Progressing',
    reason: 'RollingOut',
    message: `${titleOf(workload)} is rolling out: ${counts(workload)}.`,
    ...(again !== undefined && { recheckMs: again }),
  });
}

/**
 * Rolled out, and replicas are missing: an outage when nothing is available that once was, else excused for as long as
 * a replaced or an added pod may take.
 */
function lacking(workload: Replicated, context: RuleContext, state: PodsState): Finding {
  const title = titleOf(workload);
  const living = context.pods.filter((pod) => pod.phase !== 'Failed' && pod.phase !== 'Succeeded');
  const isStarting = living.length > 0 && living.every((pod) => isNew(pod, context));
  // Pods that are counted and none of them available; without any, it was scaled up from zero a moment ago.
  if (workload.available === 0 && !isStarting && (workload.replicas ?? 0) > 0 && workload.kind === 'Deployment') {
    const message = `${title}: ${counts(workload)}, none is available.`;
    return findingOf(workload, { verdict: 'Degraded', reason: 'Unavailable', message });
  }
  const sinceMs = firstUnreadySinceMs(living) ?? context.troubledSinceMs;
  const wait = waitOf(sinceMs, 'notReady', context);
  if (wait.isOver) {
    return findingOf(workload, {
      verdict: 'Degraded',
      reason: workload.available === 0 ? 'Unavailable' : 'Partial',
      message: `${title}: ${counts(workload)} after ${graceWords('notReady', context)}.`,
      ...(sinceMs !== undefined && { sinceMs }),
    });
  }
  const recheckMs = soonest([state.recheckMs, wait.recheckMs ?? waitOf(context.nowMs, 'notReady', context).recheckMs]);
  return findingOf(workload, {
    verdict: 'Progressing',
    reason: isStarting ? 'Starting' : 'Recovering',
    message: `${title}: ${counts(workload)}.`,
    ...(recheckMs !== undefined && { recheckMs }),
  });
}

/** A pod that has never been ready and is still within its grace. */
function isNew(pod: RuleContext['pods'][number], context: RuleContext): boolean {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status === 'True' || pod.createdMs === undefined) return false;
  const movedMs = (ready?.sinceMs ?? pod.createdMs) - pod.createdMs;
  return movedMs < 10_000 && !waitOf(pod.createdMs, 'notReady', context).isOver;
}

/** All pods that exist are ready, and the next one is not created: nothing in the object tells why. */
function podsMissing(
  workload: TrimmedWorkload,
  context: RuleContext,
  state: PodsState,
): { finding?: Finding; recheckMs?: number | undefined } {
  if (workload.replicas >= workload.desired || context.pods.length >= workload.desired) return {};
  if (firstUnreadySinceMs(context.pods) !== undefined) return {};
  const readied = context.pods.map((pod) => conditionOf(pod, 'Ready')?.sinceMs);
  const sinceMs = context.troubledSinceMs === undefined ? undefined : latest(context.troubledSinceMs, ...readied);
  const wait = waitOf(sinceMs, 'notReady', context);
  if (!wait.isOver) return { recheckMs: wait.recheckMs ?? waitOf(context.nowMs, 'notReady', context).recheckMs };
  return {
    finding: findingOf(workload, {
      verdict: 'Degraded',
      reason: 'PodsMissing',
      message: `${titleOf(workload)}: ${counts(workload)}, and no more pods are created.`,
      ...(sinceMs !== undefined && { sinceMs }),
      ...(state.recheckMs !== undefined && { recheckMs: state.recheckMs }),
    }),
  };
}

function healthy(workload: Replicated, context: RuleContext, state: PodsState): Finding {
  const restarted = restartedLately(context);
  if (restarted !== undefined) {
    const { pod, problem } = restarted;
    const recheckMs = soonest([problem.recheckMs, state.recheckMs]);
    return findingOf(workload, {
      verdict: 'Healthy',
      reason: 'Restarting',
      message: `${titleOf(workload)}: ${counts(workload)}, and a container was restarted in the last minutes.`,
      evidence: [podEvidence(pod, problem)],
      subject: podSubject(pod, problem),
      ...(recheckMs !== undefined && { recheckMs }),
    });
  }
  return findingOf(workload, {
    verdict: 'Healthy',
    reason: 'Ready',
    message: `${titleOf(workload)}: ${counts(workload)}.`,
    ...(state.recheckMs !== undefined && { recheckMs: state.recheckMs }),
  });
}
