import type { Clock } from '../clock.ts';
import type { Cluster } from '../cluster.ts';
import { ApiError, badRequest, notFound } from '../errors.ts';
import type { Fault } from '../faults/fault.ts';
import { isObject, type JsonObject } from '../json.ts';
import { keyOf, type ObjectMeta, type StoredObject } from '../objects.ts';
import { apiVersionOf, storageKey, type Resource } from '../resources/resource.ts';
import { admit, type Warn } from '../writes/admission.ts';
import { parseJson } from '../writes/patcher.ts';
import { writeOptionsOf } from '../writes/write-options.ts';
import type { Preconditions, Target } from '../writes/writer.ts';
import { document, pageNotFound, type Answer } from './answer.ts';
import { listPage } from './list.ts';
import type { Outlet } from './outlet.ts';
import { representationOf } from './representation.ts';
import type { Request } from './request.ts';
import type { Route } from './route.ts';
import { selectionOf } from './selection.ts';
import { openWatch, type Watch, type WatchContext } from './watch.ts';

export interface ResourceContext extends WatchContext {
  cluster: Cluster;
  clock: Clock;
  /** Keeps track of watches that are open. */
  watching: (watch: Watch, outlet: Outlet) => void;
  /** Mints a token of a ServiceAccount. */
  requestToken: (body: JsonObject, account: StoredObject) => JsonObject;
}

/** @throws {ApiError} */
export async function handleResource(
  context: ResourceContext,
  route: Route,
  request: Request,
  extras: { warn: Warn; fault: Fault | undefined },
): Promise<Answer> {
  const { name, subresource, resource } = route;
  if (subresource !== undefined && !isSubresource(resource, subresource, name)) return pageNotFound;
  const isWatch = isTrue(request.query.get('watch'));
  if (request.method === 'GET' && (name === undefined || isWatch)) {
    return isWatch ? watch(context, route, request, extras.fault) : list(context, route, request);
  }
  if (name === undefined) return onCollection(context, route, request, extras.warn);
  const target: Target = { resource, namespace: route.namespace, name };
  if (resource.namespaced && route.namespace === undefined) throw badRequest('the namespace is missing');
  if (subresource === 'token') return createToken(context, target, request);
  return onObject(context, { route, target }, request, extras.warn);
}

function isSubresource(
  { plural, group, statusSubresource }: Resource,
  name: string,
  object: string | undefined,
): boolean {
  if (object === undefined) return false;
  if (name === 'token') return group === '' && plural === 'serviceaccounts';
  return (name === 'status' && statusSubresource) || (name === 'finalize' && plural === 'namespaces');
}

function list({ store, clock }: ResourceContext, route: Route, request: Request): Answer {
  const { items, metadata } = listPage(store, route, request.query);
  return { kind: 'list', ...representationOf(request.accept, route.resource, clock).list(items, metadata) };
}

function watch(context: ResourceContext, route: Route, request: Request, fault: Fault | undefined): Answer {
  const representation = representationOf(request.accept, route.resource, context.clock);
  const opened = openWatch(context, { route, query: request.query, representation, fault });
  return {
    kind: 'stream',
    start: (outlet) => {
      context.watching(opened, outlet);
      opened.start(outlet);
    },
  };
}

async function onCollection(context: ResourceContext, route: Route, request: Request, warn: Warn): Promise<Answer> {
  const { resource, namespace } = route;
  const { writer, store } = context.cluster;
  const representation = representationOf(request.accept, resource, context.clock);
  if (request.method === 'POST') {
    if (resource.namespaced && namespace === undefined) throw methodNotAllowed();
    const options = writeOptionsOf(request.query, request.userAgent);
    const object = admit(await jsonBody(request), resource, options, warn);
    return document(representation.object(writer.create(resource, namespace, object, options)), 201);
  }
  if (request.method !== 'DELETE') throw methodNotAllowed();
  const { matches } = selectionOf(route, request.query);
  const found = (store.list(storageKey(resource)) ?? []).filter((object) => matches(object));
  for (const { metadata } of found) {
    writer.remove({ resource, namespace: metadata.namespace, name: metadata.name }, { dryRun: isDryRun(request) });
  }
  const metadata = { resourceVersion: String(store.version) };
  return document({ kind: resource.listKind, apiVersion: apiVersionOf(resource), metadata, items: found });
}

async function onObject(
  context: ResourceContext,
  { route, target }: { route: Route; target: Target },
  request: Request,
  warn: Warn,
): Promise<Answer> {
  const { resource, namespace, name } = target;
  const { writer, patcher, store } = context.cluster;
  const representation = representationOf(request.accept, resource, context.clock);
  const options = { ...writeOptionsOf(request.query, request.userAgent), status: route.subresource === 'status' };
  switch (request.method) {
    case 'GET': {
      const found = store.get(storageKey(resource), keyOf(namespace, name));
      if (found === undefined) throw notFound(resource, name);
      return document(representation.object(found));
    }
    case 'PUT': {
      const object = admit(await jsonBody(request), resource, options, warn);
      if (object.metadata.name === undefined) {
        throw badRequest(
          'the name of the object (based on no name found) could not be determined: name must be provided',
        );
      }
      return document(representation.object(writer.update(target, object, options)));
    }
    case 'PATCH': {
      const text = await request.body();
      const explicit = request.query.get('fieldManager') ?? '';
      const isApply = request.contentType.startsWith('application/apply-patch');
      const fieldManager = isApply ? explicit : options.fieldManager;
      const patchOptions = { ...options, fieldManager, contentType: request.contentType, warn };
      const { object, created } = patcher.patch(target, text, patchOptions);
      return document(representation.object(object), created ? 201 : 200);
    }
    case 'DELETE': {
      const preconditions = await preconditionsOf(request);
      const { object, gone } = writer.remove(target, { dryRun: isDryRun(request), preconditions });
      return document(gone ? deleted(resource, object) : representation.object(object));
    }
    default:
      throw methodNotAllowed();
  }
}

async function createToken(context: ResourceContext, target: Target, request: Request): Promise<Answer> {
  if (request.method !== 'POST') throw methodNotAllowed();
  const account = context.store.get(storageKey(target.resource), keyOf(target.namespace, target.name));
  if (account === undefined) throw notFound(target.resource, target.name);
  const body = await jsonBody(request);
  return document(context.requestToken(isObject(body) ? body : {}, account), 201);
}

/** @throws {ApiError} `UnsupportedMediaType`, `BadRequest` */
async function jsonBody(request: Request): Promise<ReturnType<typeof parseJson>> {
  // kubectl's typed clients prefer another encoding and fall back to this one.
  if (request.contentType !== '' && request.contentType !== 'application/json') {
    throw new ApiError(
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json',
    );
  }
  return parseJson(await request.body());
}

async function preconditionsOf(request: Request): Promise<Preconditions> {
  const text = await request.body();
  if (text === '') return {};
  if (request.contentType !== '' && request.contentType !== 'application/json') {
    throw new ApiError(
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json',
    );
  }
  const body = parseJson(text);
  const found = isObject(body) && isObject(body['preconditions']) ? body['preconditions'] : {};
  const { uid, resourceVersion } = found as ObjectMeta;
  return { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
}

function deleted({ group, plural }: Resource, { metadata }: StoredObject): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: metadata.name, ...(group !== '' && { group }), kind: plural, uid: metadata.uid },
  };
}

function isTrue(text: string | null): boolean {
  return text === 'true' || text === '1' || text === '';
}

function isDryRun({ query }: Request): boolean {
  return query.getAll('dryRun').includes('All');
}

function methodNotAllowed(): ApiError {
  return new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
}
