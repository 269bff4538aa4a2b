import type { Dispatcher } from 'undici';
import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import type { Authentication, Credentials, TlsMaterial } from '../credentials/credentials.ts';
import { messageOf, RuntimeError, runtimeErrorCodes } from '../errors.ts';
import type { RuntimeLogger } from '../logging/logger.ts';
import type { Query } from './transport.ts';

/** Requests in flight at once. Watches have an agent of their own, so that they never use these up. */
const requestConnections = 32;
/** Shorter than the 90 s after which a Go server closes an idle connection. */
const keepAliveMs = 30_000;
/** Until the headers of an answer are there. */
const headersMs = 30_000;
const connectMs = 10_000;

/** One attempt at a request, before its answer is read. */
export interface Exchange {
  method: Dispatcher.HttpMethod;
  path: string;
  query: Query | undefined;
  body: string | undefined;
  contentType: string | undefined;
  signal: AbortSignal;
  isWatch: boolean;
}

/** The connections to one API server, and the credentials that go with every request. */
export interface Connections {
  /** Sends with the current credentials and, when the answer is 401, once more with fresh ones. Errors are undici's. */
  exchange(exchange: Exchange): Promise<Dispatcher.ResponseData>;
  /** Aborts when the transport closes; watches listen to it. */
  readonly closing: AbortSignal;
  close(): Promise<void>;
}

interface Agents {
  tls: TlsMaterial;
  requests: Agent;
  watches: Agent;
}

/** @see {@link Connections} */
export function createConnections(options: {
  credentials: Credentials;
  log: RuntimeLogger;
  userAgent: string;
}): Connections {
  const { credentials, log, userAgent } = options;
  const { origin, pathname } = new URL(credentials.server);
  const prefix = pathname.replace(/\/+$/, '');
  const closing = new AbortController();
  let agents: Agents | undefined;

  const agentsFor = (tls: TlsMaterial): Agents => {
    if (agents?.tls === tls) return agents;
    if (agents !== undefined) {
      log.info('the certificates have changed; new connections use them');
      // Requests in flight end in peace; watches go on until their server ends them.
      for (const agent of [agents.requests, agents.watches]) void agent.close().catch(() => undefined);
    }
    const shared = {
      allowH2: false,
      pipelining: 1,
      headersTimeout: headersMs,
      keepAliveTimeout: keepAliveMs,
      connect: { ...tls, timeout: connectMs, keepAlive: true, keepAliveInitialDelay: keepAliveMs },
    };
    agents = {
      tls,
      requests: new Agent({ ...shared, connections: requestConnections }),
      watches: new Agent({ ...shared, connections: null, bodyTimeout: 0 }),
    };
    return agents;
  };
  const send = async (exchange: Exchange, authentication: Authentication): Promise<Dispatcher.ResponseData> => {
    const { requests, watches } = agentsFor(authentication.tls);
    return request.call(exchange.isWatch ? watches : requests, {
      origin,
      path: `${prefix}${exchange.path}${queryText(exchange.query)}`,
      method: exchange.method,
      headers: {
        accept: 'application/json',
        'user-agent': userAgent,
        ...(exchange.body !== undefined && { 'content-type': exchange.contentType ?? 'application/json' }),
        ...authentication.headers,
      },
      body: exchange.body ?? null,
      signal: exchange.signal,
    });
  };
  const ensureOpen = (): void => {
    if (closing.signal.aborted) throw new RuntimeError(runtimeErrorCodes.closed, 'the transport is closed');
  };

  return {
    exchange: async (exchange) => {
      const { signal } = exchange;
      ensureOpen();
      const first = await usable(credentials.current(), signal);
      ensureOpen();
      const response = await send(exchange, first);
      if (response.statusCode !== 401) return response;
      await response.body.dump();
      // Someone else may have refreshed them meanwhile.
      if ((await usable(credentials.current(), signal)) === first) await usable(credentials.refresh(), signal);
      const second = await usable(credentials.current(), signal);
      ensureOpen();
      return send(exchange, second);
    },
    closing: closing.signal,
    close: async () => {
      closing.abort();
      const last = agents;
      agents = undefined;
      await Promise.all([last?.requests.close(), last?.watches.destroy()]);
    },
  };
}

/** Waits for credentials as long as the exchange may last: an exec plugin can hang. */
async function usable<T>(loading: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new AbortedWait());
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([loading, aborted]);
  } catch (error) {
    if (error instanceof RuntimeError || error instanceof AbortedWait) throw error;
    throw new RuntimeError(runtimeErrorCodes.credentials, `failed to load credentials: ${messageOf(error)}`);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Why the exchange was aborted is known to its deadline. */
class AbortedWait extends Error {}

function queryText(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}
