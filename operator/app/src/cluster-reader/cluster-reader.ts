import {
  ClusterReadError,
  type ClusterReader,
  type ClusterReadReason,
  type CollectionPart,
  type CollectionRead,
  type RawObject,
} from '@portolan/api';
import {
  createRepeatLog,
  resourceName,
  resourcePath,
  RuntimeError,
  runtimeErrorCodes,
  type Clock,
  type RuntimeLogger,
  type Transport,
} from '@portolan/runtime';
import { createSharedReads } from './shared-reads.ts';

/** Times in ms. */
export interface ReadLimits {
  holdMs: number;
  deadlineMs: number;
  concurrency: number;
  lineLimit: number;
  maxListed: number;
  pageSize: number;
  maxPageBytes: number;
  maxHeldObjects: number;
}

export const readLimits: Readonly<ReadLimits> = {
  /** A page that is reloaded, and several people on one page, cost the API server nothing more. */
  holdMs: 2_000,
  /** Longer than any healthy API server takes, shorter than a person waits. */
  deadlineMs: 10_000,
  /** A quarter of the transport's connections: status writes go by the others. */
  concurrency: 8,
  /** Ten entities with twenty workloads each. */
  lineLimit: 600,
  /** Objects of one collection: a namespace may have 100,000 pods. */
  maxListed: 500,
  /** Parsing 250 pods of 10 kB takes some 25 ms. */
  pageSize: 250,
  maxPageBytes: 8 * 1024 * 1024,
  /** Objects held at once: some 40 MB of large pods. */
  maxHeldObjects: 4_000,
};

/** Creates the {@link ClusterReader} on a transport, with {@link readLimits}. */
export function createClusterReader(options: {
  transport: Transport;
  clock: Clock;
  log: RuntimeLogger;
  limits?: Partial<ReadLimits>;
}): ClusterReader {
  const { transport, clock, log } = options;
  const limits = { ...readLimits, ...options.limits };
  const failures = createRepeatLog({ clock, log });
  const reads = createSharedReads<CollectionPart>({
    ...limits,
    clock,
    maxWeight: limits.maxHeldObjects,
    weigh: ({ items }) => 1 + items.length,
    overloaded: () => new ClusterReadError('Overloaded'),
    expired: () => new ClusterReadError('Timeout'),
  });

  const shared = async (
    key: string,
    fetch: (signal: AbortSignal) => Promise<CollectionPart>,
    signal: AbortSignal,
  ): Promise<CollectionPart> =>
    reads.read(
      key,
      async (fetching) => {
        try {
          return await fetch(fetching);
        } catch (error) {
          const failure = readErrorOf(error);
          const isUnwanted = fetching.aborted;
          if (failure.reason === 'Failed' && !isUnwanted) {
            failures.warn(String(failure.status), { err: error }, 'failed to read for the API');
          }
          throw failure;
        }
      },
      signal,
    );

  return {
    get: async ({ resource, namespace, name, callerClass }, signal) => {
      const path = resourcePath(resource, { namespace, name });
      const labels = { verb: 'get', resource: resourceName(resource) };
      const { items } = await shared(
        `${callerClass} get ${path}`,
        async (fetching) => {
          try {
            const answer = await transport.request({ method: 'GET', path, labels, signal: fetching });
            return { items: objectsOf([answer]), isPartial: false };
          } catch (error) {
            if (isAbsent(error)) return { items: [], isPartial: false };
            throw error;
          }
        },
        signal,
      );
      return items[0];
    },
    list: async (read, signal) => {
      const path = resourcePath(read.resource, { namespace: read.namespace });
      return shared(
        `${read.callerClass} list ${path}?${read.labelSelector ?? ''}&${read.fieldSelector ?? ''}`,
        (fetching) => listPart({ transport, read, path, limits, signal: fetching }),
        signal,
      );
    },
  };
}

/** The first objects of a collection, page by page. */
async function listPart(options: {
  transport: Transport;
  read: CollectionRead;
  path: string;
  limits: Pick<ReadLimits, 'maxListed' | 'pageSize' | 'maxPageBytes'>;
  signal: AbortSignal;
}): Promise<CollectionPart> {
  const { transport, read, path, limits, signal } = options;
  const labels = { verb: 'list', resource: resourceName(read.resource) };
  const items: RawObject[] = [];
  let limit = limits.pageSize;
  let continueToken: string | undefined;
  for (;;) {
    let answer: unknown;
    try {
      answer = await transport.request({
        method: 'GET',
        path,
        query: {
          limit: Math.min(limit, limits.maxListed - items.length),
          continue: continueToken,
          labelSelector: read.labelSelector,
          fieldSelector: read.fieldSelector,
        },
        maxBytes: limits.maxPageBytes,
        signal,
        labels,
      });
    } catch (error) {
      // Few large objects fit where many do not.
      const isTooLarge = error instanceof RuntimeError && error.code === runtimeErrorCodes.tooLarge;
      if (!isTooLarge || limit === 1) throw error;
      limit = Math.max(1, Math.floor(limit / 5));
      continue;
    }
    const page = record(answer);
    items.push(...objectsOf(page['items']));
    const next = record(page['metadata'])['continue'];
    if (typeof next !== 'string' || next === '') return { items, isPartial: false };
    if (items.length >= limits.maxListed) return { items, isPartial: true };
    continueToken = next;
  }
}

/** Objects without `managedFields`, which are a third of a pod and which nobody wants. */
function objectsOf(items: unknown): RawObject[] {
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown) => {
    const object = record(item);
    const { managedFields: _dropped, ...metadata } = record(object['metadata']);
    return typeof metadata['name'] === 'string' ? [{ ...object, metadata } as unknown as RawObject] : [];
  });
}

/** No object of that name, as against no such resource: a resource that is not served is answered without a reason. */
function isAbsent(error: unknown): boolean {
  return error instanceof RuntimeError && error.status === 404 && error.reason === 'NotFound';
}

function readErrorOf(error: unknown): ClusterReadError {
  if (!(error instanceof RuntimeError)) return new ClusterReadError('Failed', { cause: error });
  return new ClusterReadError(reasonOf(error), { status: error.status, cause: error });
}

function reasonOf({ code, status }: RuntimeError): ClusterReadReason {
  switch (code) {
    case runtimeErrorCodes.apiStatus:
      if (status === 401 || status === 403) return 'Forbidden';
      if (status === 404) return 'NotInstalled';
      return status === 429 ? 'Overloaded' : 'Failed';
    case runtimeErrorCodes.timeout:
      return 'Timeout';
    case runtimeErrorCodes.unreachable:
      return 'Unreachable';
    case runtimeErrorCodes.tooLarge:
      return 'TooLarge';
    default:
      return 'Failed';
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
