/**
 * Makes the formatter of every date on the wire: `Nov 25, 2025 11:51:50 AM`, which is en-US, without
 * padding, to the second (F7).
 *
 * @param timeZone an IANA zone
 * @returns a function from milliseconds since the epoch to the text
 * @throws RangeError for a zone the runtime doesn't know
 */
export function dateFormatter(timeZone: string): (milliseconds: number) => string {
  const offsetAt = zoneOffset(timeZone);
  return (milliseconds) => {
    const shown = new Date(milliseconds + offsetAt(milliseconds));
    const hours = shown.getUTCHours();
    const day = `${MONTHS[shown.getUTCMonth()]} ${shown.getUTCDate()}, ${shown.getUTCFullYear()}`;
    const minutes = twoDigits(shown.getUTCMinutes());
    const seconds = twoDigits(shown.getUTCSeconds());
    return `${day} ${hours % 12 || 12}:${minutes}:${seconds} ${hours < 12 ? 'AM' : 'PM'}`;
  };
}

const twoDigits = (number: number): string => (number < 10 ? `0${number}` : `${number}`);

/**
 * Makes what tells how far a zone's clocks are ahead, in milliseconds: asking the runtime for each date
 * would take most of the time of telling a list.
 */
function zoneOffset(timeZone: string): (milliseconds: number) => number {
  // The runtime loads its calendars when it is first asked.
  if (timeZone === 'UTC') return () => 0;
  const clockAt = zoneClock(timeZone);
  const offsetAt = (milliseconds: number): number => {
    const second = Math.floor(milliseconds / 1000) * 1000;
    return clockAt(second) - second;
  };
  /** Of days without a change of the clocks; undefined for those with one. */
  const offsetByDay = new Map<number, number | undefined>();
  return (milliseconds) => {
    const day = Math.floor(milliseconds / DAY);
    let offset = offsetByDay.get(day);
    if (offset === undefined && !offsetByDay.has(day)) {
      const [first, last] = [offsetAt(day * DAY), offsetAt((day + 1) * DAY - 1)];
      offset = first === last ? first : undefined;
      if (offsetByDay.size >= DAYS_MAX) offsetByDay.clear();
      offsetByDay.set(day, offset);
    }
    return offset ?? offsetAt(milliseconds);
  };
}

const DAY = 86_400_000;
/** Days whose offset is remembered. */
const DAYS_MAX = 10_000;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * Makes the clock of a zone.
 *
 * @param timeZone an IANA zone
 * @returns a function from milliseconds since the epoch to what clocks in the zone show then, as if it
 *   were UTC, to the second
 * @throws RangeError for a zone the runtime doesn't know
 */
export function zoneClock(timeZone: string): (milliseconds: number) => number {
  const clock = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23', era: 'short' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  return (milliseconds) => {
    const shown = clock.format(milliseconds);
    // By its numbers, which come in this order: taking the parts apart costs several times as much.
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = (
      shown.match(/\d+/g) ?? []
    ).map(Number);
    return instantOf([shown.includes('BC') ? 1 - year : year, month, day, hour, minute, second]);
  };
}

/**
 * Makes the parser of dates in queries: `2025-11-25 11:51:50`, or the form that answers have.
 *
 * @param timeZone an IANA zone
 * @returns a function from the text to milliseconds since the epoch, or undefined for what is no date.
 *   Of two moments with the same text, when clocks go back, it gives the earlier; a text that clocks
 *   going forward skip stands for as long after the leap as it says.
 */
export function dateParser(timeZone: string): (text: string) => number | undefined {
  const clockAt = zoneClock(timeZone);
  const offset = (near: number): number => clockAt(near) - near;
  return (text) => {
    const target = wallClock(text.trim());
    if (target === undefined) return undefined;
    const before = target - offset(target - DAY);
    const after = target - offset(target + DAY);
    if (before === after) return before;
    const exact = [before, after].filter((instant) => clockAt(instant) === target);
    return exact.length > 0 ? Math.min(...exact) : before;
  };
}

/** The clock and calendar of a text, as milliseconds as if it were UTC. */
function wallClock(text: string): number | undefined {
  const sortable = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(text);
  if (sortable) {
    const [year, month, day, hour, minute, second] = sortable.slice(1).map(Number) as Fields;
    return utc([year, month, day, hour, minute, second]);
  }
  const formatted = /^(\w{3}) (\d{1,2}), (\d{4}) (\d{1,2}):(\d\d):(\d\d) (AM|PM)$/.exec(text);
  if (!formatted) return undefined;
  const [, month = '', day, year, hour, minute, second, half] = formatted;
  if (Number(hour) < 1 || Number(hour) > 12) return undefined;
  const hours = (Number(hour) % 12) + (half === 'PM' ? 12 : 0);
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

/** Undefined for a date that no calendar has, such as February 30. */
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
  // Date.UTC would take the year 25 for 1925.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second);
}
