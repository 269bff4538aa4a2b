import { describe } from 'vitest';
import { crashed, lately, long, podObject, podWith, ruleTable, waiting } from '../testing/rule-table.ts';

const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: long };
const unscheduled = (message: string, since = long) =>
  podObject({
    status: {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime: since },
      ],
      containerStatuses: [],
    },
  });
const creating = (spec: object, since = long) =>
  podObject({
    spec,
    status: {
      phase: 'Pending',
      conditions: [{ ...scheduled, lastTransitionTime: since }],
      containerStatuses: [{ name: 'app', ready: false, restartCount: 0, ...waiting('ContainerCreating') }],
    },
  });
const failed = (status: object) => podObject({ status: { phase: 'Failed', ...status } });
const running = { state: { running: { startedAt: long } } };
const ended = (exitCode: number, reason = 'Error', finishedAt = lately) => ({
  terminated: { exitCode, reason, finishedAt },
});

describe('a Pod that is well', () => {
  ruleTable({ group: '', kind: 'Pod' }, [
    { it: 'ready', object: podObject(), is: 'Healthy Ready' },
    { it: 'ended well', object: podObject({ status: { phase: 'Succeeded' } }), is: 'Healthy Completed' },
    { it: 'starting', object: podWith(running, { since: lately }), is: 'Progressing Starting' },
    {
      it: 'running to its end',
      object: { ...podWith(running, { since: lately }), spec: { restartPolicy: 'Never' } },
      is: 'Progressing Running',
    },
    {
      it: 'being deleted',
      object: podObject({ metadata: { deletionTimestamp: lately } }),
      is: 'Progressing Terminating',
    },
    {
      it: 'held by a gate',
      object: podObject({
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
          containerStatuses: [],
        },
      }),
      is: 'Suspended SchedulingGated',
      step: /schedulingGates/,
    },
    { it: 'without a status', object: { metadata: { name: 'x' } }, is: 'Unknown NoStatus' },
    { it: 'creating its containers for a moment', object: creating({}, lately), is: 'Progressing Starting' },
    { it: 'unschedulable for a moment', object: unscheduled('0/1 nodes', lately), is: 'Progressing Starting' },
    {
      it: 'ready, with one restart lately',
      object: podObject({
        status: {
          containerStatuses: [
            {
              name: 'app',
              ready: true,
              restartCount: 1,
              state: { running: { startedAt: lately } },
              lastState: ended(1),
            },
          ],
        },
      }),
      is: 'Healthy Restarting',
      step: /logs x-1 .* --previous/,
    },
    {
      it: 'ready, with restarts long ago',
      object: podObject({
        status: {
          containerStatuses: [
            {
              name: 'app',
              ready: true,
              restartCount: 9,
              ...running,
              lastState: ended(1, 'Error', '2026-11-23T08:00:00Z'),
            },
          ],
        },
      }),
      is: 'Healthy Ready',
    },
    {
      it: 'with a completed init container',
      object: podObject({
        status: {
          initContainerStatuses: [{ name: 'init', ready: true, restartCount: 0, state: ended(0, 'Completed') }],
        },
      }),
      is: 'Healthy Ready',
    },
  ]);
});

