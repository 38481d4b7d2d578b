import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseOpenError } from '../../errors.ts';
import { errorCode } from '../errors.ts';
import { hasSqliteHeader } from './files.ts';

/**
 * Creates the folder of a database, and an empty file if it is missing, and checks what can be checked without SQLite.
 * @throws DatabaseOpenError
 */
export function prepareFile(file: string): void {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DatabaseOpenError(
      `The folder ${folder} of the database can't be made or written to (${errorCode(error)}).`,
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
      `The database ${file} can't be read and written to (${errorCode(error)}): check its permissions.`,
    );
  }
  if (stats.size > 0 && !hasSqliteHeader(file)) {
    throw new DatabaseOpenError(`The file ${file} is not an SQLite database, or a damaged one.`);
  }
}

function createFile(file: string): void {
  try {
    // Only its owner may read it: it stores access tokens of models.
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    throw new DatabaseOpenError(`The database ${file} can't be made (${errorCode(error)}).`);
  }
}
