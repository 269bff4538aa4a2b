import { describe, expect, test } from 'vitest';
import type { ErrorEnvelope } from '../errors.ts';
import { catalogOf } from '../testing/seed.ts';
import { testServer } from '../testing/server.ts';
import { componentWith, deploymentWeb, linked, objectOf, storedReader } from '../testing/stored-reader.ts';
import { ClusterReadError } from './cluster-reader.ts';
import type { ObjectsAnswer } from './answer.ts';

const { deployment, replicaSet, pod } = deploymentWeb();
const neighbour = objectOf('Deployment', 'vault', {
  namespace: 'other',
  labels: { 'backstage.io/kubernetes-id': 'spy' },
});
const reader = storedReader([deployment, replicaSet, pod, neighbour]);
const spy = componentWith([], {
  name: 'spy',
  annotations: { 'backstage.io/kubernetes-id': 'spy', 'backstage.io/kubernetes-namespace': 'other' },
});
const app = await testServer({
  catalog: catalogOf([
    componentWith([linked('Deployment', 'web')]),
    { ...spy, metadata: { ...spy.metadata, uid: 'spy' }, status: {} },
  ]),
  kubernetes: { reader },
});

async function ask(path: string, payload: unknown, method: 'GET' | 'POST' | 'DELETE' | 'PATCH' = 'POST') {
  const response = await app.inject({
    method,
    url: `/api/kubernetes${path}`,
    ...(payload !== undefined && { payload: JSON.stringify(payload), headers: { 'content-type': 'application/json' } }),
  });
  return { status: response.statusCode, text: response.body, body: response.json<ErrorEnvelope & ObjectsAnswer>() };
}

const workloads = '/resources/workloads/query';
const custom = '/resources/custom/query';
const ref = 'component:shop/web';
const matcher = { group: '', apiVersion: 'v1', plural: 'pods' };

describe('a bad body', () => {
  test.each<[path: string, payload: unknown, message: RegExp]>([
    [workloads, undefined, /'entityRef'/],
    [workloads, {}, /'entityRef'/],
    [workloads, { entityRef: 7 }, /'entityRef'/],
    [workloads, { entityRef: 'web' }, /'entityRef': must be an entity ref/],
    [workloads, { entityRef: 'component:a/b/c' }, /'entityRef'/],
    [workloads, [], /must be a JSON object/],
    [workloads, { entityRef: 'component:shop/gone' }, /no entity "component:shop\/gone"/],
    [custom, { entityRef: ref }, /'customResources'/],
    [custom, { entityRef: ref, customResources: {} }, /'customResources'/],
    [custom, { entityRef: ref, customResources: [] }, /'customResources': must name at least one/],
    [custom, { entityRef: ref, customResources: [{ ...matcher, plural: '../secrets' }] }, /'customResources.0.plural'/],
    [
      custom,
      { entityRef: ref, customResources: [{ ...matcher, apiVersion: 'v1/x' }] },
      /'customResources.0.apiVersion'/,
    ],
    [custom, { entityRef: ref, customResources: [{ group: 'a', apiVersion: 'v1' }] }, /'customResources.0.plural'/],
    [custom, { entityRef: ref, customResources: Array.from({ length: 21 }, () => matcher) }, /not name more than 20/],
    ['/services/web', undefined, /'entity'/],
    ['/services/web', { entity: null }, /'entity'/],
    ['/services/web', { entity: { kind: 'Component' } }, /'entity.metadata'/],
    ['/services/web', { entity: { kind: 'Component', metadata: {} } }, /'entity.metadata.name'/],
    ['/services/web', { entity: { kind: 'Component', metadata: { name: 'gone' } } }, /component:default\/gone/],
  ])('of %s %j is 400 in the envelope and names the field', async (path, payload, message) => {
    const before = reader.reads.length;
    const { status, body } = await ask(path, payload);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: { name: 'InputError', code: 'API_INPUT_INVALID', message: expect.stringMatching(message) },
      request: { method: 'POST', url: path },
      response: { statusCode: 400 },
    });
    expect(reader.reads).toHaveLength(before);
  });
});

