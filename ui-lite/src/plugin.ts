import { untilGone, type ReadRuntimeTree } from '@portolan/api';
import type { Catalog, CatalogEntity } from '@portolan/catalog';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { loadAssets } from './assets.ts';
import { systemPageClock, type PageClock } from './clock.ts';
import { createRenderPage, sendPage } from './pages.ts';
import { brokenCount, brokenEvents, brokenView, type BrokenCount } from './view-models/broken.ts';
import { parseBrokenState } from './view-models/broken-state.ts';
import { catalogListView, nearRefs } from './view-models/catalog-list.ts';
import { createEntityLookup } from './view-models/entity-lookup.ts';
import { hasWorkloads, runtimeHref } from './view-models/entity-head.ts';
import { entityPageView } from './view-models/entity-page.ts';
import { refView, type RefView } from './view-models/entity-summary.ts';
import { entityHref } from './view-models/links.ts';
import { parseListState } from './view-models/list-state.ts';
import { entityEvents, listEvents, liveView, type PageEvents } from './view-models/live.ts';
import { runtimePageView, type RuntimeAnswer } from './view-models/runtime.ts';
import { sourceNotices, type SourceState } from './view-models/sources.ts';

export interface UiOptions {
  /** What the pages show. */
  catalog: Catalog;
  /** Portolan's own version, for the page footer. */
  version: string;
  /** The state of the watched resources; pages carry a banner while one is not connected. Default: none. */
  sources?: () => readonly SourceState[];
  /** Where pages hear of changes. Default: nowhere, and pages stay as they are until they are loaded again. */
  events?: PageEvents;
  /** Reads what runs of an entity, for its runtime page. Default: the page shows what the operator wrote. */
  runtime?: ReadRuntimeTree;
  /** How long a page waits for {@link UiOptions.runtime}, in milliseconds. Default: 5,000. */
  runtimeDeadlineMs?: number;
  /** For relative dates. Default: the system's. */
  clock?: PageClock;
  /** From the catalog's namespaces to the cluster's, for the kubectl commands shown. Default: the same. */
  toKubernetes?: (namespace: string) => string;
}

interface EntityParams {
  namespace: string;
  kind: string;
  name: string;
}

/** Restarts and containers change without the entity; twelve viewers cost the cluster no more than one. */
const runtimeRefreshMs = 10_000;

/** A year: the name changes with the content. */
const immutable = 'public, max-age=31536000, immutable';

/**
 * The server-rendered pages: `/`, `/catalog`, `/broken`, `/catalog/:namespace/:kind/:name`, its `/runtime`, and `/static/*`, with HTML error and
 * not-found pages of their own. Whatever lies under `/api`, and every request that does not ask for HTML, is left to
 * the not-found handler of the server that this is registered on.
 */
