/** Longest text of a client in a line of the log, in characters. */
const TEXT_MAX = 300;

const MASK = '***';
/** Matches what an error's sentence quotes of the request. No part of it searches a text again from each position. */
export const QUOTED =
  /(?<=the body is not valid JSON|, but was|^valid .{1,1000}, but ).+|(?<=^Invalid query parameter\. The ').+(?=' in the parameter\[q\])/gs;
/** Matches words with a digit, which may be passwords, tokens or sessions. */
const SUSPECT = /[^\s/()[\]'",:;=]*\d[^\s/()[\]'",:;=]*/g;
/** Matches versions, numbers, dates and uuids. */
const HARMLESS = /^(v\d|[\dTZ.-]{1,24}|[\da-f]{32})$/;

/**
 * Shortens a path, or the sentence of an error, and masks what may be secret in it.
 * @param isSession whether a uuid may be that of a session
 */
export function redacted(text: string, isSession: (uuid: string) => boolean): string {
  const isShown = (word: string) => HARMLESS.test(word) && !(word.length === 32 && isSession(word));
  return text
    .replace(QUOTED, MASK)
    .slice(0, TEXT_MAX)
    .replace(SUSPECT, (word) => (isShown(word) ? word : MASK));
}
