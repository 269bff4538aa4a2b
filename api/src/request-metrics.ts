import type { FastifyReply, FastifyRequest } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

/**
 * Buckets in seconds: reads from memory take tenths of a millisecond, whole-catalog lists tens of milliseconds;
 * above a second something is wrong and one bucket is enough.
 */
const buckets = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** Observes `http_request_duration_seconds` by route pattern, so that paths of callers never become labels. */
export function createRequestMetrics(registry: Registry): (request: FastifyRequest, reply: FastifyReply) => void {
  const histogram = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request line to the end of the answer, by route pattern, method and status code',
    labelNames: ['route', 'method', 'code'] as const,
    buckets,
    registers: [registry],
  });
  // Routes, methods and codes are few and fixed, so their children are kept instead of hashing labels per request.
  const children = new Map<string, Histogram.Internal<'route' | 'method' | 'code'>>();
  return (request, reply) => {
    const route = request.routeOptions.url ?? 'unmatched';
    const key = `${route} ${request.method} ${reply.statusCode}`;
    let child = children.get(key);
    if (child === undefined) {
      child = histogram.labels({ route, method: request.method, code: String(reply.statusCode) });
      children.set(key, child);
    }
    child.observe(reply.elapsedTime / 1000);
  };
}
