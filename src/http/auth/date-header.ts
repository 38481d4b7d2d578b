import { zoneOffset } from '../../contract/dates.ts';
import { invalidArgument } from '../../contract/errors.ts';

/** Maximum difference between a request's date and the server's, in milliseconds (F51). */
const SKEW_MAX_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;

const FORMAT = 'EEE, dd MMM yyyy HH:mm:ss z';
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The usual abbreviations of zones, by offset in hours. An abbreviation of several zones stands for each (F51). */
const ABBREVIATIONS = {
  '-11': 'SST NUT',
  '-10': 'HST CKT TAHT',
  '-9.5': 'MART',
  '-9': 'AKST HDT GAMT',
  '-8': 'PST AKDT',
  '-7': 'MST PDT',
  '-6': 'CST MDT GALT',
  '-5': 'EST CDT CST PET COT ECT ACT',
  '-4': 'EDT AST CDT BOT VET CLT AMT GYT PYT',
  '-3.5': 'NST',
  '-3': 'ADT BRT ART UYT CLST PYST GFT SRT',
  '-2.5': 'NDT',
  '-2': 'BRST FNT WGT GST',
  '-1': 'AZOT CVT EGT WGST',
  '0': 'GMT UTC UT Z WET AZOST EGST',
  '1': 'CET MET BST IST WEST WAT',
  '2': 'CEST MEST EET IST SAST CAT WAST',
  '3': 'MSK EEST IDT AST EAT TRT',
  '3.5': 'IRST',
  '4': 'MSD GST AMT AZT GET MUT RET SAMT SCT',
  '4.5': 'AFT IRDT',
  '5': 'PKT UZT TMT TJT MVT YEKT QYZT',
  '5.5': 'IST SLST',
  '5.75': 'NPT',
  '6': 'BST BTT ALMT KGT OMST',
  '6.5': 'MMT CCT',
  '7': 'ICT WIB NOVT KRAT HOVT',
  '8': 'CST HKT SGT PHT PST MYT AWST WITA IRKT ULAT BNT',
  '8.75': 'ACWST',
  '9': 'JST KST WIT TLT PWT YAKT',
  '9.5': 'ACST',
  '10': 'AEST CHST PGT VLAT',
  '10.5': 'ACDT LHST',
  '11': 'AEDT BST LHDT SBT NCT VUT SAKT MAGT',
  '12': 'NZST FJT PETT TVT MHT',
  '12.75': 'CHAST',
  '13': 'NZDT TOT WST',
  '13.75': 'CHADT',
  '14': 'LINT',
};

/** Offset of a zone from UTC at a time; both in milliseconds. */
type Offset = (milliseconds: number) => number;

/**
 * Whether a `Date` header is within the tolerance, read in its own zone or in the server's.
 * @param now milliseconds since the epoch
 * @throws ApiError SYS.1007 for an unreadable date
 */
export function isWithinTolerance(date: string, serverOffset: Offset, now: number): boolean {
  const [, day, month = '', year, time, zone = ''] =
    /^[A-Za-z]{3}, (\d{2}) ([A-Za-z]{3}) (\d{4}) (\d{2}:\d{2}:\d{2}) (\S{1,64})$/.exec(date) ?? [];
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  const local = Date.parse(`${year}-${number}-${day}T${time}Z`);
  if (Number.isNaN(local)) {
    throw invalidArgument(`'Date' format error, correct format is '${FORMAT}'`);
  }
  // Uses the offsets at both ends of the tolerance, because they may change in between.
  const ends = [now - SKEW_MAX_MS, now + SKEW_MAX_MS];
  return [serverOffset, ...offsetsOf(zone)].some((offset) =>
    ends.some((end) => Math.abs(local - offset(end) - now) <= SKEW_MAX_MS),
  );
}

/** The offsets that a zone's text stands for; none for an unknown zone. */
function offsetsOf(zone: string): Offset[] {
  const [, sign, hours, minutes = '0'] = /^(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?$/.exec(zone) ?? [];
  if (sign) {
    const offset = Number(`${sign}1`) * (Number(hours) + Number(minutes) / 60) * HOUR_MS;
    return [() => offset];
  }
  const offsets: Offset[] = [];
  for (const [hours, names] of Object.entries(ABBREVIATIONS)) {
    if (names.split(' ').includes(zone.toUpperCase())) offsets.push(() => Number(hours) * HOUR_MS);
  }
  try {
    return [...offsets, zoneOffset(zone)];
  } catch {
    return offsets;
  }
}
