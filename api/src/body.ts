import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bodyLimitBytes, inputError } from './errors.ts';

/** An empty JSON body is no body: the generated clients announce JSON on every request, also without one. */
function parseJson(_request: FastifyRequest, text: string | Buffer): Promise<unknown> {
  if (text.length === 0) {
    return Promise.resolve(undefined);
  }
  try {
    return Promise.resolve(JSON.parse(text.toString()) as unknown);
  } catch {
    return Promise.reject(inputError('The request body is not valid JSON', 'API_BODY_MALFORMED'));
  }
}

/**
 * Reads JSON bodies up to the limit: refused by Content-Length before reading, else while streaming. A body without
 * a content type is dropped (the routes then see none); another content type is refused.
 */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const limit = { parseAs: 'string', bodyLimit: bodyLimitBytes } as const;
  app.addContentTypeParser('application/json', limit, parseJson);
  app.addContentTypeParser('*', limit, (request: FastifyRequest, text: string | Buffer): Promise<undefined> => {
    if (request.headers['content-type'] === undefined || text.length === 0) {
      return Promise.resolve(undefined);
    }
    return Promise.reject(inputError('Content-Type must be application/json', 'API_CONTENT_TYPE'));
  });
}
