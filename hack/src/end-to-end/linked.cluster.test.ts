import type { EntityStatus, WorkloadStatus } from '@portolan/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorAccount } from '../install/install.ts';
import { useCluster } from '../testing/cluster.ts';
import { deployment, entity, listOf } from './manifests.ts';
import { startPortolan, type Portolan } from './portolan.ts';

/** A kind that the operator is told of, with the names that a controller of somebody else would have. */
const squadron = { group: 'fleet.example.com', version: 'v1', plural: 'squadrons', kind: 'Squadron' };
const squadronPath = `/apis/${squadron.group}/${squadron.version}`;

const cluster = useCluster();
let portolan: Portolan;

beforeAll(async () => {
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const { group, version, plural, kind } = squadron;
  const metadata = { name: 'test-squadrons', labels: { 'portolan.dev/aggregate-to-operator': 'true' } };
  await cluster.apply(
    listOf(
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `${plural}.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural, kind },
          versions: [
            {
              name: version,
              served: true,
              storage: true,
              schema: { openAPIV3Schema: schema },
              subresources: { status: {} },
            },
          ],
        },
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata,
        rules: [{ apiGroups: [group], resources: [plural], verbs: ['list', 'watch'] }],
      },
    ),
  );
  portolan = await startPortolan({
    kubeconfig: await cluster.serviceAccountKubeconfig(operatorAccount),
    flags: [`--workload-kinds=${kind}=${plural}.${version}.${group}`],
  });
  await portolan.ready();
});

afterAll(async () => {
  await portolan.stop();
  await cluster.kubectl(['delete', 'crd', `${squadron.plural}.${squadron.group}`, '--wait=false']);
  await cluster.kubectl(['delete', 'clusterrole', 'test-squadrons']);
});

/** The component's status once `holds` says so. */
async function statusWhen(
  component: { namespace: string; name: string },
  what: string,
  holds: (status: EntityStatus) => boolean,
): Promise<EntityStatus> {
  const path = `/apis/portolan.dev/v1alpha1/namespaces/${component.namespace}/components/${component.name}`;
  return cluster.eventually(
    what,
    async () => {
      const { status } = (await cluster.request<{ status?: EntityStatus }>('GET', path)).body;
      return status !== undefined && holds(status) ? status : undefined;
    },
    60_000,
  );
}

/** The item of one object, once it is there and `holds`. */
async function itemWhen(
  component: { namespace: string; name: string },
  object: { kind: string; name: string },
  holds: (item: WorkloadStatus) => boolean,
): Promise<WorkloadStatus> {
  const find = (status: EntityStatus): WorkloadStatus | undefined =>
    status.workloads?.items?.find(({ kind, name }) => kind === object.kind && name === object.name);
  const status = await statusWhen(component, `${object.kind} ${object.name} is as expected`, (each) => {
    const item = find(each);
    return item !== undefined && holds(item);
  });
  const item = find(status);
  if (item === undefined) throw new Error(`${object.name} is gone`);
  return item;
}

async function setUp(prefix: string, ...objects: ((namespace: string) => object)[]) {
  const namespace = await cluster.namespace(prefix);
  const component = { namespace, name: 'web' };
  await cluster.apply(
    listOf(
      entity({ kind: 'Group', namespace, name: 'team' }),
      entity({ kind: 'Component', ...component }),
      ...objects.map((each) => each(namespace)),
    ),
  );
  return component;
}

const labels = { 'app.kubernetes.io/name': 'web' };
const onKwok = {
  nodeSelector: { type: 'kwok' },
  tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists', effect: 'NoSchedule' }],
};

describe('what supports a component', () => {
  it('is judged beside what runs it: a Service that nobody answers for, an autoscaler without metrics', async () => {
    const web = await setUp(
      'supports',
      (namespace) => deployment({ namespace, name: 'front', labels }),
      (namespace) => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'front', namespace },
        spec: { selector: { app: 'front' }, ports: [{ port: 80 }] },
      }),
      (namespace) => ({
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'front', namespace },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'front' },
          maxReplicas: 3,
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
          ],
        },
      }),
      (namespace) => ({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'front', namespace },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'front' } } },
      }),
    );
    await itemWhen(web, { kind: 'Service', name: 'front' }, ({ verdict }) => verdict === 'Healthy');
    await itemWhen(web, { kind: 'PodDisruptionBudget', name: 'front' }, ({ verdict }) => verdict === 'Healthy');
    const autoscaler = await itemWhen(
      web,
      { kind: 'HorizontalPodAutoscaler', name: 'front' },
      ({ reason }) => reason === 'FailedGetResourceMetric',
    );
    expect(autoscaler).toMatchObject({ supporting: true, link: 'Name', desired: 0, ready: 0 });

    await cluster.apply(
      listOf(deployment({ namespace: web.namespace, name: 'front', labels, behaviour: 'never-ready' })),
    );
    await cluster.kubectl(['delete', 'replicaset', '-n', web.namespace, '-l', 'app=front']);
    await itemWhen(web, { kind: 'Service', name: 'front' }, ({ reason }) => reason === 'NoReadyEndpoints');

    await cluster.kubectl(['scale', 'deployment', 'front', '--replicas=0', '-n', web.namespace]);
    await itemWhen(web, { kind: 'Service', name: 'front' }, ({ reason }) => reason === 'ScaledToZero');
    await cluster.kubectl(['delete', 'service', 'front', '-n', web.namespace]);
    const without = await statusWhen(
      web,
      'the Service is gone',
      ({ workloads }) => workloads?.items?.every(({ kind }) => kind !== 'Service') === true,
    );
    expect(without.health?.verdict).toBe('Suspended');
  });

  it('is a claim that waits, for as long as its class says that it may', async () => {
    const name = 'front';
    const storageClass = `test-waiting-${Date.now()}`;
    const base = deployment({ namespace: 'x', name, labels }) as { spec: { template: { spec: object } } };
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    const podSpec = { ...base.spec.template.spec, volumes };
    const web = await setUp(
      'claims',
      () => ({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: storageClass },
        provisioner: 'nobody.example.com',
        volumeBindingMode: 'WaitForFirstConsumer',
      }),
      (namespace) => ({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data', namespace },
        spec: {
          storageClassName: storageClass,
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
        },
      }),
      (namespace) => ({
        ...base,
        metadata: { name, namespace, labels },
        spec: { ...base.spec, replicas: 0, template: { ...base.spec.template, spec: podSpec } },
      }),
    );
    await itemWhen(
      web,
      { kind: 'PersistentVolumeClaim', name: 'data' },
      (each) => each.reason === 'WaitForFirstConsumer',
    );
    // A pod that wants it makes the wait a wait for its provisioner, of whom nobody has heard.
    await cluster.kubectl(['scale', 'deployment', name, '--replicas=1', '-n', web.namespace]);
    const claim = await itemWhen(
      web,
      { kind: 'PersistentVolumeClaim', name: 'data' },
      (each) => each.reason === 'Binding',
    );
    expect(claim).toMatchObject({ verdict: 'Progressing', supporting: true });
    await cluster.kubectl(['delete', 'storageclass', storageClass]);
  });
});

describe('what runs a component', () => {
  it('may be a Job, which fails with the way down to its pod', async () => {
    const web = await setUp('jobs', (namespace) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'import', namespace, labels },
      spec: {
        backoffLimit: 0,
        template: {
          metadata: { labels: { 'portolan.dev/sample-behaviour': 'job-fails' } },
          spec: {
            ...onKwok,
            restartPolicy: 'Never',
            containers: [{ name: 'main', image: 'registry.example.com/import:1.0.0' }],
          },
        },
      },
    }));
    const { health, workloads } = await statusWhen(web, 'it failed', (each) => each.health?.verdict === 'Degraded');
    expect(health?.reason).toBe('BackoffLimitExceeded');
    expect(health?.evidence?.map(({ kind }) => kind)).toEqual(['Job', 'Pod']);
    expect(workloads).toMatchObject({ total: 1, desired: 0, items: [{ kind: 'Job', name: 'import', link: 'Name' }] });
  });

  it('may be of a kind that the configuration names, judged by its conditions and its pods', async () => {
    const web = await setUp('squadrons', (namespace) => ({
      apiVersion: `${squadron.group}/${squadron.version}`,
      kind: squadron.kind,
      metadata: { name: 'alpha', namespace, labels },
      spec: { replicas: 1 },
    }));
    const { namespace } = web;
    const item = { kind: squadron.kind, name: 'alpha' };
    await itemWhen(web, item, ({ verdict, reason }) => `${verdict} ${reason}` === 'Unknown NoRule');
    const path = `${squadronPath}/namespaces/${namespace}/${squadron.plural}/alpha`;
    const lastTransitionTime = '2026-11-24T10:00:00Z';
    const ready = [{ type: 'Ready', status: 'True', reason: 'Flying', message: '', lastTransitionTime }];
    const status = { conditions: ready, readyReplicas: 1 };
    expect((await cluster.request('PATCH', `${path}/status`, { status }, 'application/merge-patch+json')).status).toBe(
      200,
    );
    const healthy = await itemWhen(web, item, ({ verdict }) => verdict === 'Healthy');
    expect(healthy).toMatchObject({ desired: 1, ready: 1 });

    const { body } = await cluster.request<{ metadata: { uid: string } }>('GET', path);
    const { group, version, kind } = squadron;
    const owner = { apiVersion: `${group}/${version}`, kind, name: 'alpha', uid: body.metadata.uid, controller: true };
    const template = deployment({ namespace, name: 'alpha', behaviour: 'image-pull' }) as { spec: object };
    await cluster.apply(
      listOf({
        ...template,
        kind: 'ReplicaSet',
        metadata: { name: 'alpha-1', namespace, labels, ownerReferences: [owner] },
      }),
    );
    const { health, workloads } = await statusWhen(web, 'its pods fail', (each) => each.health?.verdict === 'Degraded');
    expect(health?.reason).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
    expect(health?.evidence?.map((each) => each.kind)).toEqual(['Squadron', 'ReplicaSet', 'Pod']);
    expect(workloads?.total).toBe(1);
  });

  it('of a kind that nobody watches is never green, and the condition names the setting', async () => {
    const namespace = await cluster.namespace('unwatched');
    const web = { namespace, name: 'web' };
    const workloads = [{ kind: 'Rollout', group: 'argoproj.io', name: 'front' }];
    await cluster.apply(
      listOf(
        entity({ kind: 'Group', namespace, name: 'team' }),
        entity({ kind: 'Component', ...web, spec: { workloads } }),
        deployment({ namespace, name: 'healthy', labels }),
      ),
    );
    await itemWhen(web, { kind: 'Deployment', name: 'healthy' }, ({ verdict }) => verdict === 'Healthy');
    const status = await statusWhen(web, 'it is judged', ({ health }) => health?.verdict === 'Unknown');
    expect(status.health?.reason).toBe('KindNotWatched');
    expect(status.conditions?.find(({ type }) => type === 'WorkloadsLinked')).toMatchObject({
      status: 'False',
      reason: 'KindNotWatched',
      message: expect.stringContaining('--workload-kinds'),
    });
  });
});
