import type { Clock } from '../clock.ts';
import { RuntimeError, runtimeErrorCodes } from '../errors.ts';
import type { RuntimeMetrics } from '../metrics/metrics.ts';
import type { Connections } from './connections.ts';
import { startDeadline, type Deadline } from './deadline.ts';
import { createLineSplitter } from './lines.ts';
import { refusal } from './request.ts';
import type { WatchRequest } from './transport.ts';

/** One line of a watch: `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK`, `ERROR`, or what a later server invents. */
export interface WatchEvent {
  type: string;
  object: unknown;
}

/** Four times what etcd holds of one object. */
const maxLineBytes = 8 * 1024 * 1024;

/** Opens one watch of a {@link Transport}. */
export async function openWatch(options: {
  request: WatchRequest;
  connections: Connections;
  clock: Clock;
  metrics: RuntimeMetrics;
}): Promise<AsyncIterable<readonly WatchEvent[]>> {
  const { request, connections, clock, metrics } = options;
  const { path, query, labels } = request;
  const what = `${labels.verb} ${path}`;
  const startedAt = clock.monotonic();
  const deadline = startDeadline({
    clock,
    ms: request.idleMs,
    caller: request.signal,
    closing: connections.closing,
  });
  let code: string = runtimeErrorCodes.unreachable;
  try {
    const { signal } = deadline;
    const unsent = { body: undefined, contentType: undefined };
    const response = await connections.exchange({ method: 'GET', path, query, ...unsent, signal, isWatch: true });
    code = String(response.statusCode);
    if (response.statusCode !== 200) throw await refusal({ response, what, now: clock.now() });
    return eventsOf({ body: response.body as AsyncIterable<Buffer>, deadline, what });
  } catch (error) {
    deadline.end();
    const explained = deadline.explain(error, what);
    if (explained.code !== runtimeErrorCodes.apiStatus) code = explained.code;
    throw explained;
  } finally {
    metrics.request({ ...labels, code, durationMs: clock.monotonic() - startedAt });
  }
}

async function* eventsOf(options: {
  body: AsyncIterable<Buffer>;
  deadline: Deadline;
  what: string;
}): AsyncGenerator<readonly WatchEvent[]> {
  const { body, deadline, what } = options;
  const lines = createLineSplitter({ maxBytes: maxLineBytes });
  try {
    for await (const chunk of body) {
      deadline.touch();
      const events = lines.push(chunk).map((line) => parseEvent(line, what));
      if (events.length > 0) {
        yield events;
        // The consumer's time is not the server's silence.
        deadline.touch();
      }
    }
    if (lines.pending > 0) throw malformed(what, 'the stream ended in the middle of a line');
  } catch (error) {
    throw deadline.explain(error, what);
  } finally {
    deadline.end();
  }
}

function parseEvent(line: string, what: string): WatchEvent {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    throw malformed(what, 'a line of the stream is no JSON');
  }
  if (typeof event !== 'object' || event === null || !('type' in event) || typeof event.type !== 'string') {
    throw malformed(what, 'a line of the stream is no event');
  }
  return { type: event.type, object: 'object' in event ? event.object : undefined };
}

function malformed(what: string, why: string): RuntimeError {
  return new RuntimeError(runtimeErrorCodes.malformed, `failed to ${what}: ${why}`);
}
