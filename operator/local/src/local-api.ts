import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { systemClock, type Clock } from './clock.ts';
import { createCluster } from './cluster.ts';
import type { FaultPlan } from './faults/fault.ts';
import { createHandler } from './http/handler.ts';
import { createAuthentication } from './http/reviews.ts';
import type { Watch } from './http/watch.ts';
import type { JsonObject } from './json.ts';
import type { StoredObject } from './objects.ts';
import type { CustomResourceDefinition } from './resources/custom-resources.ts';
import { keyOf } from './objects.ts';

export interface LocalApiOptions {
  /** Parsed CustomResourceDefinitions that are there from the start. More can be created through the API. */
  crds?: readonly CustomResourceDefinition[];
  clock?: Clock;
  /** Numbers from 0 to below 1: uids, generated names, lifetimes of watches, shuffles. */
  random?: () => number;
  /** PEM texts. Without them it speaks plain HTTP. */
  tls?: { certificate: string; key: string };
  /** Bearer tokens that are accepted, besides those of TokenRequests. Without them everyone is. */
  tokens?: readonly string[];
  faults?: FaultPlan;
  /** Changes kept per resource for watches that resume. Default 10,000, at most twice that are held. */
  historyLimit?: number;
  /** Between bookmarks of a watch. Default 60 s, as the API server has it. */
  bookmarkIntervalMs?: number;
}

/** The Kubernetes API in this process. */
export interface LocalApi {
  /** To serve it from a server of one's own. */
  readonly handler: RequestListener;
  /** The version of the last write. */
  readonly version: number;
  /** Open watches. */
  readonly watches: number;
  /** Connections that were ever opened. */
  readonly connections: number;
  /** Replaces the fault plan; undefined ends all faults for later requests. */
  faults: FaultPlan | undefined;
  /** Listens on loopback and resolves with its URL. @param port 0, the default: a free one */
  listen(port?: number): Promise<string>;
  /** Ends every connection and stops listening. The objects stay. */
  close(): Promise<void>;
  /** An object by its resource, such as `components.portolan.dev` or `pods`. */
  get(resource: string, name: string, namespace?: string): StoredObject | undefined;
  list(resource: string): readonly StoredObject[];
  /** Stores an object as it is: no validation, no generation. For setting up many, and for states that no client can make. */
  put(resource: string, object: JsonObject): StoredObject;
  /** Removes an object whatever its finalizers say. */
  remove(resource: string, name: string, namespace?: string): void;
  /** Forgets changes up to a version (default: all), as etcd's compaction does: watches from before it get 410. */
  compact(version?: number): void;
  /** Sends a bookmark to every watch that asked for bookmarks. */
  bookmark(): void;
  /** Ends every watch in order, as its timeout does. */
  endWatches(): void;
  /** Ends every connection at once. */
  cutConnections(): void;
}

export function createLocalApi(options: LocalApiOptions = {}): LocalApi {
  const {
    clock = systemClock,
    random = Math.random,
    historyLimit = 10_000,
    bookmarkIntervalMs = 60_000,
    tls,
  } = options;
  const cluster = createCluster({ crds: options.crds ?? [], clock, random, historyLimit });
  const { store } = cluster;
  const watches = new Set<Watch>();
  const sockets = new Map<Socket, number>();
  let connections = 0;
  let plan = options.faults;
  let server: Server | undefined;

  const handler = createHandler({
    cluster,
    store,
    clock,
    random,
    bookmarkIntervalMs,
    authentication: createAuthentication({ tokens: options.tokens, clock, random }),
    plan: () => plan,
    connectionOf: ({ socket }: IncomingMessage) => sockets.get(socket) ?? 0,
    watching: (watch, outlet) => {
      watches.add(watch);
      outlet.onClose(() => watches.delete(watch));
    },
  });
  const accept = (socket: Socket): void => {
    connections += 1;
    sockets.set(socket, connections);
    socket.once('close', () => sockets.delete(socket));
  };
  const cutConnections = (): void => {
    for (const socket of sockets.keys()) socket.destroy();
  };

  return {
    handler,
    get version() {
      return store.version;
    },
    get watches() {
      return watches.size;
    },
    get connections() {
      return connections;
    },
    get faults() {
      return plan;
    },
    set faults(next) {
      plan = next;
    },
    listen: async (port = 0) => {
      const started =
        tls === undefined
          ? createHttpServer(handler)
          : createHttpsServer({ cert: tls.certificate, key: tls.key }, handler);
      // A watch sends nothing for minutes, and a half-open request is never answered: no timeouts of Node's.
      started.requestTimeout = 0;
      started.keepAliveTimeout = 0;
      started.on(tls === undefined ? 'connection' : 'secureConnection', accept);
      await new Promise<void>((resolve, reject) => {
        started.once('error', reject);
        started.listen(port, '127.0.0.1', resolve);
      });
      server = started;
      return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(started.address() as AddressInfo).port}`;
    },
    close: async () => {
      const stopping = server;
      server = undefined;
      cutConnections();
      if (stopping !== undefined) await new Promise<void>((resolve) => stopping.close(() => resolve()));
    },
    get: (resource, name, namespace) => store.get(storageKeyOf(resource), keyOf(namespace, name)),
    list: (resource) => store.list(storageKeyOf(resource)) ?? [],
    put: (resource, object) => store.put(storageKeyOf(resource), object as StoredObject),
    remove: (resource, name, namespace) => {
      store.remove(storageKeyOf(resource), keyOf(namespace, name));
    },
    compact: (version) => store.compact(version),
    bookmark: () => {
      for (const watch of watches) watch.bookmark();
    },
    endWatches: () => {
      for (const watch of watches) watch.end();
    },
    cutConnections,
  };
}

/** `components.portolan.dev` → `portolan.dev/components`. */
function storageKeyOf(resource: string): string {
  const [plural = '', ...group] = resource.split('.');
  return `${group.join('.')}/${plural}`;
}
