/**
 * The HTTP server of the read API: what holds for every route (hosts, bodies, errors, limits, metrics) and the
 * features registered on it. It listens to nothing and knows no cluster: the app gives it a catalog and a port.
 */
import type { Catalog } from '@portolan/catalog';
import type { ResourceType } from '@portolan/runtime';
import {
  fastify,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { sendError, sendJson } from './answers.ts';
import { readJsonBodies } from './body.ts';
import { catalogRoutes } from './catalog/routes.ts';
import { bodyLimitBytes, inputError, notFoundError } from './errors.ts';
import type { EventHub } from './events/event-hub.ts';
import { eventsFeature, eventsPath } from './events/routes.ts';
import { createHostCheck } from './hosts.ts';
import type { ClusterReader } from './kubernetes/cluster-reader.ts';
import { readableKinds } from './kubernetes/kinds.ts';
import { objectEventsRoute } from './kubernetes/object-events.ts';
import { refuseProxy } from './kubernetes/proxy.ts';
import { kubernetesRoutes } from './kubernetes/routes.ts';
import { openApiDocument } from './openapi.ts';
import { maxUrlLength, parseQueryString } from './query-string.ts';
import { refuseClientError, refuseUnsupported } from './refusals.ts';
import { createRequestMetrics } from './request-metrics.ts';
import { type ApiFeature, registerFeature } from './routes.ts';
import { endUnusedConnections } from './unused-connections.ts';

export interface ApiOptions {
  catalog: Catalog;
  log: Logger;
  /** Our version, shown in /openapi.json. */
  version: string;
  /** Host names (a port is ignored) that are served beside `localhost`, 127.0.0.0/8 and ::1. */
  allowedHosts?: readonly string[];
  /** Gets `http_request_duration_seconds`. */
  metrics?: Registry;
  /** Told to whom it may concern at /api/portolan/v1/events; closed with the server. Default: no such route. */
  events?: EventHub;
  /** What runs of the entities, read from the cluster on demand; without it /api/kubernetes is not served. */
  kubernetes?: {
    reader: ClusterReader;
    /** Kinds that entities link beside Kubernetes' own, as configured. */
    furtherKinds?: readonly ResourceType[];
  };
  /** Answers unknown paths outside /api, for example with a page; default: the 404 envelope. */
  notFound?: (request: FastifyRequest, reply: FastifyReply) => unknown;
}

/** A body of 100 KiB within this time needs less than 2 KiB/s; slower senders hold a socket for nothing. */
const requestTimeoutMs = 60_000;

/**
 * The read API, ready to listen. Other plugins (the UI) may be registered on it before. `close()` finishes what is
 * in flight and closes idle connections.
 */
export async function createApiServer(options: ApiOptions): Promise<FastifyInstance> {
  const app = createApp(options);
  readJsonBodies(app);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) => {
    const isPage = options.notFound !== undefined && !request.raw.url?.startsWith('/api/');
    return isPage ? options.notFound?.(request, reply) : sendError(notFound(request), request, reply);
  });
  guard(app, options.allowedHosts ?? []);
  observe(app, options);

  const features: ApiFeature[] = [{ prefix: '/api/catalog', routes: catalogRoutes(options.catalog) }];
  if (options.events !== undefined) features.push(addEvents(app, options.events));
  if (options.kubernetes !== undefined) {
    const { reader, furtherKinds } = options.kubernetes;
    const reads = { catalog: options.catalog, reader, kinds: readableKinds(furtherKinds) };
    features.push({ prefix: '/api/kubernetes', routes: kubernetesRoutes(reads) });
    features.push({ prefix: '/api/portolan/v1', routes: [objectEventsRoute(reads)] });
    refuseProxy(app, '/api/kubernetes');
  }
  for (const feature of features) {
    registerFeature(app, feature);
  }
  const description = JSON.stringify(openApiDocument({ version: options.version, features }));
  app.get('/openapi.json', (request, reply) => sendJson(request, reply, description));
  return app;
}

/** Streams never end by themselves, and closing waits for what is in flight. */
function addEvents(app: FastifyInstance, hub: EventHub): ApiFeature {
  app.addHook('preClose', (done) => {
    hub.close();
    done();
  });
  return eventsFeature(hub);
}

function createApp({ log }: ApiOptions): FastifyInstance {
  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    // One logger for all requests: a child per request costs more than the request, and nothing is logged at info.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    // While closing, requests on open connections are still answered (from memory, at once) with Connection: close.
    return503OnClosing: false,
    // Node answers a missing Host header without a body; our host check has the envelope.
    http: { requireHostHeader: false, maxHeaderSize: maxUrlLength },
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: maxUrlLength,
      querystringParser: parseQueryString,
    },
    frameworkErrors: (error, request, reply) => {
      sendError(error, request, reply);
    },
    clientErrorHandler: (error, socket) => {
      refuseClientError(error, socket);
    },
  });
  refuseUnsupported(app.server);
  endUnusedConnections(app);
  return app;
}

function notFound(request: FastifyRequest): Error {
  const path = (request.raw.url ?? '/').split('?', 1)[0];
  return notFoundError(`No route for ${request.method} ${path}; /openapi.json lists the routes`);
}

function guard(app: FastifyInstance, allowedHosts: readonly string[]): void {
  const checkHost = createHostCheck(allowedHosts);
  app.addHook('onRequest', (request, _reply, done) => {
    checkHost(request);
    if ((request.raw.url?.length ?? 0) > maxUrlLength) {
      throw inputError(`The URL is longer than ${maxUrlLength} characters; use the POST form`, 'API_URL_INVALID');
    }
    done();
  });
}

function observe(app: FastifyInstance, { metrics, log }: ApiOptions): void {
  const measure = metrics && createRequestMetrics(metrics);
  app.addHook('onResponse', (request, reply, done) => {
    // The time of a stream is its reader's, not ours.
    if (request.routeOptions.url !== eventsPath) measure?.(request, reply);
    if (log.isLevelEnabled('debug')) {
      const { method } = request;
      log.debug({ method, url: request.raw.url, status: reply.statusCode, ms: reply.elapsedTime }, 'request');
    }
    done();
  });
}
