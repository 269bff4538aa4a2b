import { describe } from 'vitest';
import { trimPod } from '../../trim.ts';
import { crashed, lately, long, nowMs, podObject, podWith, ruleTable, waiting } from '../testing/rule-table.ts';

const spec = { replicas: 2 };
const refused = (message: string) => ({
  type: 'ReplicaFailure',
  status: 'True',
  reason: 'FailedCreate',
  lastTransitionTime: long,
  message,
});
const ready = (name: string) => trimPod(podObject({ name }));
const unready = (since: string, created = long) =>
  trimPod({
    ...podWith({ state: { running: { startedAt: created } } }, { since }),
    metadata: { name: 'x-2', namespace: 'shop', uid: 'p2', creationTimestamp: created },
  });

describe('a StatefulSet', () => {
  const complete = { observedGeneration: 1, replicas: 2, readyReplicas: 2, updatedReplicas: 2 };
  ruleTable({ group: 'apps', kind: 'StatefulSet' }, [
    { it: 'complete', object: { spec, status: complete }, is: 'Healthy Ready' },
    {
      it: 'not yet seen',
      object: { spec, status: { ...complete, observedGeneration: 0 } },
      is: 'Progressing NotObserved',
    },
    { it: 'one not ready', object: { spec, status: { ...complete, readyReplicas: 1 } }, is: 'Progressing RollingOut' },
    { it: 'half updated', object: { spec, status: { ...complete, updatedReplicas: 1 } }, is: 'Progressing RollingOut' },
    {
      it: 'updated down to its partition',
      object: {
        spec: { ...spec, updateStrategy: { rollingUpdate: { partition: 1 } } },
        status: { ...complete, updatedReplicas: 1 },
      },
      is: 'Healthy Ready',
    },
    {
      it: 'updated on deletion only',
      object: { spec: { ...spec, updateStrategy: { type: 'OnDelete' } }, status: { ...complete, updatedReplicas: 0 } },
      is: 'Healthy Ready',
    },
    {
      it: 'scaled to zero',
      object: { spec: { replicas: 0 }, status: { observedGeneration: 1 } },
      is: 'Suspended ScaledToZero',
    },
    {
      it: 'with a crashing pod',
      object: { spec, status: { ...complete, readyReplicas: 1 } },
      context: { pods: [trimPod(podWith(crashed))] },
      is: 'Degraded CrashLoop',
    },
    {
      it: 'with a pod not ready for an hour',
      object: { spec, status: { ...complete, readyReplicas: 1 } },
      context: { pods: [ready('x-0'), unready(long)] },
      is: 'Degraded NotReady',
    },
    {
      it: 'whose next pod is not created for an hour',
      object: { spec, status: { ...complete, replicas: 1, readyReplicas: 1 } },
      context: { pods: [ready('x-0')], troubledSinceMs: Date.parse(long) },
      is: 'Degraded PodsMissing',
      step: /kubectl events -n shop --for statefulset\/x/,
    },
    {
      it: 'whose next pod is not created yet',
      object: { spec, status: { ...complete, replicas: 1, readyReplicas: 1 } },
      context: { pods: [ready('x-0')], troubledSinceMs: nowMs - 1000 },
      is: 'Progressing RollingOut',
    },
  ]);
});

describe('a DaemonSet', () => {
  const complete = {
    observedGeneration: 1,
    desiredNumberScheduled: 3,
    currentNumberScheduled: 3,
    updatedNumberScheduled: 3,
    numberReady: 3,
    numberAvailable: 3,
  };
  const lacking = { ...complete, numberReady: 2, numberAvailable: 2, numberUnavailable: 1 };
  ruleTable({ group: 'apps', kind: 'DaemonSet' }, [
    { it: 'complete', object: { status: complete }, is: 'Healthy Ready' },
    { it: 'not yet seen', object: { status: { ...complete, observedGeneration: 0 } }, is: 'Progressing NotObserved' },
    { it: 'without a node', object: { status: { observedGeneration: 1 } }, is: 'Suspended NoMatchingNodes' },
    {
      it: 'half updated',
      object: { status: { ...complete, updatedNumberScheduled: 1 } },
      is: 'Progressing RollingOut',
    },
    {
      it: 'updated on deletion only',
      object: { spec: { updateStrategy: { type: 'OnDelete' } }, status: { ...complete, updatedNumberScheduled: 0 } },
      is: 'Healthy Ready',
    },
    {
      it: 'one unavailable a moment',
      object: { status: lacking },
      context: { pods: [unready(lately)] },
      is: 'Progressing Recovering',
    },
    {
      it: 'one unavailable for an hour',
      object: { status: lacking },
      context: { troubledSinceMs: Date.parse(long) },
      is: 'Degraded Partial',
    },
    {
      it: 'with a pod that cannot be pulled',
      object: { status: lacking },
      context: { pods: [trimPod(podWith(waiting('ErrImagePull', '401 Unauthorized'), { phase: 'Pending' }))] },
      is: 'Degraded ErrImagePull',
      step: /pull secret/,
    },
    {
      it: 'on nodes where none should be',
      object: { status: { ...complete, numberMisscheduled: 2 } },
      is: 'Healthy Misscheduled',
      says: /2 on nodes/,
    },
  ]);
});

describe('a ReplicaSet', () => {
  const complete = { observedGeneration: 1, replicas: 2, readyReplicas: 2, availableReplicas: 2 };
  const owner = [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'x', uid: 'd', controller: true }];
  ruleTable({ group: 'apps', kind: 'ReplicaSet' }, [
    { it: 'complete', object: { spec, status: complete }, is: 'Healthy Ready' },
    { it: 'not yet seen', object: { spec, status: {} }, is: 'Progressing NotObserved' },
    {
      it: 'of a former revision',
      object: { metadata: { ownerReferences: owner }, spec: { replicas: 0 }, status: { observedGeneration: 1 } },
      is: 'Suspended OldRevision',
    },
    {
      it: 'scaled to zero by hand',
      object: { spec: { replicas: 0 }, status: { observedGeneration: 1 } },
      is: 'Suspended ScaledToZero',
    },
    {
      it: 'without quota',
      object: { spec, status: { ...complete, availableReplicas: 0, conditions: [refused('exceeded quota: q')] } },
      is: 'Degraded ReplicaFailure',
      step: /resourcequota/,
    },
    {
      it: 'whose failure is over',
      object: {
        spec,
        status: { ...complete, availableReplicas: 1, conditions: [{ ...refused('q'), status: 'False' }] },
      },
      is: 'Progressing Recovering',
    },
    {
      it: 'lacking a replica for an hour',
      object: { spec, status: { ...complete, availableReplicas: 1, readyReplicas: 1 } },
      context: { troubledSinceMs: Date.parse(long) },
      is: 'Degraded Partial',
    },
    {
      it: 'with a crashing pod',
      object: { spec, status: { ...complete, availableReplicas: 1, readyReplicas: 1 } },
      context: { pods: [trimPod(podWith(crashed))] },
      is: 'Degraded CrashLoop',
    },
  ]);
});
