import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { ClusterReader } from '@portolan/api';
import { createMetrics, createTransport, type ResourceType } from '@portolan/runtime';
import { createFakeClock, type FakeClock } from '@portolan/runtime/testing';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { createClusterReader, readLimits, type ReadLimits } from './cluster-reader.ts';

const pods: ResourceType = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true };
const collection = { resource: pods, namespace: 'shop', callerClass: 'anonymous' };
const unending = new AbortController().signal;

type Answer = { status?: number; body: unknown } | 'silence' | 'cut';

interface Rig extends AsyncDisposable {
  reader: ClusterReader;
  clock: FakeClock;
  /** `GET` requests, as path and query. */
  requests: string[];
  /** Requests whose connection the client has closed before the answer. */
  cancelled: string[];
  logged: Record<string, unknown>[];
  answer: (url: URL) => Answer;
}

/** A reader on a real transport, and an API server that answers as the test says. */
async function startRig(limits: Partial<ReadLimits> = {}): Promise<Rig> {
  const clock = createFakeClock();
  const requests: string[] = [];
  const cancelled: string[] = [];
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line) as never) });
  const send = (response: ServerResponse, answer: Answer): void => {
    if (answer === 'cut') response.destroy();
    else if (answer !== 'silence') {
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    }
  };
  const http = createServer((incoming, response) => {
    const url = incoming.url ?? '';
    requests.push(url);
    response.on('close', () => {
      if (!response.writableFinished) cancelled.push(url);
    });
    send(response, rig.answer(new URL(url, 'http://localhost')));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  const server = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const authentication = { headers: {}, tls: {} };
  const transport = createTransport({
    credentials: { server, current: async () => authentication, refresh: async () => undefined },
    clock,
    log,
    metrics: createMetrics(new Registry()),
    userAgent: 'test/0',
  });
  const rig: Rig = {
    reader: createClusterReader({ transport, clock, log, limits }),
    clock,
    requests,
    cancelled,
    logged,
    answer: () => ({ body: listOf([]) }),
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections();
      await transport.close();
      http.close();
    },
  };
  return rig;
}

function pod(name: string): object {
  const metadata = { name, namespace: 'shop', uid: name, managedFields: [{ manager: 'kubelet' }] };
  return { metadata, spec: { containers: [] } };
}

function listOf(items: readonly object[], token?: string): object {
  return {
    kind: 'PodList',
    metadata: { resourceVersion: '1', ...(token !== undefined && { continue: token }) },
    items,
  };
}

/** A collection of so many pods, in pages as asked for. */
function pagesOf(count: number): (url: URL) => Answer {
  return ({ searchParams }) => {
    const from = Number(searchParams.get('continue') ?? 0);
    const to = Math.min(count, from + Number(searchParams.get('limit')));
    const items = Array.from({ length: to - from }, (_, at) => pod(`pod-${from + at}`));
    return { body: listOf(items, to < count ? String(to) : undefined) };
  };
}

function status(code: number, reason: string): Answer {
  return { status: code, body: { kind: 'Status', status: 'Failure', code, reason, message: 'said the server' } };
}

