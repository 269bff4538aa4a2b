import type { Catalog, CatalogEntity } from '@portolan/catalog';
import { formatRef, parseRef, RefError, type Ref } from '@portolan/crds';
import type { FastifyReply } from 'fastify';
import { ApiError, inputError, quoted } from '../errors.ts';

/** Until callers are known, all are of one class and see the same. */
export const callerClass = 'anonymous';

/**
 * The entity that a ref means.
 *
 * @param options.where where the ref stands, for the message
 * @throws ApiError API_INPUT_INVALID for a text that is no ref
 */
export function askedRef(text: string, where: string): Ref {
  try {
    return parseRef(text, { namespace: 'default' });
  } catch (error) {
    if (!(error instanceof RefError)) throw error;
    throw inputError(`${where}: must be an entity ref such as component:default/web`);
  }
}

/**
 * The entity of the catalog.
 *
 * @throws ApiError API_INPUT_INVALID where there is none: 400 as in Backstage, whose client takes 404 for a backend that
 * is not installed
 */
export function askedEntity(catalog: Catalog, ref: Ref): CatalogEntity {
  const id = catalog.byRef(formatRef(ref));
  if (id === undefined) throw inputError(`There is no entity ${quoted(formatRef(ref))}`);
  return catalog.entity(id);
}

/** Seen by metrics only. 499 is what proxies call it: not a failure of this server, so it is not logged as one. */
function callerGone(): ApiError {
  const message = 'The caller has closed the connection';
  return new ApiError({ status: 499, name: 'Error', code: 'API_CALLER_GONE', message });
}

/** Aborts when the caller goes away before the answer is sent, so that nothing is read for nobody. */
export function untilGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const gone = (): void => {
    if (!reply.raw.writableFinished) controller.abort(callerGone());
  };
  if (reply.raw.destroyed) gone();
  else reply.raw.once('close', gone);
  return controller.signal;
}
