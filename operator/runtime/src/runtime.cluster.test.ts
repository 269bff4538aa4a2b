import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { useCluster } from '../../../hack/src/testing/cluster.ts';
import {
  createInformer,
  createMetrics,
  createStatusWriter,
  createTransport,
  loadKubeconfigCredentials,
  systemClock,
  type Informer,
  type KubernetesObject,
  type ResourceType,
  type Transport,
} from './index.ts';

const cluster = useCluster();
const log = pino({ level: 'silent' });
const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};
const components: ResourceType = {
  group: 'portolan.dev',
  version: 'v1alpha1',
  plural: 'components',
  kind: 'Component',
  namespaced: true,
};
const stop = new AbortController();
const ends: (() => Promise<void>)[] = [];
const patience = { timeout: 40_000, interval: 50 };

afterAll(async () => {
  stop.abort();
  for (const end of ends.toReversed()) await end();
});

async function connect(kubeconfig: string): Promise<{ transport: Transport; registry: Registry }> {
  const registry = new Registry();
  const transport = createTransport({
    credentials: await loadKubeconfigCredentials({ path: kubeconfig }),
    clock: systemClock,
    log,
    metrics: createMetrics(registry),
    userAgent: 'portolan-test/0',
  });
  ends.push(() => transport.close());
  return { transport, registry };
}

function inform(transport: Transport, resource: ResourceType, namespace: string): Informer<KubernetesObject> {
  const informer = createInformer({
    transport,
    resource,
    namespaces: [namespace],
    transform: (raw) => raw as KubernetesObject,
    clock: systemClock,
    random: Math.random,
    log,
    metrics: createMetrics(new Registry()),
  });
  const running = informer.run(stop.signal);
  ends.push(() => running);
  return informer;
}

function configMapsOf(namespace: string, name = ''): string {
  return `/api/v1/namespaces/${namespace}/configmaps/${name}`;
}

describe('the runtime and a real API server', () => {
  it('lists by watch-list with a client certificate, and follows every change', async () => {
    const namespace = await cluster.namespace('informer');
    for (let at = 0; at < 20; at += 1) {
      await cluster.request('POST', configMapsOf(namespace), {
        metadata: { name: `map-${at}` },
        data: { at: `${at}` },
      });
    }
    const { transport, registry } = await connect(cluster.kubeconfig);
    const informer = inform(transport, configMaps, namespace);
    await informer.synced;
    expect(informer.store.size).toBeGreaterThanOrEqual(20);
    await cluster.request('DELETE', configMapsOf(namespace, 'map-3'));
    await cluster.request(
      'PATCH',
      configMapsOf(namespace, 'map-4'),
      { data: { at: 'x' } },
      'application/merge-patch+json',
    );
    await cluster.request('POST', configMapsOf(namespace), { metadata: { name: 'late' } });
    await vi.waitFor(async () => {
      const { body } = await cluster.request<{ items: KubernetesObject[] }>('GET', configMapsOf(namespace));
      const versions = (objects: readonly KubernetesObject[]): string[] =>
        objects.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).toSorted();
      expect(versions(informer.store.list())).toEqual(versions(body.items));
      expect(informer.store.get(`${namespace}/late`)).toBeDefined();
    }, patience);
    expect(informer.status()[0]).toMatchObject({ resource: 'configmaps', synced: true, connected: true });
    const metrics = await registry.metrics();
    expect(metrics).toMatch(/rest_client_requests_total\{verb="watch",resource="configmaps",code="200"\} 1/);
    expect(metrics).not.toContain('verb="list"');
  });

  it('waits for access with a ServiceAccount and heals when it is granted', async () => {
    const namespace = await cluster.namespace('forbidden');
    const kubeconfig = await cluster.serviceAccountKubeconfig({ namespace, name: 'reader' });
    const { transport } = await connect(kubeconfig);
    const informer = inform(transport, configMaps, namespace);
    await vi.waitFor(
      () => expect(informer.status()[0]).toMatchObject({ reason: 'Forbidden', synced: false }),
      patience,
    );
    expect(informer.status()[0]?.message).toContain('configmaps');
    await cluster.apply(
      JSON.stringify({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'reader', namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
      }),
    );
    await vi.waitFor(() => expect(informer.isSynced()).toBe(true), patience);
    expect(informer.store.get(`${namespace}/kube-root-ca.crt`)).toBeDefined();
  });

  it('names a kind that is not installed', async () => {
    const { transport } = await connect(cluster.kubeconfig);
    const informer = inform(transport, { ...components, plural: 'unicorns', kind: 'Unicorn' }, 'default');
    await vi.waitFor(() => expect(informer.status()[0]).toMatchObject({ reason: 'NotInstalled' }), patience);
  });

  it('I5: writes a status under the version that it was computed from', async () => {
    const namespace = await cluster.namespace('writer');
    const { body } = await cluster.request<KubernetesObject & { message?: string }>(
      'POST',
      `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/components`,
      {
        apiVersion: 'portolan.dev/v1alpha1',
        kind: 'Component',
        metadata: { name: 'one' },
        spec: { type: 'service', lifecycle: 'production', owner: 'team' },
      },
    );
    expect(body.message).toBeUndefined();
    const { transport } = await connect(cluster.kubeconfig);
    const metrics = createMetrics(new Registry());
    const writer = createStatusWriter({ transport, resource: components, clock: systemClock, metrics, log });
    const { resourceVersion } = body.metadata;
    const write = { namespace, name: 'one', resourceVersion, patch: { status: { observedGeneration: 1 } } };
    expect(await writer.write(write)).toMatchObject({ kind: 'written' });
    expect(await writer.write({ ...write, patch: { status: { observedGeneration: 2 } } })).toEqual({
      kind: 'conflict',
    });
    expect(await writer.write({ ...write, name: 'two' })).toEqual({ kind: 'gone' });
    const { body: stored } = await cluster.request<{ status: unknown }>(
      'GET',
      `/apis/portolan.dev/v1alpha1/namespaces/${namespace}/components/one`,
    );
    expect(stored.status).toMatchObject({ observedGeneration: 1 });
  });
});
