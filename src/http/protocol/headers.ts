import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { JSON_CONTENT_TYPE } from '../../contract/aios.ts';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { TIMEOUT_MAX } from '../../contract/schemas/job.ts';
import { headLimits } from './connection-limits.ts';
import { notJson } from './error-handler.ts';

/** Maximum length of the URL, in characters (F52). */
const URL_MAX = 64 * 1024;
/** Maximum length of URL and headers together, in characters (F52). */
const HEAD_MAX = 80 * 1024;

/**
 * Headers of every answer: browsers must not guess another content type, and nothing may be cached,
 * because answers contain sessions and data that needs one. No `Server` header is sent.
 */
export const ANSWER_HEADERS = {
  'content-type': JSON_CONTENT_TYPE,
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

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

/** Sets the headers of every answer; a route may override them. */
export function setAnswerHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(ANSWER_HEADERS).header('x-request-id', request.id);
}

/**
 * Checks the head of a request: the size of URL and headers, `Host` and `Transfer-Encoding` (F52).
 * @throws ApiError 414, 431 or SYS.1007
 */
export function checkHead({ raw }: FastifyRequest): void {
  const { url = '', rawHeaders, headers } = raw;
  if (url.length > URL_MAX) {
    throw new ApiError('urlTooLong', `the URL is longer than ${URL_MAX} characters`);
  }
  let length = url.length;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    length += name.length + (rawHeaders[index + 1] as string).length;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  // Node.js drops headers beyond its limit.
  const isCut = rawHeaders.length > 2 * headLimits(raw.socket).maxHeadersCount;
  if (length > HEAD_MAX || isCut) throw headTooLarge(raw.socket);
  if (hosts > 1) throw invalidArgument('Invalid header[Host], it must be given once');
  if (hosts === 0 && raw.httpVersion === '1.1') throw invalidArgument("missing header 'Host'");
  const coding = headers['transfer-encoding'] ?? 'chunked';
  if (coding.toLowerCase() !== 'chunked') {
    throw invalidArgument('Invalid header[Transfer-Encoding], it must be chunked');
  }
}

/** The error for a head beyond the limits: SYS.1010 if they are lower because of many connections (F52). */
export function headTooLarge(socket: Socket): ApiError {
  const { maxHeaderSize, maxHeadersCount } = headLimits(socket);
  if (maxHeaderSize < HEAD_MAX) {
    const reason = 'the server is overloaded: too many connections are open for such long headers';
    return new ApiError('notReady', reason, { connection: 'close' });
  }
  return new ApiError(
    'headersTooLarge',
    `URL and headers are longer than ${HEAD_MAX} characters, or more than ${maxHeadersCount} headers`,
  );
}

/**
 * Checks the headers that every operation understands, `X-API-Timeout` and `Content-Type`, before authorization (F34).
 * @throws ApiError SYS.1007, also with status 415
 */
export function checkOperationHeaders(request: FastifyRequest): void {
  requestTimeout(request);
  const { headers } = request;
  const type = headers['content-type'];
  const hasBody =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
  // The body of a GET is not read.
  if (request.method === 'GET' || !hasBody) return;
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type ?? '')) throw notJson(type);
}

/**
 * Reads `X-API-Timeout`, which clients give in seconds.
 * @returns milliseconds, or undefined if there is no such header or it is empty, as pages send unfilled fields
 * @throws ApiError SYS.1007 if it isn't a number of seconds (F58)
 */
export function requestTimeout({ headers }: FastifyRequest): number | undefined {
  const header = headers['x-api-timeout'];
  if (!header) return undefined;
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
