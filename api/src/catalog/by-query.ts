import type { Catalog, CatalogPage, CatalogQuery, Position } from '@portolan/catalog';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { joinJson, sendJson } from '../answers.ts';
import { parseBody, parseQuery, refuseQuery } from '../validation.ts';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';
import { type Projection, parseFields } from './fields.ts';
import { parseFilter } from './filter.ts';
import { parsePredicate } from './predicate.ts';
import { renderEntities } from './render.ts';
import { pageBody, pageQuery } from './schemas.ts';
import { parseOrderFields, parsePaths } from './selection.ts';

/** The page size of the backend our clients know, when none is asked for. */
const defaultLimit = 200;

type Selection = Pick<Cursor, 'filter' | 'fullText' | 'order'>;

/** What both methods ask for: a first page, or the page at a cursor. */
interface PageRequest {
  selection: Selection;
  from?: Cursor;
  limit: number;
  offset?: number | undefined;
  isCounted: boolean;
  fields: Projection | undefined;
}

/** GET /entities/by-query */
export function createPageHandler(catalog: Catalog) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const query = parseQuery(pageQuery, request.query);
    const { limit = defaultLimit, cursor, offset } = query;
    const fields = parseFields(query.fields, "Query parameter 'fields'");
    if (cursor !== undefined) {
      return sendJson(request, reply, answer(catalog, atCursor(cursor, limit, fields)));
    }
    const selection = {
      filter: parseFilter(query.filter ?? []),
      order: parseOrderFields(query.orderField),
      fullText: {
        term: query.fullTextFilterTerm ?? '',
        fields: parsePaths(query.fullTextFilterFields, 'fullTextFilterFields'),
      },
    };
    const isCounted = query.totalItems !== 'exclude';
    return sendJson(request, reply, answer(catalog, { selection, limit, offset, isCounted, fields }));
  };
}

/** POST /entities/by-query */
export function createPredicatePageHandler(catalog: Catalog) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    refuseQuery(request.query);
    const body = parseBody(pageBody, request.body);
    const { limit = defaultLimit, cursor, offset } = body;
    const fields = parseFields(body.fields, "Body field 'fields'");
    if (cursor !== undefined) {
      return sendJson(request, reply, answer(catalog, atCursor(cursor, limit, fields)));
    }
    const selection = {
      filter: body.query === undefined ? undefined : parsePredicate(body.query),
      order: (body.orderBy ?? []).map(({ field, order = 'asc' }) => ({ field, direction: order })),
      fullText: { term: body.fullTextFilter?.term ?? '', fields: body.fullTextFilter?.fields },
    };
    const isCounted = body.totalItems !== 'exclude';
    return sendJson(request, reply, answer(catalog, { selection, limit, offset, isCounted, fields }));
  };
}

/** Beside a cursor only limit and fields count. */
function atCursor(cursor: string, limit: number, fields: Projection | undefined): PageRequest {
  const from = decodeCursor(cursor);
  return { selection: from, from, limit, isCounted: true, fields };
}

function answer(catalog: Catalog, request: PageRequest): Buffer {
  const { selection, from, limit, offset } = request;
  const page = catalog.query({ ...toCatalogQuery(selection), limit, offset, from });
  const totalItems = from?.totalItems ?? (request.isCounted ? page.total : 0);
  const pageInfo = cursors(page, { selection, from, totalItems, limit });
  const items = renderEntities({ catalog, ids: page.ids, fields: request.fields });
  return joinJson('{"items":[', items, `],"totalItems":${totalItems},"pageInfo":${JSON.stringify(pageInfo)}}`);
}

function toCatalogQuery({ filter, fullText, order }: Selection): CatalogQuery {
  const term = fullText?.term.trim() ?? '';
  const first = order.slice(0, 1);
  const fields = fullText?.fields ?? [first[0]?.field ?? 'metadata.uid'];
  return { filter, order: first, missing: 'exclude', ...(term !== '' && { fullText: { term, fields } }) };
}

interface PageContext {
  selection: Selection;
  from: Cursor | undefined;
  totalItems: number;
  limit: number;
}

function isSame(a: Position, b: Position): boolean {
  return a.uid === b.uid && a.value === b.value;
}

/** No way back from the first page nor from its first row; a page reached backwards always has a next one. */
function cursors(page: CatalogPage, context: PageContext): { nextCursor?: string; prevCursor?: string } {
  const { selection, from, totalItems, limit } = context;
  const { first, last } = page;
  if (first === undefined || last === undefined || limit === 0) {
    return {};
  }
  const { filter, fullText, order } = selection;
  const base = { filter, fullText, order, totalItems, first: from?.first ?? first };
  const hasNext = from?.backwards === true || page.hasNext;
  const hasPrevious = from !== undefined && !isSame(first, from.first);
  return {
    ...(hasNext && { nextCursor: encodeCursor({ ...base, position: last, backwards: false }) }),
    ...(hasPrevious && { prevCursor: encodeCursor({ ...base, position: first, backwards: true }) }),
  };
}
