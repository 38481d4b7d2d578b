import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { JSON_CONTENT_TYPE } from '../../contract/aios.ts';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { decodedPath } from './urls.ts';

/** Maximum bytes read of the body of a failed request. */
const DISCARDED_MAX = 64 * 1024 * 1024;

/** Answers a request with whatever was thrown, as an error of the catalogue (F52). */
export function handleError(
  thrown: FastifyError | null | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const failure = toFailure(thrown, request);
  request.failure = failure;
  if (!request.raw.complete) discardBody(request.raw);
  // Fastify would close the connection of a client that is still sending its body.
  reply.removeHeader('connection').headers(failure.headers);
  reply.code(failure.status).type(JSON_CONTENT_TYPE).send(failure.answer);
}

/** Converts anything thrown into an error of the catalogue; logs it if it is an internal error. */
export function toFailure(thrown: unknown, request: FastifyRequest): ApiError {
  const error = thrown instanceof Error ? thrown : new Error(`thrown: ${thrown}`);
  const failure = toApiError(error, request);
  if (failure.kind === 'internal')
    request.log.error({ err: failure.cause ?? error }, 'internal error');
  return failure;
}

/** Reads the rest of a body: most clients read the answer only after they have sent all of it. */
export function discardBody(body: IncomingMessage): void {
  let discarded = 0;
  body.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > DISCARDED_MAX) body.destroy();
  });
}

/** Maps Fastify's own errors to the catalogue. */
function toApiError(error: Error & Partial<FastifyError>, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error;
  switch (error.code) {
    case 'FST_ERR_BAD_URL':
      return invalidArgument(
        `the URL[${decodedPath(request.url)}] is not correctly percent-encoded`,
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return notJson(request.headers['content-type']);
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return invalidArgument(STATUS_CODES[status] ?? 'Bad Request');
  return new ApiError('internal', `see the server's log for the request ${request.id}`);
}

export function notJson(contentType: string | undefined): ApiError {
  return new ApiError(
    'notJson',
    `the body's Content-Type must be application/json, but was [${contentType ?? ''}]`,
  );
}
