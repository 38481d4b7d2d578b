import type { ExpectedError } from './errors.ts';

/** What is no uuid in the platform's form (F21 and F23): why, and the text. */
export const malformedUuids: [why: string, text: string][] = [
  ['capitals', '6C1A5F6167944AA1886294842075279F'],
  ['one capital', '6c1a5f6167944aa1886294842075279F'],
  ['hyphens', '6c1a5f61-6794-4aa1-8862-94842075279f'],
  ['version 0', '6c1a5f6167940aa1886294842075279f'],
  ['version 6', '6c1a5f6167946aa1886294842075279f'],
  ['variant 7', '6c1a5f6167944aa1786294842075279f'],
  ['variant c', '6c1a5f6167944aa1c86294842075279f'],
  ['31 digits', '6c1a5f6167944aa1886294842075279'],
  ['33 digits', '6c1a5f6167944aa1886294842075279f0'],
  ['a letter beyond f', '6c1a5f6167944aa1886294842075279g'],
  ['a line feed behind it', '6c1a5f6167944aa1886294842075279f\n'],
  ['a space before it', ' 6c1a5f6167944aa1886294842075279f'],
  ['two lines', '6c1a5f6167944aa1886294842075279f\n6c1a5f6167944aa1886294842075279f'],
  ['a slash', 'a/b'],
  ['SQL', "' OR 1=1 --"],
  ['a wildcard', '%'],
  ['digits of another script', '٦c1a5f6167944aa1886294842075279f'],
];

/** What is a uuid, though none of anything here. */
export const unknownUuids = [
  '6c1a5f6167941aa1886294842075279f',
  '6c1a5f6167942aa1986294842075279f',
  '6c1a5f6167943aa1a86294842075279f',
  '6c1a5f6167945aa1b86294842075279f',
  '00000000000040008000000000000000',
];

/** How deleting what is no uuid is rejected (F53). */
export function noUuid(text: string, field = 'uuid'): ExpectedError {
  const details = `invalid value[${text}] of field [${field}]`;
  return { status: 503, code: 'SYS.1003', details };
}
