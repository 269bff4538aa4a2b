/** Backstage's clients, unmodified, against a listening server. */
import { detectErrors, type FetchResponse } from '@backstage/plugin-kubernetes-common';
import type { FastifyInstance } from 'fastify';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  kubernetesClients,
  type KubernetesClient,
  type KubernetesProxyClient,
} from '../../../hack/src/testing/kubernetes-client.ts';
import { catalogOf } from '../testing/seed.ts';
import { testServer } from '../testing/server.ts';
import { componentWith, linked, objectOf, storedReader } from '../testing/stored-reader.ts';
import type { RawObject } from './cluster-reader.ts';
import { builtInKinds } from './kinds.ts';

/** Real objects of many ways to fail; what controls the pods is among them, or as good as. */
const fixtures = new URL(
  '../../../operator/controllers/src/workloads/health/fixtures/failing-workloads.json',
  import.meta.url,
);

let app: FastifyInstance;
let client: KubernetesClient;
let proxy: KubernetesProxyClient;
let objects: readonly RawObject[];

const entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'failing', namespace: 'shop' },
};
const autoscaler = objectOf('HorizontalPodAutoscaler', 'web', {
  namespace: 'states',
  spec: { maxReplicas: 3 },
  status: { currentReplicas: 3 },
});
const request = { entity, auth: {} };

beforeAll(async () => {
  const { items } = JSON.parse(await readFile(fixtures, 'utf8')) as { items: RawObject[] };
  objects = [...items, autoscaler];
  const tops = objects.filter(({ metadata }) => metadata.ownerReferences === undefined);
  const links = tops.map(({ kind = '', metadata }) => linked(kind, metadata.name, { namespace: 'states' }));
  app = await testServer({
    catalog: catalogOf([componentWith(links, { name: 'failing' })]),
    kubernetes: { reader: storedReader(objects) },
  });
  ({ client, proxy } = await kubernetesClients(await app.listen({ host: '127.0.0.1', port: 0 })));
});
afterAll(() => app.close());

/** What the plugin finds on the objects as the API server has them. */
function rawErrors(): string[] {
  const resources = objects.map((object) => ({
    type: builtInKinds.find(({ kind }) => kind === object.kind)?.type,
    resources: [object],
  }));
  return errorsOf([{ cluster: { name: 'local' }, resources }]);
}

function errorsOf(items: readonly unknown[]): string[] {
  const found = detectErrors({ items } as unknown as Parameters<typeof detectErrors>[0]);
  return [...found.values()]
    .flat()
    .map((each) => JSON.stringify(each))
    .toSorted();
}

function namesOf(resources: readonly FetchResponse[]): string[] {
  return resources
    .flatMap(({ type, resources: each }) => each.map(({ metadata }) => `${type}/${metadata?.name}`))
    .toSorted();
}

describe('KubernetesBackendClient', () => {
  test('knows the one cluster, for which it needs no credentials', async () => {
    expect(await client.getClusters()).toEqual([{ name: 'local', authProvider: 'serviceAccount' }]);
    expect(await client.getCluster('local')).toMatchObject({ name: 'local' });
    await expect(client.getCluster('mars')).rejects.toThrow('not found');
  });

  test.each(['getWorkloadsByEntity', 'getObjectsByEntity'] as const)(
    '%s gives every object once, by type, and detectErrors finds in them what it finds in the objects themselves',
    async (method) => {
      const { items } = await client[method](request);
      const [{ cluster, resources, errors, podMetrics } = { resources: [] }] = items;
      expect([cluster, errors, podMetrics]).toEqual([{ name: 'local' }, [], []]);
      expect(namesOf(resources)).toEqual(
        objects
          .map(({ kind, metadata }) => `${builtInKinds.find((each) => each.kind === kind)?.type}/${metadata.name}`)
          .toSorted(),
      );
      const expected = rawErrors();
      expect(expected.length).toBeGreaterThan(10);
      expect(errorsOf(items)).toEqual(expected);
    },
  );

  test('getCustomObjectsByEntity gives the linked objects of the kinds asked for', async () => {
    const { items } = await client.getCustomObjectsByEntity({
      ...request,
      customResources: [{ group: 'autoscaling', apiVersion: 'v2', plural: 'horizontalpodautoscalers' }],
    });
    expect(items.flatMap(({ resources }) => namesOf(resources))).toEqual(['customresources/web']);
  });

  test('getCustomObjectsByEntity gives what they own, when it is asked for', async () => {
    const { items } = await client.getCustomObjectsByEntity({
      ...request,
      customResources: [{ group: 'apps', apiVersion: 'v1', plural: 'replicasets' }],
    });
    expect(items.flatMap(({ resources }) => namesOf(resources))).toEqual([
      expect.stringMatching(/^customresources\/stuck-/),
    ]);
  });

  test('is told of Secrets, and of kinds that nobody links, that they may not be read', async () => {
    const { items } = await client.getCustomObjectsByEntity({
      ...request,
      customResources: [
        { group: '', apiVersion: 'v1', plural: 'secrets' },
        { group: 'example.com', apiVersion: 'v1', plural: 'widgets' },
      ],
    });
    expect(items).toEqual([
      {
        cluster: { name: 'local' },
        resources: [],
        podMetrics: [],
        errors: [
          { errorType: 'UNKNOWN_ERROR', statusCode: 403, resourcePath: '/api/v1/secrets' },
          { errorType: 'UNKNOWN_ERROR', statusCode: 403, resourcePath: '/apis/example.com/v1/widgets' },
        ],
      },
    ]);
  });

  test('says which entity there is not, and not that the backend is missing', async () => {
    const unknown = { ...request, entity: { ...entity, metadata: { name: 'nobody', namespace: 'shop' } } };
    await expect(client.getWorkloadsByEntity(unknown)).rejects.toThrow(/400.*There is no entity.*shop\/nobody/);
    await expect(client.getObjectsByEntity(unknown)).rejects.toThrow(/400.*There is no entity.*shop\/nobody/);
  });
});

describe('KubernetesProxyClient', () => {
  const pod = { clusterName: 'local', namespace: 'states', podName: 'oom' };

  test('is told that logs are off', async () => {
    await expect(proxy.getPodLogs({ ...pod, containerName: 'main' })).rejects.toThrow(/403.*Logs are off.*policies/);
  });

  test('is told where events are, and that nothing is changed', async () => {
    const events = { clusterName: 'local', namespace: 'states', involvedObjectName: 'oom' };
    await expect(proxy.getEventsByInvolvedObjectName(events)).rejects.toThrow(/403.*object-events/);
    await expect(proxy.deletePod(pod)).rejects.toThrow(/403.*Nothing in the cluster is changed/);
  });
});
