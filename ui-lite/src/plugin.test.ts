import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
import type { ReadRuntimeTree } from '@portolan/api';
import { testCompany } from './testing/company.ts';
import { entityResource, minutesAgo, settled } from './testing/resources.ts';
import { readTestRuntime } from './testing/runtime-trees.ts';
import { createUiServer } from './testing/ui-server.ts';

const html = { accept: 'text/html,application/xhtml+xml' };
const evil = `"><img src=x onerror=alert(1)></script><script>alert('x')</script>{{ 7*7 }}`;

const hostile = entityResource({
  kind: 'Component',
  namespace: 'payments',
  name: 'hostile',
  spec: {
    title: evil,
    description: evil,
    type: evil,
    lifecycle: evil,
    owner: 'org/payments',
    tags: ['a'],
    links: [
      { url: 'javascript:alert(1)', title: evil },
      { url: `https://acme.dev/?${evil}`, title: 'Fine' },
    ],
  },
  annotations: { 'acme.dev/x': evil, 'acme.dev/y': 'javascript:alert(2)' },
  status: {
    conditions: settled().map((condition) => ({ ...condition, message: evil, reason: evil })),
    health: {
      verdict: 'Degraded',
      reason: evil,
      message: evil,
      since: evil,
      nextStep: { text: evil, command: evil },
      gaps: [{ kind: evil, namespace: evil, name: evil, reason: evil }],
      evidence: [{ kind: evil, namespace: evil, name: evil, container: evil, reason: evil, message: evil }],
    },
  },
});
const longest = entityResource({
  kind: 'Component',
  namespace: 'payments',
  name: 'l'.repeat(63),
  spec: { title: 'W'.repeat(500), description: 'm'.repeat(5_000), type: 's', lifecycle: 'p', owner: 'org/payments' },
});

