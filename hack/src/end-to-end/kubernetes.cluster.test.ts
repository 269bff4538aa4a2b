import { detectErrors, type DetectedError, type ObjectsByEntityResponse } from '@backstage/plugin-kubernetes-common';
import { apiVersion, type EntityStatus } from '@portolan/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorAccount } from '../install/install.ts';
import { useCluster } from '../testing/cluster.ts';
import { kubernetesClients, type KubernetesClient } from '../testing/kubernetes-client.ts';
import { deployment, entity, listOf } from './manifests.ts';
import { startPortolan, type Portolan } from './portolan.ts';

const cluster = useCluster();
let portolan: Portolan;
let client: KubernetesClient;
let namespace: string;

beforeAll(async () => {
  portolan = await startPortolan({ kubeconfig: await cluster.serviceAccountKubeconfig(operatorAccount) });
  await portolan.ready();
  ({ client } = await kubernetesClients(portolan.url));
  namespace = await cluster.namespace('kubernetes');
});

afterAll(async () => {
  await portolan.stop();
});

/** A Component and a Deployment whose containers have secrets in all the wrong places; resolves when it is linked. */
async function applyWorkload(name: string, behaviour?: string): Promise<void> {
  const workload = deployment({
    namespace,
    name,
    labels: { 'app.kubernetes.io/name': name },
    ...(behaviour !== undefined && { behaviour }),
  }) as { spec: { template: { spec: { containers: object[] } } } };
  const { spec } = workload.spec.template;
  spec.containers = spec.containers.map((each) => ({
    ...each,
    args: ['--password=hunter2'],
    env: [{ name: 'PASSWORD', value: 'hunter2' }],
  }));
  await cluster.apply(listOf(entity({ kind: 'Component', namespace, name }), workload));
  await linked(name, behaviour === undefined ? 'Healthy' : 'Degraded');
}

async function linked(name: string, verdict: string): Promise<void> {
  await cluster.eventually(`${name} is linked and ${verdict}`, async () => {
    const found = await portolan.client.getEntityByRef(`component:${namespace}/${name}`);
    const { status } = (found ?? {}) as { status?: { portolan?: EntityStatus } };
    return status?.portolan?.health?.verdict === verdict ? true : undefined;
  });
}

const requestOf = (name: string, where = namespace) => ({
  auth: {},
  entity: { apiVersion, kind: 'Component', metadata: { name, namespace: where } },
});

function errorsOfPods(items: readonly unknown[]): DetectedError[] {
  const found = detectErrors({ items } as unknown as ObjectsByEntityResponse);
  return [...found.values()].flat().filter(({ sourceRef }) => sourceRef.kind === 'Pod');
}

function byType({ items }: ObjectsByEntityResponse): Record<string, number> {
  return Object.fromEntries((items[0]?.resources ?? []).map(({ type, resources }) => [type, resources.length]));
}

