import { randomUUID } from 'node:crypto';
import { apiVersion } from '@portolan/crds';
import type { BenchCluster } from '../cluster.ts';

/** Objects as the controllers of Kubernetes and a kubelet write them, written by the bench. */

export const namespace = 'bench';
/** Workloads that no component claims: the operator holds their pods, too. */
export const elsewhere = 'elsewhere';
const teams = 100;
const image = 'registry.example.com/team/service:1.4.2';
const writers = 16;

/** What the API server answered to a creation; more is not read. */
export interface Created {
  metadata: { name: string; uid: string };
}

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; [field: string]: unknown };
  spec: object;
  status?: object;
}

/** An object as etcd holds it. */
export interface StoredObject {
  key: string;
  object: Manifest & Created;
}

/** Sends a request as administrator and fails for any answer but the expected one. */
export type Send = (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) => Promise<Created>;

export function createSend(cluster: BenchCluster): Send {
  return async (method, path, body) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const { status, body: answer } = await cluster.admin.request(method, path, body, type);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer as Created;
  };
}

/** Does `work` for 0 to count − 1 over parallel writers, until the deadline; gives how many were done. */
export async function inParallel(
  count: number,
  work: (at: number) => Promise<void>,
  { deadline = Infinity, parallel = writers }: { deadline?: number; parallel?: number } = {},
): Promise<number> {
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < count && performance.now() < deadline; at = next++) {
      await work(at);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return done;
}

/** What must be there before any component: namespaces, the ServiceAccount that pods ask for, teams. */
export async function createGround(send: Send): Promise<void> {
  await send('POST', '/api/v1/namespaces', { metadata: { name: elsewhere } });
  // There is no controller-manager that would create it, and pods without it are refused.
  for (const each of [namespace, elsewhere]) {
    await send('POST', `/api/v1/namespaces/${each}/serviceaccounts`, { metadata: { name: 'default' } });
  }
  await inParallel(teams, async (at) => {
    const metadata = { name: `team-${at}`, namespace };
    await send('POST', collection('groups'), { apiVersion, kind: 'Group', metadata, spec: { type: 'team' } });
  });
}

/** A component and what runs it: a Deployment that has rolled out, its ReplicaSet and pods that are ready. */
export function unitOf(at: number, replicas: number): StoredObject[] {
  const name = nameOf(at);
  const spec = { type: 'service', lifecycle: 'production', owner: `team-${at % teams}`, description: 'A service.' };
  const component = { apiVersion, kind: 'Component', metadata: { name, namespace }, spec };
  return [stored('portolan.dev/components', component), ...workloadOf({ namespace, name, replicas })];
}

/** A Deployment that has rolled out, with its ReplicaSet and pods. */
export function workloadOf(target: { namespace: string; name: string; replicas: number }): StoredObject[] {
  const { name, replicas } = target;
  const metadata = { name, namespace: target.namespace, labels: labelsOf(name) };
  const spec = { replicas, selector: { matchLabels: { app: name } }, template: templateOf(name) };
  const deployment = stored('deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec,
    status: rolledOut({ replicas, generation: 1 }),
  });
  const set = stored('replicasets', replicaSetOf({ ...target, deployment: deployment.object, revision: 1 }));
  const pods = Array.from({ length: replicas }, (_, index) =>
    stored('pods', { ...podOf({ ...target, set: set.object, index }), status: ready() }),
  );
  return [deployment, set, ...pods];
}

export function replicaSetOf(options: {
  namespace: string;
  name: string;
  replicas: number;
  deployment: Created;
  revision: number;
}): Manifest {
  const { name, replicas, deployment, revision } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: setName(name, revision),
      namespace: options.namespace,
      labels: labelsOf(name),
      ownerReferences: [owner('Deployment', deployment)],
    },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: templateOf(name) },
  };
}

export function podOf(options: { namespace: string; name: string; set: Created; index: number }): Manifest {
  const { name, set, index } = options;
  const { metadata, spec } = templateOf(name);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: `${set.metadata.name}-${index}`,
      namespace: options.namespace,
      ownerReferences: [owner('ReplicaSet', set)],
    },
    spec: { ...spec, nodeName: `node-${index % 50}` },
  };
}

