import { ApiError } from '../../contract/errors.ts';
import { DatabaseError } from './driver.ts';
import { POOL_IS_FULL } from './pool.ts';

/** The connection to the database broke; an uncommitted transaction is rolled back. */
export class ConnectionLost extends Error {}

/** No connection could be made, so nothing was sent. */
export class NotConnected extends ConnectionLost {}

/** The database did not answer in time, so a retry on another connection is useless. */
export class QueryTimeout extends ConnectionLost {}

/** The connection broke during COMMIT; it is unknown whether the transaction was committed. */
export class CommitUnknown extends Error {}

/** SQLSTATEs that end a connection or prevent one: shutdown, startup, too many connections, access denied. */
const LOST = /^(08|28|3D|53300|57P0|25P03)/;
/** Serialization failure and deadlock: the transaction was rolled back and can be retried. */
const CONFLICT = /^(40001|40P01)$/;
/** Violations of a unique index and of a foreign key. */
const CONSTRAINT_VIOLATION = /^(23505|23503)$/;

type Failure = 'internal' | 'notReady' | 'timedOut';

/** Maps PostgreSQL's SQLSTATEs to a failure and a sentence without internals. */
const meanings: readonly [state: RegExp, failure: Failure, details: string][] = [
  [CONFLICT, 'notReady', 'too many requests change the same resources, nothing was changed'],
  [/^55P03$/, 'notReady', 'other requests lock the same resources, nothing was changed'],
  [/^57014$/, 'timedOut', 'the database took too long, nothing was changed'],
  [/^25006$/, 'notReady', 'the database can only be read at present, nothing was changed'],
  [/^53100$/, 'internal', 'the disk of the database is full, nothing was changed'],
  [/^53/, 'notReady', 'the database is overloaded, nothing was changed'],
  [/^54/, 'internal', 'the resource is too large to be stored'],
  [/^58/, 'internal', 'the disk of the database failed, nothing was changed'],
];

/** PostgreSQL's SQLSTATE of an error or of its cause. */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof DatabaseError) return error.code;
  return error instanceof Error && error.cause ? sqlState(error.cause) : undefined;
}

/** Classifies an error of the driver: unless the database reported it, the connection was lost. */
export function classifyError(error: unknown): unknown {
  if (error instanceof DatabaseError && !LOST.test(error.code ?? '')) return error;
  const isLate = error instanceof Error && error.message === 'Query read timeout';
  const Loss = isLate ? QueryTimeout : ConnectionLost;
  return new Loss('the connection to the database broke', { cause: error });
}

/** Whether the database ended a statement at its timeout. */
export const isCanceled = (error: unknown): boolean => sqlState(error) === '57014';

/** Whether the database refused a write because it is a standby, or otherwise read-only. */
export const isReadOnly = (error: unknown): boolean => sqlState(error) === '25006';

export const isConflict = (error: unknown): boolean => CONFLICT.test(sqlState(error) ?? '');

/** Whether a connection was reset, perhaps while it was made; a new one may succeed. */
export function isConnectionReset(error: unknown): boolean {
  if (!(error instanceof ConnectionLost) || error instanceof QueryTimeout) return false;
  if (!(error instanceof NotConnected)) return true;
  const { message, code } = error.cause as NodeJS.ErrnoException;
  return /^(57P01|ECONNRESET|EPIPE)$/.test(code ?? '') || /terminated unexpectedly$/.test(message);
}

/** The name of the unique index or foreign key that a statement violated. */
export function violatedConstraint(error: unknown): string | undefined {
  const isViolation = error instanceof DatabaseError && CONSTRAINT_VIOLATION.test(error.code ?? '');
  return isViolation ? error.constraint : undefined;
}

/**
 * The `ApiError` of a driver's error, with the original as its cause, for the log. Other errors are returned as they
 * are.
 */
export function translateError(error: unknown): unknown {
  const translated = (failure: Failure, details: string) =>
    Object.assign(new ApiError(failure, details), { cause: error });
  if (error instanceof CommitUnknown) {
    return translated(
      'notReady',
      'the connection to the database broke: changes may be stored or not',
    );
  }
  const state = sqlState(error);
  if (error instanceof ConnectionLost) {
    const isFull = error.cause instanceof Error && error.cause.message === POOL_IS_FULL;
    if (isFull) return translated('notReady', 'too many requests wait for the database');
    if (state !== '53300') return translated('notReady', 'the database is not available');
    return translated('notReady', 'the database accepts no more connections');
  }
  const meaning = state === undefined ? undefined : meanings.find(([known]) => known.test(state));
  return meaning ? translated(meaning[1], meaning[2]) : error;
}
