import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Credentials } from '../credentials/credentials.ts';
import { apiVersionOf, resourcePath, type ResourceType } from '../kubernetes/object.ts';
import { answerStatusPatch, createListAnswers, statusAnswer, type Answer } from './collection-answers.ts';
import { createObjectLog, type LoggedEvent, type ObjectLog } from './object-log.ts';

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
export type Fault = Answer | 'cut';

/** One collection of an API server, over a real socket, that fails on demand. */
export interface FaultServer {
  readonly url: string;
  /** No authentication, plain HTTP. */
  readonly credentials: Credentials;
  /** What is stored, to change and to compare with. */
  readonly log: ObjectLog;
  readonly requests: readonly SeenRequest[];
  /** Connections accepted so far. */
  readonly connections: number;
  /** Open watches. */
  readonly watches: number;
  /** False makes it refuse watch-lists, as servers before 1.27 do. True at first. */
  offersWatchList: boolean;
  /** Cuts a watch-list after so many of its initial events. */
  cutInitialEventsAfter: number | undefined;
  /** Asked before every answer. */
  fault: ((request: SeenRequest) => Fault | undefined) | undefined;
  /** Ends every watch in order; with `after`, having sent these bytes. */
  endWatches(options?: { after?: string }): void;
  /** Cuts every watch; with `after`, having sent these bytes. */
  cutWatches(options?: { after?: string | Uint8Array }): void;
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
  let connections = 0;

  const bookmarkAt = (annotations?: Record<string, string>): { type: string; object: unknown } => {
    const metadata = { resourceVersion: String(log.version), ...(annotations !== undefined && { annotations }) };
    return { type: 'BOOKMARK', object: { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata } };
  };
  log.onEvent(({ type, object }) => {
    for (const [response, namespace] of watches) {
      if (namespace === undefined || object.metadata.namespace === namespace) response.write(line({ type, object }));
    }
  });

  const list = createListAnswers({ log, resource });
  const watch = (request: SeenRequest, namespace: string | undefined, response: ServerResponse): Fault | undefined => {
    const { resourceVersion, sendInitialEvents } = request.query;
    if (sendInitialEvents === 'true' && !server.offersWatchList) return statusAnswer(422, 'Invalid');
    let events: readonly Pick<LoggedEvent, 'type' | 'object'>[] | undefined;
    if (sendInitialEvents === 'true') events = log.objects(namespace).map((object) => ({ type: 'ADDED', object }));
    else events = log.since(Number(resourceVersion));
    if (events === undefined) return statusAnswer(410, 'Expired');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const cutAt = sendInitialEvents === 'true' ? server.cutInitialEventsAfter : undefined;
    for (const { type, object } of events.slice(0, cutAt)) {
      if (namespace === undefined || object.metadata.namespace === namespace) response.write(line({ type, object }));
    }
    if (cutAt !== undefined) {
      response.write('\n', () => response.socket?.destroy());
      return undefined;
    }
    if (sendInitialEvents === 'true') response.write(line(bookmarkAt({ 'k8s.io/initial-events-end': 'true' })));
    watches.set(response, namespace);
    response.on('close', () => watches.delete(response));
    return undefined;
  };
  const route = (request: SeenRequest, response: ServerResponse): Fault | undefined => {
    const namespace = /\/namespaces\/([^/]+)\//.exec(request.path)?.[1];
    const collection = resourcePath(resource, { namespace });
    if (request.path === collection) {
      return request.query['watch'] === 'true' ? watch(request, namespace, response) : list(request.query, namespace);
    }
    const [name, subresource] = request.path.slice(collection.length + 1).split('/');
    if (request.method === 'PATCH' && name !== undefined && subresource === 'status') {
      return answerStatusPatch({
        log,
        key: namespace === undefined ? name : `${namespace}/${name}`,
        body: request.body,
      });
    }
    return statusAnswer(404, 'NotFound');
  };
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming);
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
    connections += 1;
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
    get connections() {
      return connections;
    },
    get watches() {
      return watches.size;
    },
    offersWatchList: true,
    cutInitialEventsAfter: undefined,
    fault: undefined,
    endWatches: ({ after = '' } = {}) => {
      for (const response of watches.keys()) response.end(after);
    },
    cutWatches: ({ after = '' } = {}) => {
      for (const response of watches.keys()) {
        if (after.length === 0) response.socket?.destroy();
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

function line(event: { type: string; object: unknown }): string {
  return `${JSON.stringify(event)}\n`;
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
