import { isUtf8 } from 'node:buffer';
import { invalidArgument } from '../contract/errors.ts';

/** Bounds on JSON that is built to hurt (decision 35). */
const DEPTH_MAX = 64;
const VALUES_MAX = 200_000;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Parses a request's body.
 * @returns the value; undefined for an empty body, which is no body (decision 33)
 * @throws ApiError SYS.1007 for what is not UTF-8, not JSON, or beyond the bounds
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw invalidArgument('the body is not valid UTF-8');
  refuseBombs(body);
  try {
    return JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw invalidArgument(`the body is not valid JSON: ${(error as Error).message}`);
  }
}

/** Judges nesting and number of values before the parser spends time and memory on them. */
function refuseBombs(body: Buffer): void {
  let depth = 0;
  let values = 1;
  let opened = false;
  for (let index = 0; index < body.length; index++) {
    const byte = body[index] as number;
    if (SPACES.has(byte)) continue;
    const closing = byte === CLOSE_BRACKET || byte === CLOSE_BRACE;
    // A container's members are one more than its commas, unless it is empty.
    if (byte === COMMA || (opened && !closing)) values++;
    opened = byte === OPEN_BRACKET || byte === OPEN_BRACE;
    if (opened) depth++;
    else if (closing) depth--;
    else if (byte === QUOTE) index = endOfText(body, index);
    if (depth > DEPTH_MAX) {
      throw invalidArgument(`the body is nested deeper than ${DEPTH_MAX} levels`);
    }
    if (values > VALUES_MAX) {
      throw invalidArgument(`the body holds more than ${VALUES_MAX} values`);
    }
  }
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
