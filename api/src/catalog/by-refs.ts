import type { Catalog, EntityId, FilterExpression } from '@portolan/catalog';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { joinJson, sendJson } from '../answers.ts';
import { parseBody, parseQuery } from '../validation.ts';
import { parseFields } from './fields.ts';
import { parseFilter } from './filter.ts';
import { parsePredicate } from './predicate.ts';
import { renderEntities } from './render.ts';
import { refsBody, refsQuery } from './schemas.ts';

/** POST /entities/by-refs: one item per ref, in order, null where nothing is found or the filter says no. */
export function createRefsHandler(catalog: Catalog) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const query = parseQuery(refsQuery, request.query);
    const body = parseBody(refsBody, request.body);
    const fields = parseFields(body.fields, "Body field 'fields'");
    const filter = combine(
      parseFilter(query.filter ?? []),
      body.query === undefined ? undefined : parsePredicate(body.query),
    );
    const chosen = filter && new Set<EntityId>(catalog.query({ filter }).ids);
    const ids = body.entityRefs.map((ref) => {
      const id = catalog.byRef(ref);
      return id !== undefined && chosen?.has(id) === false ? undefined : id;
    });
    const items = renderEntities({ catalog, ids, fields });
    return sendJson(request, reply, joinJson('{"items":[', items, ']}'));
  };
}

function combine(a: FilterExpression | undefined, b: FilterExpression | undefined): FilterExpression | undefined {
  return a && b ? { all: [a, b] } : (a ?? b);
}
