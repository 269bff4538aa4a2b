import type { Catalog, OrderField } from '@portolan/catalog';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { joinJson, sendJson } from '../answers.ts';
import { parseQuery } from '../validation.ts';
import { parseFields } from './fields.ts';
import { parseFilter } from './filter.ts';
import { decodeAfter, encodeAfter, nextLink } from './paging.ts';
import { renderEntities } from './render.ts';
import { listQuery } from './schemas.ts';
import { parseOrder } from './selection.ts';

/** Pages without an order go by entity ref, part by part. */
const byRef: readonly OrderField[] = [
  { field: 'kind', direction: 'asc' },
  { field: 'metadata.namespace', direction: 'asc' },
  { field: 'metadata.name', direction: 'asc' },
];

/** GET /entities: a bare list. Without paging and order it goes by uid. */
export function createListHandler(catalog: Catalog) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const query = parseQuery(listQuery, request.query);
    const filter = parseFilter(query.filter ?? []);
    const fields = parseFields(query.fields, "Query parameter 'fields'");
    const asked = parseOrder(query.order);
    const isPaged = query.limit !== undefined || query.offset !== undefined || query.after !== undefined;
    const { limit, offset } = {
      limit: query.limit,
      offset: query.offset,
      ...(query.after !== undefined && decodeAfter(query.after)),
    };
    const order = asked.length === 0 && isPaged ? byRef : asked;
    const page = catalog.query({ filter, order, missing: 'last', limit, offset });
    if (page.hasNext && limit !== undefined) {
      const after = encodeAfter({ limit, offset: (offset ?? 0) + limit });
      reply.header('link', nextLink(request.raw.url ?? '', after));
    }
    const items = renderEntities({ catalog, ids: page.ids, fields });
    return sendJson(request, reply, joinJson('[', items, ']'));
  };
}
