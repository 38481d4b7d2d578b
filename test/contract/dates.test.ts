import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateFormatter, dateParser } from '../../src/contract/dates.ts';
import { cpuMilliseconds } from '../support/cpu-time.ts';

/** Zones with and without changes of their offset, by whole hours or less, on both sides of the date line. */
const zones = [
  'UTC',
  'Asia/Shanghai',
  'America/New_York',
  'Europe/Berlin',
  'Europe/Dublin',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Pacific/Kwajalein',
  'Etc/GMT+12',
  'Africa/Casablanca',
  'Africa/Monrovia',
  'Antarctica/Troll',
  'America/Sao_Paulo',
  'America/Caracas',
  'Asia/Pyongyang',
  'Europe/Moscow',
  'Asia/Tehran',
  'Africa/Cairo',
];

const DAY = 86_400_000;
const formats = Object.fromEntries(zones.map((zone) => [zone, dateFormatter(zone)]));

/** The seconds since 1970 from which a zone has another offset. */
function changesOf(zone: string): number[] {
  const hourOf = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const offset = (instant: number) => hourOf.format(instant).split(' ').at(-1);
  const changes: number[] = [];
  for (let instant = Date.UTC(1970, 0); instant < Date.UTC(2030, 0); instant += 30 * DAY) {
    let [from, to] = [instant, instant + 30 * DAY];
    if (offset(from) === offset(to)) continue;
    while (to - from > 1000) {
      const middle = Math.floor((from + to) / 2000) * 1000;
      if (offset(middle) === offset(from)) from = middle;
      else to = middle;
    }
    changes.push(to);
  }
  return changes;
}

function formattedByIntl(zone: string, instant: number): string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hour12: true,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
  });
  const part = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, value]),
  );
  return `${part.month} ${part.day}, ${part.year} ${part.hour}:${part.minute}:${part.second} ${part.dayPeriod}`;
}

describe('a date on the wire (F7)', () => {
  test.each([
    ['the documents’ example', 'UTC', '2025-11-25T11:51:50.000Z', 'Nov 25, 2025 11:51:50 AM'],
    ['milliseconds are dropped', 'UTC', '2025-11-25T11:51:50.999Z', 'Nov 25, 2025 11:51:50 AM'],
    ['day and hour unpadded', 'UTC', '2025-01-02T03:04:05Z', 'Jan 2, 2025 3:04:05 AM'],
    ['midnight', 'UTC', '2025-01-01T00:00:00Z', 'Jan 1, 2025 12:00:00 AM'],
    ['noon', 'UTC', '2025-01-01T12:00:00Z', 'Jan 1, 2025 12:00:00 PM'],
    ['before midnight', 'UTC', '2024-12-31T23:59:59Z', 'Dec 31, 2024 11:59:59 PM'],
    ['leap day', 'UTC', '2024-02-29T13:00:00Z', 'Feb 29, 2024 1:00:00 PM'],
    ['east, next day', 'Asia/Shanghai', '2025-11-25T16:00:00Z', 'Nov 26, 2025 12:00:00 AM'],
    ['west, day before', 'America/New_York', '2025-01-01T04:59:59Z', 'Dec 31, 2024 11:59:59 PM'],
    ['quarter hours', 'Asia/Kathmandu', '2025-05-01T00:00:00Z', 'May 1, 2025 5:45:00 AM'],
    ['before spring’s gap', 'America/New_York', '2025-03-09T06:59:59Z', 'Mar 9, 2025 1:59:59 AM'],
    ['after spring’s gap', 'America/New_York', '2025-03-09T07:00:00Z', 'Mar 9, 2025 3:00:00 AM'],
    ['autumn, once', 'America/New_York', '2025-11-02T05:30:00Z', 'Nov 2, 2025 1:30:00 AM'],
    ['autumn, again', 'America/New_York', '2025-11-02T06:30:00Z', 'Nov 2, 2025 1:30:00 AM'],
    ['the epoch', 'UTC', '1970-01-01T00:00:00Z', 'Jan 1, 1970 12:00:00 AM'],
  ])('%s', (_, zone, instant, text) => {
    expect(dateFormatter(zone)(Date.parse(instant))).toBe(text);
  });

  test('property: in UTC it parses back to the second, without a comma after the year or odd spaces', () => {
    const format = dateFormatter('UTC');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0) }), (instant) => {
        const text = format(instant);
        expect(text).toMatch(/^[A-Z][a-z]{2} [1-9]\d?, \d{4} [1-9]\d?:\d\d:\d\d [AP]M$/);
        expect(Date.parse(`${text} UTC`)).toBe(Math.floor(instant / 1000) * 1000);
      }),
    );
  });

  test('property: in any zone it equals what Intl formats, also near changes of the offset', () => {
    const changes = zones.flatMap((zone) => changesOf(zone).map((instant) => ({ zone, instant })));
    expect(changes.length).toBeGreaterThan(100);
    const near = fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -2 * DAY, max: 2 * DAY }))
      .map(([{ zone, instant }, distance]) => ({ zone, instant: instant + distance }));
    const anywhere = fc.record({
      zone: fc.constantFrom(...zones),
      instant: fc.integer({ min: Date.UTC(1890, 0), max: Date.UTC(2100, 0) }),
    });
    fc.assert(
      fc.property(fc.oneof(near, anywhere), ({ zone, instant }) => {
        expect(formats[zone]?.(instant)).toBe(formattedByIntl(zone, instant));
      }),
      { numRuns: 2000 },
    );
  });

  test('an unknown zone throws RangeError', () => {
    expect(() => dateFormatter('Mars/Olympus')).toThrow(RangeError);
  });
});

