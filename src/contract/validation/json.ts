import { isUtf8 } from 'node:buffer';
import { invalidArgument } from '../errors.ts';

/** Bounds on a body, checked before it is parsed, so that hostile JSON costs little time and memory (F35). */
const DEPTH_MAX = 64;
const VALUES_MAX = 200_000;
/** Members of one object. */
const MEMBERS_MAX = 10_000;

const [QUOTE, BACKSLASH, COMMA, COLON, DOT] = [0x22, 0x5c, 0x2c, 0x3a, 0x2e];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
const [SPACE, ZERO, NINE, UPPER_E, LOWER_E] = [0x20, 0x30, 0x39, 0x45, 0x65];
/** An integer of so many digits is never rounded. */
const EXACT_DIGITS = 15;
const EXACT_INTEGER = new RegExp(`^-?\\d{1,${EXACT_DIGITS}}$`);

/** TypeScript does not know the reviver's third parameter yet. */
type Reviver = (key: string, value: unknown, context: { source: string }) => unknown;
const parse = JSON.parse as (text: string, reviver?: Reviver) => unknown;

/**
 * Parses a request's body.
 * @returns the value, with a NumberLiteral for every number that JavaScript may round; undefined for an
 *   empty body, which counts as no body (F33)
 * @throws ApiError SYS.1007 for a body that is not UTF-8, not JSON or beyond the bounds
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw invalidArgument('the body is not valid UTF-8');
  const mayRound = scan(body);
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  try {
    // A reviver doubles the time of parsing.
    return mayRound ? parse(text, reviveNumber) : parse(text);
  } catch (error) {
    throw invalidArgument(`the body is not valid JSON: ${(error as Error).message}`);
  }
}

const reviveNumber: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && !EXACT_INTEGER.test(source) ? new NumberLiteral(source) : value;

/**
 * Checks the bounds.
 * @returns whether the body may hold a number that the parser rounds
 * @throws ApiError SYS.1007 for a body beyond a bound
 */
function scan(body: Buffer): boolean {
  let mayRound = false;
  let depth = 0;
  let values = 1;
  let isOpened = false;
  /** By depth. */
  const members = new Uint32Array(DEPTH_MAX + 2);
  for (let index = 0; index < body.length; index++) {
    const byte = body[index] as number;
    // Whitespace; the parser reports other control characters.
    if (byte <= SPACE) continue;
    const isClosing = byte === CLOSE_BRACKET || byte === CLOSE_BRACE;
    // A list or object that is not empty has one value more than commas.
    if (byte === COMMA || (isOpened && !isClosing)) values++;
    isOpened = byte === OPEN_BRACKET || byte === OPEN_BRACE;
    if (isOpened) members[++depth] = 0;
    else if (isClosing) depth--;
    else if (byte === COLON) countMember(members, depth);
    else if (byte === QUOTE) index = endOfString(body, index);
    else if (isDigit(byte)) {
      const start = index;
      while (isDigit(body[index + 1])) index++;
      const next = body[index + 1];
      mayRound ||= next === DOT || next === UPPER_E || next === LOWER_E;
      mayRound ||= index - start >= EXACT_DIGITS;
    }
    if (depth > DEPTH_MAX) {
      throw invalidArgument(`the body is nested deeper than ${DEPTH_MAX} levels`);
    }
    // The parser reports a bracket that closes nothing.
    if (depth < 0) return false;
    if (values > VALUES_MAX) throw invalidArgument(`the body holds more than ${VALUES_MAX} values`);
  }
  return mayRound;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function countMember(members: Uint32Array, depth: number): void {
  const count = (members[depth] ?? 0) + 1;
  if (count > MEMBERS_MAX) {
    throw invalidArgument(`the body holds an object of more than ${MEMBERS_MAX} members`);
  }
  members[depth] = count;
}

/** The index of the quote that ends the string opened at `start`, or the body's length without one. */
function endOfString(body: Buffer, start: number): number {
  for (let end = start; ; ) {
    end = body.indexOf(QUOTE, end + 1);
    if (end < 0) return body.length;
    let backslashes = 0;
    while (body[end - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

/**
 * The source text of a number in a request that JavaScript may round: one with a fraction, an exponent
 * or more than 15 digits (F8).
 */
export class NumberLiteral {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The number, or undefined if JavaScript rounds it. */
  get exact(): number | undefined {
    const value = Number(this.text);
    if (!Number.isFinite(value)) return undefined;
    return decimal(this.text) === decimal(String(value)) ? value : undefined;
  }

  /** Error sentences contain the number as it was sent. */
  toJSON(): string {
    return this.text;
  }
}

/** A canonical text of a decimal: its significant digits and exponent. */
function decimal(text: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  // A pattern for trailing zeros would take quadratic time on zeros inside.
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  if (end === 0) return '0';
  return `${sign}${digits.slice(0, end)}e${digits.length - end - fraction.length + Number(exponent)}`;
}
