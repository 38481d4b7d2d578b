import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { TIMEOUT_MAX } from '../../contract/schemas/job.ts';
import { notJson } from './error-handler.ts';

/** Maximum length of the URL, and of all headers together, in characters (F52). */
export const HEAD_MAX = 64 * 1024;

/**
 * Headers of every response: browsers must not guess another content type, and nothing may be cached,
 * because responses contain sessions and data that needs one. No `Server` header is sent.
 */
export const ANSWER_HEADERS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };

/**
 * Turns a check, which throws or rejects to fail the request, into a Fastify hook. A synchronous check
 * continues at once; Fastify would await the promise of an async hook.
 */
export function asHook(
  check: (request: FastifyRequest, reply: FastifyReply) => Promise<void> | void,
) {
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const pending = check(request, reply);
    if (pending) pending.then(() => done(), done);
    else done();
  };
}

/** Sets the headers of every response; a route may override them. */
export function setAnswerHeaders(_request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(ANSWER_HEADERS);
}

/**
 * Checks the size of URL and headers, and that there is a `Host`, before routing (F52).
 * @throws ApiError 414, 431 or SYS.1007
 */
export function checkHead(request: FastifyRequest): void {
  const { raw } = request;
  if ((raw.url?.length ?? 0) > HEAD_MAX) {
    throw new ApiError('urlTooLong', `the URL is longer than ${HEAD_MAX} characters`);
  }
  let length = 0;
  for (const text of raw.rawHeaders) length += text.length;
  if (length > HEAD_MAX) {
    throw new ApiError('headersTooLarge', `the headers are longer than ${HEAD_MAX} characters`);
  }
  if (raw.headers.host === undefined && raw.httpVersion === '1.1') {
    throw invalidArgument("missing header 'Host'");
  }
}

/**
 * Checks the headers that every operation understands, before authorization (F34).
 * @throws ApiError SYS.1007, also with status 415
 */
export function checkHeaders(request: FastifyRequest): void {
  requestTimeout(request);
  // The body of a GET is not read.
  if (request.method === 'GET') return;
  const type = request.headers['content-type'];
  if (!hasBody(request)) return;
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type ?? '')) throw notJson(type);
}

function hasBody({ headers }: FastifyRequest): boolean {
  return (
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? '0') !== 0
  );
}

/**
 * Reads `X-API-Timeout`, which clients give in seconds.
 * @returns milliseconds, or undefined if there is no such header
 * @throws ApiError SYS.1007 if it isn't a number of seconds (F58)
 */
export function requestTimeout({ headers }: FastifyRequest): number | undefined {
  const header = headers['x-api-timeout'];
  if (header === undefined) return undefined;
  const seconds = /^\d+$/.test(String(header)) ? Number(header) : Number.NaN;
  if (seconds <= TIMEOUT_MAX) return seconds * 1000;
  throw invalidArgument('Invalid header[X-API-Timeout], it must be a number of seconds');
}

/** @throws ApiError SYS.1001 if the request has been running longer than its `X-API-Timeout` */
export function checkTimeout(request: FastifyRequest, reply: FastifyReply): void {
  const timeout = requestTimeout(request);
  if (timeout !== undefined && reply.elapsedTime > timeout) {
    throw new ApiError(
      'timedOut',
      `the request took longer than its X-API-Timeout of ${timeout} ms`,
    );
  }
}
