import type { Catalog } from '@portolan/catalog';
import type { ApiRoute } from '../routes.ts';
import { createPageHandler, createPredicatePageHandler } from './by-query.ts';
import { createRefsHandler } from './by-refs.ts';
import { createFacetsHandler, createPredicateFacetsHandler } from './facets.ts';
import { createListHandler } from './list.ts';
import { createByNameHandler, createByUidHandler } from './lookups.ts';
import {
  facetsBody,
  facetsQuery,
  listQuery,
  nameParams,
  noQuery,
  pageBody,
  pageQuery,
  refsBody,
  refsQuery,
  uidParams,
} from './schemas.ts';

/** The catalog API under /api/catalog: everything that reads entities. */
export function catalogRoutes(catalog: Catalog): readonly ApiRoute[] {
  return [
    {
      method: 'GET',
      path: '/entities',
      summary: 'All entities that match, as a bare list; pages by the Link header.',
      query: listQuery,
      answer: 'EntityList',
      handler: createListHandler(catalog),
    },
    {
      method: 'GET',
      path: '/entities/by-query',
      summary: 'A page of the entities that match a filter, with the total and cursors.',
      query: pageQuery,
      answer: 'EntityPage',
      handler: createPageHandler(catalog),
    },
    {
      method: 'POST',
      path: '/entities/by-query',
      summary: 'A page of the entities that match a predicate, with the total and cursors.',
      query: noQuery,
      body: pageBody,
      answer: 'EntityPage',
      handler: createPredicatePageHandler(catalog),
    },
    {
      method: 'POST',
      path: '/entities/by-refs',
      summary: 'The entities of a list of refs, in its order.',
      query: refsQuery,
      body: refsBody,
      answer: 'EntityBatch',
      handler: createRefsHandler(catalog),
    },
    {
      method: 'GET',
      path: '/entities/by-name/:kind/:namespace/:name',
      summary: 'One entity by kind, namespace and name, in any case.',
      query: noQuery,
      params: nameParams,
      answer: 'Entity',
      handler: createByNameHandler(catalog),
    },
    {
      method: 'GET',
      path: '/entities/by-uid/:uid',
      summary: 'One entity by uid.',
      query: noQuery,
      params: uidParams,
      answer: 'Entity',
      handler: createByUidHandler(catalog),
    },
    {
      method: 'GET',
      path: '/entity-facets',
      summary: 'The values of paths, with the number of entities that have each.',
      query: facetsQuery,
      answer: 'EntityFacets',
      handler: createFacetsHandler(catalog),
    },
    {
      method: 'POST',
      path: '/entity-facets',
      summary: 'The values of paths among the entities that match a predicate.',
      query: noQuery,
      body: facetsBody,
      answer: 'EntityFacets',
      handler: createPredicateFacetsHandler(catalog),
    },
  ];
}
