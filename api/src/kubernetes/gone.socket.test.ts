import { once } from 'node:events';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { catalogOf } from '../testing/seed.ts';
import { testServer } from '../testing/server.ts';
import { componentWith, linked } from '../testing/stored-reader.ts';

let app: FastifyInstance;
let address: string;
const logged: Record<string, unknown>[] = [];
const asked: AbortSignal[] = [];

/** A cluster that never answers. */
async function silence(_read: unknown, signal: AbortSignal): Promise<never> {
  asked.push(signal);
  await once(signal, 'abort');
  throw signal.reason as Error;
}

beforeAll(async () => {
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line) as never) });
  app = await testServer({
    log,
    catalog: catalogOf([componentWith([linked('Deployment', 'web')])]),
    kubernetes: { reader: { get: silence, list: silence } },
  });
  address = await app.listen({ host: '127.0.0.1', port: 0 });
  logged.length = 0;
});
afterAll(() => app.close());

const workloads = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ entityRef: 'component:shop/web' }),
};

test.each([
  ['/api/kubernetes/resources/workloads/query', workloads],
  ['/api/portolan/v1/object-events?entityRef=component:shop/web&kind=Pod&namespace=shop&name=x', {}],
])('a caller who leaves %s takes the reading along, and leaves no error in the log', async (path, init) => {
  const before = asked.length;
  const leaving = new AbortController();
  const answer = fetch(`${address}${path}`, { ...init, signal: leaving.signal });
  await vi.waitFor(() => expect(asked).toHaveLength(before + 1));
  leaving.abort();
  await expect(answer).rejects.toThrow();
  await vi.waitFor(() => expect(asked[before]?.aborted).toBe(true));
  expect(asked[before]?.reason).toMatchObject({ code: 'API_CALLER_GONE' });
  expect(logged).toEqual([]);
});