describe("Backstage's Kubernetes client", () => {
  it('gets the objects of an entity from the real API server, without what is secret', async () => {
    await applyWorkload('web');
    const answer = await client.getWorkloadsByEntity(requestOf('web'));
    expect(byType(answer)).toEqual({ deployments: 1, pods: 1, replicasets: 1 });
    expect(answer.items[0]?.errors).toEqual([]);
    const text = JSON.stringify(answer);
    expect(text).toContain('PASSWORD');
    for (const secret of ['hunter2', 'managedFields', 'last-applied']) expect(text).not.toContain(secret);
  });

  it('can ask for the events of a pod at a place of ours', async () => {
    const { items } = await client.getWorkloadsByEntity(requestOf('web'));
    const pod = items[0]?.resources.find(({ type }) => type === 'pods')?.resources[0];
    const query = new URLSearchParams({
      entityRef: `component:${namespace}/web`,
      kind: 'Pod',
      namespace,
      name: pod?.metadata?.name ?? '',
    });
    const answer = await fetch(`${portolan.url}/api/portolan/v1/object-events?${query.toString()}`);
    expect(answer.status).toBe(200);
    const scheduled = { type: 'Normal', reason: 'Scheduled', count: 1, component: 'default-scheduler' };
    expect(await answer.json()).toEqual({ items: [expect.objectContaining(scheduled)], errors: [] });
  });

  it('finds in our answer the errors that it finds in the objects themselves', async () => {
    await applyWorkload('broken', 'image-pull');
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3Dbroken`;
    const raw = async (): Promise<DetectedError[]> => {
      const { body } = await cluster.request<{ items: unknown[] }>('GET', path);
      return errorsOfPods([{ cluster: { name: 'local' }, resources: [{ type: 'pods', resources: body.items }] }]);
    };
    // The pod tries again and again, so both are asked until they show the same try.
    const same = await cluster.eventually('both say the same', async () => {
      const expected = await raw();
      const found = errorsOfPods((await client.getObjectsByEntity(requestOf('broken'))).items);
      return expected.length > 0 && JSON.stringify(found) === JSON.stringify(expected) ? found : undefined;
    });
    expect(same.map(({ type }) => type)).toContain('container-waiting');
  });

  it('gets what supports a workload, too', async () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'broken', namespace },
      spec: { selector: { app: 'broken' }, ports: [{ port: 80 }] },
    };
    await cluster.apply(listOf(service));
    const types = await cluster.eventually('the Service shows', async () => {
      const found = byType(await client.getWorkloadsByEntity(requestOf('broken')));
      return found['services'] === undefined ? undefined : found;
    });
    expect(types).toEqual({ deployments: 1, pods: 1, replicasets: 1, services: 1 });
  });

  it('has the same objects as a tree on the page of the entity, with verdicts and without secrets', async () => {
    const page = await fetch(`${portolan.url}/catalog/${namespace}/component/broken/runtime`);
    const html = await page.text();
    expect(page.status).toBe(200);
    const { stdout } = await cluster.kubectl(['get', 'pods', '-n', namespace, '-l', 'app=broken', '-o', 'name']);
    for (const text of [stdout.trim().replace('pod/', ''), 'Degraded', 'ReplicaSet', 'Service'])
      expect(html).toContain(text);
    expect(html).not.toContain('hunter2');
  });

  it("gets nothing of another tenant's, however an entity is annotated, until the Namespace consents", async () => {
    const mine = await cluster.namespace('tenant');
    const spy = { namespace: mine, name: 'spy' };
    await cluster.apply(
      listOf(
        entity({
          kind: 'Component',
          ...spy,
          spec: { workloads: [{ kind: 'Deployment', name: 'web', namespace }] },
          annotations: {
            'backstage.io/kubernetes-namespace': namespace,
            'backstage.io/kubernetes-label-selector': 'app.kubernetes.io/name=web',
          },
        }),
      ),
    );
    await cluster.eventually('the link is judged', async () => {
      const path = `/apis/portolan.dev/v1alpha1/namespaces/${mine}/components/spy`;
      const { body } = await cluster.request<{ status?: EntityStatus }>('GET', path);
      return body.status?.conditions?.find(({ reason }) => reason === 'CrossNamespaceNotAllowed');
    });
    const request = requestOf('spy', mine);
    const pods = { customResources: [{ group: '', apiVersion: 'v1', plural: 'pods' }] };
    expect(await client.getWorkloadsByEntity(request)).toEqual({ items: [] });
    expect(await client.getObjectsByEntity(request)).toEqual({ items: [] });
    expect(await client.getCustomObjectsByEntity({ ...request, ...pods })).toEqual({ items: [] });

    await cluster.kubectl(['annotate', 'namespace', namespace, `portolan.dev/allow-links-from=${mine}`]);
    await cluster.eventually('consent shows', async () => {
      const { items } = await client.getWorkloadsByEntity(request);
      return items.length > 0 ? true : undefined;
    });
    await cluster.kubectl(['annotate', 'namespace', namespace, 'portolan.dev/allow-links-from-']);
    await cluster.eventually('without it nothing does', async () => {
      const { items } = await client.getWorkloadsByEntity(request);
      return items.length === 0 ? true : undefined;
    });
  });

  it('is told which kind may not be read, and gets the others', async () => {
    const name = `narrow-${namespace}`;
    const labels = { 'app.kubernetes.io/part-of': 'portolan-test' };
    const rules = [
      { apiGroups: ['portolan.dev'], resources: ['*'], verbs: ['list', 'watch'] },
      { apiGroups: ['apps'], resources: ['deployments', 'replicasets'], verbs: ['get', 'list'] },
    ];
    const rbac = 'rbac.authorization.k8s.io';
    await cluster.apply(
      listOf(
        { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name, labels }, rules },
        {
          apiVersion: `${rbac}/v1`,
          kind: 'ClusterRoleBinding',
          metadata: { name, labels },
          roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
          subjects: [{ kind: 'ServiceAccount', name: 'narrow', namespace }],
        },
      ),
    );
    const kubeconfig = await cluster.serviceAccountKubeconfig({ namespace, name: 'narrow' });
    const server = await startPortolan({ kubeconfig, role: 'server' });
    try {
      await server.ready();
      const { client: narrow } = await kubernetesClients(server.url);
      const answer = await narrow.getWorkloadsByEntity(requestOf('web'));
      expect(byType(answer)).toEqual({ deployments: 1, replicasets: 1 });
      expect(answer.items[0]?.errors).toEqual([
        { errorType: 'UNKNOWN_ERROR', statusCode: 403, resourcePath: `/api/v1/namespaces/${namespace}/pods` },
      ]);
    } finally {
      await server.stop();
      await cluster.kubectl(['delete', 'clusterrole,clusterrolebinding', name]);
    }
  });
});
