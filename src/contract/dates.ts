/**
 * Makes the formatter of dates in answers, such as `Nov 25, 2025 11:51:50 AM` (F7).
 * @param timeZone an IANA time zone
 * @returns a function from milliseconds since the epoch to the text
 * @throws RangeError for a time zone that the runtime doesn't have
 */
export function dateFormatter(timeZone: string): (milliseconds: number) => string {
  const offsetAt = cachedOffset(timeZone);
  return (milliseconds) => {
    const local = new Date(milliseconds + offsetAt(milliseconds));
    const hours = local.getUTCHours();
    const day = `${MONTHS[local.getUTCMonth()]} ${local.getUTCDate()}, ${local.getUTCFullYear()}`;
    const minutes = twoDigits(local.getUTCMinutes());
    const seconds = twoDigits(local.getUTCSeconds());
    return `${day} ${hours % 12 || 12}:${minutes}:${seconds} ${hours < 12 ? 'AM' : 'PM'}`;
  };
}

const twoDigits = (number: number): string => (number < 10 ? `0${number}` : `${number}`);

/** Caches offsets by day, because Intl would take most of the time of answering a list. */
function cachedOffset(timeZone: string): (milliseconds: number) => number {
  const offsetAt = zoneOffset(timeZone);
  const offsetByDay = new Map<number, number>();
  return (milliseconds) => {
    const day = Math.floor(milliseconds / DAY);
    const cached = offsetByDay.get(day);
    if (cached !== undefined) return cached;
    const offset = offsetAt(day * DAY);
    // A day on which the offset changes is not cached.
    if (offset !== offsetAt((day + 1) * DAY - 1)) return offsetAt(milliseconds);
    if (offsetByDay.size >= DAYS_MAX) offsetByDay.clear();
    offsetByDay.set(day, offset);
    return offset;
  };
}

/** Offsets by zone in lower case, at most as many as the runtime has zones: a formatter takes 50 KB. */
const offsetsByZone = new Map<string, (milliseconds: number) => number>();
const DAY = 86_400_000;
/** Days whose offset is cached. */
const DAYS_MAX = 10_000;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * Makes a function that returns the UTC offset of a time zone.
 * @param timeZone an IANA time zone
 * @returns a function from milliseconds since the epoch to the offset then, in milliseconds
 * @throws RangeError for a time zone that the runtime doesn't have
 */
export function zoneOffset(timeZone: string): (milliseconds: number) => number {
  // The first use of Intl loads its calendars, which a server in UTC doesn't need.
  if (timeZone === 'UTC') return () => 0;
  const cached = offsetsByZone.get(timeZone.toLowerCase());
  if (cached) return cached;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const offsetAt = (milliseconds: number) => {
    const [, sign, hours = 0, minutes = 0, seconds = 0] =
      /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(milliseconds)) ?? [];
    const offset = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    return (sign === '-' ? -offset : offset) * 1000;
  };
  offsetsByZone.set(timeZone.toLowerCase(), offsetAt);
  return offsetAt;
}

/**
 * Makes the parser of dates in queries: `2025-11-25 11:51:50`, or the format of answers (F57).
 * @param timeZone an IANA time zone
 * @returns a function from the text to milliseconds since the epoch, or undefined for an invalid date. A
 *   local time that occurs twice, when clocks go back, is the earlier one; one that doesn't occur, when
 *   clocks go forward, is read with the offset from before the change.
 * @throws RangeError for a time zone that the runtime doesn't have
 */
export function dateParser(timeZone: string): (text: string) => number | undefined {
  const offsetAt = zoneOffset(timeZone);
  return (text) => {
    const target = localTime(text.trim());
    if (target === undefined) return undefined;
    const before = target - offsetAt(target - DAY);
    const after = target - offsetAt(target + DAY);
    if (before === after) return before;
    const exact = [before, after].filter((instant) => instant + offsetAt(instant) === target);
    return exact.length > 0 ? Math.min(...exact) : before;
  };
}

/** The local time of a text, as if it were UTC, in milliseconds since the epoch. */
function localTime(text: string): number | undefined {
  const iso = toIso(text);
  const milliseconds = Date.parse(`${iso}Z`);
  if (iso === undefined || Number.isNaN(milliseconds)) return undefined;
  // Date.parse accepts February 30 as March 2.
  return new Date(milliseconds).toISOString().startsWith(iso) ? milliseconds : undefined;
}

function toIso(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return text.replace(' ', 'T');
  const formatted = /^(\w{3}) (\d{1,2}), (\d{4}) (\d{1,2}):(\d\d:\d\d) (AM|PM)$/.exec(text);
  if (!formatted) return undefined;
  const [, month = '', day, year, hour, minutes, meridiem] = formatted;
  if (Number(hour) < 1 || Number(hour) > 12) return undefined;
  const date = [MONTHS.indexOf(month) + 1, Number(day)].map(twoDigits).join('-');
  const hours = (Number(hour) % 12) + (meridiem === 'PM' ? 12 : 0);
  return `${year}-${date}T${twoDigits(hours)}:${minutes}`;
}
