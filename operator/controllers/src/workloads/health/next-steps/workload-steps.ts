import { describe, events, kubectl, logs, type StepRule } from './subject.ts';

/** Words of createCause and what each asks for. */
const createFailure: StepRule = (subject) => {
  const { detail, namespace } = subject;
  switch (detail) {
    case 'Quota':
      return {
        text: `A ResourceQuota of namespace ${namespace} is used up: ask for less, free some, or raise it.`,
        command: kubectl('describe resourcequota -n %', [namespace]),
      };
    case 'LimitRange':
      return {
        text: `A LimitRange of namespace ${namespace} refuses the pod's requests or limits: adapt them.`,
        command: kubectl('describe limitrange -n %', [namespace]),
      };
    case 'PodSecurity':
      return {
        text: `The Pod Security Standard of namespace ${namespace} refuses the pod: adapt its securityContext.`,
        command: kubectl('get namespace % --show-labels', [namespace]),
      };
    case 'ServiceAccountMissing':
      return {
        text: `The pod's ServiceAccount does not exist: create it, or correct its name.`,
        command: kubectl('get serviceaccounts -n %', [namespace]),
      };
    case 'AdmissionDenied':
      return { text: 'An admission policy or webhook refuses the pods: see its answer.', command: describe(subject) };
    case 'Invalid':
      return { text: 'The API server finds the pod template invalid: see its answer.', command: describe(subject) };
    default:
      return {
        text: 'The pods cannot be created: see the answer of the API server; often it is a quota or an admission policy.',
        command: describe(subject),
      };
  }
};

const inspect = (text: string): StepRule => {
  return (subject) => ({ text, command: describe(subject) });
};

const podsOf: StepRule = (subject) => ({
  text: `See which pods of ${subject.kind} ${subject.name} are missing or not ready, and why.`,
  command: describe(subject),
});

const jobLogs: StepRule = (subject) => ({
  text: `Read the log of ${subject.kind} ${subject.name}'s last pod, correct the cause, and create the Job anew: a failed one does not start again.`,
  command: kubectl('logs job/% -n % --all-containers --tail=50', [subject.name, subject.namespace]),
});

/** Steps for the reasons of workloads. */
export const workloadSteps: Readonly<Record<string, StepRule>> = {
  ReplicaFailure: createFailure,
  PodsMissing: (subject) => ({
    text: 'Its pods are not created, often because of a quota or an admission policy: the events tell.',
    command: events(subject),
  }),
  ProgressDeadlineExceeded: (subject) => ({
    text: 'The rollout is stuck: see its newest pods, or go back to the version before with kubectl rollout undo.',
    command: describe(subject),
  }),
  Unavailable: podsOf,
  MinimumReplicasUnavailable: podsOf,
  Partial: podsOf,
  Misscheduled: (subject) => ({
    text: 'Pods run on nodes that it does not select any more: delete them, or label the nodes.',
    command: describe(subject),
  }),
  ScaledToZero: (subject) => ({
    text: 'If it should run, scale it up; the command changes it.',
    command: kubectl('scale %/% -n % --replicas=1', [subject.kind.toLowerCase(), subject.name, subject.namespace]),
  }),
  Paused: (subject) => ({
    text: 'If the rollout should go on, resume it; the command changes it.',
    command: kubectl('rollout resume %/% -n %', [subject.kind.toLowerCase(), subject.name, subject.namespace]),
  }),
  Suspended: (subject) => ({
    text: 'If it should run, set spec.suspend to false; the command changes it.',
    command: kubectl(`patch %/% -n % --type=merge -p '{"spec":{"suspend":false}}'`, [
      subject.kind.toLowerCase(),
      subject.name,
      subject.namespace,
    ]),
  }),
  BackoffLimitExceeded: jobLogs,
  PodFailurePolicy: jobLogs,
  FailedIndexes: jobLogs,
  MaxFailedIndexesExceeded: jobLogs,
  JobFailed: jobLogs,
  LastRunFailed: (subject) => ({
    text:
      subject.detail === undefined
        ? 'See its last Jobs and why they did not succeed.'
        : `Read the log of its last Job ${subject.detail}.`,
    command:
      subject.detail === undefined
        ? describe(subject)
        : kubectl('logs job/% -n % --all-containers --tail=50', [subject.detail, subject.namespace]),
  }),
  Retrying: (subject) => ({
    text: `Read why its last pod failed; it is tried again until backoffLimit.`,
    command:
      subject.kind === 'Job'
        ? kubectl('logs job/% -n % --all-containers --tail=50', [subject.name, subject.namespace])
        : logs(subject),
  }),
  MissedSchedule: (subject) => ({
    text: 'A run was due and did not start: see its events, startingDeadlineSeconds, and whether the kube-controller-manager runs.',
    command: describe(subject),
  }),
  NoWorkloads: inspect('See whether its workloads were deleted or renamed.'),
};
