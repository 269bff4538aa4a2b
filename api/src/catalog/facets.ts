import type { Catalog, FilterExpression } from '@portolan/catalog';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../answers.ts';
import { inputError } from '../errors.ts';
import { parseBody, parseQuery, refuseQuery } from '../validation.ts';
import { parseFilter } from './filter.ts';
import { parsePredicate } from './predicate.ts';
import { facetsBody, facetsQuery } from './schemas.ts';

/** GET /entity-facets */
export function createFacetsHandler(catalog: Catalog) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const query = parseQuery(facetsQuery, request.query);
    const facets = named(query.facet, "Query parameter 'facet'");
    return sendJson(request, reply, answer(catalog, facets, parseFilter(query.filter ?? [])));
  };
}

/** POST /entity-facets */
export function createPredicateFacetsHandler(catalog: Catalog) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    refuseQuery(request.query);
    const body = parseBody(facetsBody, request.body);
    const facets = named(body.facets, "Body field 'facets'");
    const filter = body.query === undefined ? undefined : parsePredicate(body.query);
    return sendJson(request, reply, answer(catalog, facets, filter));
  };
}

function named(facets: readonly string[], place: string): string[] {
  const names = [...new Set(facets)].filter((facet) => facet !== '');
  if (names.length === 0) {
    throw inputError(`${place}: name at least one path, for example kind`);
  }
  return names;
}

/** Written key by key, because a caller's key like `__proto__` must not touch an object. */
function answer(catalog: Catalog, paths: readonly string[], filter: FilterExpression | undefined): string {
  const counts = catalog.facets({ paths, filter });
  const entries = paths.map((path) => `${JSON.stringify(path)}:${JSON.stringify(counts.get(path) ?? [])}`);
  return `{"facets":{${entries.join(',')}}}`;
}
