import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trimPod, workloadTrimmer, type WorkloadKind } from '../trim.ts';
import fixtures from './fixtures/failing-workloads.json' with { type: 'json' };
import { judge } from './rules.ts';
import { podProblem } from './pod.ts';
import { aggregate } from './aggregate.ts';

const nowMs = Date.parse('2026-11-23T10:00:00Z');
const items = fixtures.items as unknown as { kind: string; metadata: { name: string } }[];

function fixture(kind: string, name: string): unknown {
  const found = items.find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new TypeError(`no fixture ${kind}/${name}`);
  return found;
}

function verdictOf(kind: WorkloadKind, object: object, pods: unknown[] = []): string {
  const workload = workloadTrimmer(kind)({ metadata: { name: 'x', namespace: 'n', generation: 1 }, ...object });
  const finding = judge(workload, { pods: pods.map(trimPod), nowMs });
  return `${finding.verdict} ${finding.reason}`;
}

const rolledOut = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };
const rolling = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' };

describe('a pod of a real node', () => {
  it.each([
    ['bad-name', 'InvalidImageName'],
    ['init-crashing', 'CrashLoop'],
    ['never-pull', 'ErrImageNeverPull'],
    ['no-command', 'CrashLoop'],
    ['no-secret', 'CreateContainerConfigError'],
    ['not-alive', 'CrashLoop'],
    ['oom', 'OOMKilled'],
    ['root-refused', 'CreateContainerConfigError'],
    ['stuck-67dbd867b6-k4h2k', 'ImagePullBackOff'],
    ['unschedulable', 'Unschedulable'],
    ['failing-8w755', 'PodFailed'],
    ['completed', undefined],
    ['no-volume', undefined],
    ['not-ready', undefined],
  ])('%s has the problem %s', (name, reason) => {
    expect(podProblem(trimPod(fixture('Pod', name)), nowMs)?.reason).toBe(reason);
  });

  it('is excused for being unschedulable only for a minute', () => {
    const pod = trimPod(fixture('Pod', 'unschedulable'));
    const since = pod.conditions.find((each) => each.type === 'PodScheduled')?.sinceMs ?? 0;
    expect(podProblem(pod, since + 59_000)).toBeUndefined();
    expect(podProblem(pod, since + 60_000)?.reason).toBe('Unschedulable');
  });

  it('never lends its own words to a message', () => {
    const texts = items
      .filter((each) => each.kind === 'Pod')
      .map((each) => podProblem(trimPod(each), nowMs)?.message ?? '');
    expect(texts.join()).not.toMatch(/absent|registry\.local|back-off/);
  });
});

describe('a Deployment', () => {
  const spec = { replicas: 2 };
  it.each([
    ['changed and not yet seen', { spec, status: {} }, 'Progressing NotObserved'],
    ['scaled to zero', { spec: { replicas: 0 }, status: { observedGeneration: 1 } }, 'Suspended ScaledToZero'],
    ['paused', { spec: { ...spec, paused: true }, status: { observedGeneration: 1 } }, 'Suspended Paused'],
    [
      'without quota',
      {
        spec,
        status: {
          observedGeneration: 1,
          conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }],
        },
      },
      'Degraded ReplicaFailure',
    ],
    [
      'half way',
      { spec, status: { observedGeneration: 1, updatedReplicas: 1, replicas: 2, conditions: [rolling] } },
      'Progressing RollingOut',
    ],
    [
      'updated and not yet available',
      { spec, status: { observedGeneration: 1, updatedReplicas: 2, replicas: 2, conditions: [rolling] } },
      'Progressing RollingOut',
    ],
    [
      'rolled out, then all pods lost readiness',
      { spec, status: { observedGeneration: 1, updatedReplicas: 2, replicas: 2, conditions: [rolledOut] } },
      'Degraded Unavailable',
    ],
    [
      'rolled out, then one pod lost readiness',
      {
        spec,
        status: {
          observedGeneration: 1,
          updatedReplicas: 2,
          replicas: 2,
          availableReplicas: 1,
          conditions: [rolledOut],
        },
      },
      'Degraded Partial',
    ],
    [
      'all available',
      {
        spec,
        status: {
          observedGeneration: 1,
          updatedReplicas: 2,
          replicas: 2,
          readyReplicas: 2,
          availableReplicas: 2,
          conditions: [rolledOut],
        },
      },
      'Healthy Ready',
    ],
    [
      'being deleted',
      { metadata: { name: 'x', namespace: 'n', deletionTimestamp: '2026-11-23T09:00:00Z' } },
      'Progressing Terminating',
    ],
  ])('%s', (_, object, expected) => {
    expect(verdictOf('Deployment', object)).toBe(expected);
  });

  it('that is stuck shows the pod that holds it up', () => {
    const workload = workloadTrimmer('Deployment')(fixture('Deployment', 'stuck'));
    const finding = judge(workload, { pods: [trimPod(fixture('Pod', 'stuck-67dbd867b6-k4h2k'))], nowMs });
    expect(finding).toMatchObject({ verdict: 'Degraded', reason: 'ImagePullBackOff' });
    expect(finding.evidence.map((each) => each.kind)).toEqual(['Deployment', 'Pod']);
  });

  it('that is stuck without a visible pod says that its time is over', () => {
    const workload = workloadTrimmer('Deployment')(fixture('Deployment', 'stuck'));
    expect(judge(workload, { pods: [], nowMs })).toMatchObject({ reason: 'ProgressDeadlineExceeded' });
  });

  it('whose pod crashes after a finished rollout is degraded, not progressing', () => {
    const status = { observedGeneration: 1, updatedReplicas: 1, replicas: 1, conditions: [rolledOut] };
    const object = { spec: { replicas: 1 }, status };
    expect(verdictOf('Deployment', object, [fixture('Pod', 'not-alive')])).toBe('Degraded CrashLoop');
  });
});

