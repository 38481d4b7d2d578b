import { isUtf8 } from 'node:buffer';
import { invalidArgument } from '../errors.ts';
import { NumberLiteral } from './number-literal.ts';

/** Bounds on JSON that is built to hurt (decision 35). */
const DEPTH_MAX = 64;
const VALUES_MAX = 200_000;
/** Members of one object: each is looked up among the others. */
const MEMBERS_MAX = 10_000;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
const MINUS = 0x2d;
const NUMBER_SIGNS = new Set([...'+-.eE'].map((sign) => sign.charCodeAt(0)));
const COLON = 0x3a;
const [SPACE, TAB, LINE_FEED, CARRIAGE_RETURN] = [0x20, 0x09, 0x0a, 0x0d];
/** A number of this many digits is never rounded. */
const EXACT_DIGITS = 15;

/**
 * Parses a request's body.
 * @returns the value, with a NumberLiteral for every number whose digits would not be kept; undefined
 *   for an empty body, which is no body (decision 33)
 * @throws ApiError SYS.1007 for what is not UTF-8, not JSON, or beyond the bounds
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw invalidArgument('the body is not valid UTF-8');
  const literals = scan(body);
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''));
    return literals.length === 0 ? parsed : parseWithLiterals(body, literals);
  } catch (error) {
    throw invalidArgument(`the body is not valid JSON: ${(error as Error).message}`);
  }
}

interface Span {
  start: number;
  end: number;
}

/**
 * Judges nesting and number of values before the parser spends time and memory on them.
 * @returns where the numbers stand whose digits the parser would not keep
 */
function scan(body: Buffer): Span[] {
  const literals: Span[] = [];
  let depth = 0;
  let values = 1;
  let opened = false;
  /** Of the object at each depth. */
  const members = new Uint32Array(DEPTH_MAX + 2);
  for (let index = 0; index < body.length; index++) {
    const byte = body[index] as number;
    if (isBlank(byte)) continue;
    const closing = byte === CLOSE_BRACKET || byte === CLOSE_BRACE;
    // A container's members are one more than its commas, unless it is empty.
    if (byte === COMMA || (opened && !closing)) values++;
    opened = byte === OPEN_BRACKET || byte === OPEN_BRACE;
    if (opened) members[++depth] = 0;
    else if (closing) depth--;
    else if (byte === COLON) members[depth] = countMember(members[depth]);
    else if (byte === QUOTE) index = endOfText(body, index);
    else if (byte === MINUS || isDigit(byte)) {
      const end = endOfNumber(body, index);
      if (!isSmallInteger(body, index, end)) literals.push({ start: index, end });
      index = end - 1;
    }
    if (depth > DEPTH_MAX) {
      throw invalidArgument(`the body is nested deeper than ${DEPTH_MAX} levels`);
    }
    // What closes more than was opened is no JSON, as the parser will say.
    if (depth < 0) return [];
    if (values > VALUES_MAX) {
      throw invalidArgument(`the body holds more than ${VALUES_MAX} values`);
    }
  }
  return literals;
}

/** One more than there were, unless these are too many. */
function countMember(before = 0): number {
  if (before < MEMBERS_MAX) return before + 1;
  throw invalidArgument(`the body holds an object of more than ${MEMBERS_MAX} members`);
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Index behind the number that begins at `start`. */
function endOfNumber(body: Buffer, start: number): number {
  let end = start + 1;
  while (isDigit(body[end]) || NUMBER_SIGNS.has(body[end] as number)) end++;
  return end;
}

/** Whether a number is digits alone, and few enough to be exact whatever they are. */
function isSmallInteger(body: Buffer, start: number, end: number): boolean {
  if (end - start > EXACT_DIGITS) return false;
  for (let index = start + 1; index < end; index++) if (!isDigit(body[index])) return false;
  return true;
}

/** The key under which a number's digits pass through the parser. */
const LITERAL_KEY = '\0';

/** Parses a body that is known to be JSON, with a NumberLiteral for each of these numbers. */
function parseWithLiterals(body: Buffer, literals: Span[]): unknown {
  const parts: string[] = [];
  let last = 0;
  for (const { start, end } of literals) {
    const digits = body.toString('latin1', start, end);
    parts.push(body.toString('utf8', last, start), JSON.stringify({ [LITERAL_KEY]: digits }));
    last = end;
  }
  parts.push(body.toString('utf8', last));
  return JSON.parse(parts.join('').replace(/^\uFEFF/, ''), (_key, value) => {
    const digits = value !== null && typeof value === 'object' ? value[LITERAL_KEY] : undefined;
    return typeof digits === 'string' ? new NumberLiteral(digits) : value;
  });
}

/** Index of the quote that ends the text beginning at `start`; the body's end where none does. */
function endOfText(body: Buffer, start: number): number {
  for (let end = start; ; ) {
    end = body.indexOf(QUOTE, end + 1);
    if (end < 0) return body.length;
    let backslashes = 0;
    while (body[end - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}
