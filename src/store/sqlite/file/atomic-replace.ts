import {
  chmodSync,
  chownSync,
  existsSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { isCorruption, openError } from '../errors.ts';
import { fsync, removeSideFiles, sizeOf } from './files.ts';
import { assertNotForeign, BUSY_TIMEOUT_MS } from './inspect.ts';
import { acquireServerLock, lockPath } from './lock.ts';

/**
 * Replaces a database by a new file atomically: after a crash, either the old database or the new one is
 * complete. The new file gets the owner and the mode of the old one.
 * @param file path of the database, which may be missing
 * @param suffix of the new file's path until it replaces the old file
 * @param build writes the new file to the given path, where no file is
 * @returns what `build` returns
 * @throws DatabaseOpenError if a server runs on the database, or another program uses it
 */
export async function replaceDatabase<Result>(
  file: string,
  suffix: string,
  build: (path: string) => Promise<Result>,
): Promise<Result> {
  const isNew = !existsSync(file);
  const unlock = acquireServerLock(file);
  const target = realpathSync(file);
  const replacement = replacementPath(file, suffix);
  try {
    changeOwner(lockPath(file), target);
    // A killed process may have left one; the lock ensures that no other process uses it.
    removeDatabase(replacement);
    const result = await build(replacement);
    changeOwner(replacement, target);
    chmodSync(replacement, statSync(target).mode & 0o777);
    fsync(replacement);
    commit(target, replacement, file);
    return result;
  } finally {
    removeDatabase(replacement);
    if (isNew && sizeOf(target) === 0) rmSync(target, { force: true });
    unlock();
  }
}

/** Temporary path of the new file, in the folder of the database with symbolic links resolved. */
export function replacementPath(file: string, suffix: string): string {
  return (existsSync(file) ? realpathSync(file) : file) + suffix;
}

/** Gives a file the owner of the database, because root may run this for another user's server. */
function changeOwner(path: string, database: string): void {
  const [{ uid, gid }, owner] = [statSync(path), statSync(database)];
  if (uid !== owner.uid || gid !== owner.gid) chownSync(path, owner.uid, owner.gid);
}

/**
 * Removes the side files of the old database, then renames the new file to the database's path.
 * @param name of the database in error messages
 */
function commit(target: string, replacement: string, name: string): void {
  const old = checkpointAndLock(target, name);
  try {
    removeSideFiles(target);
    fsync(dirname(target));
    renameSync(replacement, target);
    fsync(dirname(target));
  } finally {
    old?.close();
  }
}

/**
 * Moves the WAL into the database file, which is then complete without it.
 * @returns a connection that locks the old file against writes; undefined if that is empty or damaged
 * @throws DatabaseOpenError if others use it
 */
function checkpointAndLock(file: string, name: string): Database.Database | undefined {
  if (sizeOf(file) === 0) return undefined;
  const client = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    assertNotForeign(client, name);
    client.pragma('journal_mode = DELETE');
    client.exec('BEGIN EXCLUSIVE');
    return client;
  } catch (error) {
    client.close();
    if (isCorruption(error)) return undefined;
    throw openError(name, error);
  }
}

function removeDatabase(file: string): void {
  rmSync(file, { force: true });
  removeSideFiles(file);
}
