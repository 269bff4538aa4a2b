import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError, envelope, inputError } from './errors.ts';

/**
 * What Node refuses before there is a request gets the same envelope. Written by hand on the socket, because there
 * is no response object yet.
 */
function ofClientError(error: Error & { code?: string }): ApiError {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ApiError({
        status: 408,
        name: 'InputError',
        code: 'API_REQUEST_TIMEOUT',
        message: 'The request was not complete in time',
      });
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError({
        status: 431,
        name: 'InputError',
        code: 'API_HEADERS_TOO_LARGE',
        message: 'URL and headers together are larger than the limit; use the POST form of the route',
      });
    default:
      return inputError('The request is not valid HTTP/1.1', 'API_REQUEST_MALFORMED');
  }
}

/** Writes the whole answer and closes. */
function refuse(socket: Duplex, error: ApiError): void {
  const body = envelope(error);
  socket.end(
    [
      `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Error'}`,
      'Content-Type: application/json; charset=utf-8',
      'Cache-Control: private, no-cache',
      'Connection: close',
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

/** For Fastify's `clientErrorHandler`. */
export function refuseClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  refuse(socket, ofClientError(error));
}

/** CONNECT and unknown expectations, which Node would answer without a body. */
export function refuseUnsupported(server: Server): void {
  server.on('connect', (_request, socket) => {
    refuse(socket, inputError('CONNECT is not supported here', 'API_REQUEST_MALFORMED'));
  });
  server.on('checkExpectation', (request, response) => {
    const error = new ApiError({
      status: 417,
      name: 'InputError',
      code: 'API_EXPECTATION',
      message: 'The Expect header may only be 100-continue',
    });
    const body = envelope(error, { method: request.method ?? '', url: request.url ?? '/' });
    response
      .writeHead(417, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      })
      .end(body);
  });
}
