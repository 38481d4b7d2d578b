import { closeSync, openSync, realpathSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DatabaseOpenError } from '../../database-open-error.ts';
import { isLocked, sqliteCode } from '../errors.ts';
import { errno } from '../refusal.ts';
import { prepareFile } from './prepare.ts';

/** For the server before this one to end, in milliseconds. */
const WAIT_MS = 2000;

/** Ending of the file that is locked, beside the database. */
export const LOCK_SUFFIX = '-server';

/** @param file path of the database, which is there */
export const lockPath = (file: string) => realpathSync(file) + LOCK_SUFFIX;

/**
 * Holds what only one server of a database may hold, in a small file beside it, which stays. The system
 * frees it when the process ends, however it does: no pid is kept, which a container's next process would have too.
 * @param file path of the database, made empty when missing
 * @returns what frees it
 * @throws DatabaseOpenError where a server runs on it
 */
export function acquireServerLock(file: string): () => void {
  prepareFile(file);
  const path = lockPath(file);
  let holder: Database.Database | undefined;
  try {
    closeSync(openSync(path, 'a', 0o600));
    holder = new Database(path, { timeout: WAIT_MS });
    // Nothing is ever written; the lock is the system's, on the open file. Else a journal would stand beside it.
    holder.pragma('journal_mode = MEMORY');
    holder.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    holder?.close();
    throw new DatabaseOpenError(
      isLocked(error)
        ? `Another server runs on the database ${file}: stop it, or name another file.`
        : `The lock ${path} of the database can't be taken (${sqliteCode(error) ?? errno(error)}): ` +
            'where no server runs on it, remove that file.',
    );
  }
  const lockHolder = holder;
  return () => lockHolder.close();
}