describe('the objects of an entity', () => {
  test('leave without environment values and arguments', async () => {
    const { status, text, body } = await ask(workloads, { entityRef: 'Component:Shop/WEB', auth: {} });
    expect(status).toBe(200);
    expect(body.items[0]?.resources.map(({ type }) => type)).toEqual(['deployments', 'pods', 'replicasets']);
    expect(text).toContain('PASSWORD');
    expect(text).not.toContain('hunter2');
  });

  test('are decided by the status alone: annotations and a status sent along reach nobody else', async () => {
    const forged = {
      kind: 'Component',
      metadata: { ...spy.metadata, annotations: spy.metadata.annotations },
      status: { portolan: { workloads: { items: [linked('Deployment', 'vault', { namespace: 'other' })] } } },
    };
    const before = reader.reads.length;
    for (const [path, payload] of [
      [workloads, { entityRef: 'component:shop/spy' }],
      ['/services/spy', { entity: forged }],
      [
        custom,
        {
          entityRef: 'component:shop/spy',
          customResources: [{ group: 'apps', apiVersion: 'v1', plural: 'deployments' }],
        },
      ],
    ] as const) {
      expect(await ask(path, payload)).toMatchObject({ status: 200, body: { items: [] } });
    }
    expect(reader.reads).toHaveLength(before);
  });

  test('are given as far as they can be read; the rest is errors in the shape of Backstage', async () => {
    reader.fault = (verb, plural) => {
      if (plural === 'pods') return new ClusterReadError('Forbidden', { status: 403 });
      return verb === 'list' ? new ClusterReadError('Timeout') : undefined;
    };
    const { status, body } = await ask(workloads, { entityRef: ref });
    reader.fault = undefined;
    expect(status).toBe(200);
    expect(body.items[0]?.resources.map(({ type }) => type)).toEqual(['deployments']);
    expect(body.items[0]?.errors).toEqual([
      { errorType: 'UNKNOWN_ERROR', statusCode: 403, resourcePath: '/api/v1/namespaces/shop/pods' },
      {
        errorType: 'FETCH_ERROR',
        message: 'The API server did not answer in time for /apis/apps/v1/namespaces/shop/replicasets',
      },
    ]);
  });

  test('of other kinds than those asked for are not read', async () => {
    const before = reader.reads.length;
    const customResources = [{ group: 'apps', apiVersion: 'v1', plural: 'statefulsets' }];
    expect(await ask(custom, { entityRef: ref, customResources })).toMatchObject({ body: { items: [] } });
    expect(reader.reads).toHaveLength(before);
  });

  test('that fail in a way nobody foresaw are a bare 500', async () => {
    reader.fault = () => new TypeError('hunter2');
    const { status, text } = await ask(workloads, { entityRef: ref });
    reader.fault = undefined;
    expect(status).toBe(500);
    expect(text).not.toContain('hunter2');
  });
});

describe('the proxy', () => {
  test.each([
    ['GET', '/proxy/api/v1/namespaces/shop/pods/web/log?container=main', /Logs are off/],
    ['GET', '/proxy/api/v1/namespaces/shop/secrets', /The proxy to the Kubernetes API is off/],
    ['GET', '/proxy/api/v1/namespaces/shop/events?fieldSelector=involvedObject.name=web', /Events are at/],
    ['GET', '/proxy', /The proxy to the Kubernetes API is off/],
    ['POST', '/proxy/api/v1/namespaces/shop/pods', /Nothing in the cluster is changed/],
    ['PATCH', '/proxy/apis/apps/v1/namespaces/shop/deployments/web', /Nothing in the cluster is changed/],
    ['DELETE', '/proxy/api/v1/namespaces/shop/pods/web', /Nothing in the cluster is changed/],
  ] as const)('answers %s %s with 403 and a sentence', async (method, path, message) => {
    const { status, body } = await ask(path, method === 'GET' ? undefined : { any: 'thing' }, method);
    expect(status).toBe(403);
    expect(body).toMatchObject({
      error: { name: 'NotAllowedError', code: 'API_PROXY_OFF', message: expect.stringMatching(message) },
      request: { method, url: path },
    });
  });

  test('refuses before it reads a body, of whatever type and size', async () => {
    const response = await app.inject({
      method: 'PATCH',
      url: '/api/kubernetes/proxy/api/v1/pods',
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      payload: 'x'.repeat(200_000),
    });
    expect(response.statusCode).toBe(403);
  });
});

test('without a reader there is no such feature', async () => {
  const bare = await testServer();
  const response = await bare.inject({ url: '/api/kubernetes/clusters' });
  expect(response.statusCode).toBe(404);
});

test('is in the API description', async () => {
  const { paths } = (await app.inject({ url: '/openapi.json' })).json<{ paths: Record<string, object> }>();
  expect(Object.keys(paths).filter((path) => path.startsWith('/api/kubernetes'))).toEqual([
    '/api/kubernetes/clusters',
    '/api/kubernetes/services/{serviceId}',
    '/api/kubernetes/resources/workloads/query',
    '/api/kubernetes/resources/custom/query',
  ]);
});
