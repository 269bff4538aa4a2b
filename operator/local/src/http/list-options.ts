import { ApiError, badRequest, type Cause } from '../errors.ts';

/** The part of a query that says which state a list or watch wants. */
export interface ListOptions {
  /** Undefined: the newest. */
  version: number | undefined;
  match: 'Exact' | 'NotOlderThan' | undefined;
  limit: number | undefined;
  continueToken: string | undefined;
}

export interface WatchOptions {
  /** Undefined: begin with what is there now. */
  version: number | undefined;
  sendInitialEvents: boolean;
  allowBookmarks: boolean;
  timeoutSeconds: number | undefined;
}

/** @throws {ApiError} `BadRequest`, `Invalid` */
export function listOptionsOf(query: URLSearchParams): ListOptions {
  const match = query.get('resourceVersionMatch') ?? '';
  const version = query.get('resourceVersion') ?? '';
  const continueToken = query.get('continue') ?? '';
  const causes: Required<Cause>[] = [];
  if (match !== '') {
    if (version === '') causes.push(forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (continueToken !== '') causes.push(forbidden('resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan') causes.push(unsupported(match));
    if (match === 'Exact' && version === '0') {
      causes.push(forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (query.has('sendInitialEvents')) {
    causes.push(forbidden('sendInitialEvents is forbidden for list', 'sendInitialEvents'));
  }
  requireNone(causes);
  if (continueToken !== '' && version !== '' && version !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  return {
    version: versionOf(version),
    match: match === 'Exact' || match === 'NotOlderThan' ? match : undefined,
    limit: positive(query.get('limit')),
    continueToken: continueToken === '' ? undefined : continueToken,
  };
}

/** @throws {ApiError} `BadRequest`, `Invalid` */
export function watchOptionsOf(query: URLSearchParams): WatchOptions {
  const match = query.get('resourceVersionMatch') ?? '';
  const initial = query.get('sendInitialEvents');
  const causes: Required<Cause>[] = [];
  if (initial !== null && match !== 'NotOlderThan') {
    causes.push(forbidden('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match !== '') {
    if (initial === null) {
      causes.push(forbidden('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    }
    if (match !== 'NotOlderThan') causes.push(unsupported(match, ['NotOlderThan']));
  }
  requireNone(causes);
  return {
    version: watchVersionOf(query.get('resourceVersion') ?? ''),
    sendInitialEvents: initial === 'true' || initial === '1',
    allowBookmarks: ['true', '1'].includes(query.get('allowWatchBookmarks') ?? ''),
    timeoutSeconds: positive(query.get('timeoutSeconds')),
  };
}

/** @throws {ApiError} `BadRequest` */
function versionOf(text: string): number | undefined {
  if (text === '') return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version ${JSON.stringify(text)}`);
  return Number(text);
}

/** For a watch the API server calls the same mistake its own. */
function watchVersionOf(text: string): number | undefined {
  if (text !== '' && !/^\d+$/.test(text)) {
    throw new ApiError('InternalError', `invalid resource version ${JSON.stringify(text)}`);
  }
  return versionOf(text);
}

function positive(text: string | null): number | undefined {
  if (text === null || text === '' || text === '0') return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function forbidden(what: string, field = 'resourceVersionMatch'): Required<Cause> {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${what}`, field };
}

function unsupported(match: string, supported = ['Exact', 'NotOlderThan', '']): Required<Cause> {
  const values = supported.map((each) => JSON.stringify(each)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(match)}: supported values: ${values}`;
  return { reason: 'FieldValueNotSupported', message, field: 'resourceVersionMatch' };
}

function requireNone(causes: readonly Required<Cause>[]): void {
  if (causes.length === 0) return;
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  throw new ApiError('Invalid', `ListOptions.meta.k8s.io "" is invalid: ${text}`, {
    details: { group: 'meta.k8s.io', kind: 'ListOptions', causes },
  });
}

/** What a version that is not there yet is answered with. */
export function tooLarge(wanted: number, current: number): ApiError {
  return new ApiError('Timeout', `Too large resource version: ${wanted}, current: ${current}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
}

/** What a version whose changes are compacted is answered with. */
export function tooOld(wanted: number, oldest: number): ApiError {
  return new ApiError('Expired', `too old resource version: ${wanted} (${oldest})`);
}
