import { DatabaseOpenError } from '../database-open-error.ts';
import { sqliteCode } from './errors.ts';

export const damagedError = (file: string) =>
  new DatabaseOpenError(
    `The database ${file} is damaged: restore it from a backup, or name another file.`,
  );

/** What keeps a database from being opened, in such a sentence where it is SQLite's. */
export function openError(file: string, error: unknown): Error {
  const code = sqliteCode(error) ?? '';
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return damagedError(file);
  if (/^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code)) {
    return new DatabaseOpenError(`The database ${file} can't be opened for writing (${code}).`);
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new DatabaseOpenError(`The database ${file} is locked by another program.`);
  }
  if (/^SQLITE_(FULL|IOERR)/.test(code)) {
    return new DatabaseOpenError(`The disk of the database ${file} is full, or fails (${code}).`);
  }
  if (/^SQLITE_/.test(code)) {
    return new DatabaseOpenError(`The database ${file} can't be used (${code}).`);
  }
  return error as Error;
}

/** The system's name of what went wrong. */
export function errno(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
