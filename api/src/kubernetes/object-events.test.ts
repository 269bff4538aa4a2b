import { describe, expect, test } from 'vitest';
import type { ErrorEnvelope } from '../errors.ts';
import { catalogOf } from '../testing/seed.ts';
import { testServer } from '../testing/server.ts';
import { componentWith, deploymentWeb, linked, objectOf, storedReader } from '../testing/stored-reader.ts';
import { ClusterReadError, type RawObject } from './cluster-reader.ts';
import type { ObjectEvents } from './object-events.ts';

const { deployment, replicaSet, pod } = deploymentWeb();

function event(name: string, rest: Record<string, unknown>, about: RawObject = pod): RawObject {
  const { kind, metadata } = about;
  const involvedObject = {
    kind,
    name: metadata.name,
    uid: metadata.uid,
    fieldPath: 'spec.containers{main}',
    ...(rest['involvedObject'] as object | undefined),
  };
  return { ...objectOf('Event', name), type: 'Normal', ...rest, involvedObject };
}

const stranger = objectOf('Pod', 'stranger');
const reader = storedReader([
  deployment,
  replicaSet,
  pod,
  stranger,
  event('a', {
    type: 'Warning',
    reason: 'Unhealthy',
    message: 'Readiness probe failed: token=hunter2',
    count: 4,
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:05:00Z',
    source: { component: 'kubelet' },
  }),
  event('b', {
    reason: 'Scheduled <b>',
    eventTime: '2026-01-01T00:06:00.123456Z',
    series: { count: 2, lastObservedTime: '2026-01-01T00:07:00.000000Z' },
    reportingComponent: 'default-scheduler',
    involvedObject: { fieldPath: 7 },
  }),
  event('c', { reason: 7, count: -1, lastTimestamp: 'yesterday' }),
  event('d', { reason: 'Old' }, { ...pod, metadata: { ...pod.metadata, uid: 'before' } }),
  event('e', { reason: 'Theirs' }, stranger),
]);
const app = await testServer({
  catalog: catalogOf([componentWith([linked('Deployment', 'web')])]),
  kubernetes: { reader },
});

const asked = { entityRef: 'component:shop/web', kind: 'Pod', namespace: 'shop', name: 'web-1-a' };

async function ask(parameters: Record<string, string>) {
  const query = new URLSearchParams(parameters).toString();
  const response = await app.inject({ url: `/api/portolan/v1/object-events?${query}` });
  return { status: response.statusCode, text: response.body, body: response.json<ErrorEnvelope & ObjectEvents>() };
}

describe('GET /object-events', () => {
  test('gives what is said of one object, the newest first, and no message', async () => {
    const { status, text, body } = await ask(asked);
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [
        {
          type: 'Normal',
          reason: 'Scheduledb',
          count: 2,
          firstAt: '2026-01-01T00:06:00.123Z',
          lastAt: '2026-01-01T00:07:00.000Z',
          component: 'default-scheduler',
        },
        {
          type: 'Warning',
          reason: 'Unhealthy',
          count: 4,
          firstAt: '2026-01-01T00:00:00.000Z',
          lastAt: '2026-01-01T00:05:00.000Z',
          component: 'kubelet',
          container: 'main',
        },
        { type: 'Normal', reason: 'Unknown', count: 1, container: 'main' },
      ],
      errors: [],
    });
    expect(text).not.toContain('hunter2');
  });

  test('gives the events of the workload itself', async () => {
    expect(await ask({ ...asked, kind: 'Deployment', name: 'web' })).toMatchObject({
      status: 200,
      body: { items: [] },
    });
  });

  test.each([
    ['another pod of the namespace', { name: 'stranger' }],
    ['a pod that there is not', { name: 'nobody' }],
    ['a pod of another namespace', { namespace: 'other' }],
    ['a kind that is not read', { kind: 'Secret', name: 'web' }],
  ])('answers 404 in the same words for %s, and reads no event', async (_title, rest) => {
    const before = reader.reads.filter((each) => each.startsWith('list events')).length;
    const { status, body } = await ask({ ...asked, ...rest });
    expect(status).toBe(404);
    expect(body.error).toMatchObject({ code: 'API_NOT_FOUND', message: expect.stringMatching(/^Nothing that runs/) });
    expect(reader.reads.filter((each) => each.startsWith('list events'))).toHaveLength(before);
  });

  test.each([
    [{ kind: 'Pod', namespace: 'shop', name: 'x' }, /'entityRef'/],
    [{ ...asked, entityRef: 'web' }, /'entityRef': must be an entity ref/],
    [{ ...asked, entityRef: 'component:shop/gone' }, /no entity "component:shop\/gone"/],
    [{ ...asked, name: '' }, /'name'/],
    [{ ...asked, message: 'yes' }, /Unknown query parameter "message"/],
  ])('refuses %j and names the parameter', async (parameters, message) => {
    const { status, body } = await ask(parameters);
    expect([status, body.error.code]).toEqual([400, 'API_INPUT_INVALID']);
    expect(body.error.message).toMatch(message);
  });

  test('says that events may not be read', async () => {
    reader.fault = (_verb, plural) =>
      plural === 'events' ? new ClusterReadError('Forbidden', { status: 403 }) : undefined;
    const { status, body } = await ask(asked);
    reader.fault = undefined;
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [],
      errors: [{ errorType: 'UNKNOWN_ERROR', statusCode: 403, resourcePath: '/api/v1/namespaces/shop/events' }],
    });
  });
});
