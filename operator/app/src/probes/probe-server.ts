import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { formatReadiness, type Readiness } from './readiness.ts';

/** Where probes and metrics are served, apart from the API. */
export interface ProbeServer {
  /** Resolves with the port, which the system chooses for 0; rejects when it is taken. */
  listen(where: { host: string; port: number }): Promise<number>;
  /** Takes no more requests, and resolves when those under way are answered. */
  close(): Promise<void>;
}

interface Answer {
  status: number;
  type: string;
  body: string;
}

const textType = 'text/plain; charset=utf-8';
/** Whoever sends a request slower than this is not a kubelet. */
const requestTimeoutMs = 10_000;

/**
 * Creates the server of `/livez`, `/readyz[?verbose]` and `/metrics`, for a port of their own. Any Host is served: the
 * kubelet asks by pod IP, and there is nothing here about the catalog's content. It is Node's own server, because role
 * `operator` has no other HTTP to serve and a framework would be a fifth of its idle memory.
 */
export function createProbeServer(options: {
  readiness: () => Readiness;
  registry: Registry;
  log: Pick<Logger, 'error'>;
}): ProbeServer {
  const { readiness, registry, log } = options;
  const answerTo = async (path: string, query: string): Promise<Answer> => {
    switch (path) {
      case '/livez':
        return { status: 200, type: textType, body: 'ok' };
      case '/readyz': {
        const state = readiness();
        const isVerbose = !state.ready || new URLSearchParams(query).has('verbose');
        return {
          status: state.ready ? 200 : 503,
          type: textType,
          body: isVerbose ? formatReadiness(state) : 'ok',
        };
      }
      case '/metrics':
        return { status: 200, type: registry.contentType, body: await registry.metrics() };
      default:
        return { status: 404, type: textType, body: 'only /livez, /readyz and /metrics are served here\n' };
    }
  };
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // What is not read would be taken for the next request of the connection.
    request.resume();
    const { method = '', url = '/' } = request;
    if (method !== 'GET' && method !== 'HEAD') {
      send(response, { status: 405, type: textType, body: 'only GET is answered here\n' }, { allow: 'GET, HEAD' });
      return;
    }
    const [path = '/', query = ''] = url.split('?', 2);
    try {
      send(response, await answerTo(path, query));
    } catch (error) {
      log.error({ err: error, path }, 'failed to answer a probe');
      send(response, { status: 500, type: textType, body: 'failed; the log says why\n' });
    }
  };
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    void respond(request, response);
  });
  return {
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port }, () => {
          server.removeListener('error', reject);
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        // Connections that are kept alive without a request are closed by it, too.
        server.close(() => resolve());
      }),
  };
}

function send(response: ServerResponse, { status, type, body }: Answer, headers: Record<string, string> = {}): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}
