import { RuntimeError, runtimeErrorCodes } from '../errors.ts';
import { eventLoop } from '../event-loop.ts';
import { resourceName, resourcePath, type ResourceType } from '../kubernetes/object.ts';
import { isAtLeast } from '../kubernetes/resource-version.ts';
import { apiStatusError } from '../kubernetes/status.ts';
import type { RuntimeMetrics } from '../metrics/metrics.ts';
import type { Transport } from '../transport/transport.ts';

/** The server ends a watch after a random time in this span, as client-go asks for it: renewals spread out. */
const shortestWatchSeconds = 300;
const longestWatchSeconds = 600;
/** Bookmarks come about every minute; three of them missing mean that nobody is there any more. */
const idleMs = 180_000;
/** A server that has initial events sends them at once. */
const initialIdleMs = 30_000;

/** What a watch reports, in the order of the stream. */
export interface WatchHandler {
  /** The API server accepted the watch. */
  opened(): void;
  put(raw: unknown): void;
  remove(raw: unknown): void;
  /** The initial events are complete; only in a watch that began without `from`. */
  listed(): Promise<void>;
  /** Everything up to this resourceVersion has been reported. Never before `listed`. */
  reached(resourceVersion: string): void;
  /** An event of a type that this program does not know, which is left out. */
  unknown(type: string): void;
}

/**
 * Runs one watch to its end in order; gives the number of its events. Without `from` it is a watch-list: the stream
 * begins with everything that exists (KEP-3157). Errors are the transport's, and RUNTIME_API_STATUS for an ERROR event.
 */
export async function runWatch(options: {
  transport: Transport;
  resource: ResourceType;
  namespace: string | undefined;
  fieldSelector?: string | undefined;
  from: string | undefined;
  signal: AbortSignal;
  random: () => number;
  metrics: RuntimeMetrics;
  handler: WatchHandler;
}): Promise<number> {
  const { transport, resource, namespace, fieldSelector, from, signal, random, metrics, handler } = options;
  const name = resourceName(resource);
  const path = resourcePath(resource, { namespace });
  const seconds = shortestWatchSeconds + Math.floor(random() * (longestWatchSeconds - shortestWatchSeconds));
  let isListed = from !== undefined;
  let seenUpTo = from;
  let events = 0;

  const handle = async (type: string, object: unknown): Promise<void> => {
    metrics.watchEvent({ resource: name, type: eventTypes.has(type) ? type : 'OTHER' });
    const version = resourceVersionOf(object);
    if (changeTypes.has(type) && isListed && isKnown(version, seenUpTo)) return;
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
        handler.put(object);
        break;
      case 'DELETED':
        handler.remove(object);
        break;
      case 'BOOKMARK':
        if (!isListed && isEndOfInitialEvents(object)) {
          isListed = true;
          await handler.listed();
        }
        break;
      case 'ERROR':
        throw apiStatusError({ what: `watch ${path}`, body: object });
      default:
        handler.unknown(type);
        return;
    }
    // Initial events do not come in the order of their versions, so nothing is reached before their end.
    if (!isListed || version === undefined) return;
    seenUpTo = version;
    handler.reached(version);
  };

  const stream = await transport.watch({
    path,
    query: {
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds: seconds,
      resourceVersion: from,
      fieldSelector,
      ...(from === undefined && { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }),
    },
    idleMs: () => (isListed ? idleMs : initialIdleMs),
    signal,
    labels: { verb: 'watch', resource: name },
  });
  handler.opened();
  for await (const batch of stream) {
    for (const { type, object } of batch) {
      await handle(type, object);
      events += 1;
      await eventLoop.breathe();
      if (signal.aborted) throw new RuntimeError(runtimeErrorCodes.aborted, `failed to watch ${path}: aborted`);
    }
  }
  if (!isListed) {
    throw new RuntimeError(runtimeErrorCodes.malformed, `failed to watch ${path}: it ended within the initial events`);
  }
  return events;
}

const eventTypes: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

const changeTypes: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED']);

/** What a server repeats from before the beginning of a watch would bring deleted objects back for a moment. */
function isKnown(version: string | undefined, seenUpTo: string | undefined): boolean {
  return version !== undefined && seenUpTo !== undefined && isAtLeast(seenUpTo, version);
}

function metadataOf(object: unknown): object | undefined {
  if (typeof object !== 'object' || object === null || !('metadata' in object)) return undefined;
  return typeof object.metadata === 'object' && object.metadata !== null ? object.metadata : undefined;
}

function resourceVersionOf(object: unknown): string | undefined {
  const metadata = metadataOf(object);
  const version = metadata !== undefined && 'resourceVersion' in metadata ? metadata.resourceVersion : undefined;
  return typeof version === 'string' && version !== '' ? version : undefined;
}

function isEndOfInitialEvents(bookmark: unknown): boolean {
  const metadata = metadataOf(bookmark);
  const annotations = metadata !== undefined && 'annotations' in metadata ? metadata.annotations : undefined;
  return (
    typeof annotations === 'object' &&
    annotations !== null &&
    'k8s.io/initial-events-end' in annotations &&
    annotations['k8s.io/initial-events-end'] === 'true'
  );
}
