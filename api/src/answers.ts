import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { envelope, toApiError } from './errors.ts';

const jsonType = 'application/json; charset=utf-8';
/** Answers depend on the caller and may be kept by the caller alone, revalidated each time. */
const cacheControl = 'private, no-cache';
const vary = 'Authorization, Cookie, Accept-Encoding';
/** Callers' text is echoed in JSON; no browser may take it for something else. */
const sniffing = 'nosniff';

/** A strong validator of exactly these bytes. SHA-1 is the fastest digest where the processor has it; not security. */
export function etagOf(bytes: Buffer | string): string {
  return `"${hash('sha1', bytes, 'base64url')}"`;
}

/** RFC 9110 §13.1.2: weak comparison against a list, or `*`. */
export function matchesEtag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === etag || ifNoneMatch === '*') {
    return true;
  }
  return ifNoneMatch.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}

/**
 * Sends JSON bytes with validator and caching headers; 304 when the caller already has exactly these bytes.
 * The body is never compressed, so the ETag is that of the bytes on the wire.
 */
export function sendJson(request: FastifyRequest, reply: FastifyReply, bytes: Buffer | string): FastifyReply {
  reply.header('cache-control', cacheControl).header('vary', vary).header('x-content-type-options', sniffing);
  const { method } = request;
  if (method === 'GET' || method === 'HEAD') {
    const etag = etagOf(bytes);
    reply.header('etag', etag);
    const ifNoneMatch = request.headers['if-none-match'];
    if (ifNoneMatch !== undefined && matchesEtag(ifNoneMatch, etag)) {
      return reply.code(304).send();
    }
  }
  return reply.header('content-type', jsonType).send(bytes);
}

/** Answers with Backstage's error envelope, whatever was thrown; 5xx are logged with their cause. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = toApiError(error);
  if (answer.status >= 500) {
    const err = answer.cause ?? answer;
    request.log.error({ err, method: request.method, route: request.routeOptions?.url }, 'request failed');
  }
  return reply
    .code(answer.status)
    .headers({ 'content-type': jsonType, 'cache-control': cacheControl, vary, 'x-content-type-options': sniffing })
    .send(envelope(answer, { method: request.method, url: request.raw.url ?? '/' }));
}

/** One buffer of `prefix`, the parts separated by commas, and `suffix`: a JSON list without parsing its items. */
export function joinJson(prefix: string, parts: readonly Buffer[], suffix: string): Buffer {
  let size = Buffer.byteLength(prefix) + Buffer.byteLength(suffix) + Math.max(0, parts.length - 1);
  for (const part of parts) {
    size += part.length;
  }
  const joined = Buffer.allocUnsafe(size);
  let at = joined.write(prefix, 0);
  for (const [index, part] of parts.entries()) {
    if (index > 0) {
      joined[at++] = 0x2c;
    }
    at += part.copy(joined, at);
  }
  joined.write(suffix, at);
  return joined;
}