describe('other kinds', () => {
  it.each([
    [
      'StatefulSet',
      { spec: { replicas: 2 }, status: { observedGeneration: 1, readyReplicas: 1 } },
      'Progressing RollingOut',
    ],
    [
      'StatefulSet',
      { spec: { replicas: 2 }, status: { observedGeneration: 1, readyReplicas: 2, updatedReplicas: 1 } },
      'Progressing RollingOut',
    ],
    [
      'StatefulSet',
      {
        spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } },
        status: { observedGeneration: 1, readyReplicas: 2, updatedReplicas: 1 },
      },
      'Healthy Ready',
    ],
    ['StatefulSet', { spec: { replicas: 0 }, status: { observedGeneration: 1 } }, 'Suspended ScaledToZero'],
    ['DaemonSet', { status: { observedGeneration: 1 } }, 'Suspended NoMatchingNodes'],
    [
      'DaemonSet',
      { status: { observedGeneration: 1, desiredNumberScheduled: 3, numberAvailable: 2, updatedNumberScheduled: 3 } },
      'Progressing RollingOut',
    ],
    [
      'DaemonSet',
      {
        status: { observedGeneration: 1, desiredNumberScheduled: 3, numberAvailable: 3, updatedNumberScheduled: 3 },
      },
      'Healthy Ready',
    ],
    ['CronJob', { spec: { suspend: true } }, 'Suspended Suspended'],
    ['CronJob', { spec: {} }, 'Unknown NoRunYet'],
    ['CronJob', { status: { lastScheduleTime: '2026-11-23T09:00:00Z', active: [{}] } }, 'Healthy Running'],
    [
      'CronJob',
      { status: { lastScheduleTime: '2026-11-23T09:00:00Z', lastSuccessfulTime: '2026-11-23T09:01:00Z' } },
      'Healthy LastRunSucceeded',
    ],
    [
      'CronJob',
      { status: { lastScheduleTime: '2026-11-23T09:00:00Z', lastSuccessfulTime: '2026-11-23T08:01:00Z' } },
      'Degraded LastRunFailed',
    ],
  ] as const)('%s %j', (kind, object, expected) => {
    expect(verdictOf(kind, object)).toBe(expected);
  });
});

describe('rules', () => {
  it('answer whatever they are given', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<WorkloadKind>('Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'),
        fc.object(),
        fc.object(),
        (kind, object, pod) => {
          const finding = judge(workloadTrimmer(kind)(object), { pods: [trimPod(pod)], nowMs });
          expect(finding.reason).toMatch(/^[A-Z][A-Za-z0-9]*$/);
        },
      ),
    );
  });
});

describe('aggregate', () => {
  it.each([
    [['Healthy', 'Degraded', 'Unknown'], 'Degraded'],
    [['Healthy', 'Progressing', 'Unknown'], 'Unknown'],
    [['Healthy', 'Suspended'], 'Healthy'],
    [['Suspended', 'Suspended'], 'Suspended'],
    [['Progressing', 'Suspended'], 'Progressing'],
    [[], undefined],
  ] as const)('%j is %s', (verdicts, expected) => {
    expect(aggregate(verdicts.map((verdict) => ({ verdict })))?.verdict).toBe(expected);
  });
});
