import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployment, listOf } from '../manifests.ts';
import { linkedTo, useHealthRig } from './rig.ts';

// What waits for a provisioner or for metrics is judged after seconds.
const rig = useHealthRig({ flags: ['--grace-periods', 'answering=5,notReady=5'] });

/** Cluster-scoped objects of this file. */
const leftovers: string[] = [];

async function applyForNow(path: string, object: object): Promise<void> {
  const { metadata } = object as { metadata: { name: string } };
  leftovers.push(`${path}/${metadata.name}`);
  await rig.cluster.apply(listOf(object));
}

beforeAll(async () => {
  for (const [name, volumeBindingMode] of [
    ['test-at-once', 'Immediate'],
    ['test-on-demand', 'WaitForFirstConsumer'],
  ] as const) {
    await applyForNow('/apis/storage.k8s.io/v1/storageclasses', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name },
      provisioner: 'test.example.com/nobody',
      volumeBindingMode,
    });
  }
});

afterAll(async () => {
  for (const path of leftovers.toReversed()) await rig.cluster.request('DELETE', path);
});

function claim(name: string, storageClassName?: string): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: rig.namespace },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      ...(storageClassName !== undefined && { storageClassName }),
    },
  };
}

/** A volume for one claim, as an administrator makes it where nobody provisions. */
async function provide(claimName: string, storageClassName = ''): Promise<void> {
  await applyForNow('/api/v1/persistentvolumes', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `${rig.namespace}-${claimName}` },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      hostPath: { path: '/tmp/nowhere' },
      claimRef: { namespace: rig.namespace, name: claimName },
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName,
    },
  });
}

/** A deployment whose pods mount the claim of its name, linked by the component of its name. */
async function deployWithClaim(name: string, replicas: number): Promise<void> {
  const made = deployment({ namespace: rig.namespace, name, labels: linkedTo(name), replicas }) as {
    spec: { template: { spec: { volumes?: object[] } } };
  };
  made.spec.template.spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: name } }];
  await rig.component(name);
  await rig.cluster.apply(listOf(made));
}

describe.concurrent('a PersistentVolumeClaim', () => {
  it('without a class where there is no default one is Degraded(Partial), and bound when a volume is made', async () => {
    await rig.cluster.apply(listOf(claim('classless')));
    await deployWithClaim('classless', 0);
    await rig.part('classless', { kind: 'PersistentVolumeClaim', verdict: 'Degraded', reason: 'NoStorageClass' });
    const health = await rig.health('classless', {
      verdict: 'Degraded',
      reason: 'Partial',
      evidence: ['PersistentVolumeClaim'],
      message: /no StorageClass/,
    });
    expect(await rig.runNextStep(health)).toContain('test-at-once');
    await provide('classless');
    await rig.part('classless', { kind: 'PersistentVolumeClaim', verdict: 'Healthy', reason: 'Bound' });
    await rig.health('classless', { verdict: 'Suspended', reason: 'ScaledToZero' });
    await deployWithClaim('classless', 1);
    await rig.health('classless', { verdict: 'Healthy', reason: 'Ready' });
  });

  it('that waits for its first consumer is Suspended, and nothing is wrong', async () => {
    await rig.cluster.apply(listOf(claim('later', 'test-on-demand')));
    await deployWithClaim('later', 0);
    await rig.part('later', {
      kind: 'PersistentVolumeClaim',
      verdict: 'Suspended',
      reason: 'WaitForFirstConsumer',
    });
    await rig.health('later', { verdict: 'Suspended', reason: 'ScaledToZero' });
  });

  it('that nobody provisions is Degraded and keeps its pods from starting; both recover with a volume', async () => {
    await rig.cluster.apply(listOf(claim('nobody', 'test-at-once')));
    await deployWithClaim('nobody', 1);
    await rig.part('nobody', { kind: 'PersistentVolumeClaim', verdict: 'Degraded', reason: 'NotProvisioned' });
    const health = await rig.health('nobody', { verdict: 'Degraded', reason: 'Partial', message: /provisions/ });
    expect(await rig.runNextStep(health)).toContain('nobody');
    await provide('nobody', 'test-at-once');
    await rig.part('nobody', { kind: 'PersistentVolumeClaim', verdict: 'Healthy', reason: 'Bound' });
    await rig.health('nobody', { verdict: 'Healthy', reason: 'Ready', timeoutMs: 90_000 });
  });
});

