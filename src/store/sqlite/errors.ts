import Database from 'better-sqlite3';
import { ApiError } from '../../contract/errors.ts';
import { DatabaseOpenError } from '../errors.ts';

/** The API error for SQLite's result codes, with details that show nothing of the database. */
const meanings: readonly [code: RegExp, failure: 'internal' | 'notReady', details: string][] = [
  [/^SQLITE_FULL/, 'internal', 'the disk of the database is full, nothing was changed'],
  [/^SQLITE_READONLY/, 'internal', 'the database can not be written to, nothing was changed'],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'internal', 'the database is damaged'],
  [/^SQLITE_IOERR/, 'internal', 'the disk of the database failed, changes may be stored or not'],
  [/^SQLITE_CANTOPEN/, 'internal', 'the files of the database can not be opened'],
  [/^SQLITE_TOOBIG/, 'internal', 'the resource is too large to be stored'],
  [/^SQLITE_(BUSY|LOCKED)/, 'notReady', 'the database is locked by another program'],
];

/** SQLite's result code of an error, also of one that the query builder has wrapped. */
export function sqliteCode(error: unknown): string | undefined {
  if (error instanceof Database.SqliteError) return error.code;
  return error instanceof Error && error.cause ? sqliteCode(error.cause) : undefined;
}

/** Whether a statement failed because another program holds a lock. */
export function isLocked(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_BUSY') === true;
}

/** Whether a file is no SQLite database, or a damaged one. */
export function isCorruption(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error) ?? '');
}

/**
 * Translates an error of the driver to an API error, with the original as its cause for the log.
 * @returns any other error unchanged
 */
export function translateError(error: unknown): unknown {
  const code = sqliteCode(error) ?? '';
  const meaning = meanings.find(([known]) => known.test(code));
  if (!meaning) return error;
  const [, failure, details] = meaning;
  return Object.assign(new ApiError(failure, details), { cause: error });
}

/** @throws DatabaseOpenError for the error of a driver whose binary is missing, or made for another system */
export function assertDriverLoaded(error: unknown): void {
  if (!/^(MODULE_NOT_FOUND|ERR_DLOPEN_FAILED)$/.test(errorCode(error))) return;
  throw new DatabaseOpenError(
    'The SQLite driver better-sqlite3 has no binary for this system: install the packages again, on this system.',
  );
}

export const damagedError = (file: string) =>
  new DatabaseOpenError(
    `The database ${file} is damaged: restore it from a backup, or name another file.`,
  );

/**
 * Translates an error of SQLite, met while a database was opened, to a sentence for the user.
 * @returns any other error unchanged
 */
export function openError(file: string, error: unknown): Error {
  assertDriverLoaded(error);
  const code = sqliteCode(error);
  if (code === undefined) return error as Error;
  if (isCorruption(error)) return damagedError(file);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new DatabaseOpenError(`The database ${file} is locked by another program.`);
  }
  if (/^SQLITE_(FULL|IOERR)/.test(code)) {
    return new DatabaseOpenError(`The disk of the database ${file} is full, or fails (${code}).`);
  }
  const isUnwritable = /^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code);
  const problem = isUnwritable ? "can't be opened for writing" : "can't be used";
  return new DatabaseOpenError(`The database ${file} ${problem} (${code}).`);
}

/** Translates an error of SQLite or the file system, met while a file was copied, to a sentence for the user. */
export function copyError(from: string, to: string, error: unknown): Error {
  if (error instanceof DatabaseOpenError) return error;
  const isDiskError = /^SQLITE_(FULL|IOERR)/.test(sqliteCode(error) ?? '');
  if (isDiskError || (error as NodeJS.ErrnoException).syscall !== undefined) {
    return new DatabaseOpenError(
      `The file ${from} can't be copied to ${to} (${errorCode(error)}).`,
    );
  }
  return openError(from, error);
}

/** The code of an error of SQLite or the file system, such as ENOENT. */
export function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
