import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { JSON_CONTENT_TYPE } from '../contract/aios.ts';
import { ApiError, invalidArgument } from '../contract/errors.ts';

type ClientError = Error & { code?: string };

/** Answers what Node itself rejects before there is a request (contract §4.2). */
export function clientErrorHandler(log: () => FastifyBaseLogger) {
  return (error: ClientError, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const failure = failureOf(error);
    log().info({ status: failure.status, reason: error.code }, 'request rejected before routing');
    if (socket.writable) socket.write(rawAnswer(failure));
    socket.destroySoon();
  };
}

function failureOf(error: ClientError): ApiError {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ApiError('requestTooSlow', 'the request did not arrive in time');
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError('headersTooLarge', 'the URL and headers are too long');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new ApiError('bodyTooLarge', "the body's chunk extensions are too long");
    default:
      return invalidArgument('the request is not valid HTTP');
  }
}

/** A whole HTTP answer, for a socket without a response object. */
export function rawAnswer(failure: ApiError): string {
  const body = JSON.stringify(failure.answer);
  return [
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}`,
    `Content-Type: ${JSON_CONTENT_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
