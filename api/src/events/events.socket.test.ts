import { connect, type Socket } from 'node:net';
import { systemClock } from '@portolan/runtime';
import type { Catalog } from '@portolan/catalog';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ErrorEnvelope } from '../errors.ts';
import { seededCatalog, toResource } from '../testing/seed.ts';
import { testServer } from '../testing/server.ts';
import { createEventHub, type EventHub, type EventHubOptions } from './event-hub.ts';
import { eventsPath, markFor } from './routes.ts';

const left: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of left.splice(0).reverse()) await end();
});

interface World {
  server: FastifyInstance;
  catalog: Catalog;
  hub: EventHub;
  url: string;
  metrics: Registry;
}

async function serve(options: Partial<EventHubOptions> = {}): Promise<World> {
  const catalog = seededCatalog();
  const metrics = new Registry();
  const hub = createEventHub({ catalog, clock: systemClock, ...options });
  const server = await testServer({ catalog, events: hub, metrics });
  const origin = await server.listen({ host: '127.0.0.1', port: 0 });
  left.push(() => server.close());
  return { server, catalog, hub, url: `${origin}${eventsPath}`, metrics };
}

/** A connection whose text can be waited for. */
async function listen(url: string, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const answer = await fetch(url, { headers, signal: abort.signal });
  let text = '';
  let isEnded = false;
  const read = async () => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of answer.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
    } catch {
      // Ended by one of both.
    }
    isEnded = true;
  };
  void read();
  const leave = () => abort.abort();
  left.push(leave);
  return {
    answer,
    leave,
    has: (part: string) => vi.waitFor(() => expect(text).toContain(part), { timeout: 10_000 }),
    ended: () => vi.waitFor(() => expect(isEnded).toBe(true), { timeout: 10_000 }),
    get lastId() {
      return [...text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? '';
    },
  };
}

let index = 500;
function appear(catalog: Catalog, name: string): void {
  const spec = { type: 'service', lifecycle: 'x', owner: 'nobody' };
  catalog.apply([{ type: 'upsert', resource: toResource({ kind: 'Component', name, spec }, index++) }]);
}

describe('GET /api/portolan/v1/events', () => {
  test('streams what changes of an entity and its neighbours', async () => {
    const { url, catalog } = await serve();
    const stream = await listen(`${url}?ref=Group:default/nobody`);
    expect(stream.answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.answer.headers.get('cache-control')).toBe('no-store');
    await stream.has('event: ready');
    appear(catalog, 'newcomer');
    await stream.has('event: changed\ndata: {"refs":["component:default/newcomer"],"more":0}');
  });

  test('continues from Last-Event-ID, which goes before the mark of the page', async () => {
    const { url, catalog, hub } = await serve();
    const mark = markFor(hub);
    const first = await listen(`${url}?after=${mark}`);
    await first.has('event: ready');
    appear(catalog, 'seen');
    await first.has('default/seen');
    first.leave();
    appear(catalog, 'missed');
    const again = await listen(`${url}?after=${mark}`, { 'last-event-id': first.lastId });
    await again.has('event: changed\ndata: {"refs":["component:default/missed"],"more":0}');
  });

  test('says reset to an id that it did not seal', async () => {
    const { url } = await serve();
    const stream = await listen(url, { 'last-event-id': '42' });
    await stream.has('event: reset\ndata: {}');
  });

  test.each([
    ['ref=checkout', "Query parameter 'ref'"],
    ['filter=%3Dx', "Query parameter 'filter'"],
    ['page=2', 'Unknown query parameter'],
    [`after=${'x'.repeat(201)}`, "Query parameter 'after'"],
  ])('refuses %s and names it', async (query, message) => {
    const { url } = await serve();
    const answer = await fetch(`${url}?${query}`);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as ErrorEnvelope).error.message).toContain(message);
  });

  test('has no head, which would begin a stream', async () => {
    const { url, hub } = await serve();
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(404);
    expect(hub.size).toBe(0);
  });
});

describe('many streams', () => {
  test('all hear of one change, and their ends are noticed', async () => {
    const { url, catalog, hub, metrics } = await serve();
    const streams = await Promise.all(Array.from({ length: 200 }, () => listen(`${url}?ref=group:default/nobody`)));
    await Promise.all(streams.map((stream) => stream.has('event: ready')));
    expect(hub.size).toBe(200);
    appear(catalog, 'heard');
    await Promise.all(streams.map((stream) => stream.has('default/heard')));
    for (const stream of streams) stream.leave();
    await vi.waitFor(() => expect(hub.size).toBe(0));
    expect(await metrics.metrics()).not.toContain(eventsPath);
  });

  test('more than may be are refused with 503 in the envelope, until one leaves', async () => {
    const { url, hub } = await serve({ maxStreams: 2 });
    const streams = [await listen(url), await listen(url)];
    const refused = await fetch(url);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      error: { code: 'API_TOO_MANY_STREAMS' },
      response: { statusCode: 503 },
    });
    streams[0]?.leave();
    await vi.waitFor(() => expect(hub.hasRoom).toBe(true));
    await (await listen(url)).has('event: ready');
  });
});

describe('a reader that takes nothing', () => {
  /** Asks and reads no byte of the answer. */
  async function connectIdle(url: string): Promise<Socket> {
    const { hostname, port, pathname } = new URL(url);
    const socket = connect(Number(port), hostname);
    left.push(() => socket.destroy());
    socket.pause();
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    return socket;
  }

  test('is let go, and what it was to hear was not kept for it', async () => {
    // Every change is told at once, so that the socket's buffers fill.
    const { url, catalog, hub, server } = await serve({ timing: { intervalMs: 0, stuckMs: 300 } });
    const sockets: Socket[] = [];
    server.server.on('connection', (socket) => sockets.push(socket));
    await connectIdle(url);
    await vi.waitFor(() => expect(hub.size).toBe(1));
    let written = 0;
    await vi.waitFor(
      () => {
        for (let each = 0; each < 50; each++) appear(catalog, `x-${'y'.repeat(50)}-${index}`);
        written = Math.max(written, sockets[0]?.writableLength ?? 0);
        expect(hub.size).toBe(0);
      },
      { timeout: 25_000, interval: 1 },
    );
    // One event beyond the high-water mark of the socket at most.
    expect(written).toBeLessThan(128 * 1024);
  });
});

describe('the server', () => {
  test('ends the streams when it stops, and does not wait for their readers', async () => {
    const { url, server, hub } = await serve();
    const streams = [await listen(url), await listen(`${url}?ref=user:default/ada`)];
    await Promise.all(streams.map((stream) => stream.has('event: ready')));
    await server.close();
    await Promise.all(streams.map((stream) => stream.ended()));
    expect(hub.size).toBe(0);
  });
});
