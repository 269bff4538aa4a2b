import type { JsonObject } from './json.ts';
import type { Resource } from './resources/resource.ts';

/** Reasons of `Status`, as Kubernetes spells them. */
export type Reason =
  | 'AlreadyExists'
  | 'BadRequest'
  | 'Conflict'
  | 'Expired'
  | 'Forbidden'
  | 'InternalError'
  | 'Invalid'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'NotFound'
  | 'RequestEntityTooLarge'
  | 'ServiceUnavailable'
  | 'Timeout'
  | 'TooManyRequests'
  | 'Unauthorized'
  | 'UnsupportedMediaType';

const codes: Readonly<Record<Reason, number>> = {
  AlreadyExists: 409,
  BadRequest: 400,
  Conflict: 409,
  Expired: 410,
  Forbidden: 403,
  InternalError: 500,
  Invalid: 422,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  NotFound: 404,
  RequestEntityTooLarge: 413,
  ServiceUnavailable: 503,
  Timeout: 504,
  TooManyRequests: 429,
  Unauthorized: 401,
  UnsupportedMediaType: 415,
};

/** One cause of a `Status`: the field, and what is wrong with it. */
export interface Cause {
  reason: string;
  message: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: readonly Cause[];
  retryAfterSeconds?: number;
}

/** A refusal, with all that its `Status` says. `code` is stable: the reason as Kubernetes spells it. */
export class ApiError extends Error {
  readonly code: Reason;
  readonly status: number;
  readonly details: StatusDetails | undefined;
  /** For a list whose `continue` is too old: the token that goes on, inconsistently. */
  readonly continueToken: string | undefined;

  constructor(code: Reason, message: string, options: { details?: StatusDetails; continueToken?: string } = {}) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = codes[code];
    this.details = options.details;
    this.continueToken = options.continueToken;
  }

  /** The `Status` that goes over the wire. */
  toStatus(): JsonObject {
    const { continueToken, details } = this;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: continueToken === undefined ? {} : { continue: continueToken },
      status: 'Failure',
      message: this.message,
      reason: this.code,
      ...(details !== undefined && { details: details as unknown as JsonObject }),
      code: this.status,
    };
  }
}

/** `components.portolan.dev`; without the group for the core group. */
export function qualifiedResource({ group, plural }: Pick<Resource, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function detailsOf({ group, plural }: Resource, name: string): StatusDetails {
  return { name, ...(group !== '' && { group }), kind: plural };
}

export function notFound(resource: Resource, name: string): ApiError {
  return new ApiError('NotFound', `${qualifiedResource(resource)} "${name}" not found`, {
    details: detailsOf(resource, name),
  });
}

export function alreadyExists(resource: Resource, name: string): ApiError {
  return new ApiError('AlreadyExists', `${qualifiedResource(resource)} "${name}" already exists`, {
    details: detailsOf(resource, name),
  });
}

/** Without `why`: the resourceVersion differs. */
export function conflict(
  resource: Resource,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): ApiError {
  return new ApiError('Conflict', `Operation cannot be fulfilled on ${qualifiedResource(resource)} "${name}": ${why}`, {
    details: detailsOf(resource, name),
  });
}

export function invalid(resource: Resource, name: string, causes: readonly Required<Cause>[]): ApiError {
  const { group, kind } = resource;
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new ApiError('Invalid', `${group === '' ? kind : `${kind}.${group}`} "${name}" is invalid: ${text}`, {
    details: { name, ...(group !== '' && { group }), kind, causes },
  });
}

export function badRequest(message: string): ApiError {
  return new ApiError('BadRequest', message);
}
