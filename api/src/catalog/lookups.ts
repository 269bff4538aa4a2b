import type { Catalog } from '@portolan/catalog';
import { formatRef } from '@portolan/crds';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../answers.ts';
import { notFoundError } from '../errors.ts';
import { refuseQuery } from '../validation.ts';

interface NameParams {
  kind: string;
  namespace: string;
  name: string;
}

/** GET /entities/by-name/:kind/:namespace/:name: any case. */
export function createByNameHandler(catalog: Catalog) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    refuseQuery(request.query);
    const { kind, namespace, name } = request.params as NameParams;
    const id = catalog.byRef(formatRef({ kind, namespace, name }));
    if (id === undefined) {
      throw notFoundError(`No entity named '${name}' found, with kind '${kind}' in namespace '${namespace}'`);
    }
    return sendJson(request, reply, catalog.bytes(id));
  };
}

/** GET /entities/by-uid/:uid: also finds an entity whose ref an older one claims. */
export function createByUidHandler(catalog: Catalog) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    refuseQuery(request.query);
    const { uid } = request.params as { uid: string };
    const id = catalog.byUid(uid);
    if (id === undefined) {
      throw notFoundError(`No entity with uid ${uid}`);
    }
    return sendJson(request, reply, catalog.bytes(id));
  };
}
