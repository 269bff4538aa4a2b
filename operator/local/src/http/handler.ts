import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { ApiError } from '../errors.ts';
import type { Fault, FaultPlan } from '../faults/fault.ts';
import type { JsonObject } from '../json.ts';
import type { StoredObject } from '../objects.ts';
import { pageNotFound, document, sendList, type Answer } from './answer.ts';
import { discoveryDocument } from './discovery.ts';
import { openApiDocument } from './open-api.ts';
import { createOutlet } from './outlet.ts';
import { requestOf, type Request } from './request.ts';
import { handleResource, type ResourceContext } from './resource-handler.ts';
import type { Authentication } from './reviews.ts';
import { routeOf } from './route.ts';

export interface HandlerContext extends Omit<ResourceContext, 'requestToken'> {
  authentication: Authentication;
  /** Asked before each request is looked at. */
  plan: () => FaultPlan | undefined;
  /** The number of a connection, from 1. */
  connectionOf: (incoming: IncomingMessage) => number;
  clock: Clock;
}

/** Answers requests as the API server does, or as the fault plan says. */
export function createHandler(context: HandlerContext): (incoming: IncomingMessage, response: ServerResponse) => void {
  let count = 0;
  return (incoming, response) => {
    count += 1;
    const request = requestOf(incoming);
    const { method, path, query } = request;
    const fault = context.plan()?.({
      method,
      path,
      query,
      isWatch: query.has('watch'),
      number: count,
      connection: context.connectionOf(incoming),
    });
    if (fault?.kind === 'half-open') return;
    void respond(context, { request, response, fault }).catch(() => {
      response.destroy();
    });
  };
}

async function respond(
  context: HandlerContext,
  { request, response, fault }: { request: Request; response: ServerResponse; fault: Fault | undefined },
): Promise<void> {
  const warnings: string[] = [];
  let answer: Answer;
  try {
    if (fault?.kind === 'refuse') throw refusal(fault, request);
    answer = await answerOf(context, request, { warn: (text) => warnings.push(text), fault });
  } catch (error) {
    answer = failure(error, response);
  }
  for (const text of new Set(warnings)) response.appendHeader('warning', `299 - ${JSON.stringify(text)}`);
  await deliver(answer, { response, fault, clock: context.clock });
}

async function answerOf(
  context: HandlerContext,
  request: Request,
  extras: { warn: (text: string) => void; fault: Fault | undefined },
): Promise<Answer> {
  const { cluster, authentication } = context;
  const { path } = request;
  if (['/readyz', '/livez', '/healthz'].includes(path)) return { kind: 'text', status: 200, text: 'ok' };
  if (!authentication.accepts(request.token)) throw new ApiError('Unauthorized', 'Unauthorized');
  // An empty document: clients before OpenAPI v3 then leave the checking of fields to the server.
  if (path === '/openapi/v2') return { kind: 'bytes', contentType: openApiV2Type, bytes: Buffer.alloc(0) };
  const route = routeOf(path, cluster.registry);
  if (route !== undefined) {
    const resourceContext = {
      ...context,
      requestToken: (body: JsonObject, account: StoredObject) => authentication.requestToken(body, account),
    };
    return handleResource(resourceContext, route, request, extras);
  }
  const found =
    request.method === 'GET'
      ? (discoveryDocument(path, cluster.registry) ?? openApiDocument(path, cluster.registry))
      : undefined;
  return found === undefined ? ((await authentication.review(request)) ?? pageNotFound) : document(found);
}

/** Protobuf, of which the empty document has no bytes. */
const openApiV2Type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

const reasons = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
} as const;

function refusal({ code, retryAfterSeconds }: Extract<Fault, { kind: 'refuse' }>, { path }: Request): ApiError {
  return new ApiError(reasons[code], `refused by the fault plan: ${path}`, {
    ...(retryAfterSeconds !== undefined && { details: { retryAfterSeconds } }),
  });
}

function failure(error: unknown, response: ServerResponse): Answer {
  const refused =
    error instanceof ApiError
      ? error
      : new ApiError(
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
        );
  const seconds = refused.details?.retryAfterSeconds;
  if (seconds !== undefined) response.setHeader('retry-after', String(seconds));
  return document(refused.toStatus(), refused.status);
}

async function deliver(
  answer: Answer,
  { response, fault, clock }: { response: ServerResponse; fault: Fault | undefined; clock: Clock },
): Promise<void> {
  const outlet = createOutlet(response, fault, clock);
  const isText = answer.kind === 'text';
  response.writeHead('status' in answer ? answer.status : 200, {
    'content-type': contentTypeOf(answer),
    'cache-control': 'no-cache, private',
  });
  switch (answer.kind) {
    case 'stream':
      // A client waits for the headers of a watch before there is an event.
      response.flushHeaders();
      answer.start(outlet);
      return;
    case 'list':
      await sendList(outlet, answer);
      return;
    case 'document':
    case 'text':
      await outlet.send(Buffer.from(isText ? answer.text : `${JSON.stringify(answer.document)}\n`));
      outlet.end();
      return;
    case 'bytes':
      await outlet.send(answer.bytes);
      outlet.end();
  }
}

function contentTypeOf(answer: Answer): string {
  if (answer.kind === 'bytes') return answer.contentType;
  return answer.kind === 'text' ? 'text/plain; charset=utf-8' : 'application/json';
}
