import { closeSync, openSync, realpathSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DatabaseOpenError } from '../../errors.ts';
import { assertDriverLoaded, errorCode, isLocked } from '../errors.ts';
import { LOCK_SUFFIX } from './files.ts';
import { prepareFile } from './prepare.ts';

/** Milliseconds that a start waits for the previous server to end. */
const WAIT_MS = 2000;

/** @param file path of the database, which must exist */
export const lockPath = (file: string) => realpathSync(file) + LOCK_SUFFIX;

/**
 * Takes the lock that ensures that only one server runs on a database, on a small file in the same folder,
 * which is never deleted. The operating system releases the lock when the process ends. The file contains no
 * pid, because in a container the next process often has the same one.
 * @param file path of the database, created empty if it is missing
 * @returns a function that releases the lock
 * @throws DatabaseOpenError if a server runs on the database
 */
export function acquireServerLock(file: string): () => void {
  prepareFile(file);
  const path = lockPath(file);
  let client: Database.Database | undefined;
  try {
    closeSync(openSync(path, 'a', 0o600));
    client = new Database(path, { timeout: WAIT_MS });
    // Nothing is ever written, but without this SQLite would create a journal file for the lock file.
    client.pragma('journal_mode = MEMORY');
    client.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    client?.close();
    assertDriverLoaded(error);
    throw new DatabaseOpenError(
      isLocked(error)
        ? `Another server runs on the database ${file}: stop it, or name another file.`
        : `The lock ${path} of the database can't be taken (${errorCode(error)}): ` +
            'where no server runs on it, remove that file.',
    );
  }
  const holder = client;
  return () => holder.close();
}
