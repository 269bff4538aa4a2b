import { topPods, type CoreV1Api, type Metrics } from '@kubernetes/client-node';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deploymentWeb, objectOf, storedReader } from '../testing/stored-reader.ts';
import { ClusterReadError, type RawObject } from './cluster-reader.ts';
import { pods } from './kinds.ts';
import { podUsage, readPodUsage } from './pod-metrics.ts';
import { quantity } from './quantity.ts';

const signal = new AbortController().signal;

function measured(pod: RawObject, containers: readonly object[]): RawObject {
  const { name, labels = {} } = pod.metadata;
  return { ...objectOf('PodMetrics', name, { labels }), containers };
}

describe('quantity', () => {
  test.each([
    ['100m', 0.1],
    ['1', 1],
    [2, 2],
    ['0.5', 0.5],
    ['12345678n', 0.012345678],
    ['250u', 0.00025],
    ['128Mi', 134_217_728],
    ['1.5Gi', 1_610_612_736],
    ['1e3', 1_000],
    ['5k', 5_000],
    ['3Ei', 3 * 2 ** 60],
  ])('reads %j', (text, number) => {
    expect(quantity(text)).toBe(number);
  });

  test.each(['', 'm', 'ten', '1 Mi', '1Xi', '0x10', '1.2.3', 'Infinity', null, undefined, {}])('refuses %j', (text) => {
    expect(quantity(text)).toBeUndefined();
  });
});

describe('podUsage', () => {
  /** Milli-cores and whole mebibytes: what both write as the same number. */
  const resources = fc.record(
    { cpu: fc.integer({ min: 1, max: 9_999 }).map((m) => `${m}m`), memory: fc.nat(4_096).map((m) => `${m}Mi`) },
    { requiredKeys: [] },
  );

  test('says what the client library says of a pod with one container', async () => {
    await fc.assert(
      fc.asyncProperty(
        resources,
        resources,
        fc.record({ cpu: fc.nat(10 ** 9).map((n) => `${n}n`), memory: fc.nat(10 ** 6).map((k) => `${k}Ki`) }),
        async (requests, limits, usage) => {
          const pod = objectOf('Pod', 'web', {
            spec: { containers: [{ name: 'main', resources: { requests, limits } }] },
          });
          const metrics = measured(pod, [{ name: 'main', usage }]);
          const [oracle] = await topPods(
            { listPodForAllNamespaces: async () => ({ items: [pod] }) } as unknown as CoreV1Api,
            { getPodMetrics: async () => ({ items: [metrics] }) } as unknown as Metrics,
          );
          const numbers = (
            from: { CurrentUsage: unknown; RequestTotal: unknown; LimitTotal: unknown } | undefined,
          ) => ({
            currentUsage: Number(from?.CurrentUsage),
            requestTotal: Number(from?.RequestTotal),
            limitTotal: Number(from?.LimitTotal),
          });
          const found = podUsage(pod, metrics);
          expect(found.cpu).toEqual(numbers(oracle?.CPU));
          expect(found.memory).toEqual(numbers(oracle?.Memory));
          expect(found.containers).toEqual([{ container: 'main', cpuUsage: found.cpu, memoryUsage: found.memory }]);
        },
      ),
    );
  });

  test('adds up containers, and counts one that is not measured for what it asks for', () => {
    const spec = {
      containers: [
        { name: 'a', resources: { requests: { cpu: '1', memory: '1Ki' }, limits: { memory: '2Ki' } } },
        { name: 'b', resources: { requests: { cpu: '500m' } } },
      ],
    };
    const pod = objectOf('Pod', 'web', { spec });
    const found = podUsage(pod, measured(pod, [{ name: 'a', usage: { cpu: '250m', memory: '512' } }]));
    expect(found.cpu).toEqual({ currentUsage: 0.25, requestTotal: 1.5, limitTotal: 0 });
    expect(found.memory).toEqual({ currentUsage: 512, requestTotal: 1_024, limitTotal: 2_048 });
    expect(found.containers.map(({ container }) => container)).toEqual(['a']);
  });
});

describe('readPodUsage', () => {
  const { pod } = deploymentWeb();
  const objects = {
    roots: [],
    owned: [{ kind: pods, object: pod }],
    failures: [],
    more: 0,
    podLists: [
      { namespace: 'shop', labelSelector: 'app=web' },
      { namespace: 'shop', labelSelector: 'app=other' },
    ],
  };

  test("gives the usage of the entity's pods only", async () => {
    const stranger = objectOf('Pod', 'stranger', { labels: { app: 'web' } });
    const usage = [{ name: 'main', usage: { cpu: '1m', memory: '1Ki' } }];
    const reader = storedReader([measured(pod, usage), measured(stranger, usage)]);
    const found = await readPodUsage({ reader, objects, callerClass: 'test' }, signal);
    expect(found.usage.map((each) => each.pod.metadata.name)).toEqual(['web-1-a']);
    expect(found.failures).toEqual([]);
  });

  test('asks once, and says nothing, where there is no metrics server', async () => {
    const reader = storedReader([]);
    reader.fault = () => new ClusterReadError('NotInstalled', { status: 404 });
    const found = await readPodUsage({ reader, objects, callerClass: 'test' }, signal);
    expect(found).toEqual({ usage: [], failures: [] });
    expect(reader.reads).toHaveLength(1);
  });

  test('tells of any other failure, once', async () => {
    const reader = storedReader([]);
    reader.fault = () => new ClusterReadError('Forbidden', { status: 403 });
    const found = await readPodUsage({ reader, objects, callerClass: 'test' }, signal);
    expect(found.failures).toEqual([
      {
        resource: 'pods.metrics.k8s.io',
        path: '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods',
        reason: 'Forbidden',
        status: 403,
      },
    ]);
  });
});
