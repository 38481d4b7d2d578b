import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { zoneOffset } from '../../contract/dates.ts';
import { ApiError, invalidArgument } from '../../contract/errors.ts';
import { sentPath } from '../protocol/urls.ts';

/** Maximum difference between a request's date and the server's, in milliseconds (F51). */
const SKEW_MAX_MS = 15 * 60_000;

const FORMAT = 'EEE, dd MMM yyyy HH:mm:ss z';
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

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
    const expected = createHmac('sha1', secret ?? id)
      .update(`${request.method}\n${date}\n${signedPath(request.url)}`)
      .digest('base64');
    if (secret === undefined || !timingSafeEquals(signature, expected)) {
      throw new ApiError('sessionInvalid', 'wrong accessKey signature');
    }
    // Only now, because its zone may take a new formatter.
    const { local, offset } = parseDate(date);
    const now = clock();
    if (!isWithinSkew(local, offset, now) && !isWithinSkew(local, serverOffset, now)) {
      throw new ApiError('requestTimeTooSkewed', 'requestTimeTooSkewed');
    }
    return id;
  };
}

/** Offset of a zone from UTC at a time; both in milliseconds. */
type Offset = (milliseconds: number) => number;

/**
 * Parses a `Date` header.
 * @returns the local time it shows, as if it were UTC, and the offset of its zone unless that is unknown
 */
function parseDate(date: string): { local: number; offset: Offset | undefined } {
  const [, day, month = '', year, time, zone = ''] =
    /^[A-Za-z]{3}, (\d{2}) ([A-Za-z]{3}) (\d{4}) (\d{2}:\d{2}:\d{2}) (\S{1,64})$/.exec(date) ?? [];
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  const local = Date.parse(`${year}-${number}-${day}T${time}Z`);
  if (Number.isNaN(local)) {
    throw invalidArgument(`'Date' format error, correct format is '${FORMAT}'`);
  }
  return { local, offset: offsetOf(zone) };
}

function offsetOf(zone: string): Offset | undefined {
  const [, sign, hours, minutes = '0'] = /^(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?$/.exec(zone) ?? [];
  if (sign) {
    const offset = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000;
    return () => offset;
  }
  try {
    return zoneOffset(zone);
  } catch {
    return undefined;
  }
}

/** Uses the zone's offsets at both ends of the tolerance, because it may change in between. */
function isWithinSkew(local: number, offset: Offset | undefined, now: number): boolean {
  if (!offset) return false;
  return [now - SKEW_MAX_MS, now + SKEW_MAX_MS].some(
    (near) => Math.abs(local - offset(near) - now) <= SKEW_MAX_MS,
  );
}

/** The sent path, decoded, from `/v1` on. */
function signedPath(url: string): string {
  const path = decodeURIComponent(sentPath(url));
  return path.slice(Math.max(0, path.indexOf('/v1')));
}

function timingSafeEquals(sent: string, expected: string): boolean {
  const [a, b] = [Buffer.from(sent), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
