import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateFormatter } from '../../src/contract/dates.ts';

describe('a date on the wire (decision 7)', () => {
  test.each([
    ['the documents’ own', 'UTC', '2025-11-25T11:51:50.000Z', 'Nov 25, 2025 11:51:50 AM'],
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

  test('property: in UTC it reads back to the second, without a comma after the year or odd spaces', () => {
    const format = dateFormatter('UTC');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0) }), (instant) => {
        const text = format(instant);
        expect(text).toMatch(/^[A-Z][a-z]{2} [1-9]\d?, \d{4} [1-9]\d?:\d\d:\d\d [AP]M$/);
        expect(Date.parse(`${text} UTC`)).toBe(Math.floor(instant / 1000) * 1000);
      }),
    );
  });

  test('an unknown zone is refused', () => {
    expect(() => dateFormatter('Mars/Olympus')).toThrow(RangeError);
  });
});
