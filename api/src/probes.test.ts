import { pino } from 'pino';
import { Counter, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { createProbeServer, formatReadiness, type Readiness } from './probes.ts';

function probes(readiness: () => Readiness, registry = new Registry()) {
  return createProbeServer({ readiness, registry, log: pino({ enabled: false }) });
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
  test('is alive, whatever the readiness', async () => {
    const app = await probes(() => unready);
    expect((await app.inject({ url: '/livez' })).body).toBe('ok');
  });

  test('is ready while degraded, and says why only when asked', async () => {
    const app = await probes(() => degraded);
    const brief = await app.inject({ url: '/readyz' });
    expect([brief.statusCode, brief.body]).toEqual([200, 'ok']);
    const verbose = await app.inject({ url: '/readyz?verbose' });
    expect(verbose.statusCode).toBe(200);
    expect(verbose.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(verbose.body.split('\n')).toEqual([
      '[+]components.portolan.dev ok',
      '[!]pods degraded: Forbidden: pods is forbidden, since 2026-01-01T00:00:00Z',
      'readyz check passed',
      '',
    ]);
  });

  test('answers 503 with the reasons when not ready', async () => {
    const app = await probes(() => unready);
    const response = await app.inject({ url: '/readyz' });
    expect(response.statusCode).toBe(503);
    expect(response.body).toBe('[-]components.portolan.dev failed: NotInstalled\nreadyz check failed\n');
  });

  test('is served by pod IP and serves nothing else', async () => {
    const app = await probes(() => degraded);
    expect((await app.inject({ url: '/readyz', headers: { host: '10.0.0.7:8081' } })).statusCode).toBe(200);
    const other = await app.inject({ url: '/api/catalog/entities' });
    expect(other.statusCode).toBe(404);
    expect(other.json()).toMatchObject({ error: { name: 'NotFoundError' } });
  });

  test('exposes the registry', async () => {
    const registry = new Registry();
    new Counter({ name: 'things_total', help: 'Things.', registers: [registry] }).inc(3);
    const app = await probes(() => degraded, registry);
    const response = await app.inject({ url: '/metrics' });
    expect(response.headers['content-type']).toBe(registry.contentType);
    expect(response.body).toContain('things_total 3');
  });
});

test('what is well may say more', () => {
  const checks = [{ name: 'leader', ok: true, message: 'standby of b' }];
  expect(formatReadiness({ ready: true, checks })).toBe('[+]leader ok: standby of b\nreadyz check passed\n');
});

test('a message never breaks the line form', () => {
  const text = formatReadiness({ ready: true, checks: [{ name: 'a', ok: false, message: 'x\n[+]b ok' }] });
  expect(text.split('\n')).toHaveLength(3);
});
