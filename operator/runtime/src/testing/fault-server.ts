import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Credentials } from '../credentials/credentials.ts';
import { applyMergePatch } from '../kubernetes/merge-patch.ts';
import { apiVersionOf, resourcePath, type ResourceType } from '../kubernetes/object.ts';
import { createObjectLog, type LoggedEvent, type ObjectLog, type StoredObject } from './object-log.ts';

export type { StoredObject } from './object-log.ts';

/** One request as the server saw it. */
export interface SeenRequest {
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  headers: IncomingMessage['headers'];
  body: string;
}

/** What to do instead of answering in order: an HTTP answer, or a connection that is cut. */
export type Fault = { status: number; body?: unknown; headers?: Record<string, string> } | 'cut';

/** One collection of an API server, over a real socket, that fails on demand. */
export interface FaultServer {
  readonly url: string;
  /** No authentication, plain HTTP. */
  readonly credentials: Credentials;
  /** What is stored, to change and to compare with. */
  readonly log: ObjectLog;
  readonly requests: readonly SeenRequest[];
  /** Open watches. */
  readonly watches: number;
  /** False makes it refuse watch-lists, as servers before 1.27 do. True at first. */
  offersWatchList: boolean;
  /** Asked before every answer. */
  fault: ((request: SeenRequest) => Fault | undefined) | undefined;
  /** Ends every watch in order. */
  endWatches(): void;
  /** Cuts every watch; with `after`, having sent these bytes. */
  cutWatches(options?: { after?: string }): void;
  /** Sends an event to every watch. */
  sendToWatches(event: { type: string; object: unknown }): void;
  /** Sends a bookmark at the current version to every watch. */
  bookmark(): void;
  close(): Promise<void>;
}

/** Starts a {@link FaultServer} on a free loopback port. */
export async function startFaultServer({ resource }: { resource: ResourceType }): Promise<FaultServer> {
  const log = createObjectLog({ apiVersion: apiVersionOf(resource), kind: resource.kind });
  const requests: SeenRequest[] = [];
  const watches = new Map<ServerResponse, string | undefined>();
  const sockets = new Set<Socket>();
  const snapshots = new Map<string, { version: number; rest: StoredObject[] }>();

  const line = (event: { type: string; object: unknown }): string => `${JSON.stringify(event)}\n`;
  const bookmarkAt = (annotations?: Record<string, string>): { type: string; object: unknown } => ({
    type: 'BOOKMARK',
    object: {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: { resourceVersion: String(log.version), ...(annotations !== undefined && { annotations }) },
    },
  });
  log.onEvent(({ type, object }) => {
    for (const [response, namespace] of watches) {
      if (namespace === undefined || object.metadata.namespace === namespace) response.write(line({ type, object }));
    }
  });

  const list = (request: SeenRequest, namespace: string | undefined): Fault => {
    const { limit = '0', continue: token } = request.query;
    const known = token === undefined ? undefined : snapshots.get(token);
    if (token !== undefined && known === undefined) return statusOf(410, 'Expired');
    const { version, rest } = known ?? { version: log.version, rest: log.objects(namespace) };
    const size = Number(limit) === 0 ? rest.length : Number(limit);
    const left = rest.slice(size);
    const next = left.length === 0 ? undefined : `token-${snapshots.size}`;
    if (next !== undefined) snapshots.set(next, { version, rest: left });
    const items = rest.slice(0, size).map(({ apiVersion: _version, kind: _kind, ...item }) => item);
    const metadata = { resourceVersion: String(version), ...(next !== undefined && { continue: next }) };
    return { status: 200, body: { kind: `${resource.kind}List`, metadata, items } };
  };
  const watch = (request: SeenRequest, namespace: string | undefined, response: ServerResponse): Fault | undefined => {
    const { resourceVersion, sendInitialEvents } = request.query;
    if (sendInitialEvents === 'true' && !server.offersWatchList) return statusOf(422, 'Invalid');
    let events: readonly Pick<LoggedEvent, 'type' | 'object'>[] | undefined;
    if (sendInitialEvents === 'true') events = log.objects(namespace).map((object) => ({ type: 'ADDED', object }));
    else events = log.since(Number(resourceVersion));
    if (events === undefined) return statusOf(410, 'Expired');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const { type, object } of events) {
      if (namespace === undefined || object.metadata.namespace === namespace) response.write(line({ type, object }));
    }
    if (sendInitialEvents === 'true') response.write(line(bookmarkAt({ 'k8s.io/initial-events-end': 'true' })));
    watches.set(response, namespace);
    response.on('close', () => watches.delete(response));
    return undefined;
  };
  const patchStatus = (request: SeenRequest, key: string): Fault => {
    const stored = log.get(key);
    if (stored === undefined) return statusOf(404, 'NotFound');
    const patch = JSON.parse(request.body) as { metadata?: { resourceVersion?: string }; status?: unknown };
    const expected = patch.metadata?.resourceVersion;
    if (expected !== undefined && expected !== stored.metadata.resourceVersion) return statusOf(409, 'Conflict');
    const status = applyMergePatch(stored['status'], patch.status);
    return { status: 200, body: log.put({ ...stored, status }) };
  };
  const route = (request: SeenRequest, response: ServerResponse): Fault | undefined => {
    const namespace = /\/namespaces\/([^/]+)\//.exec(request.path)?.[1];
    const collection = resourcePath(resource, { namespace });
    if (request.path === collection) {
      return request.query['watch'] === 'true' ? watch(request, namespace, response) : list(request, namespace);
    }
    const [name, subresource] = request.path.slice(collection.length + 1).split('/');
    if (request.method === 'PATCH' && name !== undefined && subresource === 'status') {
      return patchStatus(request, namespace === undefined ? name : `${namespace}/${name}`);
    }
    return statusOf(404, 'NotFound');
  };
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const request: SeenRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    requests.push(request);
    const fault = server.fault?.(request) ?? route(request, response);
    if (fault === 'cut') incoming.socket.destroy();
    else if (fault !== undefined) {
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      response.end(JSON.stringify(fault.body ?? {}));
    }
  };

  const http = createServer((incoming, response) => void answer(incoming, response).catch(() => incoming.destroy()));
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const authentication = { headers: {}, tls: {} };
  const server: FaultServer = {
    url,
    credentials: { server: url, current: () => Promise.resolve(authentication), refresh: () => Promise.resolve() },
    log,
    requests,
    get watches() {
      return watches.size;
    },
    offersWatchList: true,
    fault: undefined,
    endWatches: () => {
      for (const response of watches.keys()) response.end();
    },
    cutWatches: ({ after = '' } = {}) => {
      for (const response of watches.keys()) {
        if (after === '') response.socket?.destroy();
        else response.write(after, () => response.socket?.destroy());
      }
    },
    sendToWatches: (event) => {
      for (const response of watches.keys()) response.write(line(event));
    },
    bookmark: () => {
      for (const response of watches.keys()) response.write(line(bookmarkAt()));
    },
    close: async () => {
      const closed = once(http, 'close');
      http.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return server;
}

function statusOf(code: number, reason: string): { status: number; body: unknown } {
  return { status: code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: reason } };
}
