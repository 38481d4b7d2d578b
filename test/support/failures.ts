import { expect } from 'vitest';
import type { Answer } from './server.ts';

/** Every code of F52 with its description, written independently of the server's own. */
export const descriptions = {
  'SYS.1000': 'An internal error happened in system',
  'SYS.1001': 'A message or a operation timeout',
  'SYS.1003': 'A resource can not be found',
  'SYS.1006': 'An operation failed',
  'SYS.1007': 'One or more API argument is invalid',
  'SYS.1009': 'No route can deal with the request',
  'SYS.1010': 'Management server is not ready to serve',
  'SYS.1015': 'An HTTP error happened',
  'ID.1000': 'Unable to authenticate a user',
  'ID.1001': 'The session is invalid, either wrong session id or the session has been expired',
} as const;

export type Code = keyof typeof descriptions;

/** Asserts a failure exactly: status, content type and body. */
export function expectFailure(answer: Answer, status: number, code: Code, details: unknown): void {
  expect({
    status: answer.status,
    type: answer.headers.get('content-type'),
    body: answer.body,
  }).toEqual({
    status,
    type: 'application/json;charset=UTF-8',
    body: { error: { code, description: descriptions[code], details } },
  });
}
