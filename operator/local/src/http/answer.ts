import type { JsonObject } from '../json.ts';
import type { Outlet } from './outlet.ts';

/** What a handler answers, before it is bytes. */
export type Answer =
  | { kind: 'document'; status: number; document: JsonObject }
  | { kind: 'text'; status: number; text: string }
  | { kind: 'bytes'; contentType: string; bytes: Buffer }
  | { kind: 'list'; head: JsonObject; field: string; items: readonly JsonObject[] }
  | { kind: 'stream'; start: (outlet: Outlet) => void };

export function document(body: JsonObject, status = 200): Answer {
  return { kind: 'document', status, document: body };
}

/** What paths without a resource are answered with: plain text, as the API server does. */
export const pageNotFound: Answer = { kind: 'text', status: 404, text: '404 page not found\n' };

/** How many items of a list are turned into text at once, so that the event loop is never held long. */
const itemsPerChunk = 250;

/** Sends a list in pieces. */
export async function sendList(
  outlet: Outlet,
  { head, field, items }: Extract<Answer, { kind: 'list' }>,
): Promise<void> {
  const opening = JSON.stringify(head).slice(0, -1);
  await outlet.send(Buffer.from(`${opening},${JSON.stringify(field)}:[`));
  for (let from = 0; from < items.length && outlet.isOpen; from += itemsPerChunk) {
    const chunk = items.slice(from, from + itemsPerChunk).map((item) => JSON.stringify(item));
    await outlet.send(Buffer.from((from === 0 ? '' : ',') + chunk.join(',')));
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await outlet.send(Buffer.from(']}\n'));
  outlet.end();
}
