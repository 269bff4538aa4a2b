import type { IncomingMessage } from 'node:http';
import { ApiError } from '../errors.ts';

/** Longest body that the API server reads. */
const longestBody = 3 * 1024 * 1024;

/** A request as the handlers need it. */
export interface Request {
  method: string;
  path: string;
  query: URLSearchParams;
  accept: string;
  contentType: string;
  userAgent: string;
  /** Of `Authorization: Bearer`. */
  token: string | undefined;
  /** @throws {ApiError} `RequestEntityTooLarge` */
  body(): Promise<string>;
}

export function requestOf(incoming: IncomingMessage): Request {
  const { headers } = incoming;
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?', 2);
  return {
    method: incoming.method ?? 'GET',
    path: path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path,
    query: new URLSearchParams(query),
    accept: headers.accept ?? '',
    contentType: (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '',
    userAgent: headers['user-agent'] ?? '',
    token: /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1],
    body: async () => readBody(incoming),
  };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBody) {
      throw new ApiError('RequestEntityTooLarge', `Request entity too large: limit is ${longestBody}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
