import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { apiVersionOf, type ResourceType } from '../kubernetes/object.ts';
import type { RuntimeMetrics } from '../metrics/metrics.ts';
import type { Connections, Exchange } from '../transport/connections.ts';
import { sendRequest } from '../transport/request.ts';
import type { Transport } from '../transport/transport.ts';
import { openWatch } from '../transport/watch-stream.ts';
import { createByteStream, type ByteStream } from './byte-stream.ts';
import { createListAnswers, statusAnswer, type Answer } from './collection-answers.ts';
import { createObjectLog, type ObjectLog, type StoredObject } from './object-log.ts';

/** What happens to the next requests. */
export type RequestFault =
  | { kind: 'refused' }
  | { kind: 'answer'; answer: Answer }
  /** 200, and an end at once. */
  | { kind: 'empty' }
  /** No answer ever: a half-open connection. */
  | { kind: 'silent' }
  /** The answer is cut after a share of its bytes, or of its initial events. */
  | { kind: 'truncated'; share: number };

/** An API server of one collection in memory: its answers are bytes, cut in pieces and by faults, without a socket. */
export interface ScheduledServer {
  readonly connections: Connections;
  readonly log: ObjectLog;
  readonly watches: number;
  offersWatchList: boolean;
  /** Taken by the next requests in order. */
  readonly faults: RequestFault[];
  /** A watch that resumes is sent so many versions that it has seen already. */
  replayedVersions: number;
  /** Ends every watch in order. */
  end(): void;
  /** Cuts every watch, having sent these bytes. */
  cut(after?: Uint8Array): void;
  /** The next event comes to the open watches as a line that is cut short, and the stream goes on. */
  garbleNext(): void;
  /** No watch hears anything any more, and none is told. */
  stall(): void;
  send(event: { type: string; object: unknown }): void;
  bookmark(): void;
}

/** Creates one. Bytes come in pieces of random sizes; initial events in random order. */
export function createScheduledServer(options: { resource: ResourceType; random: () => number }): ScheduledServer {
  const { resource, random } = options;
  const type = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  const log = createObjectLog(type);
  const list = createListAnswers({ log, resource });
  const faults: RequestFault[] = [];
  const watches = new Set<ByteStream>();
  const stalled = new WeakSet<ByteStream>();

  const write = (stream: ByteStream, text: string): void => {
    const bytes = Buffer.from(text);
    for (let from = 0; from < bytes.length;) {
      // Often a few bytes, so that characters and lines are cut, and often all that is left.
      const size = random() < 0.5 ? 1 + Math.floor(random() * 7) : bytes.length;
      stream.write(bytes.subarray(from, from + size));
      from += size;
    }
  };
  const listening = (): ByteStream[] => {
    for (const stream of watches) if (!stream.isOpen) watches.delete(stream);
    return [...watches].filter((stream) => !stalled.has(stream));
  };
  const bookmarkAt = (annotations?: Record<string, string>): { type: string; object: unknown } => ({
    type: 'BOOKMARK',
    object: { ...type, metadata: { resourceVersion: String(log.version), ...(annotations && { annotations }) } },
  });
  let isGarbled = false;
  log.onEvent((event) => {
    const line = lineOf(event);
    for (const stream of listening()) write(stream, isGarbled ? `${line.slice(0, line.length / 2)}\n` : line);
    isGarbled = false;
  });

  const watch = (query: Readonly<Record<string, string>>, stream: ByteStream, share: number): Answer | undefined => {
    const isList = query['sendInitialEvents'] === 'true';
    if (isList && !server.offersWatchList) return statusAnswer(422, 'Invalid');
    const from = Number(query['resourceVersion'] ?? 0);
    const missed = isList ? shuffled(log.objects(), random).map(added) : log.since(from);
    if (missed === undefined) return statusAnswer(410, 'Expired');
    if (!isList && from > log.version) return tooLargeVersion();
    const replayed = isList ? missed : (log.since(from - server.replayedVersions) ?? missed);
    const end = isList ? [bookmarkAt({ 'k8s.io/initial-events-end': 'true' })] : [];
    const text = [...replayed, ...end].map(lineOf).join('');
    write(stream, text.slice(0, Math.floor(text.length * share)));
    if (share < 1) stream.end();
    else watches.add(stream);
    return undefined;
  };
  const exchange = async ({ query = {}, signal }: Exchange): Promise<Dispatcher.ResponseData> => {
    const fault = faults.shift();
    if (fault?.kind === 'refused') throw new Error('connect ECONNREFUSED');
    if (fault?.kind === 'silent')
      return new Promise((_, reject) => aborted(signal, () => reject(new Error('aborted'))));
    const stream = createByteStream(signal);
    if (fault?.kind === 'empty') stream.end();
    const share = fault?.kind === 'truncated' ? fault.share : 1;
    const asked = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)] as const));
    const present = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== 'undefined'));
    let answer = fault?.kind === 'answer' ? fault.answer : undefined;
    if (answer === undefined && stream.isOpen) {
      answer = present['watch'] === 'true' ? watch(present, stream, share) : list(present, undefined);
    }
    if (answer !== undefined) {
      const text = JSON.stringify(answer.body ?? {});
      write(stream, text.slice(0, Math.floor(text.length * share)));
      stream.end();
    }
    const { status = 200, headers = {} } = answer ?? {};
    return { statusCode: status, headers, body: stream } as unknown as Dispatcher.ResponseData;
  };
  const server: ScheduledServer = {
    connections: { exchange, closing: new AbortController().signal, close: () => Promise.resolve() },
    log,
    get watches() {
      return listening().length;
    },
    offersWatchList: true,
    faults,
    replayedVersions: 0,
    end: () => {
      for (const stream of listening()) stream.end();
    },
    cut: (after) => {
      for (const stream of listening()) {
        if (after === undefined) stream.fail(new Error('read ECONNRESET'));
        else {
          stream.write(after);
          stream.end();
        }
      }
    },
    garbleNext: () => {
      isGarbled = true;
    },
    stall: () => {
      for (const stream of listening()) stalled.add(stream);
    },
    send: (event) => {
      for (const stream of listening()) write(stream, lineOf(event));
    },
    bookmark: () => server.send(bookmarkAt()),
  };
  return server;
}

/** The real transport over it, but for its sockets. */
export function createMemoryTransport(options: {
  server: ScheduledServer;
  clock: Clock;
  metrics: RuntimeMetrics;
}): Transport {
  const { clock, metrics } = options;
  const { connections } = options.server;
  return {
    request: (request) => sendRequest({ request, connections, clock, metrics }),
    watch: (request) => openWatch({ request, connections, clock, metrics }),
    close: () => connections.close(),
  };
}

/** As a server that was restored from a backup answers. */
function tooLargeVersion(): Answer {
  const { status, body } = statusAnswer(504, 'Timeout');
  return { status, body: { ...(body as object), details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } } };
}

function lineOf({ type, object }: { type: string; object: unknown }): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function added(object: StoredObject): { type: string; object: unknown } {
  return { type: 'ADDED', object };
}

function aborted(signal: AbortSignal, fn: () => void): void {
  if (signal.aborted) fn();
  else signal.addEventListener('abort', fn, { once: true });
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
