import type { Catalog, CatalogEntity } from '@portolan/catalog';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { sendJson } from '../answers.ts';
import type { ApiRoute } from '../routes.ts';
import { parseBody } from '../validation.ts';
import { fetchError, objectsAnswer, statusError } from './answer.ts';
import { askedEntity, askedRef, callerClass, untilGone } from './asked-entity.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { readEntityObjects, type EntityObjects } from './entity-objects.ts';
import { jobs, pods, replicaSets, type ReadableKind } from './kinds.ts';
import { readPodUsage } from './pod-metrics.ts';
import { customBody, noQuery, serviceParams, servicesBody, workloadsBody } from './schemas.ts';

export interface KubernetesOptions {
  catalog: Catalog;
  reader: ClusterReader;
  /** Name of the cluster; `local` where absent, as its Cluster object is called. */
  cluster?: string;
  /** {@link readableKinds}, with those that are configured. */
  kinds: readonly ReadableKind[];
}

const entityRefField = "Body field 'entityRef'";

/** The Kubernetes API of Backstage under /api/kubernetes: what its plugin shows of an entity, on demand. */
export function kubernetesRoutes(options: KubernetesOptions): readonly ApiRoute[] {
  const { cluster = 'local' } = options;
  // Reads go out with Portolan's own ServiceAccount: no credentials of the caller are asked for.
  const clusters = JSON.stringify({ items: [{ name: cluster, authProvider: 'serviceAccount' }] });
  const refused = { 400: 'A field of the body is wrong, or there is no such entity; the message names it.' };
  return [
    {
      method: 'GET',
      path: '/clusters',
      summary: 'The clusters whose objects are shown.',
      query: noQuery,
      answer: 'ClusterList',
      handler: (request, reply) => sendJson(request, reply, clusters),
    },
    {
      method: 'POST',
      path: '/services/:serviceId',
      summary: 'The objects that run an entity, which the body holds.',
      query: noQuery,
      params: serviceParams,
      body: servicesBody,
      answer: 'ObjectsByEntity',
      refusals: refused,
      handler: (request, reply) => {
        const { kind, metadata } = parseBody(servicesBody, request.body).entity;
        const { namespace = 'default', name } = metadata;
        return answerWorkloads(options, askedEntity(options.catalog, { kind, namespace, name }), { request, reply });
      },
    },
    {
      method: 'POST',
      path: '/resources/workloads/query',
      summary: 'The objects that run an entity: its workloads, what they own, and what serves them.',
      query: noQuery,
      body: workloadsBody,
      answer: 'ObjectsByEntity',
      refusals: refused,
      handler: (request, reply) => {
        const { entityRef } = parseBody(workloadsBody, request.body);
        return answerWorkloads(options, askedEntity(options.catalog, askedRef(entityRef, entityRefField)), {
          request,
          reply,
        });
      },
    },
    {
      method: 'POST',
      path: '/resources/custom/query',
      summary: 'The objects of an entity that are of certain kinds, whichever they are.',
      query: noQuery,
      body: customBody,
      answer: 'ObjectsByEntity',
      refusals: refused,
      handler: (request, reply) => {
        const body = parseBody(customBody, request.body);
        const entity = askedEntity(options.catalog, askedRef(body.entityRef, entityRefField));
        return answerCustom(options, { entity, matchers: body.customResources }, { request, reply });
      },
    },
  ];
}

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

async function answerWorkloads(
  { reader, cluster = 'local', kinds }: KubernetesOptions,
  entity: CatalogEntity,
  exchange: Exchange,
): Promise<FastifyReply> {
  const signal = untilGone(exchange.reply);
  const objects = await readEntityObjects({ reader, entity, callerClass, kinds }, signal);
  const { usage, failures } = await readPodUsage({ reader, objects, callerClass }, signal);
  const answer = objectsAnswer({ cluster, objects, podMetrics: usage, errors: failures.map(fetchError) });
  return sendJson(exchange.request, exchange.reply, JSON.stringify(answer));
}

/** Kinds that nobody links are refused unread, Secrets with them: their objects are nobody's. */
async function answerCustom(
  { reader, cluster = 'local', kinds }: KubernetesOptions,
  { entity, matchers }: { entity: CatalogEntity; matchers: z.output<typeof customBody>['customResources'] },
  exchange: Exchange,
): Promise<FastifyReply> {
  const asked = new Map<string, ReadableKind>();
  const unknown: typeof matchers = [];
  for (const matcher of matchers) {
    const kind = kinds.find((each) => each.group === matcher.group && each.plural === matcher.plural);
    if (kind === undefined) unknown.push(matcher);
    else asked.set(kind.kind, { ...kind, version: matcher.apiVersion });
  }
  const objects: EntityObjects = await readEntityObjects(
    {
      reader,
      entity,
      callerClass,
      kinds: kinds.map((kind) => asked.get(kind.kind) ?? kind),
      isWanted: ({ supporting }, { kind }) => asked.has(kind) || (supporting !== true && ownsAsked(asked)),
      withOwned: ownsAsked(asked),
    },
    untilGone(exchange.reply),
  );
  const answer = objectsAnswer({
    cluster,
    objects,
    typeOf: ({ kind }) => ([...asked.values()].some((each) => isSame(each, kind)) ? 'customresources' : undefined),
    errors: unknown.map(({ group, apiVersion, plural }) =>
      statusError(403, `/${[...(group === '' ? ['api'] : ['apis', group]), apiVersion, plural].join('/')}`),
    ),
  });
  return sendJson(exchange.request, exchange.reply, JSON.stringify(answer));
}

function ownsAsked(asked: ReadonlyMap<string, unknown>): boolean {
  return [pods, replicaSets, jobs].some(({ kind }) => asked.has(kind));
}

function isSame(a: { group: string; plural: string }, b: { group: string; plural: string }): boolean {
  return a.group === b.group && a.plural === b.plural;
}
