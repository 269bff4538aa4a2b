import { ApiError, badRequest } from '../errors.ts';
import { keyOf, type StoredObject } from '../objects.ts';
import { storageKey } from '../resources/resource.ts';
import type { Store } from '../store/store.ts';
import { listOptionsOf, tooLarge, tooOld, type ListOptions } from './list-options.ts';
import type { Route } from './route.ts';
import { selectionOf } from './selection.ts';

/** A page of a collection. */
export interface Page {
  items: readonly StoredObject[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

interface Position {
  version: number;
  /** The last key that was sent. */
  after: string;
}

/** @throws {ApiError} `Expired`, `Timeout`, `BadRequest`, `Invalid` */
export function listPage(store: Store, route: Route, query: URLSearchParams): Page {
  const options = listOptionsOf(query);
  const { matches, isNarrowed } = selectionOf(route, query);
  const { version, after } = positionOf(options, store);
  const all = store.list(storageKey(route.resource), version);
  if (all === undefined) throw expired(options, version, store, after);
  const found = all.filter((object) => matches(object) && (after === '' || keyOfObject(object) > after));
  // As in the API server, whose cache ignores a limit when any state will do.
  const limit = options.version === 0 ? undefined : options.limit;
  if (limit === undefined || found.length <= limit) {
    // Lists of custom resources say that nothing follows; others leave it out.
    const end = route.resource.custom ? { continue: '' } : {};
    return { items: found, metadata: { ...end, resourceVersion: String(version) } };
  }
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    metadata: {
      resourceVersion: String(version),
      continue: encode({ version, after: last === undefined ? '' : keyOfObject(last) }),
      ...(!isNarrowed && { remainingItemCount: found.length - limit }),
    },
  };
}

function positionOf(options: ListOptions, store: Store): Position {
  if (options.continueToken !== undefined) {
    const position = decode(options.continueToken);
    // A negative version in a token asks to go on with the newest state.
    return position.version < 0 ? { ...position, version: store.version } : position;
  }
  const { version, match, limit } = options;
  if (version === undefined || version === 0) return { version: store.version, after: '' };
  if (version > store.version) throw tooLarge(version, store.version);
  // Without a match, a limit asks for exactly this version (a legacy of the API server).
  const isExact = match === 'Exact' || (match === undefined && limit !== undefined);
  return { version: isExact ? version : store.version, after: '' };
}

function expired(options: ListOptions, version: number, store: Store, after: string): ApiError {
  if (options.continueToken === undefined) return tooOld(version, store.version);
  return new ApiError(
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    { continueToken: encode({ version: -1, after }) },
  );
}

function keyOfObject({ metadata }: StoredObject): string {
  return keyOf(metadata.namespace, metadata.name);
}

function encode({ version, after }: Position): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: `${after}\u0000` })).toString(
    'base64url',
  );
}

function decode(token: string): Position {
  try {
    const { rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as {
      rv: unknown;
      start: unknown;
    };
    if (typeof rv === 'number' && typeof start === 'string')
      return { version: rv, after: start.endsWith('\u0000') ? start.slice(0, -1) : start };
  } catch {
    // Refused below.
  }
  throw badRequest('continue key is not valid');
}
