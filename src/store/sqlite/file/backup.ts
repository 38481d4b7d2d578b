import {
  closeSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { DatabaseOpenError } from '../../errors.ts';
import { copyError, damagedError, errorCode } from '../errors.ts';
import { fsync, SIDE_FILES, sizeOf } from './files.ts';
import { assertOwnDatabase, inspect, openToInspect, type SqliteLocation } from './inspect.ts';
import { lockPath } from './lock.ts';

/**
 * Copies a snapshot of a database, also while a server writes to it (ADR-23).
 * @param to path of the copy, which must not exist; if the copy fails, it still doesn't exist
 * @returns size of the copy in bytes
 * @throws DatabaseOpenError
 */
export function backUp(location: SqliteLocation, to: string): number {
  const { file, onStep } = location;
  const target = resolve(to);
  assertPathFree(target, file);
  let folder: string | undefined;
  try {
    inspect(location);
    // Only this user can enter the folder, so that no other user reads or replaces the copy meanwhile.
    folder = mkdtempSync(`${target}-`);
    const copy = join(folder, 'copy');
    closeSync(openSync(copy, 'wx', 0o600));
    onStep?.(`Copying ${sizeOf(file)} bytes.`);
    vacuumInto(file, copy);
    onStep?.('Checking the copy.');
    assertUndamaged(copy, file);
    fsync(copy);
    renameNoReplace(copy, target);
    fsync(dirname(target));
    return sizeOf(target);
  } catch (error) {
    throw copyError(file, to, error);
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}

function assertPathFree(target: string, file: string): void {
  const taken = ['', ...SIDE_FILES].map((suffix) => target + suffix).find(exists);
  if (taken !== undefined) throw new DatabaseOpenError(`${taken} is there already.`);
  const folder = dirname(target);
  if (!exists(folder)) return;
  const database = realpathSync(file);
  const reserved = [...SIDE_FILES.map((suffix) => database + suffix), lockPath(file)];
  if (reserved.includes(join(realpathSync(folder), basename(target)))) {
    throw new DatabaseOpenError(`${target} is a name that the database itself needs.`);
  }
}

/** Whether a path exists, also as a broken symbolic link. */
const exists = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Copies the content of a database into an empty file, in one read transaction. */
function vacuumInto(file: string, copy: string): void {
  const client = openToInspect(file);
  try {
    assertOwnDatabase(client, file);
    client.prepare('VACUUM INTO ?').run(copy);
  } finally {
    client.close();
  }
}

function assertUndamaged(copy: string, file: string): void {
  const client = new Database(copy, { readonly: true });
  try {
    if (client.pragma('quick_check(1)', { simple: true }) !== 'ok') throw damagedError(file);
  } finally {
    client.close();
  }
}

function renameNoReplace(from: string, to: string): void {
  try {
    // A rename would replace a file that was created since the path was found free.
    linkSync(from, to);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw new DatabaseOpenError(`${to} is there already.`);
    // Some file systems have no hard links.
    renameSync(from, to);
  }
}
