import type { RawObject } from './cluster-reader.ts';
import type { EntityObjects, ReadFailure } from './entity-objects.ts';
import { maxObjects } from './entity-objects.ts';
import type { PodUsage } from './pod-metrics.ts';
import { withoutSecrets } from './redact.ts';

/** An entry of `errors`, in Backstage's shape. */
export type FetchError =
  | {
      errorType: 'BAD_REQUEST' | 'UNAUTHORIZED_ERROR' | 'NOT_FOUND' | 'SYSTEM_ERROR' | 'UNKNOWN_ERROR';
      statusCode: number;
      resourcePath: string;
    }
  | { errorType: 'FETCH_ERROR'; message: string };

/** The objects of one entity in one cluster, in Backstage's shape (`ObjectsByEntityResponse`). */
export interface ObjectsAnswer {
  items: readonly {
    cluster: { name: string };
    resources: readonly { type: string; resources: readonly RawObject[] }[];
    podMetrics: readonly PodUsage[];
    errors: readonly FetchError[];
  }[];
}

/** Builds the answer, of objects without secrets. A cluster with neither objects nor errors is left out, as in Backstage. */
export function objectsAnswer(options: {
  cluster: string;
  objects: EntityObjects;
  /** The type of each object's group; undefined leaves it out. Default: the type of its kind. */
  typeOf?: (found: { kind: { group: string; plural: string; type: string } }) => string | undefined;
  podMetrics?: readonly PodUsage[];
  /** Errors beside those of reading. */
  errors?: readonly FetchError[];
}): ObjectsAnswer {
  const { cluster, objects, podMetrics = [], typeOf = ({ kind }) => kind.type, errors = [] } = options;
  const byType = new Map<string, RawObject[]>();
  // An object can be linked itself and owned by another one that is.
  const seen = new Set<string>();
  for (const found of [...objects.roots.flatMap((root) => root.found ?? []), ...objects.owned]) {
    const type = typeOf(found);
    const uid = found.object.metadata.uid ?? '';
    if (type === undefined || seen.has(uid)) continue;
    seen.add(uid);
    const group = byType.get(type);
    const object = withoutSecrets(found.object);
    if (group === undefined) byType.set(type, [object]);
    else group.push(object);
  }
  const resources = [...byType].map(([type, each]) => ({ type, resources: each }));
  const all = [...objects.failures.map(fetchError), ...tooMany(objects.more), ...errors];
  if (resources.length === 0 && all.length === 0) return { items: [] };
  return { items: [{ cluster: { name: cluster }, resources, podMetrics, errors: all }] };
}

/** The entry for something that could not be read. */
export function fetchError({ reason, status, path }: ReadFailure): FetchError {
  if (status !== undefined) return statusError(status, path);
  return { errorType: 'FETCH_ERROR', message: messages[reason](path) };
}

/** The error for a status, named as Backstage names it. */
export function statusError(statusCode: number, resourcePath: string): FetchError {
  const names: Readonly<Record<number, 'BAD_REQUEST' | 'UNAUTHORIZED_ERROR' | 'NOT_FOUND' | 'SYSTEM_ERROR'>> = {
    400: 'BAD_REQUEST',
    401: 'UNAUTHORIZED_ERROR',
    404: 'NOT_FOUND',
    500: 'SYSTEM_ERROR',
  };
  return { errorType: names[statusCode] ?? 'UNKNOWN_ERROR', statusCode, resourcePath };
}

const messages: Readonly<Record<ReadFailure['reason'], (path: string) => string>> = {
  Forbidden: (path) => `Portolan may not read ${path}`,
  NotInstalled: (path) => `${path} is not served by this cluster`,
  Timeout: (path) => `The API server did not answer in time for ${path}`,
  Unreachable: (path) => `The API server cannot be reached, so ${path} was not read`,
  TooLarge: (path) => `${path} is larger than Portolan is willing to hold`,
  Overloaded: (path) => `Too much is being read from the cluster at once, so ${path} was not; ask again in a moment`,
  Failed: (path) => `${path} could not be read; the log of the server has the details`,
  Partial: (path) => `${path} holds more objects than are read for one answer; some are missing`,
};

function tooMany(more: number): FetchError[] {
  if (more === 0) return [];
  return [
    { errorType: 'FETCH_ERROR', message: `An answer holds at most ${maxObjects} objects; ${more} more are left out` },
  ];
}