describe('the pages', () => {
  let server: FastifyInstance;
  const get = (url: string, headers: Record<string, string> = html) => server.inject({ url, headers });

  beforeAll(async () => {
    server = await createUiServer([...testCompany(), hostile, longest]);
  });
  afterAll(() => server.close());

  it('are HTML that may load nothing from elsewhere and run nothing inline', async () => {
    for (const url of [
      '/catalog',
      '/catalog/payments/component/payment-gateway',
      '/catalog/payments/component/hostile/runtime',
      '/broken',
      '/catalog/a/b/c',
    ]) {
      const { headers, body } = await get(url);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'strict-origin-when-cross-origin',
        'content-security-policy':
          "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      });
      expect(body.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]+\s(style|on\w+)=/);
      expect(body).not.toMatch(/<script(?![^>]* src="\/static\/)/);
      expect(body).not.toMatch(/(src|<link[^>]* href)="(https?:)?\/\//);
    }
  });

  it('start at the catalog', async () => {
    expect(await get('/')).toMatchObject({ statusCode: 302, headers: { location: '/catalog' } });
  });

  it('escape everything that somebody wrote', async () => {
    for (const url of [
      '/catalog?q=hostile',
      '/catalog/payments/component/hostile',
      '/broken',
      `/broken?team=group:a/${encodeURIComponent(evil)}&reason=${encodeURIComponent(evil)}`,
      `/catalog?q=${encodeURIComponent(evil)}`,
    ]) {
      const { statusCode, body } = await get(url);
      expect(statusCode).toBe(200);
      expect(body).not.toContain('<img src=x');
      expect(body).not.toContain("<script>alert('x')");
      expect(body).not.toContain('"><img');
      expect(body).not.toMatch(/href="javascript:/i);
      expect(body).toContain('{{ 7*7 }}');
    }
  });

  it('say what to do about a fault, with the command', async () => {
    const { body } = await get('/catalog/payments/component/payment-gateway');
    expect(body).toContain('What to do');
    expect(body).toContain('kubectl logs payment-gateway-6b7f9c6d4-x2klp -n payments -c gateway --tail=50');
    expect(body).toMatch(/Not known[\s\S]*EndpointSlice/);
  });

  it('escape the address in the page for what was not found', async () => {
    const { body, statusCode } = await get(
      `/catalog/${encodeURIComponent('<b>')}/component/${encodeURIComponent('"><i>')}`,
    );
    expect(statusCode).toBe(404);
    expect(body).not.toMatch(/<b>|<i>/);
  });

  it('show names and titles of any length', async () => {
    const { body } = await get(`/catalog/payments/component/${'l'.repeat(63)}`);
    expect(body).toContain('W'.repeat(500));
  });

  it('find an entity by any spelling and name the canonical address', async () => {
    const { statusCode, body } = await get('/catalog/PAYMENTS/Component/Payment-Gateway');
    expect(statusCode).toBe(200);
    expect(body).toContain('<link rel="canonical" href="/catalog/payments/component/payment-gateway">');
  });

  it('open external links without handing over the opener', async () => {
    const { body } = await get('/catalog/payments/component/payment-gateway');
    const external = body.match(/<a [^>]*href="(https?|mailto):[^>]*>/g) ?? [];
    expect(external.length).toBeGreaterThan(0);
    for (const link of external) expect(link).toContain('rel="noopener noreferrer"');
  });

  it('link to the next page with everything that was chosen', async () => {
    const { body } = await get('/catalog?sort=-kind');
    expect(body).toContain('rel="next" href="/catalog?sort=-kind&amp;page=2"');
    expect(body).toContain('1–50 of 76');
  });

  it('suggest near names for an entity that does not exist', async () => {
    const { statusCode, body } = await get('/catalog/payments/component/paymnet-gateway');
    expect(statusCode).toBe(404);
    expect(body).toContain('href="/catalog/payments/component/payment-gateway"');
  });

  it('answer an unknown address with a page for people and leave all else to the API', async () => {
    expect(await get('/nowhere')).toMatchObject({
      statusCode: 404,
      headers: { 'content-type': expect.stringMatching(/text\/html/) },
    });
    for (const answer of [await get('/nowhere', {}), await get('/api/nowhere'), await get('/api')]) {
      expect(answer).toMatchObject({
        statusCode: 404,
        headers: { 'content-type': expect.stringMatching(/application\/json/) },
      });
    }
    expect(await get('/api/broken')).toMatchObject({
      statusCode: 500,
      headers: { 'content-type': expect.stringMatching(/application\/json/) },
    });
    expect(await server.inject({ method: 'POST', url: '/catalog', headers: html })).toMatchObject({
      statusCode: 404,
      headers: { 'content-type': expect.stringMatching(/application\/json/) },
    });
  });

  it('lead from a misspelt path to the page that was meant, never to another host', async () => {
    expect(await get('/Catalog/?q=Pay')).toMatchObject({ statusCode: 302, headers: { location: '/catalog?q=Pay' } });
    expect((await get('//evil.dev/catalog')).headers['location']).toBeUndefined();
    expect((await get('/%5Cevil.dev')).headers['location']).toBeUndefined();
  });

  it('are answered to HEAD without a body', async () => {
    expect(await server.inject({ method: 'HEAD', url: '/catalog', headers: html })).toMatchObject({
      statusCode: 200,
      body: '',
    });
  });
});

describe('what runs', () => {
  const url = '/catalog/payments/component/payment-gateway/runtime';

  it('is shown as a tree that works without a script', async () => {
    const server = await createUiServer(testCompany(), { runtime: readTestRuntime });
    const { statusCode, body } = await server.inject({ url, headers: html });
    expect(statusCode).toBe(200);
    expect(body).toContain('payment-gateway-6b7f9c6d4-x2klp');
    expect(body).toContain('endpointslices.discovery.k8s.io cannot be read: Forbidden');
    expect(body).toMatch(/<details class="node"[^>]* open/);
    expect(body).toContain(`<link rel="canonical" href="${url}">`);
    await server.close();
  });

  it('is what the operator wrote when nobody reads, when it takes too long and when it fails', async () => {
    const never: ReadRuntimeTree = (_entity, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
      });
    const fails: ReadRuntimeTree = () => Promise.reject(new TypeError('secret detail'));
    for (const [options, why] of [
      [{}, 'This server does not read the cluster on demand.'],
      [{ runtime: never, runtimeDeadlineMs: 1 }, 'The cluster did not answer in time.'],
      [{ runtime: fails }, 'The cluster could not be read.'],
    ] as const) {
      const server = await createUiServer(testCompany(), options);
      const { statusCode, body } = await server.inject({ url, headers: html });
      expect(statusCode).toBe(200);
      expect(body).toContain(why);
      expect(body).toContain('payment-gateway-settlement');
      expect(body).not.toContain('secret detail');
      await server.close();
    }
  });

  it('is no page of kinds without workloads, nor of what does not exist', async () => {
    const server = await createUiServer(testCompany());
    const system = await server.inject({ url: '/catalog/commerce/system/shop/runtime', headers: html });
    expect(system).toMatchObject({ statusCode: 302, headers: { location: '/catalog/commerce/system/shop' } });
    expect((await server.inject({ url: '/catalog/a/component/b/runtime', headers: html })).statusCode).toBe(404);
    await server.close();
  });
});

describe('what is broken', () => {
  it('is a page that the header of every page leads to, with counts', async () => {
    const server = await createUiServer(testCompany());
    for (const url of ['/catalog', '/broken', '/catalog/payments/component/ledger', '/catalog/a/b/c']) {
      const { body } = await server.inject({ url, headers: html });
      expect(body).toMatch(/<a href="\/broken"[^>]*>Broken <b class="nav-count bad">2</);
      expect(body).toMatch(/class="nav-count unknown" title="2 unknown">2</);
    }
    const { body } = await server.inject({ url: '/broken?team=group:org/runtime', headers: html });
    expect(body).toContain('Nothing is known to be broken here');
    await server.close();
  });

  it('claims nothing where nothing is known', async () => {
    const server = await createUiServer([]);
    const { body } = await server.inject({ url: '/broken', headers: html });
    expect(body).toContain('Nothing is known');
    expect(body).not.toMatch(/class="(badge|tone|icon) good/);
    await server.close();
  });
});

describe('static files', () => {
  it('have names that change with the content and are cached for good', async () => {
    const server = await createUiServer([]);
    const { body } = await server.inject({ url: '/catalog', headers: html });
    const paths = [...body.matchAll(/"(\/static\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(paths).toHaveLength(3);
    for (const url of paths) {
      expect(url).toMatch(/-[0-9a-f]{12}\.(css|js|svg)$/);
      expect(await server.inject({ url })).toMatchObject({
        statusCode: 200,
        headers: { 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' },
      });
    }
    for (const url of ['/static/portolan.css', '/static/..%2f..%2fpackage.json', '/static/']) {
      expect((await server.inject({ url, headers: html })).statusCode).toBe(404);
    }
    await server.close();
  });
});

describe('a fault', () => {
  it('gives a page with the request id and nothing of the fault', async () => {
    const server = await createUiServer(testCompany(), {
      sources: () => {
        throw new TypeError('secret detail');
      },
    });
    const answer = await server.inject({ url: '/catalog', headers: html });
    expect(answer).toMatchObject({ statusCode: 500, headers: { 'content-type': expect.stringMatching(/text\/html/) } });
    expect(answer.body).not.toContain('secret detail');
    await server.close();
  });
});

describe('a lost connection', () => {
  it('is said on every page', async () => {
    const server = await createUiServer(testCompany(), {
      sources: () => [
        { resource: 'pods', connected: false, synced: true, reason: 'Unreachable', since: minutesAgo(3) },
      ],
    });
    for (const url of [
      '/catalog',
      '/broken',
      '/catalog/payments/component/ledger',
      '/catalog/payments/component/ledger/runtime',
      '/catalog/org/group/payments',
      '/catalog/a/b/c',
    ]) {
      const { body } = await server.inject({ url, headers: html });
      expect(body).toContain('The cluster cannot be reached');
      expect(body).toContain('3 min ago');
    }
    await server.close();
  });

  it('leaves no verdict green where the catalog says that it is not known, and says what was', async () => {
    const lastKnown = { verdict: 'Healthy' as const, reason: 'Ready', message: 'It was fine.', since: minutesAgo(90) };
    const health = { verdict: 'Unknown' as const, reason: 'Stale', message: 'Pods are away.', since: minutesAgo(3) };
    const away = entityResource({
      kind: 'Component',
      namespace: 'payments',
      name: 'away',
      spec: { type: 'service', lifecycle: 'x', owner: 'org/payments' },
      status: { conditions: settled(), health: { ...health, lastKnown } },
    });
    const server = await createUiServer([away]);
    for (const url of ['/catalog', '/broken', '/catalog/payments/component/away']) {
      const { body } = await server.inject({ url, headers: html });
      expect(body).not.toMatch(/class="badge good"/);
    }
    const { body } = await server.inject({ url: '/catalog/payments/component/away', headers: html });
    expect(body).toMatch(/Last known<\/span> <strong>Healthy, Ready<\/strong>[\s\S]*1 h ago[\s\S]*It was fine\./);
    await server.close();
  });
});
