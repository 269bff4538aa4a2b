import type { Catalog } from '@portolan/catalog';
import { type FastifyInstance, fastify } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';

export interface ApiOptions {
  catalog: Catalog;
  log: Logger;
  /** Our version, shown in /openapi.json. */
  version: string;
  /** Host names (without port) that may be asked for, beside the loopback names. */
  allowedHosts?: readonly string[];
  /** Gets `http_request_duration_seconds`. */
  metrics?: Registry;
}

/** The read API, not listening yet; the UI plugin is registered on it by the app. */
export async function createApiServer(_options: ApiOptions): Promise<FastifyInstance> {
  return await Promise.resolve(fastify());
}
