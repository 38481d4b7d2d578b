import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { invalidArgument } from '../../../contract/errors.ts';

/** The name of the function, in SQL. */
export const MATCHES = 'aios_matches';

/** Characters of a part that SQLite's own LIKE may look for. */
const PART_MAX = 32;
/** Comparisons one text may take. */
const STEPS_MAX = 20_000_000;
const COMPILED_MAX = 100;

/** What stands between the `%` of a pattern: texts in lower case, with one character between each. */
type Part = Buffer[];

/**
 * Whether LIKE would take long: it compares what follows a `%` at every place of the text, which takes
 * the product of their lengths.
 */
export function hasLongParts(pattern: string): boolean {
  return splitPattern(pattern)
    .slice(1)
    .some((part) => part.reduce((length, text) => length + text.length + 1, 0) > PART_MAX);
}

/** Lets SQL match patterns with long parts, as LIKE would, by looking for their texts. */
export function defineMatches(client: Database.Database): void {
  const compiled = new LRUCache<string, Part[]>({ max: COMPILED_MAX, memoMethod: splitPattern });
  client.function(MATCHES, { deterministic: true }, (text: unknown, pattern: unknown) => {
    if (text === null) return null;
    return Number(matches(lowerCaseBytes(String(text)), compiled.memo(String(pattern))));
  });
}

/** Takes a pattern apart; `\` takes the next character for itself. */
function splitPattern(pattern: string): Part[] {
  const parts: string[][] = [['']];
  for (const [token] of pattern.matchAll(/\\.|[^\\]/gsu)) {
    const last = parts.at(-1) as string[];
    if (token === '%') parts.push(['']);
    else if (token === '_') last.push('');
    else last.push(`${last.pop()}${token.replace(/^\\(?=.)/su, '')}`);
  }
  return parts.map((texts) => texts.map((text) => lowerCaseBytes(text)));
}

/** Whether a text begins with the first part, ends with the last, and has the others between, in order. */
function matches(text: Buffer, parts: readonly Part[]): boolean {
  const steps = { left: STEPS_MAX };
  const [first, ...others] = parts as [Part, ...Part[]];
  const last = others.pop();
  let at = endOf(text, 0, first, steps);
  if (!last) return at === text.length;
  for (const part of others) {
    if (at < 0) return false;
    at = endOfNext(text, at, part, steps);
  }
  const start = back(text, text.length, charactersOf(last));
  return at >= 0 && start >= at && endOf(text, start, last, steps) === text.length;
}

/** Where the first place of a part from `at` on ends; -1 for none. */
function endOfNext(text: Buffer, at: number, part: Part, steps: { left: number }): number {
  const wildcards = part.findIndex((piece) => piece.length > 0);
  // Nothing but wildcards takes as many characters.
  if (wildcards < 0) return endOf(text, at, part, steps);
  const anchor = part[wildcards] as Buffer;
  for (let found = at; ; found++) {
    found = text.indexOf(anchor, found);
    if (found < 0) return -1;
    const start = back(text, found, wildcards);
    const end = start < at ? -1 : endOf(text, start, part, steps);
    if (end >= 0) return end;
  }
}

/** Where a part that begins at `at` ends; -1 where it isn't there. */
function endOf(text: Buffer, at: number, part: Part, steps: { left: number }): number {
  let end = at;
  for (const [index, piece] of part.entries()) {
    if (index > 0) {
      if (end >= text.length) return -1;
      end = next(text, end);
    }
    const start = end;
    end += piece.length;
    if (end > text.length || text.compare(piece, 0, piece.length, start, end) !== 0) return -1;
    steps.left -= piece.length + 1;
    if (steps.left < 0) {
      throw invalidArgument(
        'a pattern in the parameter[q] takes too long to match: make it shorter',
      );
    }
  }
  return end;
}

/** A part's length in characters. */
function charactersOf(part: Part): number {
  return part.reduce((sum, piece) => sum + [...piece.toString()].length, part.length - 1);
}

const isContinuation = (byte: number | undefined) => ((byte ?? 0) & 0xc0) === 0x80;

/** The place of the character after the one at `at`. */
function next(text: Buffer, at: number): number {
  let place = at + 1;
  while (isContinuation(text[place])) place++;
  return place;
}

/** The place so many characters before `at`; -1 where there are fewer. */
function back(text: Buffer, at: number, characters: number): number {
  let place = at;
  for (let left = characters; left > 0; left--) {
    if (place === 0) return -1;
    place--;
    while (isContinuation(text[place])) place--;
  }
  return place;
}

/** A text's bytes with ASCII letters in lower case, as LIKE compares them. */
function lowerCaseBytes(text: string): Buffer {
  const bytes = Buffer.from(text);
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    if (byte >= 0x41 && byte <= 0x5a) bytes[index] = byte + 0x20;
  }
  return bytes;
}
