import { fastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { sendError } from './answers.ts';
import { notFoundError } from './errors.ts';
import { parseQueryString } from './query-string.ts';
import { refuseClientError } from './refusals.ts';

export interface ReadinessCheck {
  name: string;
  ok: boolean;
  /** Works, but not fully: named by `?verbose`, never the reason of a 503. */
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

const textType = 'text/plain; charset=utf-8';

function line({ name, ok, degraded, message, since }: ReadinessCheck): string {
  const reason = [message, since === undefined ? undefined : `since ${since}`].filter((part) => part !== undefined);
  const suffix = reason.length === 0 ? '' : `: ${reason.join(', ')}`;
  if (!ok) {
    return `[-]${name} failed${suffix}`;
  }
  return degraded === true ? `[!]${name} degraded${suffix}` : `[+]${name} ok${suffix}`;
}

/** The verbose form, one line per check as the Kubernetes API server writes them, and the verdict. */
export function formatReadiness({ ready, checks }: Readiness): string {
  const lines = checks.map((check) => line(check).replaceAll(/[\r\n]+/g, ' '));
  return `${[...lines, `readyz check ${ready ? 'passed' : 'failed'}`].join('\n')}\n`;
}

/**
 * `/livez`, `/readyz[?verbose]` and `/metrics`, for a port of their own; not listening yet. Any Host is served: the
 * kubelet asks by pod IP, and there is nothing here about the catalog's content.
 */
export async function createProbeServer(options: ProbeOptions): Promise<FastifyInstance> {
  const { readiness, registry, log } = options;
  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    return503OnClosing: false,
    routerOptions: { querystringParser: parseQueryString },
    clientErrorHandler: (error, socket) => {
      refuseClientError(error, socket);
    },
  });
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) =>
    sendError(notFoundError('Only /livez, /readyz and /metrics are served here'), request, reply),
  );
  app.get('/livez', (_request, reply) => reply.type(textType).send('ok'));
  app.get('/readyz', (request, reply) => {
    const state = readiness();
    const isVerbose = !state.ready || Object.hasOwn(request.query as object, 'verbose');
    return reply
      .code(state.ready ? 200 : 503)
      .headers({ 'content-type': textType, 'cache-control': 'no-store' })
      .send(isVerbose ? formatReadiness(state) : 'ok');
  });
  app.get('/metrics', async (_request, reply) => {
    const text = await registry.metrics();
    return reply.type(registry.contentType).send(text);
  });
  return app;
}