/** `2025-11-25 11:51:50`, the Swedish format. */
function sortable(zone: string): (instant: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return (instant) => format.format(instant);
}

describe('a date in a query (F57)', () => {
  test.each([
    ['sortable', 'UTC', '2025-11-25 11:51:50', '2025-11-25T11:51:50Z'],
    ['the format of answers', 'UTC', 'Nov 25, 2025 11:51:50 AM', '2025-11-25T11:51:50Z'],
    ['midnight', 'UTC', '2025-01-01 00:00:00', '2025-01-01T00:00:00Z'],
    ['midnight in the format of answers', 'UTC', 'Jan 1, 2025 12:00:00 AM', '2025-01-01T00:00:00Z'],
    ['noon in the format of answers', 'UTC', 'Jan 1, 2025 12:00:00 PM', '2025-01-01T12:00:00Z'],
    ['a leap day of a century', 'UTC', '2000-02-29 00:00:00', '2000-02-29T00:00:00Z'],
    ['the epoch', 'UTC', '1970-01-01 00:00:00', '1970-01-01T00:00:00Z'],
    ['before the epoch', 'UTC', '1969-12-31 23:59:59', '1969-12-31T23:59:59Z'],
    ['the epoch in the east', 'Asia/Shanghai', '1970-01-01 08:00:00', '1970-01-01T00:00:00Z'],
    ['in the east', 'Asia/Shanghai', '2025-11-26 00:00:00', '2025-11-25T16:00:00Z'],
    ['in summer', 'America/New_York', 'Jul 1, 2025 8:00:00 AM', '2025-07-01T12:00:00Z'],
    ['by quarter hours', 'Asia/Kathmandu', '2025-05-01 05:45:00', '2025-05-01T00:00:00Z'],
    ['the last possible', 'UTC', '9999-12-31 23:59:59', '9999-12-31T23:59:59Z'],
    ['long ago', 'UTC', '1000-06-01 00:00:00', '1000-06-01T00:00:00Z'],
    [
      'the first year, as programs say "never"',
      'UTC',
      '0001-01-01 00:00:00',
      '0001-01-01T00:00:00Z',
    ],
    ['a year of three digits', 'UTC', '0999-12-31 23:59:59', '0999-12-31T23:59:59Z'],
  ])('%s', (_, zone, text, instant) => {
    expect(dateParser(zone)(text)).toBe(Date.parse(instant));
  });

  test.each([
    [
      'the first second of an hour',
      'America/New_York',
      '2025-11-02 01:00:00',
      '2025-11-02T05:00:00Z',
    ],
    ['an hour', 'America/New_York', '2025-11-02 01:30:00', '2025-11-02T05:30:00Z'],
    ['its last second', 'America/New_York', '2025-11-02 01:59:59', '2025-11-02T05:59:59Z'],
    ['what comes after it', 'America/New_York', '2025-11-02 02:00:00', '2025-11-02T07:00:00Z'],
    ['half an hour', 'Australia/Lord_Howe', '2025-04-06 01:45:00', '2025-04-05T14:45:00Z'],
    ['two hours', 'Antarctica/Troll', '2025-10-26 02:30:00', '2025-10-26T00:30:00Z'],
  ])('is the earlier of two where clocks go back over %s', (_, zone, text, instant) => {
    expect(dateParser(zone)(text)).toBe(Date.parse(instant));
  });

  test.each([
    ['an hour', 'America/New_York', '2025-03-09 02:30:00', '2025-03-09T07:30:00Z'],
    [
      'an hour from its first second',
      'America/New_York',
      '2025-03-09 02:00:00',
      '2025-03-09T07:00:00Z',
    ],
    ['half an hour', 'Australia/Lord_Howe', '2025-10-05 02:15:00', '2025-10-04T15:45:00Z'],
    ['two hours', 'Antarctica/Troll', '2025-03-30 01:30:00', '2025-03-30T01:30:00Z'],
    ['a day', 'Pacific/Apia', '2011-12-30 12:00:00', '2011-12-30T22:00:00Z'],
  ])('is read with the earlier offset where clocks skip %s', (_, zone, text, instant) => {
    expect(dateParser(zone)(text)).toBe(Date.parse(instant));
  });

  test.each([
    '',
    '1764071510123',
    '2025-11-25',
    '2025-11-25T11:51:50Z',
    '2025-11-25 11:51',
    '2025-11-25 11:51:50.000',
    '2025-11-25 11:51:50Z',
    '2025-11-25 11:51:50 AM',
    '2025-11-25  11:51:50',
    '+2025-11-25 11:51:50',
    '12025-11-25 11:51:50',
    '2025-11-25 1:51:50',
    '2025-1-25 11:51:50',
    '2025-11-5 11:51:50',
    '2025-11-25 11:1:50',
    '2025-11-25 11:51:5',
    '２０２５-11-25 11:51:50',
    '2025-11-25\n11:51:50',
    '2025-00-25 11:51:50',
    '2025-13-25 11:51:50',
    '2025-11-31 11:51:50',
    '2025-02-29 00:00:00',
    '2100-02-29 00:00:00',
    '2025-11-25 24:00:00',
    '2025-11-25 23:60:00',
    '2025-11-25 23:59:60',
    'Nov 25, 2025',
    'Nov 25, 2025 11:51 AM',
    'Nov 25, 2025 11:51:50',
    'Nov 25 2025 11:51:50 AM',
    'Nov 25, 2025, 11:51:50 AM',
    'Nov 0, 2025 11:51:50 AM',
    'Nov 31, 2025 11:51:50 AM',
    'Feb 29, 2025 1:00:00 AM',
    'Nov 25, 2025 0:51:50 AM',
    'Nov 25, 2025 13:51:50 PM',
    'Nov 25, 2025 11:60:50 AM',
    'Nov 25, 2025 11:51:60 AM',
    'Nov 25, 2025 11:1:50 AM',
    'nov 25, 2025 11:51:50 AM',
    'Nov 25, 2025 11:51:50 am',
    'November 25, 2025 11:51:50 AM',
    'Nox 25, 2025 11:51:50 AM',
    'Nov 25, 2025 11:51:50 XM',
    'Nov 25, 2025 11:51:50\u202fAM',
    'Nov 25, 2025 11:51:50 AMs',
    'ovD 25, 2025 11:51:50 AM',
    '__proto__',
  ])('is not %j', (text) => {
    expect(dateParser('UTC')(text)).toBeUndefined();
    expect(dateParser('America/New_York')(text)).toBeUndefined();
  });

  test('is parsed or rejected in linear time', () => {
    const parse = dateParser('UTC');
    for (const text of [
      '9'.repeat(1e6),
      `Nov ${' '.repeat(1e6)}`,
      `2025-11-25 ${'1:'.repeat(5e5)}`,
    ]) {
      expect(cpuMilliseconds(() => expect(parse(text)).toBeUndefined())).toBeLessThan(1000);
    }
  });

  test('property: a formatted date, in either format, parses to its second, or to the earlier one of two', () => {
    const parsers = new Map(
      zones.map((zone) => [
        zone,
        { parse: dateParser(zone), forms: [dateFormatter(zone), sortable(zone)] },
      ]),
    );
    const minutes = (count: number) => count * 60_000;
    // The amounts by which clocks were set back since 1970.
    const steps = [20, 30, 60, 120].map(minutes);
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.oneof(
          fc.integer({ min: 0, max: Date.UTC(9999, 0) }),
          fc.integer({ min: 0, max: Date.UTC(2038, 0) }),
        ),
        (zone, instant) => {
          const { parse, forms } = parsers.get(zone) as NonNullable<ReturnType<typeof parsers.get>>;
          const second = Math.floor(instant / 1000) * 1000;
          for (const form of forms) {
            const text = form(instant);
            const same = steps.map((step) => second - step).filter((each) => form(each) === text);
            expect([zone, text, parse(text)]).toEqual([zone, text, Math.min(second, ...same)]);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each(zones)('the same holds around every change of the offset of %s', (zone) => {
    const [parse, clock] = [dateParser(zone), sortable(zone)];
    for (const change of changesOf(zone)) {
      for (const seconds of [-86_400, -7200, -3600, -1800, -1, 0, 1, 1800, 3600, 7200, 86_400]) {
        const instant = change + seconds * 1000;
        const text = clock(instant);
        const parsed = parse(text) as number;
        // Before the change each text occurs once, or for the first time.
        expect([zone, clock(parsed)]).toEqual([zone, text]);
        expect(parsed).toBeLessThanOrEqual(instant);
        if (seconds < 0) expect([zone, text, parsed]).toEqual([zone, text, instant]);
      }
    }
  });
});
