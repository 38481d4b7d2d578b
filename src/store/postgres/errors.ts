import { ApiError } from '../../contract/errors.ts';
import { DatabaseError } from './driver.ts';

/** The connection to the database broke: whatever was not committed is undone. */
export class ConnectionLost extends Error {}

/** There was no connection to be had: nothing was sent. */
export class NotConnected extends ConnectionLost {}

/** The pool's words for all its connections being in use for as long as one may wait. */
const POOL_IS_FULL = 'timeout exceeded when trying to connect';

/** Nothing came back in time: other connections would be no better. */
export class QueryTimeout extends ConnectionLost {}

/** The connection broke while the database was told to keep what was done: it may be kept or not. */
export class CommitUnknown extends Error {}

/** SQLSTATEs that end a connection or keep one from being made: shutdown, start, too many, no entry. */
const LOST = /^(08|28|3D|53300|57P0|25P03)/;
/** What is to be done again from the start: others were in the way, and nothing is kept of it. */
const CONFLICT = /^(40001|40P01)$/;
/** Something was there, or went, since it was looked at. */
const CONSTRAINT_VIOLATION = /^(23505|23503)$/;

/** What PostgreSQL's SQLSTATEs mean to a client: the failure, and a sentence without internals. */
const meanings: readonly [
  state: RegExp,
  failure: 'internal' | 'notReady' | 'timedOut',
  details: string,
][] = [
  [CONFLICT, 'notReady', 'too many change the same at once, nothing was changed'],
  [/^55P03$/, 'notReady', 'others keep what was asked for locked, nothing was changed'],
  [/^57014$/, 'timedOut', 'the database took too long, nothing was changed'],
  [/^25006$/, 'notReady', 'the database can only be read at present, nothing was changed'],
  [/^53100$/, 'internal', 'the disk of the database is full, nothing was changed'],
  [/^53/, 'notReady', 'the database has too much to do, nothing was changed'],
  [/^54/, 'internal', 'the resource is too large to be kept'],
  [/^58/, 'internal', 'the disk of the database failed, nothing was changed'],
];

/** PostgreSQL's SQLSTATE of an error, also where it was wrapped. */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof DatabaseError) return error.code;
  return error instanceof Error && error.cause ? sqlState(error.cause) : undefined;
}

/** What the driver threw: a statement's refusal as it is, anything else as the loss of the connection. */
export function classifyError(error: unknown): unknown {
  if (error instanceof DatabaseError && !LOST.test(error.code ?? '')) return error;
  const isLate = error instanceof Error && error.message === 'Query read timeout';
  const Loss = isLate ? QueryTimeout : ConnectionLost;
  return new Loss('the connection to the database broke', { cause: error });
}

export const isConflict = (error: unknown): boolean => CONFLICT.test(sqlState(error) ?? '');

/** Whether a connection was cut, also while it was made: the next one may be as good as any. */
export function isConnectionReset(error: unknown): boolean {
  if (!(error instanceof ConnectionLost) || error instanceof QueryTimeout) return false;
  if (!(error instanceof NotConnected)) return true;
  const { message, code } = error.cause as NodeJS.ErrnoException;
  return /^(57P01|ECONNRESET|EPIPE)$/.test(code ?? '') || /terminated unexpectedly$/.test(message);
}

/** The name of the index in which something is already, or of the reference to what is gone, perhaps since a moment ago. */
export function violatedConstraint(error: unknown): string | undefined {
  const isViolation = error instanceof DatabaseError && CONSTRAINT_VIOLATION.test(error.code ?? '');
  return isViolation ? error.constraint : undefined;
}

/**
 * The failure that a driver's error stands for. What is none comes back as it is.
 * The original stays as the cause, for the log.
 */
export function translateError(error: unknown): unknown {
  const apiError = (failure: 'internal' | 'notReady' | 'timedOut', details: string) =>
    Object.assign(new ApiError(failure, details), { cause: error });
  if (error instanceof ConnectionLost) {
    const isFull = error.cause instanceof Error && error.cause.message === POOL_IS_FULL;
    if (isFull) return apiError('notReady', 'too many wait for the database');
    const isAtConnectionLimit = sqlState(error) === '53300';
    return apiError(
      'notReady',
      isAtConnectionLimit ? 'the database takes no more connections' : 'the database is away',
    );
  }
  if (error instanceof CommitUnknown) {
    return apiError('notReady', 'the database went away: what was asked for may be kept or not');
  }
  const state = sqlState(error);
  const meaning = state === undefined ? undefined : meanings.find(([known]) => known.test(state));
  return meaning ? apiError(meaning[1], meaning[2]) : error;
}