/** Writes a pod's status as its kubelet does. */
export async function playPod(send: Send, options: { namespace: string; name: string; status: object }): Promise<void> {
  await send('PATCH', `/api/v1/namespaces/${options.namespace}/pods/${options.name}/status`, {
    status: options.status,
  });
}

/** The status of a Deployment that has nothing left to do. */
export function rolledOut({ replicas, generation }: { replicas: number; generation: number }): object {
  return {
    observedGeneration: generation,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
    unavailableReplicas: null,
    conditions: [
      { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', lastTransitionTime: now() },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', lastTransitionTime: now() },
    ],
  };
}

/** A pod that runs, and has for a while. */
export function ready(restartCount = 0): object {
  return podStatus({
    isReady: true,
    restartCount,
    state: { running: { startedAt: now(-600) } },
    lastState: {},
  });
}

/** The same pod between two runs of a container that ends again and again. */
export function crashing(restartCount: number): object {
  const terminated = { exitCode: 1, reason: 'Error', startedAt: now(-60), finishedAt: now(-1) };
  return podStatus({ isReady: false, restartCount, state: { terminated }, lastState: { terminated } });
}

export function collection(plural: string): string {
  return `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/${plural}`;
}

export function apps(inNamespace: string, plural: string): string {
  return `/apis/apps/v1/namespaces/${inNamespace}/${plural}`;
}

export function nameOf(at: number): string {
  return `service-${at}`;
}

export function setName(name: string, revision: number): string {
  return `${name}-r${revision}`;
}

/** What the API server adds to an object that it creates. */
function stored(resource: string, manifest: Manifest): StoredObject {
  const { name, namespace: inNamespace } = manifest.metadata;
  const added = { uid: randomUUID(), creationTimestamp: now(-3600), generation: 1 };
  return {
    key: `/registry/${resource}/${inNamespace}/${name}`,
    object: { ...manifest, metadata: { ...manifest.metadata, ...added } },
  };
}

function podStatus(options: { isReady: boolean; restartCount: number; state: object; lastState: object }): object {
  const { isReady, restartCount, state, lastState } = options;
  const readiness = isReady
    ? { status: 'True', reason: null, message: null }
    : { status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [main]' };
  const since = { lastTransitionTime: now(isReady ? -600 : -1) };
  return {
    phase: 'Running',
    hostIP: '10.0.0.1',
    podIP: '10.1.0.1',
    podIPs: [{ ip: '10.1.0.1' }],
    startTime: now(-660),
    conditions: [
      { type: 'PodReadyToStartContainers', status: 'True', lastTransitionTime: now(-600) },
      { type: 'Initialized', status: 'True', lastTransitionTime: now(-660) },
      { type: 'Ready', ...readiness, ...since },
      { type: 'ContainersReady', ...readiness, ...since },
      { type: 'PodScheduled', status: 'True', lastTransitionTime: now(-660) },
    ],
    containerStatuses: [
      {
        name: 'main',
        image,
        imageID: `${image}@sha256:${'ab'.repeat(32)}`,
        containerID: `containerd://${'cd'.repeat(32)}`,
        ready: isReady,
        started: isReady,
        restartCount,
        state,
        lastState,
      },
    ],
  };
}

function labelsOf(name: string): Record<string, string> {
  return { app: name, 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name };
}

function templateOf(name: string) {
  return {
    metadata: { labels: labelsOf(name) },
    spec: {
      containers: [
        {
          name: 'main',
          image,
          ports: [{ containerPort: 8080, name: 'http' }],
          env: [{ name: 'LOG_LEVEL', value: 'info' }],
          resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } },
          readinessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 10 },
        },
      ],
    },
  };
}

function owner(kind: string, { metadata }: Created): object {
  return {
    apiVersion: 'apps/v1',
    kind,
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

function now(offsetSeconds = 0): string {
  return new Date(Date.now() + offsetSeconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}
