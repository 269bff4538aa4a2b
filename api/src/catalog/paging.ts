import { z } from 'zod';
import { inputError } from '../errors.ts';

/** The page of `/entities` that was asked for. */
export interface EntitiesPage {
  limit?: number | undefined;
  offset?: number | undefined;
}

const wire = z.object({ limit: z.int().min(1).optional(), offset: z.int().min(0).optional() });

/** The opaque text of the next page: limit and offset, nothing of the selection. */
export function encodeAfter(page: { limit: number; offset: number }): string {
  return Buffer.from(JSON.stringify({ limit: page.limit, offset: page.offset }), 'utf8').toString('base64');
}

/** @throws ApiError API_INPUT_INVALID for anything but a text of {@link encodeAfter} */
export function decodeAfter(after: string): EntitiesPage {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(after.slice(0, 1_024), 'base64').toString('utf8'));
  } catch {
    parsed = undefined;
  }
  const result = wire.safeParse(parsed);
  if (!result.success) {
    throw inputError("Query parameter 'after': malformed; take it from the Link header of an earlier answer");
  }
  return result.data;
}

/**
 * The Link header to the next page, without `/api/catalog`, as the backend our clients know writes it.
 *
 * @param url of this request, as it came
 */
export function nextLink(url: string, after: string): string {
  const at = url.indexOf('?');
  const query = new URLSearchParams(at === -1 ? '' : url.slice(at + 1));
  query.delete('offset');
  query.set('after', after);
  return `</entities?${query.toString()}>; rel="next"`;
}
