import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { zoneOffset } from '../../contract/dates.ts';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { requestPath } from '../protocol/urls.ts';
import { isWithinTolerance } from './date-header.ts';

export interface AccessKeySettings {
  /** Secrets by key id. */
  keys: ReadonlyMap<string, string>;
  /** The zone in which the wall clock of a date is accepted too, whatever zone the date names. */
  timeZone: string;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/**
 * Creates the check of `Authorization: ZStack <id>:<signature>` (F51).
 * @returns a function of the request and the header's text after the scheme that returns the key's id;
 *   it throws ApiError: SYS.1007 if malformed, ID.1001 for a wrong signature, 403 for a date outside
 *   the tolerance
 */
export function accessKeyCheck({ keys, timeZone, clock }: AccessKeySettings) {
  const serverOffset = zoneOffset(timeZone);
  return (request: FastifyRequest, credentials: string): string => {
    const { date } = request.headers;
    if (date === undefined) throw invalidArgument("'Date' must be incuded in request header");
    const [, id, signature] = /^([^:\s]+):([^:\s]+)$/.exec(credentials) ?? [];
    if (id === undefined || signature === undefined) {
      throw invalidArgument("accessKey format is 'ZStack AccessKeyId:Signature'");
    }
    const secret = keys.get(id);
    // Also computed for an unknown key, so that the response time doesn't reveal which keys exist.
    const expected = signatureOf(secret ?? id, date, request);
    if (secret === undefined || !timingSafeEquals(signature, expected)) {
      throw new ApiError('wrongSignature', 'wrong accessKey signature');
    }
    // Last, because an unauthenticated client must not make the server create a formatter for each zone.
    const now = clock();
    if (!isWithinTolerance(date, serverOffset, now)) {
      const local = new Date(now + serverOffset(now)).toUTCString().replace('GMT', timeZone);
      throw new ApiError(
        'requestTimeTooSkewed',
        `requestTimeTooSkewed, the time of the server is ${local}`,
      );
    }
    return id;
  };
}

/** The signature of a request with a `Date`: of the sent path, decoded, from `/v1` on (F51). */
export function signatureOf(
  secret: string,
  date: string,
  { method, url }: Pick<FastifyRequest, 'method' | 'url'>,
): string {
  const path = decodeURIComponent(requestPath(url));
  const signed = path.slice(Math.max(0, path.indexOf('/v1')));
  return createHmac('sha1', secret).update(`${method}\n${date}\n${signed}`).digest('base64');
}

function timingSafeEquals(sent: string, expected: string): boolean {
  const [a, b] = [Buffer.from(sent), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