export const uiPlugin: FastifyPluginAsync<UiOptions> = async (server, options) => {
  const { catalog, version, sources = () => [], clock = systemPageClock, toKubernetes = (name) => name } = options;
  const { events, runtime, runtimeDeadlineMs = 5_000 } = options;
  const assets = await loadAssets();
  const renderPage = createRenderPage({ assets, version });

  const frame = () => {
    const nowMs = clock.now();
    return { nowMs, notices: sourceNotices(sources(), nowMs), broken: broken() };
  };

  let counted: { revision: number; count: BrokenCount } | undefined;
  /** Counted once for all pages of a revision. */
  const broken = (): BrokenCount => {
    if (counted?.revision !== catalog.revision) counted = { revision: catalog.revision, count: brokenCount(catalog) };
    return counted.count;
  };

  const notFound = (reply: FastifyReply, wanted: string) => {
    const lookup = createEntityLookup(catalog);
    const near: RefView[] = nearRefs(catalog, wanted).map((ref) => refView(ref, lookup));
    const { notices, broken } = frame();
    const view = { status: 404, title: 'Not found', wanted, near, notices, broken };
    return sendPage(reply, renderPage('message', view), 404);
  };

  server.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) request.log.error({ err: error }, 'failed to render a page');
    const title = status >= 500 ? 'Something went wrong' : 'This request cannot be answered';
    // Built from nothing that may have failed.
    const html = renderPage('message', { status, title, requestId: request.id, near: [], notices: [] });
    return sendPage(reply, html, status);
  });

  server.get('/', async (_request, reply) => reply.redirect('/catalog', 302));

  server.get('/catalog', async (request, reply) => {
    const { notices, broken } = frame();
    const state = parseListState(searchOf(request));
    const live = liveView(events, listEvents(state));
    const view = catalogListView(catalog, state);
    return sendPage(reply, renderPage('list', { ...view, notices, broken, live }));
  });

  server.get<{ Params: EntityParams }>('/catalog/:namespace/:kind/:name', async (request, reply) => {
    const { kind, namespace, name } = request.params;
    const ref = `${kind}:${namespace}/${name}`.toLowerCase();
    const id = catalog.byRef(ref);
    if (id === undefined) return notFound(reply, ref);
    const { notices, broken, nowMs } = frame();
    const live = liveView(events, entityEvents(ref));
    const view = entityPageView(catalog, id, { nowMs, toKubernetes });
    return sendPage(
      reply,
      renderPage('entity', { ...view, notices, broken, live, canonical: entityHref({ kind, namespace, name }) }),
    );
  });

  /** Never throws: the page then says why it has no tree. */
  const readRuntime = async (entity: CatalogEntity, reply: FastifyReply): Promise<RuntimeAnswer> => {
    if (runtime === undefined) return { absent: 'NotServed' };
    const deadline = AbortSignal.timeout(runtimeDeadlineMs);
    const gone = untilGone(reply);
    try {
      return { tree: await runtime(entity, AbortSignal.any([deadline, gone])) };
    } catch (error) {
      if (deadline.aborted) return { absent: 'Timeout' };
      // Nobody waits for this page any more, so it is no failure.
      if (gone.aborted) return { absent: 'Failed' };
      reply.log.error({ err: error }, 'failed to read what runs');
      return { absent: 'Failed' };
    }
  };

  server.get<{ Params: EntityParams }>('/catalog/:namespace/:kind/:name/runtime', async (request, reply) => {
    const { kind, namespace, name } = request.params;
    const ref = `${kind}:${namespace}/${name}`.toLowerCase();
    const id = catalog.byRef(ref);
    if (id === undefined) return notFound(reply, ref);
    const entity = catalog.entity(id);
    const href = entityHref({ kind, namespace, name });
    if (!hasWorkloads(entity)) return reply.redirect(href, 302);
    const live = liveView(events, entityEvents(ref));
    const answer = await readRuntime(entity, reply);
    // The catalog may have moved on meanwhile.
    const idNow = catalog.byRef(ref);
    if (idNow === undefined) return notFound(reply, ref);
    const { notices, broken, nowMs } = frame();
    const view = runtimePageView(catalog, idNow, answer, nowMs);
    const page = { ...view, notices, broken, live: live && { ...live, refreshMs: runtimeRefreshMs } };
    return sendPage(reply, renderPage('runtime', { ...page, canonical: runtimeHref(href) }));
  });

  server.get('/broken', async (request, reply) => {
    const { notices, broken, nowMs } = frame();
    const live = liveView(events, brokenEvents);
    const view = brokenView(catalog, parseBrokenState(searchOf(request)), nowMs);
    return sendPage(reply, renderPage('broken', { ...view, notices, broken, live }));
  });

  server.get<{ Params: { file: string } }>('/static/:file', async (request, reply) => {
    const asset = assets.byFile(request.params.file);
    if (asset === undefined) return notFound(reply, '');
    return reply
      .header('content-type', asset.contentType)
      .header('cache-control', immutable)
      .header('x-content-type-options', 'nosniff')
      .send(asset.body);
  });

  server.get('/*', async (request, reply) => {
    if (!asksForPage(request)) {
      reply.callNotFound();
      return reply;
    }
    const tidy = tidyPath(request);
    return tidy === undefined ? notFound(reply, lastSegment(request)) : reply.redirect(tidy, 302);
  });
};

function searchOf(request: FastifyRequest): string {
  const { url } = request.raw;
  const at = url?.indexOf('?') ?? -1;
  return at < 0 ? '' : (url?.slice(at + 1) ?? '');
}

/** The page that was meant by `/Catalog/…` or `/catalog/`; `undefined` when there is none. */
function tidyPath(request: FastifyRequest): string | undefined {
  const [path = ''] = request.url.split('?');
  const tidy = path.replace(/\/+$/, '').toLowerCase();
  if (tidy === path || !/^\/(broken|catalog(\/[^/]+\/[^/]+\/[^/]+(\/runtime)?)?)$/.test(tidy)) return undefined;
  return `${tidy}${request.url.slice(path.length)}`;
}

/** A person with a browser, outside the API. */
function asksForPage(request: FastifyRequest): boolean {
  return !/^\/api(\/|\?|$)/i.test(request.url) && /text\/html/i.test(request.headers.accept ?? '');
}

function lastSegment(request: FastifyRequest): string {
  const [path = ''] = request.url.split('?');
  const segment = path.split('/').findLast((part) => part !== '') ?? '';
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
