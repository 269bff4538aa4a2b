import type { Catalog } from '@portolan/catalog';
import { resourceName, resourcePath, type ResourceType } from '@portolan/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sendJson } from '../answers.ts';
import { notFoundError, quoted } from '../errors.ts';
import type { ApiRoute } from '../routes.ts';
import { parseQuery, single } from '../validation.ts';
import { fetchError, type FetchError } from './answer.ts';
import { askedEntity, askedRef, callerClass, untilGone } from './asked-entity.ts';
import type { ClusterReader, RawObject } from './cluster-reader.ts';
import { failureOf, readEntityObjects, type EntityObjects, type FoundObject } from './entity-objects.ts';
import type { ReadableKind } from './kinds.ts';

const eventResource: ResourceType = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true };
/** The newest are the ones that explain what is. */
const maxEvents = 100;

/** One event of an object, without its message: probes and controllers quote whatever they were answered. */
export interface ObjectEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  count: number;
  /** RFC 3339; absent where the event does not tell. */
  firstAt?: string;
  lastAt?: string;
  /** Who says so: `kubelet`. */
  component?: string;
  /** The container of a pod. */
  container?: string;
}

/** The answer: newest first. */
export interface ObjectEvents {
  items: readonly ObjectEvent[];
  errors: readonly FetchError[];
  /** Events that are left out. */
  more?: number;
}

const eventsQuery = z.strictObject({
  entityRef: single.describe('The entity that the object belongs to, `kind:namespace/name`.'),
  kind: single.describe('Kind of the object, as in the tree of the entity: `Pod`.'),
  namespace: single,
  name: single,
});

/** GET /object-events: what controllers and kubelets say of one object of an entity. */
export function objectEventsRoute(options: {
  catalog: Catalog;
  reader: ClusterReader;
  kinds: readonly ReadableKind[];
}): ApiRoute {
  const { catalog, reader, kinds } = options;
  return {
    method: 'GET',
    path: '/object-events',
    summary: 'The events of one object that runs an entity: reasons, counts and times.',
    query: eventsQuery,
    answer: 'ObjectEvents',
    refusals: {
      400: 'A parameter is wrong, or there is no such entity; the message names it.',
      404: 'Nothing of that name runs this entity.',
    },
    handler: async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const query = parseQuery(eventsQuery, request.query);
      const entity = askedEntity(catalog, askedRef(query.entityRef, "Query parameter 'entityRef'"));
      const signal = untilGone(reply);
      const objects = await readEntityObjects({ reader, entity, callerClass, kinds }, signal);
      const found = findObject(objects, query);
      if (found === undefined) throw notFoundError(notItsOwn(query));
      return sendJson(request, reply, JSON.stringify(await readEvents(reader, found, signal)));
    },
  };
}

type Asked = z.output<typeof eventsQuery>;

function findObject({ roots, owned }: EntityObjects, { kind, namespace, name }: Asked): FoundObject | undefined {
  const all = [...roots.flatMap((root) => root.found ?? []), ...owned];
  return all.find(
    ({ object }) => object.kind === kind && object.metadata.namespace === namespace && object.metadata.name === name,
  );
}

/** The same words for what does not exist and for what is another's. */
function notItsOwn({ entityRef, kind, namespace, name }: Asked): string {
  return `Nothing that runs ${quoted(entityRef)} is a ${quoted(kind)} ${quoted(`${namespace}/${name}`)}`;
}

async function readEvents(
  reader: ClusterReader,
  { object: { metadata } }: FoundObject,
  signal: AbortSignal,
): Promise<ObjectEvents> {
  const { namespace = '', uid = '' } = metadata;
  const where = { resource: resourceName(eventResource), path: resourcePath(eventResource, { namespace }) };
  try {
    // By uid: an object of the same name that was there before has its own.
    const read = { resource: eventResource, namespace, callerClass, fieldSelector: `involvedObject.uid=${uid}` };
    const { items, isPartial } = await reader.list(read, signal);
    const events = items.map(eventOf).toSorted(newestFirst);
    const more = events.length - maxEvents;
    return {
      items: events.slice(0, maxEvents),
      errors: isPartial ? [fetchError({ ...where, reason: 'Partial' })] : [],
      ...(more > 0 && { more }),
    };
  } catch (error) {
    return { items: [], errors: [fetchError(failureOf(error, where))] };
  }
}

function eventOf(event: RawObject): ObjectEvent {
  const series = record(event['series']);
  const firstAt = time(event['firstTimestamp']) ?? time(event['eventTime']);
  const lastAt = time(series['lastObservedTime']) ?? time(event['lastTimestamp']) ?? firstAt;
  const component = word(event['reportingComponent']) || word(record(event['source'])['component']);
  const [, container] = /\{([a-z0-9-]{1,63})\}$/.exec(text(record(event['involvedObject'])['fieldPath'])) ?? [];
  return {
    type: event['type'] === 'Warning' ? 'Warning' : 'Normal',
    reason: word(event['reason']) || 'Unknown',
    count: count(series['count']) ?? count(event['count']) ?? 1,
    ...(firstAt !== undefined && { firstAt }),
    ...(lastAt !== undefined && { lastAt }),
    ...(component !== '' && { component }),
    ...(container !== undefined && { container }),
  };
}

function newestFirst(a: ObjectEvent, b: ObjectEvent): number {
  const [first = '', second = ''] = [a.lastAt, b.lastAt];
  if (first !== second) return first < second ? 1 : -1;
  return a.reason < b.reason ? -1 : a.reason > b.reason ? 1 : 0;
}

/** One word: anybody who may create events may write anything here. */
function word(value: unknown): string {
  return text(value)
    .replaceAll(/[^A-Za-z0-9._/-]/g, '')
    .slice(0, 128);
}

/** In one form, so that times of both precisions compare as texts. */
function time(value: unknown): string | undefined {
  const ms = Date.parse(text(value));
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
