import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Authentication, Credentials } from '../credentials/credentials.ts';
import { resourcePath } from '../kubernetes/object.ts';
import { eventually, startRig, widgets, type Rig } from '../testing/rig.ts';
import { createTransport, type Transport, type TransportRequest } from './transport.ts';

const path = resourcePath(widgets);
const labels = { verb: 'list', resource: 'widgets.portolan.test' };
const get: TransportRequest = { method: 'GET', path, labels };

/** Credentials with a token per refresh: `token-0`, `token-1`, … */
function rotating(rig: Rig): Credentials & { refreshes: number } {
  const tls = {};
  const at = (version: number): Authentication => ({ headers: { authorization: `Bearer token-${version}` }, tls });
  let current = at(0);
  const credentials = {
    server: rig.server.url,
    refreshes: 0,
    current: () => Promise.resolve(current),
    refresh: () => {
      credentials.refreshes += 1;
      current = at(credentials.refreshes);
      return Promise.resolve();
    },
  };
  return credentials;
}

function transportWith(rig: Rig, credentials: Credentials): Transport {
  const { clock, log, metrics } = rig;
  return createTransport({ credentials, clock, log, metrics, userAgent: 'portolan/1.2.3' });
}

describe('the transport', () => {
  it('sends JSON and says who it is', async () => {
    await using rig = await startRig();
    rig.server.fault = () => ({ status: 201, body: { fine: true } });
    const transport = transportWith(rig, rotating(rig));
    const request = { ...get, method: 'POST' as const, query: { a: 'b c', none: undefined }, body: { x: 'ü' } };
    expect(await transport.request(request)).toEqual({ fine: true });
    const [seen] = rig.server.requests;
    expect(seen).toMatchObject({ method: 'POST', path, query: { a: 'b c' }, body: '{"x":"ü"}' });
    expect(seen?.headers).toMatchObject({
      authorization: 'Bearer token-0',
      'content-type': 'application/json',
      'user-agent': 'portolan/1.2.3',
    });
    await transport.close();
  });

  it('keeps the path of a server behind a proxy', async () => {
    await using rig = await startRig();
    rig.server.fault = () => ({ status: 200, body: {} });
    const transport = transportWith(rig, { ...rotating(rig), server: `${rig.server.url}/k8s/clusters/one/` });
    await transport.request(get);
    expect(rig.server.requests[0]?.path).toBe(`/k8s/clusters/one${path}`);
    await transport.close();
  });

  it('answers a 401 with fresh credentials once, for many requests at a time', async () => {
    await using rig = await startRig();
    rig.server.fault = ({ headers }) => (headers.authorization === 'Bearer token-0' ? { status: 401 } : undefined);
    const credentials = rotating(rig);
    const transport = transportWith(rig, credentials);
    await Promise.all(Array.from({ length: 5 }, () => transport.request(get)));
    expect(rig.server.requests.length).toBeLessThanOrEqual(10);
    rig.server.fault = () => ({ status: 401 });
    const before = rig.server.requests.length;
    await expect(transport.request(get)).rejects.toMatchObject({ code: 'RUNTIME_API_STATUS', status: 401 });
    expect(rig.server.requests.length - before).toBe(2);
    await transport.close();
  });

  it('turns a Status into an error with its parts and the time to wait', async () => {
    await using rig = await startRig();
    const causes = [{ reason: 'ResourceVersionTooLarge' }];
    const body = { kind: 'Status', code: 429, reason: 'TooManyRequests', message: 'slow down', details: { causes } };
    rig.server.fault = () => ({ status: 429, body, headers: { 'retry-after': '7' } });
    await expect(rig.transport.request(get)).rejects.toMatchObject({
      code: 'RUNTIME_API_STATUS',
      status: 429,
      reason: 'TooManyRequests',
      retryAfterMs: 7_000,
      causes: ['ResourceVersionTooLarge'],
      message: `failed to list ${path}: 429 slow down`,
    });
    rig.server.fault = () => ({ status: 503, body: 'no Status' });
    await expect(rig.transport.request(get)).rejects.toMatchObject({ status: 503 });
    expect(await rig.registry.metrics()).toMatch(
      /rest_client_requests_total\{verb="list",resource="widgets.portolan.test",code="429"\} 1/,
    );
  });

  it('does not wait for credentials longer than for an answer', async () => {
    await using rig = await startRig();
    const hanging = { ...rotating(rig), current: () => new Promise<Authentication>(() => undefined) };
    const transport = transportWith(rig, hanging);
    const late = expect(transport.request({ ...get, timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'RUNTIME_TIMEOUT',
    });
    await rig.clock.advance(1_000);
    await late;
    const failing = { ...rotating(rig), current: () => Promise.reject(new Error('no plugin')) };
    await expect(transportWith(rig, failing).request(get)).rejects.toMatchObject({ code: 'RUNTIME_CREDENTIALS' });
    expect(rig.server.requests).toEqual([]);
  });

  it('never puts a token into an error or a log', async () => {
    await using rig = await startRig();
    const transport = transportWith(rig, rotating(rig));
    const thrown: unknown[] = [];
    for (const fault of ['cut', { status: 401 }, { status: 500 }, { status: 200, body: 'x'.repeat(100) }] as const) {
      rig.server.fault = () => fault;
      thrown.push(await transport.request({ ...get, maxBytes: 50 }).catch((error: unknown) => error));
    }
    const chain = thrown.flatMap((error) => (error instanceof Error ? [error, error.cause] : [error]));
    const text = chain.map((error) => `${String(error)} ${JSON.stringify(error)}`).join('\n');
    expect(thrown).toHaveLength(4);
    expect(text + JSON.stringify(rig.logged)).not.toMatch(/token-\d/);
    await transport.close();
  });

  it('gives up on an answer that is cut, too large, no JSON, late or no longer wanted', async () => {
    await using rig = await startRig();
    rig.server.fault = () => 'cut';
    await expect(rig.transport.request(get)).rejects.toMatchObject({ code: 'RUNTIME_UNREACHABLE' });
    rig.server.fault = () => ({ status: 200, body: { text: 'x'.repeat(10_000) } });
    await expect(rig.transport.request({ ...get, maxBytes: 9_999 })).rejects.toMatchObject({
      code: 'RUNTIME_TOO_LARGE',
    });
    const body = { text: 'x'.repeat(3 * 1024 * 1024) };
    await expect(rig.transport.request({ ...get, method: 'POST', body })).rejects.toMatchObject({
      code: 'RUNTIME_TOO_LARGE',
    });

    // A server that accepts and says nothing.
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const transport = transportWith(rig, { ...rotating(rig), server: `http://127.0.0.1:${port}` });
    const late = expect(transport.request({ ...get, timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'RUNTIME_TIMEOUT',
    });
    const [socket] = (await once(silent, 'connection')) as [{ destroy(): void; end(text: string): void }];
    await rig.clock.advance(5_000);
    await late;
    const abort = new AbortController();
    const unwanted = expect(transport.request({ ...get, signal: abort.signal })).rejects.toMatchObject({
      code: 'RUNTIME_ABORTED',
    });
    const [next] = (await once(silent, 'connection')) as [{ destroy(): void; end(text: string): void }];
    abort.abort();
    await unwanted;
    const malformed = expect(transport.request(get)).rejects.toMatchObject({ code: 'RUNTIME_MALFORMED' });
    const [last] = (await once(silent, 'connection')) as [{ destroy(): void; end(text: string): void }];
    last.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n<htm>');
    await malformed;
    for (const each of [socket, next, last]) each.destroy();
    await transport.close();
    silent.close();
    expect(rig.clock.timers).toBe(0);
  });

  it('shares few connections among many requests, and watches take none of them', async () => {
    await using rig = await startRig();
    const watching = new AbortController();
    const streams = await Promise.all(
      Array.from({ length: 40 }, () =>
        rig.transport.watch({
          path,
          query: { watch: true, sendInitialEvents: true },
          idleMs: () => 60_000,
          signal: watching.signal,
          labels,
        }),
      ),
    );
    const ends = streams.map(async (stream) => {
      for await (const batch of stream) expect(batch.length).toBeGreaterThan(0);
    });
    const requests = Array.from({ length: 200 }, () => rig.transport.request(get));
    expect(await Promise.all(requests)).toHaveLength(200);
    expect(rig.server.connections).toBeLessThanOrEqual(40 + 32);
    watching.abort();
    for (const end of ends) await expect(end).rejects.toMatchObject({ code: 'RUNTIME_ABORTED' });
  });

  it('takes a stream that ends in the middle of a line, or brings what is no event, for broken', async () => {
    await using rig = await startRig();
    for (const after of ['{"type":"ADDED","object":{}}\n{"type":', 'no JSON\n', '["no event"]\n']) {
      const stream = await rig.transport.watch({
        path,
        query: { watch: true, sendInitialEvents: true },
        idleMs: () => 60_000,
        signal: new AbortController().signal,
        labels,
      });
      const read = async (): Promise<void> => {
        for await (const [first] of stream) {
          if (first?.type === 'BOOKMARK') rig.server.endWatches({ after });
        }
      };
      await expect(read()).rejects.toMatchObject({ code: 'RUNTIME_MALFORMED' });
    }
    expect(rig.clock.timers).toBe(0);
  });

  it('ends watches, lets requests finish and refuses new ones when it closes', async () => {
    await using rig = await startRig();
    const informer = rig.inform();
    await informer.synced;
    const last = rig.transport.request(get);
    await eventually(rig, () => expect(rig.server.requests).toHaveLength(2));
    await rig.transport.close();
    expect(await last).toMatchObject({ kind: 'WidgetList' });
    await expect(rig.transport.request(get)).rejects.toMatchObject({ code: 'RUNTIME_CLOSED' });
    await eventually(rig, () => expect(rig.server.watches).toBe(0));
  });
});
