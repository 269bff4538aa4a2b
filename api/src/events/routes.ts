import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseFilter } from '../catalog/filter.ts';
import { ApiError, inputError, quoted } from '../errors.ts';
import type { ApiFeature } from '../routes.ts';
import { parseQuery, repeated, single } from '../validation.ts';
import type { EventHub } from './event-hub.ts';
import type { Interest } from './interest.ts';

const prefix = '/api/portolan/v1';
const path = '/events';

/** Where events are served. */
export const eventsPath = `${prefix}${path}`;

/** More than a page has entities of its own; neighbours are included anyway. */
const maxRefs = 100;
/** Three parts with Kubernetes' bounds, or one of Backstage's names. */
const maxRefLength = 253;

const eventsQuery = z.strictObject({
  ref: repeated(maxRefs)
    .optional()
    .describe('`kind:namespace/name`: this entity and all that have a relation with it, in either direction.'),
  filter: repeated(maxRefs)
    .optional()
    .describe('As in /api/catalog/entities: all entities that match, or have just stopped to.'),
  after: single
    .max(200, 'is not an id of an event')
    .optional()
    .describe('The id of an event or the mark of a page to continue from; the header Last-Event-ID goes before it.'),
});

/** Nobody signs in yet: everybody is the same caller and sees all. */
const anonymous = 'anonymous';

/** Marks for callers of pages, see {@link EventHub.mark}. */
export function markFor(hub: EventHub): string {
  return hub.mark(anonymous);
}

/** GET /api/portolan/v1/events. */
export function eventsFeature(hub: EventHub): ApiFeature {
  const handler = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const query = parseQuery(eventsQuery, request.query);
    const interest: Interest = {
      refs: (query.ref ?? []).map(canonicalRef),
      filter: parseFilter(query.filter ?? []),
    };
    if (!hub.hasRoom) throw noRoom();
    const lastId = request.headers['last-event-id'];
    const after = typeof lastId === 'string' && lastId !== '' ? lastId : query.after;
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // After a stream the connection is of no use, and one that is kept alive would hold up a server that stops.
      connection: 'close',
      'x-content-type-options': 'nosniff',
      // nginx would hold events back until its buffer is full.
      'x-accel-buffering': 'no',
    });
    hub.open({ caller: anonymous, interest, visible: () => undefined, after }, reply.raw);
    return reply;
  };
  const summary = 'Server-sent events that say what has changed; hints to read again, without content.';
  return {
    prefix,
    routes: [{ method: 'GET', path, summary, query: eventsQuery, answer: 'EventStream', isStream: true, handler }],
  };
}

function canonicalRef(text: string): string {
  if (text.length > maxRefLength || !/^[^:/\s]+:[^:/\s]+\/[^/\s]+$/.test(text)) {
    throw inputError(`Query parameter 'ref': ${quoted(text)} is no full ref; write kind:namespace/name`);
  }
  return text.toLowerCase();
}

function noRoom(): ApiError {
  return new ApiError({
    status: 503,
    name: 'ServiceUnavailableError',
    code: 'API_TOO_MANY_STREAMS',
    message: 'As many event streams are open as may be, or the server is stopping; come again in a minute',
  });
}
