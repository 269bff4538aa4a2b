import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterStatus, EntityStatus } from '@portolan/crds';
import { countRequests, type RequestCounts } from '../bench/api-server-counter.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { outputOf } from '../control-plane/kubectl.ts';
import { deployment, entity, listOf } from '../end-to-end/manifests.ts';
import type { Portolan } from '../end-to-end/portolan.ts';
import { installPortolan, operatorAccount } from '../install/install.ts';

/** What the API answers of an entity. */
export interface Told {
  /** When the server answered, by its own clock in whole seconds. */
  atMs: number;
  status: EntityStatus;
}

/** A control plane of its own, with workloads that nobody runs: the test writes their status. */
export interface Stage extends AsyncDisposable {
  plane: ControlPlane;
  directory: string;
  namespace: string;
  /** A kubeconfig of the operator's account. */
  kubeconfig: string;
  /** Creates a team, and components of that name with a Deployment each that has all its replicas. */
  populate(names: readonly string[]): Promise<void>;
  /** Sets how many of a Deployment's three replicas are there. */
  setAvailable(name: string, available: number): Promise<void>;
  /** The status that is stored. */
  stored(name: string): Promise<EntityStatus>;
  /** The report of the operator. */
  cluster(): Promise<ClusterStatus | undefined>;
  /** Writes to our group that the API server has counted. */
  writes(): Promise<RequestCounts>;
}

const components = (namespace: string): string => `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/components`;

export async function setStage(namespace: string): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'portolan-outage-'));
  const plane = await startControlPlane({ directory, log: () => undefined });
  await installPortolan({ kubectl: plane.kubectl, ownsCluster: true });
  await outputOf(plane.kubectl, ['create', 'namespace', namespace]);
  const kubeconfig = join(directory, 'operator.kubeconfig');
  await plane.serviceAccountKubeconfig({ ...operatorAccount, file: kubeconfig });
  const setAvailable = async (name: string, available: number): Promise<void> => {
    const counts = { replicas: 3, updatedReplicas: 3, readyReplicas: available, availableReplicas: available };
    await plane.admin.request(
      'PATCH',
      `/apis/apps/v1/namespaces/${namespace}/deployments/${name}/status`,
      { status: { observedGeneration: 1, ...counts, conditions: [progressed] } },
      'application/merge-patch+json',
    );
  };
  return {
    plane,
    directory,
    namespace,
    kubeconfig,
    populate: async (names) => {
      const parts = names.flatMap((name) => [
        entity({ kind: 'Component', namespace, name }),
        deployment({ namespace, name, replicas: 3, labels: { 'app.kubernetes.io/name': name } }),
      ]);
      const team = entity({ kind: 'Group', namespace, name: 'team' });
      await outputOf(plane.kubectl, ['apply', '--server-side', '-f', '-'], listOf(team, ...parts));
      for (const name of names) await setAvailable(name, 3);
    },
    setAvailable,
    stored: async (name) => {
      const { body } = await plane.admin.request('GET', `${components(namespace)}/${name}`);
      return (body as { status: EntityStatus }).status;
    },
    cluster: async () => {
      const path = components(operatorAccount.namespace).replace(/components$/, 'clusters/local');
      const { body } = await plane.admin.request('GET', path);
      return (body as { status?: ClusterStatus }).status;
    },
    writes: async () => {
      const { body } = await plane.admin.request('GET', '/metrics');
      return countRequests(String(body), 'portolan.dev');
    },
    [Symbol.asyncDispose]: async () => {
      await plane.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const progressed = {
  type: 'Progressing',
  status: 'True',
  reason: 'NewReplicaSetAvailable',
  message: 'rolled out',
  lastUpdateTime: '2026-01-01T00:00:00Z',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};

/** What the API answers of a component, by its bytes. */
export async function told(portolan: Portolan, ref: { namespace: string; name: string }): Promise<Told> {
  const { namespace, name } = ref;
  const answer = await fetch(`${portolan.url}/api/catalog/entities/by-name/component/${namespace}/${name}`);
  const { status } = (await answer.json()) as { status?: { portolan: EntityStatus } };
  return { atMs: Date.parse(answer.headers.get('date') ?? ''), status: status?.portolan ?? {} };
}

/** How many entities have each verdict, by the facets, and how many a filter for `Healthy` finds. */
export async function counted(portolan: Portolan): Promise<{ facets: Record<string, number>; healthy: number }> {
  const verdict = 'status.portolan.health.verdict';
  const get = async <Body>(path: string): Promise<Body> =>
    (await (await fetch(`${portolan.url}/api/catalog/${path}`)).json()) as Body;
  const { facets } = await get<{ facets: Record<string, { value: string; count: number }[]> }>(
    `entity-facets?facet=${verdict}&filter=kind=component`,
  );
  const { totalItems } = await get<{ totalItems: number }>(
    `entities/by-query?filter=kind=component,${verdict}=Healthy&limit=0`,
  );
  return {
    facets: Object.fromEntries((facets[verdict] ?? []).map(({ value, count }) => [value, count])),
    healthy: totalItems,
  };
}

/** Asks until `read` answers something other than undefined; throws after two minutes. */
export async function eventually<T>(what: string, read: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`not within two minutes: ${what}`);
    await sleep(100);
  }
}
