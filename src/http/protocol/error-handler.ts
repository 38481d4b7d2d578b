import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { sendJson } from './json-answer.ts';
import { decodedPath } from './paths.ts';

/** Bytes of a refused request's body that are still read, so that its client comes to read the answer. */
const DISCARDED_MAX = 64 * 1024 * 1024;

/** The one place where a failure becomes an answer: whatever was thrown, by whomever. */
export function handleError(
  thrown: FastifyError | null | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const failure = toFailure(thrown, request);
  if (!request.raw.complete) discardBody(request.raw);
  // The framework would cut the connection of a client that is still sending.
  reply.removeHeader('connection').headers(failure.headers);
  sendJson(reply, failure.status, failure.answer);
}

/** What was thrown, in the catalogue's terms; what is in none of them is logged. */
export function toFailure(thrown: unknown, request: FastifyRequest): ApiError {
  const error = thrown instanceof Error ? thrown : new Error(`thrown: ${thrown}`);
  const failure = toApiError(error, request);
  if (failure.failure === 'internal') request.log.error({ err: causeOf(error) }, 'internal error');
  return failure;
}

/** Reads on so far, so that a client that is still sending comes to read the answer. */
export function discardBody(body: IncomingMessage): void {
  let discarded = 0;
  body.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > DISCARDED_MAX) body.destroy();
  });
}

function causeOf(error: Error): unknown {
  return error instanceof ApiError && error.cause ? error.cause : error;
}

/** The framework's own refusals, in the catalogue's terms. */
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
