import type { Evidence } from '@portolan/crds';
import type { TrimmedPod, TrimmedWorkload, WorkloadKind } from '../trim.ts';
import { evidenceOf, findingOf, type Finding, type HealthRule, type RuleContext } from './finding.ts';
import { podProblem, podRecheckMs, type PodProblem } from './pod.ts';

const evidencePods = 3;

/** Judges one workload. Deletion and generation lag come first: older counts say nothing about the newer spec. */
export function judge(workload: TrimmedWorkload, context: RuleContext): Finding {
  if (workload.metadata.deletionTimestamp !== undefined) {
    return findingOf(workload, 'Progressing', 'Terminating', `${titleOf(workload)} is being deleted.`);
  }
  if (workload.kind !== 'CronJob' && (workload.metadata.generation ?? 0) > workload.observedGeneration) {
    return findingOf(workload, 'Progressing', 'NotObserved', `${titleOf(workload)} changed and is not yet acted upon.`);
  }
  return rules[workload.kind](workload, context);
}

const deployment: HealthRule = (workload, context) => {
  if (workload.desired === 0) return scaledToZero(workload);
  if (workload.isPaused) return findingOf(workload, 'Suspended', 'Paused', `${titleOf(workload)} is paused.`);
  const progressing = workload.conditions.find((each) => each.type === 'Progressing');
  const failure = workload.conditions.find((each) => each.type === 'ReplicaFailure' && each.status === 'True');
  if (failure !== undefined) {
    return findingOf(
      workload,
      'Degraded',
      'ReplicaFailure',
      `${titleOf(workload)} cannot create its pods (${failure.reason}).`,
    );
  }
  const failing = failingPods(workload, context);
  if (failing !== undefined) return failing;
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return findingOf(
      workload,
      'Degraded',
      'ProgressDeadlineExceeded',
      `${titleOf(workload)} did not finish its rollout in time: ${counts(workload)}.`,
    );
  }
  const isRolledOut = progressing?.reason === 'NewReplicaSetAvailable';
  if (workload.updated < workload.desired || workload.replicas > workload.updated) return rollingOut(workload, context);
  if (workload.available < workload.desired) {
    return isRolledOut ? notReady(workload) : rollingOut(workload, context);
  }
  return healthy(workload);
};

const statefulSet: HealthRule = (workload, context) => {
  if (workload.desired === 0) return scaledToZero(workload);
  const failing = failingPods(workload, context);
  if (failing !== undefined) return failing;
  const mustBeUpdated = workload.onDelete ? 0 : Math.max(0, workload.desired - workload.partition);
  if (workload.ready < workload.desired || workload.updated < mustBeUpdated) return rollingOut(workload, context);
  return healthy(workload);
};

const daemonSet: HealthRule = (workload, context) => {
  if (workload.desired === 0) {
    return findingOf(workload, 'Suspended', 'NoMatchingNodes', `${titleOf(workload)} matches no node.`);
  }
  const failing = failingPods(workload, context);
  if (failing !== undefined) return failing;
  const mustBeUpdated = workload.onDelete ? 0 : workload.desired;
  if (workload.available < workload.desired || workload.updated < mustBeUpdated) return rollingOut(workload, context);
  return healthy(workload);
};

/** Judged by its own timestamps; the jobs themselves are not watched yet. */
const cronJob: HealthRule = (workload) => {
  const title = titleOf(workload);
  if (workload.isPaused) return findingOf(workload, 'Suspended', 'Suspended', `${title} is suspended.`);
  if (workload.lastScheduleMs === undefined) {
    return findingOf(workload, 'Unknown', 'NoRunYet', `${title} has not run yet.`);
  }
  if (workload.active > 0) return findingOf(workload, 'Healthy', 'Running', `${title} is running.`);
  if (workload.lastSuccessMs !== undefined && workload.lastSuccessMs >= workload.lastScheduleMs) {
    return findingOf(workload, 'Healthy', 'LastRunSucceeded', `The last run of ${title} succeeded.`);
  }
  return findingOf(workload, 'Degraded', 'LastRunFailed', `The last run of ${title} did not succeed.`);
};

const rules: Record<WorkloadKind, HealthRule> = {
  Deployment: deployment,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
  CronJob: cronJob,
};

function failingPods(workload: TrimmedWorkload, { pods, nowMs }: RuleContext): Finding | undefined {
  const failing = pods
    .flatMap((pod) => {
      const problem = podProblem(pod, nowMs);
      return problem === undefined ? [] : [{ pod, problem }];
    })
    .sort((a, b) => (a.pod.metadata.name < b.pod.metadata.name ? -1 : 1));
  const [first] = failing;
  if (first === undefined) return undefined;
  const evidence = [
    evidenceOf(workload, first.problem.reason),
    ...failing.slice(0, evidencePods).map(({ pod, problem }) => podEvidence(pod, problem)),
  ];
  const where = first.problem.container === undefined ? '' : `, container ${first.problem.container}`;
  return {
    verdict: 'Degraded',
    reason: first.problem.reason,
    message: `${titleOf(workload)}, ${counts(workload)}: pod ${first.pod.metadata.name}${where}: ${first.problem.message}.`,
    evidence,
  };
}

function podEvidence(pod: TrimmedPod, problem: PodProblem): Evidence {
  return {
    kind: 'Pod',
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    ...(problem.container !== undefined && { container: problem.container }),
    reason: problem.reason,
    message: problem.message,
  };
}

function rollingOut(workload: TrimmedWorkload, { pods, nowMs }: RuleContext): Finding {
  const rechecks = pods.flatMap((pod) => podRecheckMs(pod, nowMs) ?? []);
  return {
    ...findingOf(workload, 'Progressing', 'RollingOut', `${titleOf(workload)} is rolling out: ${counts(workload)}.`),
    ...(rechecks.length > 0 && { recheckMs: Math.min(...rechecks) }),
  };
}

function notReady(workload: TrimmedWorkload): Finding {
  const reason = workload.available === 0 ? 'Unavailable' : 'Partial';
  return findingOf(workload, 'Degraded', reason, `${titleOf(workload)}: ${counts(workload)}.`);
}

function scaledToZero(workload: TrimmedWorkload): Finding {
  return findingOf(workload, 'Suspended', 'ScaledToZero', `${titleOf(workload)} is scaled to zero.`);
}

function healthy(workload: TrimmedWorkload): Finding {
  return findingOf(workload, 'Healthy', 'Ready', `${titleOf(workload)}: ${counts(workload)}.`);
}

function counts(workload: TrimmedWorkload): string {
  return `${workload.ready} of ${workload.desired} ready`;
}

function titleOf(workload: TrimmedWorkload): string {
  return `${workload.kind} ${workload.metadata.name}`;
}
