import { accessSync, closeSync, constants, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseOpenError } from '../../database-open-error.ts';
import { errno } from '../refusal.ts';

/**
 * Makes the folder of a database, and the file when missing, and judges what can be judged without SQLite.
 * @throws DatabaseOpenError
 */
export function prepareFile(file: string): void {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DatabaseOpenError(
      `The folder ${folder} of the database can't be made or written to (${errno(error)}).`,
    );
  }
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) {
    createFile(file);
    return;
  }
  if (!stats.isFile()) throw new DatabaseOpenError(`The database ${file} is not a file.`);
  if (stats.nlink > 1) {
    throw new DatabaseOpenError(
      `The database ${file} has another name too, a hard link: a server that is started by that would not notice this one.`,
    );
  }
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new DatabaseOpenError(
      `The database ${file} can't be read and written to (${errno(error)}): check its permissions.`,
    );
  }
  if (stats.size > 0 && !hasSqliteHeader(file)) {
    throw new DatabaseOpenError(`The file ${file} is not an SQLite database, or a damaged one.`);
  }
}

function createFile(file: string): void {
  try {
    // Models' access tokens are kept in it: nobody else shall read them.
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    throw new DatabaseOpenError(`The database ${file} can't be made (${errno(error)}).`);
  }
}

/** Whether a file begins as SQLite's do, which those do not that are shorter. */
export function hasSqliteHeader(file: string): boolean {
  const magic = Buffer.from('SQLite format 3\0', 'latin1');
  const start = Buffer.alloc(magic.length);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, start, 0, start.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return start.equals(magic);
}
