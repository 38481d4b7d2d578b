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
  // The first use of Intl loads its calendars, which a server in UTC doesn't need.
  if (timeZone === 'UTC') return () => 0;
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
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (milliseconds) => {
    const [, sign, hours = 0, minutes = 0, seconds = 0] =
      /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(milliseconds)) ?? [];
    const offset = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    return (sign === '-' ? -offset : offset) * 1000;
  };
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
    const target = wallClock(text.trim());
    if (target === undefined) return undefined;
    const before = target - offsetAt(target - DAY);
    const after = target - offsetAt(target + DAY);
    if (before === after) return before;
    const exact = [before, after].filter((instant) => instant + offsetAt(instant) === target);
    return exact.length > 0 ? Math.min(...exact) : before;
  };
}

/** The date and time of a text, as if they were UTC, in milliseconds since the epoch. */
function wallClock(text: string): number | undefined {
  const sortable = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text);
  if (sortable) {
    const [year, month, day, hour, minute, second] = sortable.slice(1).map(Number) as Fields;
    return utc([year, month, day, hour, minute, second]);
  }
  const formatted = /^(\w{3}) (\d{1,2}), (\d{4}) (\d{1,2}):(\d\d):(\d\d) (AM|PM)$/.exec(text);
  if (!formatted) return undefined;
  const [, month = '', day, year, hour, minute, second, meridiem] = formatted;
  if (Number(hour) < 1 || Number(hour) > 12) return undefined;
  const hours = (Number(hour) % 12) + (meridiem === 'PM' ? 12 : 0);
  return utc([
    Number(year),
    MONTHS.indexOf(month) + 1,
    Number(day),
    hours,
    Number(minute),
    Number(second),
  ]);
}

type Fields = [year: number, month: number, day: number, hour: number, min: number, sec: number];

/** Undefined for a date that doesn't exist, such as February 30. */
function utc(fields: Fields): number | undefined {
  const instant = instantOf(fields);
  const date = new Date(instant);
  const roundTripped = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  return roundTripped.every((part, index) => part === fields[index]) ? instant : undefined;
}

function instantOf([year, month, day, hour, minute, second]: Fields): number {
  // Date.UTC reads the year 25 as 1925.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second);
}