describe('createClusterReader', () => {
  it('lists page by page, by labels, without managed fields', async () => {
    await using rig = await startRig({ pageSize: 3 });
    rig.answer = pagesOf(7);
    const found = await rig.reader.list({ ...collection, labelSelector: 'app=web,zone in (a,b)' }, unending);
    expect(found.isPartial).toBe(false);
    expect(found.items.map(({ metadata }) => metadata.name)).toEqual(Array.from({ length: 7 }, (_, at) => `pod-${at}`));
    expect(JSON.stringify(found)).not.toContain('kubelet');
    const query = 'labelSelector=app%3Dweb%2Czone+in+%28a%2Cb%29';
    expect(rig.requests).toEqual([
      `/api/v1/namespaces/shop/pods?limit=3&${query}`,
      `/api/v1/namespaces/shop/pods?limit=3&continue=3&${query}`,
      `/api/v1/namespaces/shop/pods?limit=3&continue=6&${query}`,
    ]);
  });

  it('stops at its bound, and says that there are more', async () => {
    await using rig = await startRig({ pageSize: 4, maxListed: 10 });
    rig.answer = pagesOf(100_000);
    const found = await rig.reader.list(collection, unending);
    expect([found.items.length, found.isPartial]).toEqual([10, true]);
    expect(rig.requests).toHaveLength(3);
  });

  it('asks for fewer objects where many do not fit', async () => {
    await using rig = await startRig({ pageSize: 25, maxPageBytes: 1_000 });
    rig.answer = pagesOf(12);
    const found = await rig.reader.list(collection, unending);
    expect(found.items).toHaveLength(12);
    expect(rig.requests.map((each) => new URL(each, 'http://x').searchParams.get('limit'))).toEqual([
      '25',
      '5',
      '5',
      '5',
    ]);
  });

  it('sends one request for a hundred who ask at once, and none for who asks within two seconds', async () => {
    await using rig = await startRig();
    rig.answer = pagesOf(2);
    const read = async () => rig.reader.list(collection, unending);
    await Promise.all(Array.from({ length: 100 }, read));
    await rig.clock.advance(readLimits.holdMs - 1);
    await read();
    expect(rig.requests).toHaveLength(1);
    await rig.clock.advance(1);
    await read();
    expect(rig.requests).toHaveLength(2);
    // Another class of callers, or other labels, are another question.
    await rig.reader.list({ ...collection, callerClass: 'admins' }, unending);
    await rig.reader.list({ ...collection, labelSelector: 'app=web' }, unending);
    expect(rig.requests).toHaveLength(4);
  });

  it('cancels the request when everyone who asked has gone', async () => {
    await using rig = await startRig();
    rig.answer = () => 'silence';
    const callers = [new AbortController(), new AbortController()];
    const reads = callers.map(({ signal }) => rig.reader.list(collection, signal));
    await vi.waitFor(() => expect(rig.requests).toHaveLength(1));
    for (const [at, caller] of callers.entries()) caller.abort(new Error(`caller ${at} left`));
    await expect(reads[0]).rejects.toThrow('caller 0 left');
    await expect(reads[1]).rejects.toThrow('caller 1 left');
    await vi.waitFor(() => expect(rig.cancelled).toHaveLength(1));
    expect(rig.logged).toEqual([]);
    expect(rig.clock.timers).toBe(0);
  });

  it('gives up on an API server that says nothing', async () => {
    await using rig = await startRig();
    rig.answer = () => 'silence';
    const read = expect(rig.reader.list(collection, unending)).rejects.toMatchObject({ reason: 'Timeout' });
    await vi.waitFor(() => expect(rig.requests).toHaveLength(1));
    await rig.clock.advance(readLimits.deadlineMs);
    await read;
    await vi.waitFor(() => expect(rig.cancelled).toHaveLength(1));
  });

  it('gets one object, and knows an absent object from an absent resource', async () => {
    await using rig = await startRig();
    const get = async (name: string) => rig.reader.get({ ...collection, name }, unending);
    rig.answer = () => ({ body: pod('web') });
    expect(await get('web')).toMatchObject({ metadata: { name: 'web' } });
    rig.answer = () => status(404, 'NotFound');
    expect(await get('gone')).toBeUndefined();
    // Of a resource that it does not serve, the API server says this.
    rig.answer = () => ({ status: 404, body: '404 page not found' });
    await expect(get('what')).rejects.toMatchObject({ reason: 'NotInstalled', status: 404 });
    expect(rig.requests[0]).toBe('/api/v1/namespaces/shop/pods/web');
  });

  it.each<[answer: Answer, reason: string, code: number | undefined]>([
    [status(403, 'Forbidden'), 'Forbidden', 403],
    [status(401, 'Unauthorized'), 'Forbidden', 401],
    [status(404, 'NotFound'), 'NotInstalled', 404],
    [status(429, 'TooManyRequests'), 'Overloaded', 429],
    [status(500, 'InternalError'), 'Failed', 500],
    ['cut', 'Unreachable', undefined],
    [{ body: '<html>' }, 'Failed', undefined],
  ])('tells %j as %s, in words of its own', async (answer, reason, code) => {
    await using rig = await startRig();
    rig.answer = () => answer;
    const failure: unknown = await rig.reader.list(collection, unending).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ClusterReadError', code: 'API_CLUSTER_READ', reason, status: code });
    expect((failure as Error).message).toBe(`failed to read from the cluster: ${reason}`);
    expect(rig.logged).toHaveLength(reason === 'Failed' ? 1 : 0);
  });

  it('takes a list of whatever for what of it are objects', async () => {
    await using rig = await startRig();
    rig.answer = () => ({ body: { items: [null, 7, {}, { metadata: {} }, { metadata: { name: 'a' } }] } });
    expect((await rig.reader.list(collection, unending)).items).toEqual([{ metadata: { name: 'a' } }]);
    await rig.clock.advance(readLimits.holdMs);
    rig.answer = () => ({ body: [] });
    expect(await rig.reader.list(collection, unending)).toEqual({ items: [], isPartial: false });
  });
});