describe.concurrent('a Service', () => {
  it('without a ready pod is Degraded beside its Deployment, Suspended at zero, and Healthy when a pod is ready', async () => {
    await rig.component('front');
    await rig.cluster.apply(
      listOf(
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'front', namespace: rig.namespace },
          spec: { selector: { app: 'front' }, ports: [{ port: 80 }] },
        },
        deployment({ namespace: rig.namespace, name: 'front', labels: linkedTo('front'), behaviour: 'never-ready' }),
      ),
    );
    await rig.part('front', { kind: 'Service', verdict: 'Degraded', reason: 'NoReadyEndpoints' });
    const health = await rig.health('front', { verdict: 'Degraded', reason: /./ });
    expect(health.evidence?.map(({ kind }) => kind)).toContain('Service');
    await rig.runNextStep(health);
    await rig.cluster.apply(
      listOf(deployment({ namespace: rig.namespace, name: 'front', labels: linkedTo('front'), replicas: 0 })),
    );
    await rig.part('front', { kind: 'Service', verdict: 'Suspended', reason: 'ScaledToZero' });
    await rig.cluster.apply(listOf(deployment({ namespace: rig.namespace, name: 'front', labels: linkedTo('front') })));
    await rig.part('front', { kind: 'Service', verdict: 'Healthy', reason: 'Ready' });
    await rig.health('front', { verdict: 'Healthy', reason: 'Ready' });
  });
});

describe.concurrent('a HorizontalPodAutoscaler', () => {
  const metricsCrd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: 'pods.metrics.k8s.io',
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests only' },
    },
    spec: {
      group: 'metrics.k8s.io',
      scope: 'Namespaced',
      names: { plural: 'pods', singular: 'pod', kind: 'PodMetrics', listKind: 'PodMetricsList' },
      versions: [
        {
          name: 'v1beta1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };

  /** What metrics-server would answer for a pod. */
  async function use(pod: string, cpu: string): Promise<void> {
    await rig.cluster.apply(
      listOf({
        apiVersion: 'metrics.k8s.io/v1beta1',
        kind: 'PodMetrics',
        metadata: { name: pod, namespace: rig.namespace, labels: { app: 'busy' } },
        timestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
        window: '1s',
        containers: [{ name: 'main', usage: { cpu, memory: '10Mi' } }],
      }),
    );
  }

  it('without metrics is Degraded(Partial); pegged at its maximum it is Healthy and says so; then it scales', async () => {
    await rig.component('busy');
    const made = deployment({ namespace: rig.namespace, name: 'busy', labels: linkedTo('busy') }) as {
      spec: { template: { spec: { containers: { resources?: object }[] } } };
    };
    Object.assign(made.spec.template.spec.containers[0] ?? {}, { resources: { requests: { cpu: '100m' } } });
    const autoscaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'busy', namespace: rig.namespace },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'busy' },
        minReplicas: 1,
        maxReplicas: 2,
        behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
      },
    };
    await rig.cluster.apply(listOf(made, autoscaler));
    await rig.part('busy', {
      kind: 'HorizontalPodAutoscaler',
      verdict: 'Degraded',
      reason: 'FailedGetResourceMetric',
    });
    const health = await rig.health('busy', { verdict: 'Degraded', reason: 'Partial' });
    await rig.runNextStep(health);

    await applyForNow('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', metricsCrd);
    await rig.cluster.kubectl(['wait', '--for=condition=Established', 'crd/pods.metrics.k8s.io', '--timeout=30s']);
    await rig.cluster.eventually(
      'it is pegged',
      async () => {
        for (const pod of await rig.podsOf('busy')) await use(pod, '500m');
        const path = `/apis/autoscaling/v2/namespaces/${rig.namespace}/horizontalpodautoscalers/busy`;
        const { body } = await rig.cluster.request<{ status?: { conditions?: { type: string; reason: string }[] } }>(
          'GET',
          path,
        );
        return body.status?.conditions?.some((each) => each.reason === 'TooManyReplicas') ? true : undefined;
      },
      100_000,
    );
    await rig.part('busy', { kind: 'HorizontalPodAutoscaler', verdict: 'Healthy', reason: 'PeggedAtMax' });
    await rig.health('busy', { verdict: 'Healthy', reason: /./ });

    for (const pod of await rig.podsOf('busy')) await use(pod, '40m');
    await rig.part('busy', {
      kind: 'HorizontalPodAutoscaler',
      verdict: 'Healthy',
      reason: 'Ready',
      timeoutMs: 100_000,
    });
  }, 300_000);
});
