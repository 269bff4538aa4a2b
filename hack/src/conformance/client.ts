import { Agent, request } from 'undici';

/** An object as a conformance case looks at it. */
export interface Thing {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion: string;
    generation?: number;
    creationTimestamp: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    managedFields?: { manager: string; operation: string; subresource?: string; fieldsV1?: object }[];
  };
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface ThingList {
  kind: string;
  apiVersion: string;
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  items: Thing[];
}

export interface StatusBody {
  kind: 'Status';
  reason: string;
  message: string;
  code: number;
  status: string;
  metadata: { continue?: string };
  details?: {
    name?: string;
    kind?: string;
    group?: string;
    uid?: string;
    causes?: { reason: string; field?: string; message?: string }[];
  };
}

export interface Answer<Body> {
  status: number;
  body: Body;
  headers: Record<string, string | string[] | undefined>;
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: Thing & StatusBody;
}

/** An open watch. */
export interface WatchStream {
  /** The next event; undefined when the server has ended the stream. */
  next(): Promise<WatchEvent | undefined>;
  /** Events up to and with the first that fits. */
  until(isLast: (event: WatchEvent) => boolean): Promise<WatchEvent[]>;
  close(): void;
}

/** Requests to one API server. */
export interface Client {
  request<Body = Thing>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  /** @throws when the answer is not 200 */
  watch(path: string, headers?: Record<string, string>): Promise<WatchStream>;
  close(): Promise<void>;
}

/** @param options.tls PEM texts for servers with HTTPS */
export function createClient(options: { server: string; tls?: { ca: string; cert: string; key: string } }): Client {
  const { server, tls } = options;
  const agent = new Agent({ connections: null, ...(tls !== undefined && { connect: tls }) });
  return {
    request: async <Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const response = await request(new URL(path, server), {
        method,
        dispatcher: agent,
        headers: {
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      });
      const text = await response.body.text();
      const isJson = String(response.headers['content-type']).startsWith('application/json');
      return {
        status: response.statusCode,
        body: (isJson ? JSON.parse(text) : text) as Body,
        headers: response.headers,
      };
    },
    watch: async (path, headers = {}) => {
      const abort = new AbortController();
      const response = await request(new URL(path, server), {
        dispatcher: agent,
        headers: { accept: 'application/json', ...headers },
        signal: abort.signal,
        bodyTimeout: 0,
      });
      if (response.statusCode !== 200) {
        throw new Error(`watch ${path}: ${response.statusCode} ${await response.body.text()}`);
      }
      return streamOf(linesOf(response.body), abort);
    },
    close: async () => {
      await agent.destroy();
    },
  };
}

async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of body) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      yield rest.subarray(0, end).toString('utf8');
      rest = rest.subarray(end + 1);
    }
  }
}

function streamOf(lines: AsyncGenerator<string>, abort: AbortController): WatchStream {
  const next: WatchStream['next'] = async () => {
    const { done, value } = await lines.next();
    return done === true ? undefined : (JSON.parse(value) as WatchEvent);
  };
  return {
    next,
    until: async (isLast) => {
      const events: WatchEvent[] = [];
      for (;;) {
        const event = await next();
        if (event === undefined) throw new Error(`the watch ended after ${JSON.stringify(events)}`);
        events.push(event);
        if (isLast(event)) return events;
      }
    },
    close: () => {
      abort.abort();
    },
  };
}
