import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notAllowedError, type ApiError } from '../errors.ts';

const logs = /\/pods\/[^/]+\/log$/;
const events = /\/events$/;

/**
 * Refuses Backstage's proxy to the Kubernetes API: it would lend every caller all that Portolan itself may do in the
 * cluster. Logs, events and deletions of its clients go through it, so each gets the sentence that helps. Refused before
 * the body is read.
 */
export function refuseProxy(app: FastifyInstance, prefix: string): void {
  for (const url of [`${prefix}/proxy`, `${prefix}/proxy/*`]) {
    app.all(
      url,
      {
        onRequest: (request, _reply, done) => {
          done(refusal(request));
        },
      },
      (request) => {
        throw refusal(request);
      },
    );
  }
}

function refusal({ method, raw }: FastifyRequest): ApiError {
  const path = (raw.url ?? '').split('?', 1)[0] ?? '';
  return notAllowedError(sentence(method, path), 'API_PROXY_OFF');
}

function sentence(method: string, path: string): string {
  if (logs.test(path)) {
    return 'Logs are off: what they hold is for those whom a policy allows, and there are no policies yet. Use kubectl logs';
  }
  if (method !== 'GET' && method !== 'HEAD') return 'Nothing in the cluster is changed through this API. Use kubectl';
  if (events.test(path)) return 'Events are at /api/portolan/v1/object-events, for one object of an entity at a time';
  return 'The proxy to the Kubernetes API is off: it would lend every caller what Portolan itself may read. Use kubectl';
}