describe('a Pod that crashes', () => {
  ruleTable({ group: '', kind: 'Pod' }, [
    {
      it: 'between two runs',
      object: podWith(crashed),
      is: 'Degraded CrashLoop',
      step: /kubectl logs x-1 -n shop -c app --tail/,
    },
    {
      it: 'backing off',
      object: podWith({ ...waiting('CrashLoopBackOff', 'password=hunter2'), restartCount: 3, lastState: ended(1) }),
      is: 'Degraded CrashLoop',
      says: /exit code 1, restarted 3 times/,
    },
    {
      it: 'running again and not ready',
      object: podWith({ state: { running: { startedAt: lately } }, restartCount: 3, lastState: ended(1) }),
      is: 'Degraded CrashLoop',
      step: /--previous/,
    },
    {
      it: 'running again for a moment and ready',
      object: podObject({
        status: {
          containerStatuses: [
            {
              name: 'app',
              ready: true,
              restartCount: 3,
              state: { running: { startedAt: lately } },
              lastState: ended(1),
            },
          ],
        },
      }),
      is: 'Degraded CrashLoop',
    },
    {
      it: 'ending without an error again and again',
      object: podWith({ restartCount: 5, state: ended(0, 'Completed') }),
      is: 'Degraded CrashLoop',
      says: /exit code 0/,
    },
    { it: 'the first time', object: podWith({ state: ended(2) }), is: 'Degraded ContainerFailed' },
    {
      it: 'out of memory',
      object: {
        ...podWith({ ...waiting('CrashLoopBackOff'), restartCount: 2, lastState: ended(137, 'OOMKilled') }),
        spec: { containers: [{ name: 'app', resources: { limits: { memory: '64Mi' } } }] },
      },
      is: 'Degraded OOMKilled',
      step: /now 64Mi/,
      says: /its limit of 64Mi/,
    },
    {
      it: 'out of memory without a limit of its own',
      object: podWith({ state: ended(137, 'OOMKilled') }),
      is: 'Degraded OOMKilled',
      step: /Raise the memory limit of container app,/,
    },
    {
      it: 'not started: exec format',
      object: podWith({
        restartCount: 1,
        state: { terminated: { exitCode: 128, reason: 'StartError', message: 'exec /app: exec format error' } },
      }),
      is: 'Degraded StartError',
      step: /another platform/,
    },
    {
      it: 'not started: permission',
      object: podWith({
        restartCount: 1,
        state: { terminated: { exitCode: 128, reason: 'StartError', message: 'exec: "/app": permission denied' } },
      }),
      is: 'Degraded StartError',
      step: /file's mode/,
    },
    {
      it: 'in its init container',
      object: podObject({
        status: {
          phase: 'Pending',
          initContainerStatuses: [
            { name: 'init', ready: false, restartCount: 2, ...waiting('CrashLoopBackOff'), lastState: ended(3) },
          ],
          containerStatuses: [{ name: 'app', ready: false, restartCount: 0, ...waiting('PodInitializing') }],
        },
      }),
      is: 'Degraded CrashLoop',
      says: /container init: the init container ended with exit code 3/,
    },
    {
      it: 'in its sidecar',
      object: podObject({
        spec: { initContainers: [{ name: 'proxy', restartPolicy: 'Always' }] },
        status: {
          initContainerStatuses: [
            {
              name: 'proxy',
              ready: false,
              restartCount: 2,
              state: { running: { startedAt: lately } },
              lastState: ended(1),
            },
          ],
        },
      }),
      is: 'Degraded CrashLoop',
      says: /container proxy/,
    },
  ]);
});

describe('a Pod that failed', () => {
  ruleTable({ group: '', kind: 'Pod' }, [
    {
      it: 'evicted',
      object: failed({ reason: 'Evicted', message: 'low on memory' }),
      is: 'Degraded Evicted',
      step: /set requests/,
    },
    {
      it: 'over its deadline',
      object: failed({ reason: 'DeadlineExceeded' }),
      is: 'Degraded DeadlineExceeded',
      step: /kubectl logs/,
    },
    { it: 'preempted', object: failed({ reason: 'Preempting' }), is: 'Degraded Preempting', step: /priority/ },
    {
      it: 'preempted, as its condition tells',
      object: failed({ conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] }),
      is: 'Degraded Preempted',
    },
    {
      it: 'its node gone, as its condition tells',
      object: failed({ conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC' }] }),
      is: 'Degraded NodeLost',
    },
    {
      it: 'its node shut down',
      object: failed({ reason: 'Terminated' }),
      is: 'Degraded Terminated',
      step: /get nodes/,
    },
    {
      it: 'not admitted',
      object: failed({ reason: 'UnexpectedAdmissionError' }),
      is: 'Degraded UnexpectedAdmissionError',
    },
    { it: 'no cpu left', object: failed({ reason: 'OutOfcpu' }), is: 'Degraded OutOfcpu' },
    { it: 'node changed', object: failed({ reason: 'NodeAffinity' }), is: 'Degraded NodeAffinity' },
    {
      it: 'out of memory',
      object: failed({
        containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: ended(137, 'OOMKilled') }],
      }),
      is: 'Degraded OOMKilled',
    },
    {
      it: 'in its init container',
      object: failed({
        initContainerStatuses: [{ name: 'init', ready: false, restartCount: 0, state: ended(1) }],
        containerStatuses: [],
      }),
      is: 'Degraded InitContainerFailed',
    },
    { it: 'without a word', object: failed({ containerStatuses: [] }), is: 'Degraded PodFailed' },
  ]);
});
