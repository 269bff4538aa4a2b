import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { etagOf } from './answers.ts';
import type { ErrorEnvelope } from './errors.ts';
import { seededCatalog } from './testing/seed.ts';
import { testServer } from './testing/server.ts';

const byName = '/api/catalog/entities/by-name/component/default/web';

describe('answers', () => {
  test('carry caching headers and the ETag of their bytes', async () => {
    const app = await testServer();
    const response = await app.inject({ url: byName });
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
      vary: 'Authorization, Cookie, Accept-Encoding',
      etag: etagOf(response.rawPayload),
      'content-length': String(response.rawPayload.length),
    });
  });

  test.each([byName, '/api/catalog/entities', '/api/catalog/entities/by-query?limit=2', '/openapi.json'])(
    '%s is 304 for who has it, and again 200 with another ETag',
    async (url) => {
      const app = await testServer();
      const etag = String((await app.inject({ url })).headers['etag']);
      const again = await app.inject({ url, headers: { 'if-none-match': `"other", W/${etag}` } });
      expect(again.statusCode).toBe(304);
      expect(again.body).toBe('');
      expect(again.headers).toMatchObject({ etag, 'cache-control': 'private, no-cache' });
      expect((await app.inject({ url, headers: { 'if-none-match': '"other"' } })).statusCode).toBe(200);
    },
  );

  test('change their ETag with the catalog', async () => {
    const catalog = seededCatalog();
    const app = await testServer({ catalog });
    const url = '/api/catalog/entities/by-query?filter=kind=component&limit=0';
    const before = await app.inject({ url });
    catalog.apply([{ type: 'delete', uid: '00000000-0000-4000-8000-000000000006' }]);
    const after = await app.inject({ url, headers: { 'if-none-match': String(before.headers['etag']) } });
    expect(after.statusCode).toBe(200);
    expect(after.json()).toMatchObject({ totalItems: 3 });
  });

  test('to HEAD have the headers and no body', async () => {
    const app = await testServer();
    const head = await app.inject({ method: 'HEAD', url: byName });
    const get = await app.inject({ url: byName });
    expect(head.statusCode).toBe(200);
    expect(head.body).toBe('');
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
    expect(head.headers['etag']).toBe(get.headers['etag']);
  });

  test('of errors are not for shared caches either', async () => {
    const app = await testServer();
    const response = await app.inject({ url: '/api/catalog/nope' });
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'private, no-cache',
    });
  });
});

describe('the Host header', () => {
  test.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST',
    '127.0.0.1:80',
    '127.1.2.3',
    '[::1]:7007',
    'portal.example.com:443',
  ])('%s is served', async (host) => {
    const app = await testServer({ allowedHosts: ['Portal.example.com'] });
    expect((await app.inject({ url: byName, headers: { host } })).statusCode).toBe(200);
    expect((await app.inject({ url: byName, headers: { host } })).statusCode).toBe(200);
  });

  test.each([
    'evil.example.com',
    'localhost.evil.example.com',
    '127.0.0.1.nip.io',
    '1127.0.0.1',
    '[::2]',
    '0.0.0.0',
    '[',
  ])('%s is refused with 403, on unknown routes too', async (host) => {
    const app = await testServer({ allowedHosts: ['portal.example.com'] });
    for (const url of [byName, '/nope', '/openapi.json']) {
      const response = await app.inject({ url, headers: { host } });
      expect(response.statusCode).toBe(403);
      expect(response.json<ErrorEnvelope>().error).toMatchObject({
        name: 'NotAllowedError',
        code: 'API_HOST_NOT_ALLOWED',
      });
    }
  });
});

describe('other plugins on the server', () => {
  async function withPlugin(options: Parameters<typeof testServer>[0] = {}): Promise<FastifyInstance> {
    const app = await testServer(options);
    await app.register((instance, _options, done) => {
      instance.get('/', (_request, reply) => reply.type('text/html').send('<p>hello</p>'));
      instance.get('/broken', () => {
        throw new Error('secret-host:5432 refused');
      });
      instance.post('/form', (request) => ({ body: request.body ?? 'none' }));
      done();
    });
    return app;
  }

  test('are served beside the API', async () => {
    const app = await withPlugin();
    expect((await app.inject({ url: '/' })).body).toBe('<p>hello</p>');
    expect((await app.inject({ url: byName })).statusCode).toBe(200);
  });

  test('show nothing of an unforeseen failure, which is logged', async () => {
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    });
    const app = await withPlugin({ log: pino({ level: 'info' }, stream) });
    const response = await app.inject({ url: '/broken' });
    expect(response.statusCode).toBe(500);
    expect(response.json<ErrorEnvelope>().error).toMatchObject({ name: 'Error', code: 'API_INTERNAL' });
    expect(response.body).not.toContain('secret-host');
    expect(lines.join('')).toContain('secret-host');
  });

  test('may answer unknown pages, but not unknown routes of the API', async () => {
    const app = await withPlugin({
      notFound: (_request, reply) => reply.code(404).type('text/html').send('<p>no</p>'),
    });
    expect((await app.inject({ url: '/nope' })).body).toBe('<p>no</p>');
    expect((await app.inject({ url: '/api/nope' })).json<ErrorEnvelope>().error.code).toBe('API_NOT_FOUND');
  });
});

describe('observation', () => {
  test('measures requests by route pattern, method and code', async () => {
    const metrics = new Registry();
    const app = await testServer({ metrics });
    await app.inject({ url: byName });
    await app.inject({ url: byName });
    await app.inject({ url: '/api/catalog/entities?nope=1' });
    await app.inject({ url: '/nope/secret' });
    const text = await metrics.metrics();
    const route = '/api/catalog/entities/by-name/:kind/:namespace/:name';
    expect(text).toContain(`http_request_duration_seconds_count{route="${route}",method="GET",code="200"} 2`);
    expect(text).toContain(
      'http_request_duration_seconds_count{route="/api/catalog/entities",method="GET",code="400"} 1',
    );
    expect(text).toContain('http_request_duration_seconds_count{route="unmatched",method="GET",code="404"} 1');
    expect(text).not.toContain('secret');
  });

  test('logs requests at debug only', async () => {
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    });
    const log = pino({ level: 'debug' }, stream);
    const app = await testServer({ log });
    await app.inject({ url: byName });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ level: 20, msg: 'request', status: 200, method: 'GET' });
    log.level = 'info';
    const before = lines.length;
    await app.inject({ url: byName });
    await app.inject({ url: '/nope' });
    expect(lines.length).toBe(before);
  });
});
