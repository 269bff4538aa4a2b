import { connect, type AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorEnvelope } from './errors.ts';
import { testServer } from './testing/server.ts';

let app: FastifyInstance;
let port: number;

beforeAll(async () => {
  app = await testServer();
  await app.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = app.server.address() as AddressInfo);
});
afterAll(() => app.close());

interface RawAnswer {
  status: number;
  headers: string;
  body: string;
}

/** Writes the bytes as they are and reads until the server closes or the answer is complete. */
function raw(parts: Iterable<string>): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const finish = (): void => {
      const [head = '', body = ''] = text.split('\r\n\r\n', 2);
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]), headers: head.toLowerCase(), body });
      socket.destroy();
    };
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      for (const part of parts) {
        socket.write(part);
      }
    });
    socket.on('data', (chunk: string) => {
      text += chunk;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (text.split('\r\n\r\n', 2)[1]?.length === length) {
        finish();
      }
    });
    socket.on('end', finish);
    socket.on('error', (error) => (text === '' ? reject(error) : finish()));
  });
}

function envelopeOf(answer: RawAnswer): ErrorEnvelope {
  expect(answer.headers).toContain('content-type: application/json; charset=utf-8');
  const body = JSON.parse(answer.body) as ErrorEnvelope;
  expect(body.response.statusCode).toBe(answer.status);
  return body;
}

const host = 'Host: localhost\r\n';

describe('what Node refuses itself has the envelope', () => {
  test.each<[string, string, number, string]>([
    ['no HTTP', 'hello\r\n\r\n', 400, 'API_REQUEST_MALFORMED'],
    ['an unknown method', `FOO / HTTP/1.1\r\n${host}\r\n`, 400, 'API_REQUEST_MALFORMED'],
    ['an invalid header', `GET / HTTP/1.1\r\n${host}bad header\r\n\r\n`, 400, 'API_REQUEST_MALFORMED'],
    [
      'headers over the limit',
      `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'API_HEADERS_TOO_LARGE',
    ],
    ['a URL over the limit', `GET /?${'x'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`, 431, 'API_HEADERS_TOO_LARGE'],
    ['no Host header', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'API_REQUEST_MALFORMED'],
    ['CONNECT', `CONNECT example.com:443 HTTP/1.1\r\n${host}\r\n`, 400, 'API_REQUEST_MALFORMED'],
    ['an unknown expectation', `GET / HTTP/1.1\r\n${host}Expect: magic\r\n\r\n`, 417, 'API_EXPECTATION'],
    ['a malformed path', `GET /%zz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, 400, 'API_URL_INVALID'],
    [
      'two lengths',
      `POST /api/catalog/entities/by-query HTTP/1.1\r\n${host}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
      400,
      'API_REQUEST_MALFORMED',
    ],
    [
      'a length beside chunks',
      `POST /api/catalog/entities/by-query HTTP/1.1\r\n${host}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'API_REQUEST_MALFORMED',
    ],
  ])('%s', async (_, request, status, code) => {
    const { error, response } = envelopeOf(await raw([request]));
    expect([response.statusCode, error.code]).toEqual([status, code]);
  });
});

describe('a body over the limit', () => {
  const head = `POST /api/catalog/entities/by-refs HTTP/1.1\r\n${host}Content-Type: application/json\r\n`;

  test('is refused by its length before a byte of it is read', async () => {
    const { error, request } = envelopeOf(await raw([`${head}Content-Length: 102401\r\n\r\n`]));
    expect(error).toMatchObject({ name: 'InputError', code: 'API_BODY_TOO_LARGE' });
    expect(request?.url).toBe('/entities/by-refs');
  });

  test('is refused while it streams in, not after', async () => {
    const chunk = `1000\r\n${'x'.repeat(4_096)}\r\n`;
    const parts = [`${head}Transfer-Encoding: chunked\r\n\r\n`, ...Array.from({ length: 26 }, () => chunk)];
    const { error } = envelopeOf(await raw(parts));
    expect(error.code).toBe('API_BODY_TOO_LARGE');
  });

  test('reaches a client that is still sending', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/api/catalog/entities/by-refs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: 'x'.repeat(300_000),
    });
    expect(response.status).toBe(400);
    expect(((await response.json()) as ErrorEnvelope).error.code).toBe('API_BODY_TOO_LARGE');
  });

  test('of exactly the limit is read', async () => {
    const refs = JSON.stringify({ entityRefs: [''] });
    const body = refs.replace('""', JSON.stringify('x'.repeat(102_400 - refs.length)));
    expect(body.length).toBe(102_400);
    const response = await fetch(`http://127.0.0.1:${port}/api/catalog/entities/by-refs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await response.json()).toEqual({ items: [null] });
  });
});

test('closing answers what is in flight and ends idle connections', async () => {
  const other = await testServer();
  const address = await other.listen({ host: '127.0.0.1', port: 0 });
  const pending = fetch(`${address}/api/catalog/entities`);
  expect((await pending).status).toBe(200);
  await other.close();
  await expect(fetch(`${address}/api/catalog/entities`)).rejects.toThrow();
});
