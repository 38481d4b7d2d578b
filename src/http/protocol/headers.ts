import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { TIMEOUT_MAX } from '../../contract/schemas/job.ts';
import { notJson } from './error-handler.ts';

/** Longest URL, and longest headers together, in characters (F52). */
export const HEAD_MAX = 64 * 1024;

/**
 * What every answer has: a browser must not take it for anything but what it says it is, and nobody
 * may keep it, because sessions stand in it, or what a session is needed for. No server is named.
 */
export const ANSWER_HEADERS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };

/** Gives an answer the headers that all have; a route may set others in their place. */
export function setAnswerHeaders(_request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(ANSWER_HEADERS);
}

/** Judges the request line's and headers' form, before anything is known of the route. */
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

/** Judges the headers an operation understands, before its authorization (F34). */
export function checkHeaders(request: FastifyRequest): void {
  requestTimeout(request);
  // The body of a GET is never read.
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
 * `X-API-Timeout`, which the client gives in seconds.
 * @returns milliseconds, or undefined where there is none
 * @throws ApiError SYS.1007 for an unreadable one (F58)
 */
export function requestTimeout({ headers }: FastifyRequest): number | undefined {
  const header = headers['x-api-timeout'];
  if (header === undefined) return undefined;
  const seconds = /^\d+$/.test(String(header)) ? Number(header) : Number.NaN;
  if (seconds <= TIMEOUT_MAX) return seconds * 1000;
  throw invalidArgument('Invalid header[X-API-Timeout], it must be a number of seconds');
}

/** Refuses to begin an operation whose client has stopped waiting. */
export function checkTimeout(request: FastifyRequest, reply: FastifyReply): void {
  const timeout = requestTimeout(request);
  if (timeout !== undefined && reply.elapsedTime > timeout) {
    throw new ApiError(
      'timedOut',
      `the request took longer than its X-API-Timeout of ${timeout} ms`,
    );
  }
}
