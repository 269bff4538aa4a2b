import type { Clock } from '../clock.ts';
import type { Credentials } from '../credentials/credentials.ts';
import type { RuntimeLogger } from '../logging/logger.ts';
import type { RuntimeMetrics } from '../metrics/metrics.ts';
import { createConnections } from './connections.ts';
import { sendRequest } from './request.ts';
import { openWatch, type WatchEvent } from './watch-stream.ts';

/** Query parameters; those undefined are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** What is asked, for the metrics: verb and resource as Kubernetes names them. */
export interface RequestLabels {
  verb: string;
  resource: string;
}

export interface TransportRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path from the API server's root, percent-encoded (`resourcePath`). */
  path: string;
  query?: Query;
  /** Sent as JSON; at most 3 MiB, as the API server takes no more. */
  body?: unknown;
  /** `application/json` where absent. */
  contentType?: string;
  /** Milliseconds until the whole answer must be there; 30 s where absent. */
  timeoutMs?: number;
  /** Largest answer in bytes; 32 MiB where absent. */
  maxBytes?: number;
  /** Gives the answer's bytes (a Buffer) in place of its JSON, for who takes it apart in slices. */
  asBytes?: true;
  signal?: AbortSignal | undefined;
  labels: RequestLabels;
}

export interface WatchRequest {
  path: string;
  query: Query;
  /** Asked again whenever something arrives: milliseconds without a byte after which the stream counts as dead. */
  idleMs: () => number;
  signal: AbortSignal;
  labels: RequestLabels;
}

/** The only way to the API server. Every failure is a RuntimeError, and none carries a token. */
export interface Transport {
  /**
   * Sends a request and gives the answer's JSON, or its bytes. Errors: RUNTIME_API_STATUS (with `status`, `reason`, `retryAfterMs`),
   * RUNTIME_UNREACHABLE, RUNTIME_TIMEOUT, RUNTIME_ABORTED, RUNTIME_CLOSED, RUNTIME_TOO_LARGE, RUNTIME_MALFORMED,
   * RUNTIME_CREDENTIALS. A 401 is answered with fresh credentials once. Nothing else is retried.
   */
  request(request: TransportRequest): Promise<unknown>;
  /**
   * Opens a watch; resolves when the API server has accepted it. The stream gives batches of events, as they arrive,
   * and ends when the server ends it in order; a cut, a truncated line and silence are errors, as for
   * {@link request}.
   */
  watch(request: WatchRequest): Promise<AsyncIterable<readonly WatchEvent[]>>;
  /** Ends every watch, waits for the requests in flight and closes the connections. */
  close(): Promise<void>;
}

/** Creates the transport of one process. Its agents are shared by all requests, and apart from those of the watches. */
export function createTransport(options: {
  credentials: Credentials;
  clock: Clock;
  log: RuntimeLogger;
  metrics: RuntimeMetrics;
  /** `name/version`. */
  userAgent: string;
}): Transport {
  const { clock, metrics } = options;
  const connections = createConnections(options);
  return {
    request: (request) => sendRequest({ request, connections, clock, metrics }),
    watch: (request) => openWatch({ request, connections, clock, metrics }),
    close: () => connections.close(),
  };
}
