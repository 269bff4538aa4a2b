import { setTimeout as sleep } from 'node:timers/promises';
import {
  apps,
  inParallel,
  nameOf,
  namespace,
  playPod,
  podOf,
  ready,
  replicaSetOf,
  rolledOut,
  setName,
  type Send,
} from './fleet.ts';

/** A pod of a small service is ready after about so long. */
const startMs = 1_500;
/** So many Deployments roll at a time; `kubectl rollout restart` of a whole namespace is paced by the scheduler. */
const atOnce = 50;

/**
 * Restarts Deployments as the Deployment controller does with its defaults (25 % surge, rounded up; no pod less than
 * there should be): a new ReplicaSet, pod for pod, with the counts in the Deployment's status after each step.
 */
export async function rollingRestart(
  send: Send,
  options: { from: number; count: number; replicas: number; deadline: number },
): Promise<number> {
  const { from, count, replicas, deadline } = options;
  return inParallel(count, (at) => restart(send, nameOf(from + at), replicas), { deadline, parallel: atOnce });
}

async function restart(send: Send, name: string, replicas: number): Promise<void> {
  const path = `${apps(namespace, 'deployments')}/${name}`;
  const restartedAt = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
  const deployment = await send('PATCH', path, { spec: { template: { metadata: { annotations: restartedAt } } } });
  const set = await send(
    'POST',
    apps(namespace, 'replicasets'),
    replicaSetOf({ namespace, name, replicas, deployment, revision: 2 }),
  );
  const old = setName(name, 1);
  for (let index = 0; index < replicas; index += 1) {
    await send('POST', `/api/v1/namespaces/${namespace}/pods`, podOf({ namespace, name, set, index }));
    await status(send, path, { replicas: replicas + 1, updated: index + 1, ready: replicas });
    await sleep(startMs);
    await playPod(send, { namespace, name: `${set.metadata.name}-${index}`, status: ready() });
    await status(send, path, { replicas: replicas + 1, updated: index + 1, ready: replicas + 1 });
    // There is no kubelet that would confirm the end of the pod.
    await send('DELETE', `/api/v1/namespaces/${namespace}/pods/${old}-${index}?gracePeriodSeconds=0`);
    await status(send, path, { replicas, updated: index + 1, ready: replicas });
  }
  await send('PATCH', `${path}/status`, { status: rolledOut({ replicas, generation: 2 }) });
}

async function status(
  send: Send,
  path: string,
  counts: { replicas: number; updated: number; ready: number },
): Promise<void> {
  const { replicas, updated, ready: isReady } = counts;
  const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  await send('PATCH', `${path}/status`, {
    status: {
      observedGeneration: 2,
      replicas,
      updatedReplicas: updated,
      readyReplicas: isReady,
      availableReplicas: isReady,
      unavailableReplicas: replicas > isReady ? replicas - isReady : null,
      conditions: [
        { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', lastTransitionTime: at },
        {
          type: 'Progressing',
          status: 'True',
          reason: 'ReplicaSetUpdated',
          lastTransitionTime: at,
          lastUpdateTime: at,
        },
      ],
    },
  });
}
