import { pino } from 'pino';
import { Counter, Gauge, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createProbeServer } from './probe-server.ts';
import type { Readiness } from './readiness.ts';

interface Served extends AsyncDisposable {
  get(path: string, init?: RequestInit): Promise<Response>;
}

async function serve(readiness: () => Readiness, registry = new Registry()): Promise<Served> {
  const server = createProbeServer({ readiness, registry, log: pino({ enabled: false }) });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    get: async (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

const degraded: Readiness = {
  ready: true,
  checks: [
    { name: 'components.portolan.dev', ok: true },
    { name: 'pods', ok: true, degraded: true, message: 'Forbidden: pods is forbidden', since: '2026-01-01T00:00:00Z' },
  ],
};
const unready: Readiness = {
  ready: false,
  checks: [{ name: 'components.portolan.dev', ok: false, message: 'NotInstalled' }],
};

describe('the probe server', () => {
  it('is alive, whatever the readiness', async () => {
    await using served = await serve(() => unready);
    expect(await (await served.get('/livez')).text()).toBe('ok');
  });

  it('is ready while degraded, and says why only when asked', async () => {
    await using served = await serve(() => degraded);
    const brief = await served.get('/readyz');
    expect([brief.status, await brief.text()]).toEqual([200, 'ok']);
    const verbose = await served.get('/readyz?verbose');
    expect([verbose.status, verbose.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect((await verbose.text()).split('\n')).toEqual([
      '[+]components.portolan.dev ok',
      '[!]pods degraded: Forbidden: pods is forbidden, since 2026-01-01T00:00:00Z',
      'readyz check passed',
      '',
    ]);
  });

  it('answers 503 with the reasons when not ready', async () => {
    await using served = await serve(() => unready);
    const response = await served.get('/readyz');
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('[-]components.portolan.dev failed: NotInstalled\nreadyz check failed\n');
  });

  it('serves nothing else, and no other method', async () => {
    await using served = await serve(() => degraded);
    expect((await served.get('/api/catalog/entities')).status).toBe(404);
    const posted = await served.get('/readyz', { method: 'POST', body: 'x'.repeat(100_000) });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await served.get('/livez', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '2', '']);
  });

  it('exposes the registry', async () => {
    const registry = new Registry();
    new Counter({ name: 'things_total', help: 'Things.', registers: [registry] }).inc(3);
    await using served = await serve(() => degraded, registry);
    const response = await served.get('/metrics');
    expect(response.headers.get('content-type')).toBe(registry.contentType);
    expect(await response.text()).toContain('things_total 3');
  });

  it('answers 500 without the reason when a metric fails, and serves on', async () => {
    const registry = new Registry();
    const collect = (): never => {
      throw new Error('secret');
    };
    new Gauge({ name: 'broken', help: 'Broken.', registers: [registry], collect });
    await using served = await serve(() => degraded, registry);
    const response = await served.get('/metrics');
    expect([response.status, await response.text()]).toEqual([500, 'failed; the log says why\n']);
    expect((await served.get('/livez')).status).toBe(200);
  });

  it('says so when its port is taken', async () => {
    const first = createProbeServer({ readiness: () => degraded, registry: new Registry(), log: pino() });
    const second = createProbeServer({ readiness: () => degraded, registry: new Registry(), log: pino() });
    const port = await first.listen({ host: '127.0.0.1', port: 0 });
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await first.close();
  });
});
