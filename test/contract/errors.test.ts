import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ApiError,
  documentedFailures,
  type Failure,
  invalidArgument,
} from '../../src/contract/errors.ts';
import { type Code, descriptions } from '../support/failures.ts';

const catalogue: Record<Failure, [status: number, code: Code]> = {
  invalidArgument: [400, 'SYS.1007'],
  duplicateJob: [400, 'SYS.1007'],
  requestTimeTooSkewed: [403, 'ID.1001'],
  noRoute: [404, 'SYS.1009'],
  jobNotFound: [404, 'SYS.1003'],
  snapshotNotFound: [404, 'SYS.1003'],
  methodNotAllowed: [405, 'SYS.1009'],
  requestTooSlow: [408, 'SYS.1015'],
  bodyTooLarge: [413, 'SYS.1007'],
  urlTooLong: [414, 'SYS.1015'],
  notJson: [415, 'SYS.1007'],
  tooManyLogins: [429, 'ID.1000'],
  headersTooLarge: [431, 'SYS.1015'],
  resourceNotFound: [503, 'SYS.1003'],
  operationFailed: [503, 'SYS.1006'],
  loginFailed: [503, 'ID.1000'],
  sessionInvalid: [503, 'ID.1001'],
  wrongSignature: [503, 'ID.1001'],
  timedOut: [503, 'SYS.1001'],
  notReady: [503, 'SYS.1010'],
  noSuchField: [503, 'SYS.1000'],
  internal: [503, 'SYS.1000'],
};

describe('the catalogue of F52', () => {
  test.each(Object.entries(catalogue))('%s', (failure, [status, code]) => {
    const error = new ApiError(failure as Failure, 'what went wrong');

    expect(error.status).toBe(status);
    expect(error.errorCode).toBe(code);
    expect(JSON.stringify(error.answer)).toBe(
      JSON.stringify({
        error: { code, description: descriptions[code], details: 'what went wrong' },
      }),
    );
  });
});

describe('headers', () => {
  test('notReady has Retry-After', () => {
    expect(new ApiError('notReady', '').headers).toEqual({
      'retry-after': expect.stringMatching(/^[1-9]\d*$/),
    });
    expect(new ApiError('notReady', '', { 'retry-after': '9' }).headers).toEqual({
      'retry-after': '9',
    });
  });

  test('other failures have only the headers they are given', () => {
    const headers = { allow: 'GET' };
    expect(new ApiError('methodNotAllowed', '', headers).headers).toEqual(headers);
    expect(new ApiError('internal', '').headers).toEqual({});
  });
});

describe('details hold at most 4096 characters', () => {
  const detailsOf = (text: string) => invalidArgument(text).answer.error.details;

  test.each([
    ['', ''],
    ['x'.repeat(4096), 'x'.repeat(4096)],
    ['x'.repeat(4097), `${'x'.repeat(4093)}...`],
    ['x'.repeat(1_000_000), `${'x'.repeat(4093)}...`],
  ])('%#', (text, details) => {
    expect(detailsOf(text)).toBe(details);
  });

  test('a cut inside a surrogate pair leaves no lone surrogate', () => {
    const details = detailsOf(`${'x'.repeat(4092)}😀😀😀`);
    expect(details.isWellFormed()).toBe(true);
    expect(details).toHaveLength(4096);
  });

  test('property: a well-formed prefix of the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 3000, maxLength: 5000, size: 'max' }),
        (text) => {
          const details = detailsOf(text);
          expect(details.length).toBeLessThanOrEqual(4096);
          expect(details.isWellFormed()).toBe(true);
          if (text.length <= 4096) expect(details).toBe(text);
          else expect(text.startsWith(details.slice(0, 4092))).toBe(true);
        },
      ),
      { numRuns: 5 },
    );
  });
});

test('an operation documents each of its statuses once, in ascending order', () => {
  expect(documentedFailures(true).map(({ status }) => status)).toEqual([
    400, 403, 408, 413, 414, 415, 431, 503,
  ]);
  expect(documentedFailures(false).map(({ status, failures }) => [status, failures])).toEqual([
    [400, ['invalidArgument']],
    [403, ['requestTimeTooSkewed']],
    [408, ['requestTooSlow']],
    [414, ['urlTooLong']],
    [431, ['headersTooLarge']],
    [503, ['timedOut', 'notReady', 'internal', 'sessionInvalid']],
  ]);
  expect(documentedFailures(true, ['tooManyLogins'])).toContainEqual({
    status: 429,
    failures: ['tooManyLogins'],
    description: 'Too many logins failed (ID.1000).',
  });
});

describe('the OpenAPI document says', () => {
  const { paths, components } = JSON.parse(readFileSync('openapi/openapi.json', 'utf8'));
  type Response = { $ref?: string; description?: string };
  const documented: { operationId: string; responses: Record<string, Response> }[] =
    Object.values<object>(paths).flatMap((methods) => Object.values(methods));
  const answersOf = (operation: string) =>
    documented.find(({ operationId }) => operationId === operation)?.responses ?? {};

  test.each([
    ['LogInByAccount', 429, 'ID.1000'],
    ['LogInByAccount', 503, 'ID.1000'],
    ['DeleteModelCenter', 503, 'SYS.1006'],
    ['CreateUserTag', 503, 'SYS.1006'],
    ['CreateSystemTag', 503, 'SYS.1006'],
    ['UpdateSystemTag', 503, 'SYS.1006'],
    ['UpdateModel', 503, 'SYS.1003'],
  ])('that %s may fail with %i %s', (operation, status, code) => {
    const answer = answersOf(operation)[status];
    const shared = components.responses[answer?.$ref?.split('/').at(-1) ?? ''];
    expect((shared ?? answer).description).toContain(code);
  });
});
