import type { FilterExpression, OrderField, Position } from '@portolan/catalog';
import { z } from 'zod';
import { inputError } from '../errors.ts';
import { formatPredicate, parsePredicate } from './predicate.ts';

/** A place in a result of by-query, and everything that selected the result. */
export interface Cursor {
  filter?: FilterExpression | undefined;
  fullText?: { term: string; fields?: readonly string[] | undefined } | undefined;
  order: readonly OrderField[];
  position: Position;
  backwards: boolean;
  /** The first row of the first page: there is nothing before it. */
  first: Position;
  /** Counted for the first page only. */
  totalItems: number;
}

const text = z.string().max(1_024);
const fieldValues = z.array(z.string().max(4_096).nullable()).max(2);

/** The form on the wire; `query` must be an own key, because the official client then sends the next page as POST. */
const wire = z.object({
  orderFields: z.array(z.object({ field: text.min(1), order: z.enum(['asc', 'desc']) })).max(100),
  orderFieldValues: fieldValues,
  isPrevious: z.boolean(),
  firstSortFieldValues: fieldValues,
  query: z.unknown().optional(),
  fullTextFilter: z.object({ term: text, fields: z.array(text).max(200).optional() }).optional(),
  totalItems: z.int().min(0),
});

/** base64 of 100 KiB of JSON at most: a body cannot hold more anyway. */
const maxLength = 100 * 1024;

function formatPosition(position: Position, order: readonly OrderField[]): (string | null)[] {
  return order.length === 0 ? [position.uid] : [position.value, position.uid];
}

function parsePosition(values: readonly (string | null)[], order: readonly OrderField[]): Position | undefined {
  const uid = values.at(-1);
  if (typeof uid !== 'string' || values.length !== (order.length === 0 ? 1 : 2)) {
    return undefined;
  }
  return { value: order.length === 0 ? null : (values[0] ?? null), uid };
}

/** The text of a cursor: base64 of JSON, which the official client looks into. */
export function encodeCursor(cursor: Cursor): string {
  const { filter, fullText, order } = cursor;
  const body = {
    orderFields: order.map(({ field, direction }) => ({ field, order: direction })),
    orderFieldValues: formatPosition(cursor.position, order),
    isPrevious: cursor.backwards,
    firstSortFieldValues: formatPosition(cursor.first, order),
    ...(filter && { query: formatPredicate(filter) }),
    ...(fullText && { fullTextFilter: fullText }),
    totalItems: cursor.totalItems,
  };
  return Buffer.from(JSON.stringify(body), 'utf8').toString('base64');
}

function malformed(): Error {
  return inputError("'cursor' is malformed; pass nextCursor or prevCursor of an earlier answer unchanged");
}

function parseJson(base64: string): unknown {
  if (base64.length > maxLength || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) {
    throw malformed();
  }
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as unknown;
  } catch {
    throw malformed();
  }
}

/** @throws ApiError API_INPUT_INVALID for anything but a cursor of ours */
export function decodeCursor(base64: string): Cursor {
  const parsed = wire.safeParse(parseJson(base64));
  if (!parsed.success) {
    throw malformed();
  }
  const { data } = parsed;
  const order = data.orderFields.map((field) => ({ field: field.field, direction: field.order }));
  const position = parsePosition(data.orderFieldValues, order);
  const first = parsePosition(data.firstSortFieldValues, order);
  if (position === undefined || first === undefined) {
    throw malformed();
  }
  return {
    order,
    position,
    first,
    backwards: data.isPrevious,
    totalItems: data.totalItems,
    ...(data.query !== undefined && { filter: parsePredicate(data.query) }),
    ...(data.fullTextFilter && { fullText: data.fullTextFilter }),
  };
}
