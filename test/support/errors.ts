import { expect } from 'vitest';
import { type Code, expectFailure } from './failures.ts';
import type { Answer, Server } from './server.ts';

/** The error of an operation. */
export interface ExpectedError {
  status: number;
  code: Code;
  /** A text, or one of Vitest's matchers. */
  details: unknown;
}

/** The platform's name of an operation's message class, as its sentences use it. */
export function messageOf(operation: string): string {
  if (/Tag$/.test(operation)) return `org.zstack.header.tag.API${operation}Msg`;
  const isOfSessions = /Account$|Out$|Session$/.test(operation);
  return `org.zstack.${isOfSessions ? 'header.identity' : 'ai.message'}.API${operation}Msg`;
}

export function invalidArgument(details: unknown): ExpectedError {
  return { status: 400, code: 'SYS.1007', details };
}

export function mandatory(operation: string, field: string): ExpectedError {
  return invalidArgument(
    `field[${field}] of message[${messageOf(operation)}] is mandatory, can not be null`,
  );
}

/** For a text of one character more than the maximum. */
export function tooLongText(operation: string, field: string): ExpectedError {
  return invalidArgument(
    `field[${field}] of message[${messageOf(operation)}] exceeds max length of string. ` +
      'expected was <= 16777215, actual was 16777216',
  );
}

/** For an argument that names one resource. */
export function notFound(field: string, uuid: string, type: string): ExpectedError {
  return resourceNotFound(field, `uuid:${uuid}`, type);
}

/** For an argument that is a list of resources; `uuids` are those that are missing. */
export function noneFound(field: string, uuids: readonly string[], type: string): ExpectedError {
  return resourceNotFound(field, `uuids:[${uuids.join(', ')}]`, type);
}

function resourceNotFound(field: string, named: string, type: string): ExpectedError {
  const details = `invalid field[${field}], resource[${named}, type:${type}] not found`;
  return { status: 503, code: 'SYS.1003', details };
}

/** The error for an unknown path. */
export function noRoute(path: string): ExpectedError {
  return { status: 404, code: 'SYS.1009', details: `no api mapping to ${path}` };
}

/** Expects a response to be exactly this error. */
export function expectError(answer: Answer, { status, code, details }: ExpectedError): void {
  expectFailure(answer, status, code, details);
}

/** Expects a request to fail with exactly this error, and the database to be unchanged. */
export async function expectRejected(
  server: Server,
  send: () => Promise<Answer>,
  expectedError: ExpectedError,
): Promise<void> {
  const before = server.snapshot();
  expectError(await send(), expectedError);
  expect(server.snapshot()).toEqual(before);
}
