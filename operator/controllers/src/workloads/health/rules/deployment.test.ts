import { describe } from 'vitest';
import { trimPod, trimReplicaSet } from '../../trim.ts';
import { crashed, lately, long, podObject, podWith, ruleTable, waiting } from '../testing/rule-table.ts';

const rolledOut = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };
const rolling = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' };
const late = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', lastTransitionTime: long };
const spec = { replicas: 2 };
const done = {
  observedGeneration: 1,
  updatedReplicas: 2,
  replicas: 2,
  readyReplicas: 2,
  availableReplicas: 2,
  conditions: [rolledOut],
};
const oneLeft = { ...done, readyReplicas: 1, availableReplicas: 1 };
const noneLeft = { ...done, readyReplicas: 0, availableReplicas: 0 };
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
const evicted = trimPod(
  podObject({ name: 'a', status: { phase: 'Failed', reason: 'Evicted', containerStatuses: [] } }),
);

describe('a Deployment', () => {
  ruleTable({ group: 'apps', kind: 'Deployment' }, [
    { it: 'all available', object: { spec, status: done }, is: 'Healthy Ready' },
    { it: 'changed and not yet seen', object: { spec, status: {} }, is: 'Progressing NotObserved' },
    {
      it: 'being deleted, whatever its counts say',
      object: { metadata: { deletionTimestamp: lately }, spec, status: noneLeft },
      is: 'Progressing Terminating',
    },
    {
      it: 'deleted an hour ago and still there',
      object: { metadata: { deletionTimestamp: long }, spec, status: done },
      is: 'Progressing TerminationStuck',
      step: /finalizer.*kubectl get deployment x -n shop/,
    },
    {
      it: 'scaled to zero',
      object: { spec: { replicas: 0 }, status: { observedGeneration: 1 } },
      is: 'Suspended ScaledToZero',
      step: /kubectl scale deployment\/x -n shop --replicas=1/,
    },
    {
      it: 'paused',
      object: { spec: { ...spec, paused: true }, status: done },
      is: 'Suspended Paused',
      step: /kubectl rollout resume deployment\/x/,
    },
    {
      it: 'without quota',
      object: {
        spec,
        status: { ...oneLeft, conditions: [refused('pods "x-1" is forbidden: exceeded quota: compute')] },
      },
      is: 'Degraded ReplicaFailure',
      step: /ResourceQuota.*kubectl describe resourcequota -n shop/,
      says: /a quota is used up/,
    },
    {
      it: 'refused by Pod Security',
      object: {
        spec,
        status: {
          ...oneLeft,
          conditions: [refused('pods "x" is forbidden: violates PodSecurity "restricted:latest"')],
        },
      },
      is: 'Degraded ReplicaFailure',
      step: /kubectl get namespace shop --show-labels/,
    },
    {
      it: 'refused by a webhook',
      object: {
        spec,
        status: {
          ...oneLeft,
          conditions: [refused('admission webhook "policy.example" denied the request: <b>no</b>')],
        },
      },
      is: 'Degraded ReplicaFailure',
      step: /policy or webhook/,
      says: /policy or webhook refuses/,
    },
    {
      it: 'refused by a LimitRange',
      object: {
        spec,
        status: { ...oneLeft, conditions: [refused('maximum memory usage per Container is 1Gi, but limit is 2Gi')] },
      },
      is: 'Degraded ReplicaFailure',
      step: /describe limitrange/,
    },
    {
      it: 'without its ServiceAccount',
      object: {
        spec,
        status: {
          ...oneLeft,
          conditions: [refused('error looking up service account shop/robot: serviceaccount "robot" not found')],
        },
      },
      is: 'Degraded ReplicaFailure',
      step: /get serviceaccounts -n shop/,
    },
    {
      it: 'refused for a reason that only its ReplicaSet knows',
      object: { spec, status: { ...oneLeft, conditions: [rolling] } },
      context: {
        replicaSets: [
          trimReplicaSet({
            metadata: { name: 'x-9', namespace: 'shop' },
            status: { conditions: [refused('exceeded quota: q')] },
          }),
        ],
      },
      is: 'Degraded ReplicaFailure',
      step: /resourcequota/,
    },
    {
      it: 'refused once, and complete since',
      object: { spec, status: { ...done, conditions: [rolledOut, refused('exceeded quota: q')] } },
      is: 'Healthy Ready',
    },
    {
      it: 'half way',
      object: { spec, status: { observedGeneration: 1, updatedReplicas: 1, replicas: 2, conditions: [rolling] } },
      is: 'Progressing RollingOut',
    },
    {
      it: 'with pods of the version before left',
      object: { spec, status: { ...done, replicas: 3, conditions: [rolling] } },
      is: 'Progressing RollingOut',
    },
    {
      it: 'updated and not yet available',
      object: { spec, status: { ...noneLeft, conditions: [rolling] } },
      is: 'Progressing RollingOut',
    },
    {
      it: 'over its deadline',
      object: { spec, status: { ...oneLeft, conditions: [late] } },
      is: 'Degraded ProgressDeadlineExceeded',
      step: /rollout undo/,
    },
    {
      it: 'over its deadline once, and complete since',
      object: { spec, status: { ...done, conditions: [late] } },
      is: 'Healthy Ready',
    },
    {
      it: 'rolling out a version that crashes',
      object: { spec, status: { ...done, updatedReplicas: 1, replicas: 3, conditions: [rolling] } },
      context: { pods: [trimPod(podWith(crashed)), ready('a'), ready('b')] },
      is: 'Degraded CrashLoop',
      step: /kubectl logs x-1 -n shop -c app/,
      says: /2 of 2 ready/,
    },
    {
      it: 'rolled out, then crashing',
      object: { spec, status: oneLeft },
      context: { pods: [trimPod(podWith(crashed)), ready('b')] },
      is: 'Degraded CrashLoop',
    },
    {
      it: 'rolled out, then without any ready pod',
      object: { spec, status: noneLeft },
      context: { pods: [unready(lately)] },
      is: 'Degraded Unavailable',
    },
    {
      it: 'rolled out, then without any ready pod, and the pods unknown',
      object: { spec, status: noneLeft },
      is: 'Degraded Unavailable',
    },
    {
      it: 'scaled up from zero a moment ago',
      object: { spec, status: noneLeft },
      context: { pods: [unready(lately, lately)] },
      is: 'Progressing Starting',
    },
    {
      it: 'scaled up from zero, before the first pod',
      object: { spec, status: { ...noneLeft, replicas: 0, updatedReplicas: 0 } },
      is: 'Progressing RollingOut',
    },
    {
      it: 'rolled out, then one pod not ready for a moment',
      object: { spec, status: oneLeft },
      context: { pods: [ready('a'), unready(lately)] },
      is: 'Progressing Recovering',
    },
    {
      it: 'rolled out, then one pod not ready for an hour',
      object: { spec, status: oneLeft },
      context: { pods: [ready('a'), unready(long)] },
      is: 'Degraded NotReady',
    },
    {
      it: 'rolled out, then one replica missing for an hour, and the pods unknown',
      object: { spec, status: oneLeft },
      context: { troubledSinceMs: Date.parse(long) },
      is: 'Degraded Partial',
      step: /which pods of Deployment x are missing/,
    },
    {
      it: 'rolled out, one replica missing within a grace that was set longer',
      object: { spec, status: oneLeft },
      context: { troubledSinceMs: Date.parse(long), grace: { notReady: 7_200_000 } },
      is: 'Progressing Recovering',
    },
    {
      it: 'complete, with an evicted pod left over',
      object: { spec, status: done },
      context: { pods: [evicted, ready('b'), ready('c')] },
      is: 'Healthy Ready',
    },
    {
      it: 'lacking replicas because they are evicted',
      object: { spec, status: oneLeft },
      context: { pods: [evicted, ready('b')] },
      is: 'Degraded Evicted',
      step: /set requests/,
    },
    {
      it: 'complete, with a container restarted lately',
      object: { spec, status: done },
      context: {
        pods: [
          trimPod(
            podObject({
              status: {
                containerStatuses: [
                  {
                    name: 'app',
                    ready: true,
                    restartCount: 1,
                    state: { running: { startedAt: lately } },
                    lastState: { terminated: { exitCode: 2, finishedAt: lately } },
                  },
                ],
              },
            }),
          ),
        ],
      },
      is: 'Healthy Restarting',
      step: /kubectl logs x-1 -n shop -c app --previous/,
    },
    {
      it: 'that cannot pull its image',
      object: { spec, status: { ...noneLeft, conditions: [rolling] } },
      context: {
        pods: [
          trimPod(
            podWith(waiting('ImagePullBackOff', 'Back-off pulling image "a:1": ErrImagePull: not found'), {
              phase: 'Pending',
            }),
          ),
        ],
      },
      is: 'Degraded ImagePullBackOff',
      step: /no such image or tag/,
      says: /container app: its image cannot be pulled: not found in the registry/,
    },
  ]);
});
