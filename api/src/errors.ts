/**
 * Failures with an answer, in Backstage's envelope. Its clients read the body only when the content type is JSON and
 * both `error` and `response` are present, so every refusal of this server goes through here.
 */

/** Stable codes: documented in README.md, never renamed. */
export type ApiErrorCode =
  | 'API_INPUT_INVALID'
  | 'API_BODY_TOO_LARGE'
  | 'API_BODY_MALFORMED'
  | 'API_CONTENT_TYPE'
  | 'API_URL_INVALID'
  | 'API_REQUEST_MALFORMED'
  | 'API_REQUEST_TIMEOUT'
  | 'API_HEADERS_TOO_LARGE'
  | 'API_EXPECTATION'
  | 'API_ANSWER_TOO_LARGE'
  | 'API_HOST_NOT_ALLOWED'
  | 'API_PROXY_OFF'
  | 'API_CALLER_GONE'
  | 'API_NOT_FOUND'
  | 'API_TOO_MANY_STREAMS'
  | 'API_INTERNAL';

/** The body of every failed answer. `request` is missing only when the request could not be parsed. */
export interface ErrorEnvelope {
  error: { name: string; message: string; code: ApiErrorCode };
  request?: { method: string; url: string };
  response: { statusCode: number };
}

/** A failure with an answer: `name` is Backstage's, `code` is ours. The message is sent to the caller. */
export class ApiError extends Error {
  override readonly name: string;
  readonly status: number;
  readonly code: ApiErrorCode;

  constructor(options: { status: number; name: string; code: ApiErrorCode; message: string; cause?: unknown }) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = options.name;
    this.status = options.status;
    this.code = options.code;
  }
}

/** 400 InputError. The message names the parameter and the fix. */
export function inputError(message: string, code: ApiErrorCode = 'API_INPUT_INVALID'): ApiError {
  return new ApiError({ status: 400, name: 'InputError', code, message });
}

/** 404 NotFoundError. */
export function notFoundError(message: string): ApiError {
  return new ApiError({ status: 404, name: 'NotFoundError', code: 'API_NOT_FOUND', message });
}

/** 403 NotAllowedError. */
export function notAllowedError(message: string, code: ApiErrorCode): ApiError {
  return new ApiError({ status: 403, name: 'NotAllowedError', code, message });
}

/** What to show of a caller's text in a message: bounded, on one line. */
export function quoted(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return JSON.stringify(shown);
}

interface FrameworkError {
  code: string;
  statusCode?: number;
  message: string;
}

function isFrameworkError(error: unknown): error is FrameworkError & Error {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('FST_');
}

/** Largest request body in bytes: the limit of the backend whose clients call us. */
export const bodyLimitBytes = 100 * 1024;

function ofFramework(error: FrameworkError): ApiError | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return inputError(`Request body is larger than ${bodyLimitBytes} bytes; split the request`, 'API_BODY_TOO_LARGE');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return inputError('Content-Type must be application/json', 'API_CONTENT_TYPE');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return inputError('Content-Length does not match the body', 'API_BODY_MALFORMED');
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return inputError('The path holds a malformed percent-escape; encode it as UTF-8', 'API_URL_INVALID');
    default:
      return error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
        ? inputError('The request is malformed', 'API_REQUEST_MALFORMED')
        : undefined;
  }
}

/**
 * The answer to any thrown value. What we did not foresee becomes a bare 500: its message may name files, hosts or
 * secrets and belongs in the log only.
 */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  const known = isFrameworkError(error) ? ofFramework(error) : undefined;
  return (
    known ??
    new ApiError({
      status: 500,
      name: 'Error',
      code: 'API_INTERNAL',
      message: 'An internal error occurred; the log of the server has the details',
      cause: error,
    })
  );
}

/** `request.url` as seen inside the plugin: without `/api/<plugin>`. */
export function urlInsidePlugin(url: string): string {
  const inside = url.replace(/^\/api\/(?:catalog|kubernetes)(?=[/?]|$)/i, '');
  return inside.startsWith('/') ? inside : `/${inside}`;
}

/** The envelope as JSON text. */
export function envelope(error: ApiError, request?: { method: string; url: string }): string {
  const body: ErrorEnvelope = {
    error: { name: error.name, message: error.message, code: error.code },
    ...(request && { request: { method: request.method, url: urlInsidePlugin(request.url) } }),
    response: { statusCode: error.status },
  };
  return JSON.stringify(body);
}
