import type { Catalog } from '@portolan/catalog';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { ErrorEnvelope } from '../errors.ts';
import { type ApiOptions, createApiServer } from '../server.ts';
import { seededCatalog } from './seed.ts';

/** A server over the seeded catalog, silent unless told otherwise. */
export function testServer(options: Partial<ApiOptions> & { catalog?: Catalog } = {}): Promise<FastifyInstance> {
  return createApiServer({
    catalog: seededCatalog(),
    log: pino({ enabled: false }),
    version: '0.0.0-test',
    ...options,
  });
}

/** What a test looks at of an entity. */
export interface Seen {
  kind: string;
  metadata: { name: string; namespace: string; uid: string; [key: string]: unknown };
  spec: Record<string, unknown>;
  relations: { type: string; targetRef: string }[];
}

export interface SeenPage {
  items: Seen[];
  totalItems: number;
  pageInfo: { nextCursor?: string; prevCursor?: string };
}

/** Asks and parses; `path` is inside /api/catalog. */
export async function get<T>(app: FastifyInstance, path: string): Promise<T> {
  const response = await app.inject({ url: `/api/catalog${path}` });
  if (response.statusCode !== 200) {
    throw new Error(`${response.statusCode} ${response.body}`);
  }
  return response.json<T>();
}

export async function post<T>(app: FastifyInstance, path: string, payload: object): Promise<T> {
  const response = await app.inject({ method: 'POST', url: `/api/catalog${path}`, payload });
  if (response.statusCode !== 200) {
    throw new Error(`${response.statusCode} ${response.body}`);
  }
  return response.json<T>();
}

/** The envelope of a refused request, with its status. */
export async function refused(
  app: FastifyInstance,
  request: {
    method?: 'GET' | 'POST' | 'DELETE' | 'PUT';
    path: string;
    payload?: unknown;
    headers?: Record<string, string>;
  },
): Promise<ErrorEnvelope> {
  const { method = 'GET', path, payload, headers } = request;
  const response = await app.inject({
    method,
    url: `/api/catalog${path}`,
    ...(payload !== undefined && { payload: payload as string | object }),
    ...(headers && { headers }),
  });
  const body = response.json<ErrorEnvelope>();
  if (response.statusCode !== body.response.statusCode) {
    throw new Error(`status ${response.statusCode} but the envelope says ${body.response.statusCode}`);
  }
  return body;
}

/** Short names of entities, for comparing lists. */
export function refs(items: readonly (Seen | null)[]): (string | null)[] {
  return items.map((item) => item && `${item.kind}:${item.metadata.namespace}/${item.metadata.name}`.toLowerCase());
}
