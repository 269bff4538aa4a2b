import { type FastifyInstance, fastify } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';

export interface ReadinessCheck {
  name: string;
  ok: boolean;
  /** Works, but not fully: shown by `?verbose`, does not make the answer 503. */
  degraded?: boolean;
  message?: string;
  /** ISO time since when it is so. */
  since?: string;
}

export interface Readiness {
  ready: boolean;
  checks: readonly ReadinessCheck[];
}

export interface ProbeOptions {
  readiness: () => Readiness;
  registry: Registry;
  log: Logger;
}

/** /livez, /readyz[?verbose] and /metrics for their own port; not listening yet. */
export async function createProbeServer(_options: ProbeOptions): Promise<FastifyInstance> {
  return await Promise.resolve(fastify());
}
