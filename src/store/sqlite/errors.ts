import Database from 'better-sqlite3';
import { ApiError } from '../../contract/errors.ts';

/** What SQLite's result codes mean to a client: the failure, and a sentence without internals. */
const meanings: readonly [prefix: string, failure: 'internal' | 'notReady', details: string][] = [
  ['SQLITE_FULL', 'internal', 'the disk of the database is full, nothing was changed'],
  ['SQLITE_READONLY', 'internal', 'the database can not be written to, nothing was changed'],
  ['SQLITE_CORRUPT', 'internal', 'the database is damaged'],
  ['SQLITE_NOTADB', 'internal', 'the database is damaged'],
  [
    'SQLITE_IOERR',
    'internal',
    'the disk of the database failed, what was asked for may be kept or not',
  ],
  ['SQLITE_CANTOPEN', 'internal', 'the files of the database can not be opened'],
  ['SQLITE_TOOBIG', 'internal', 'the resource is too large to be kept'],
  ['SQLITE_BUSY', 'notReady', 'the database is locked by another program'],
  ['SQLITE_LOCKED', 'notReady', 'the database is locked by another program'],
];

/** SQLite's result code of an error, also where the query builder has wrapped it. */
export function sqliteCode(error: unknown): string | undefined {
  if (error instanceof Database.SqliteError) return error.code;
  return error instanceof Error && error.cause ? sqliteCode(error.cause) : undefined;
}

/** Whether another program's lock was met, so that nothing was done. */
export function isLocked(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_BUSY') === true;
}

/** Whether a file was found to be no whole database. */
export function isCorruption(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error) ?? '');
}

/**
 * The failure a driver's error stands for. What is no driver's error comes back as it is.
 * The original stays as the cause, for the log.
 */
export function translateError(error: unknown): unknown {
  const code = sqliteCode(error);
  const meaning = meanings.find(([prefix]) => code?.startsWith(prefix));
  if (!meaning) return error;
  const [, failure, details] = meaning;
  return Object.assign(new ApiError(failure, details), { cause: error });
}
