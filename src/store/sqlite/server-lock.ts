import { realpathSync } from 'node:fs';
import { Database } from './driver.ts';
import { isLocked } from './errors.ts';
import { makeFile } from './prepare-file.ts';

/** For the server before this one to end, in milliseconds. */
const WAIT_MS = 2000;

/** The file that is locked, beside the database, which is there. */
export const lockFileOf = (file: string) => `${realpathSync(file)}-server`;

/**
 * Holds what only one server of a database may hold, in a small file beside it, which stays. The system
 * frees it when the process ends, however it does: no pid is kept, which a container's next process would have too.
 * @param file path of the database, which is there
 * @returns what frees it; undefined where another process holds it
 * @throws DatabaseRefused where the file can't be made
 */
export function lockForServer(file: string): (() => void) | undefined {
  const path = lockFileOf(file);
  makeFile(path);
  const holder = new Database(path, { timeout: WAIT_MS });
  try {
    // Nothing is ever written; the lock is the system's, on the open file.
    holder.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    holder.close();
    if (isLocked(error)) return undefined;
    throw error;
  }
  return () => holder.close();
}
