/**
 * The error catalogue of this package. Codes are part of the API and are never renamed; messages are for people and
 * never contain a token, a key or a header value.
 */
export const runtimeErrorCodes = {
  /** The API server answered with a status other than 2xx; `status` and, where sent, `reason` say which. */
  apiStatus: 'RUNTIME_API_STATUS',
  /** No answer: refused, reset, unresolvable, TLS failure, or cut in the middle of a body. */
  unreachable: 'RUNTIME_UNREACHABLE',
  /** No answer in time. */
  timeout: 'RUNTIME_TIMEOUT',
  /** The caller's signal aborted the request. */
  aborted: 'RUNTIME_ABORTED',
  /** The transport was closed before the request. */
  closed: 'RUNTIME_CLOSED',
  /** A body, or one line or item of it, is larger than this process is willing to hold. */
  tooLarge: 'RUNTIME_TOO_LARGE',
  /** An answer that is not what the Kubernetes API sends: no JSON, no metadata, a line cut short. */
  malformed: 'RUNTIME_MALFORMED',
  /** Credentials cannot be loaded or used. */
  credentials: 'RUNTIME_CREDENTIALS',
  /** A transform or an index function failed on an object, or a transform dropped the object's identity. */
  transform: 'RUNTIME_TRANSFORM',
  /** Something that runs once was started again. */
  alreadyRunning: 'RUNTIME_ALREADY_RUNNING',
  /** Components were still running when the time to drain was over. */
  drainTimeout: 'RUNTIME_DRAIN_TIMEOUT',
  /** A write was not sent because this process is not, or no longer certainly, the leader. */
  notLeading: 'RUNTIME_NOT_LEADING',
  /** Another process leads after this one did. */
  leadershipLost: 'RUNTIME_LEADERSHIP_LOST',
} as const;

export type RuntimeErrorCode = (typeof runtimeErrorCodes)[keyof typeof runtimeErrorCodes];

/** Details of a {@link RuntimeError}. */
export interface RuntimeErrorDetails {
  /** HTTP status, or the code of a `Status` object inside a watch stream. */
  status?: number | undefined;
  /** How long the server asked to wait. */
  retryAfterMs?: number | undefined;
  /** `reason` of the Kubernetes `Status`, such as `Expired`; absent when the answer was none. */
  reason?: string | undefined;
  /** `details.causes[].reason` of the Kubernetes `Status`. */
  causes?: readonly string[] | undefined;
  cause?: unknown;
}

/** Every failure that this package raises on purpose. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly code: RuntimeErrorCode;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly reason?: string;
  readonly causes?: readonly string[];

  constructor(code: RuntimeErrorCode, message: string, details: RuntimeErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    if (details.status !== undefined) this.status = details.status;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
    if (details.reason !== undefined) this.reason = details.reason;
    if (details.causes !== undefined) this.causes = details.causes;
  }
}

/** The text of anything thrown, for messages of the form `failed to <verb> <object>: <cause>`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
