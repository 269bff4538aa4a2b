import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { apiStatusError, parseRetryAfter } from '../kubernetes/status.ts';
import type { RuntimeMetrics } from '../metrics/metrics.ts';
import type { Connections } from './connections.ts';
import { startDeadline } from './deadline.ts';
import type { TransportRequest } from './transport.ts';

const defaultTimeoutMs = 30_000;
const defaultMaxBytes = 32 * 1024 * 1024;
/** The API server refuses larger request bodies. */
const maxRequestBytes = 3 * 1024 * 1024;
/** A `Status` is small; of anything larger the HTTP status says enough. */
const maxStatusBytes = 256 * 1024;

/** Sends one request of a {@link Transport}. */
export async function sendRequest(options: {
  request: TransportRequest;
  connections: Connections;
  clock: Clock;
  metrics: RuntimeMetrics;
}): Promise<unknown> {
  const { request, connections, clock, metrics } = options;
  const { method, path, query, contentType, labels, timeoutMs = defaultTimeoutMs } = request;
  const what = `${labels.verb} ${path}`;
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  if (body !== undefined && Buffer.byteLength(body) > maxRequestBytes) {
    throw new RuntimeError(runtimeErrorCodes.tooLarge, `failed to ${what}: the body is larger than 3 MiB`);
  }
  const startedAt = clock.monotonic();
  // Closing the transport waits for requests, so they do not listen to it.
  const deadline = startDeadline({ clock, ms: () => timeoutMs, caller: request.signal, closing: undefined });
  let code: string = runtimeErrorCodes.unreachable;
  try {
    const { signal } = deadline;
    const response = await connections.exchange({ method, path, query, body, contentType, signal, isWatch: false });
    code = String(response.statusCode);
    if (response.statusCode >= 300) throw await refusal({ response, what, now: clock.now() });
    const bytes = await readBytes(response, { maxBytes: request.maxBytes ?? defaultMaxBytes, what });
    return request.asBytes === true ? bytes : parseJson(bytes.toString('utf8'), what);
  } catch (error) {
    const explained = deadline.explain(error, what);
    if (explained.code !== runtimeErrorCodes.apiStatus) code = explained.code;
    throw explained;
  } finally {
    deadline.end();
    metrics.request({ ...labels, code, durationMs: clock.monotonic() - startedAt });
  }
}

/** The error for an answer other than 2xx. */
export async function refusal(options: {
  response: Dispatcher.ResponseData;
  what: string;
  now: number;
}): Promise<RuntimeError> {
  const { response, what, now } = options;
  const header = response.headers['retry-after'];
  let body: unknown;
  try {
    body = JSON.parse((await readBytes(response, { maxBytes: maxStatusBytes, what })).toString('utf8'));
  } catch {
    // A proxy's page or a cut body: the HTTP status is what counts.
    body = undefined;
  }
  return apiStatusError({
    what,
    body,
    status: response.statusCode,
    retryAfterMs: parseRetryAfter(typeof header === 'string' ? header : undefined, now),
  });
}

async function readBytes(
  response: Dispatcher.ResponseData,
  { maxBytes, what }: { maxBytes: number; what: string },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the body, and its connection with it.
    if (size > maxBytes) {
      throw new RuntimeError(
        runtimeErrorCodes.tooLarge,
        `failed to ${what}: the answer is larger than ${maxBytes} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RuntimeError(runtimeErrorCodes.malformed, `failed to ${what}: the answer is no JSON`);
  }
}
