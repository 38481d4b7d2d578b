/** Longest text of a client in a line of the log, in characters. */
const TEXT_MAX = 300;

const MASK = '***';
/** Matches a sentence up to the end of what it quotes of the request; linear, because it matches only at the beginning. */
const QUOTED =
  /^(?:(the body is not valid JSON|valid .*?, but |.*?, but was).+|(Invalid query parameter\. The ')(?:.+(?=' in the parameter\[q\])|.+))/s;
/** Matches words; one with a digit may be a password, token or session. */
const WORD = /[^\s/()[\]'",:;=]+/g;
/** Matches words without a digit, versions, numbers, dates and uuids. */
const HARMLESS = /^(\D*|v\d|[\dTZ.-]{1,24}|[\da-f]{32})$/;

/** Masks what the sentence of an error quotes of the request. */
export const maskQuoted = (text: string): string => text.replace(QUOTED, `$1$2${MASK}`);

/**
 * Shortens a path, or the sentence of an error, and masks what may be secret in it.
 * @param isSession whether a uuid may be that of a session
 */
export function redacted(text: string, isSession: (uuid: string) => boolean): string {
  const mask = (word: string) =>
    HARMLESS.test(word) && !(word.length === 32 && isSession(word)) ? word : MASK;
  return maskQuoted(text.slice(0, TEXT_MAX)).replace(WORD, mask);
}
