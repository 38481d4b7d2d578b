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
import { DatabaseOpenError } from '../../database-open-error.ts';
import { sqliteCode } from '../errors.ts';
import { damagedError, errno, openError } from '../refusal.ts';
import { fsync, SIDE_FILES } from './fsync.ts';
import {
  assertOwnDatabase,
  BUSY_TIMEOUT_MS,
  inspect,
  type SqliteLocation,
  sizeOf,
} from './inspect.ts';
import { lockPath } from './lock.ts';

/** More than a database can have: with fewer at a time the copy begins anew whenever somebody has written. */
const ALL_PAGES = 0x7fffffff;

/**
 * Copies a database, also while a server writes to it, as it is at one moment.
 * @param to path of the copy, where nothing may be yet: there is a whole copy in the end, or still nothing
 * @returns bytes of the copy
 * @throws DatabaseOpenError
 */
export async function backUp(location: SqliteLocation, to: string): Promise<number> {
  const { file } = location;
  const target = resolve(to);
  assertPathFree(target, file);
  let folder: string | undefined;
  try {
    inspect(location);
    // Others can't look into such a folder, and what SQLite keeps beside the copy goes with it.
    folder = mkdtempSync(`${target}-`);
    const copy = join(folder, 'copy');
    closeSync(openSync(copy, 'wx', 0o600));
    await copyPages(file, copy);
    makeOneFile(copy, file);
    fsync(copy);
    moveToNewName(copy, target);
    fsync(dirname(target));
    return sizeOf(target);
  } catch (error) {
    throw copyError(file, to, error);
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}

/** What keeps a database from being copied, in a sentence where it is SQLite's or the system's. */
export function copyError(from: string, to: string, error: unknown): Error {
  if (error instanceof DatabaseOpenError) return error;
  const code = sqliteCode(error);
  const isOfDisk = /^SQLITE_(FULL|IOERR)/.test(code ?? '');
  if (isOfDisk || (error as NodeJS.ErrnoException).syscall !== undefined) {
    return new DatabaseOpenError(`The file ${from} can't be copied to ${to} (${errno(error)}).`);
  }
  return openError(from, error);
}

function assertPathFree(target: string, file: string): void {
  const taken = ['', ...SIDE_FILES].map((ending) => target + ending).find(exists);
  if (taken !== undefined) throw new DatabaseOpenError(`${taken} is there already.`);
  const database = realpathSync(file);
  const ofDatabase = [...SIDE_FILES.map((ending) => database + ending), lockPath(file)];
  if (exists(dirname(target))) {
    const path = join(realpathSync(dirname(target)), basename(target));
    if (ofDatabase.includes(path)) {
      throw new DatabaseOpenError(`${target} is a name that the database itself needs.`);
    }
  }
}

const exists = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

async function copyPages(file: string, copy: string): Promise<void> {
  const client = new Database(file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    const { totalPages } = await client.backup(copy, { progress: () => ALL_PAGES });
    // The driver takes a database that it finds locked at first for one without pages.
    if (totalPages === 0) {
      throw new DatabaseOpenError(`The database ${file} is locked by another program.`);
    }
  } finally {
    client.close();
  }
}

/** Checks a copy and leaves no log beside it. */
function makeOneFile(copy: string, file: string): void {
  const client = new Database(copy);
  try {
    assertOwnDatabase(client, file);
    if (client.pragma('quick_check(1)', { simple: true }) !== 'ok') throw damagedError(file);
    client.pragma('journal_mode = DELETE');
  } finally {
    client.close();
  }
}

function moveToNewName(from: string, to: string): void {
  try {
    // Renaming would replace what has got that name since it was looked for.
    linkSync(from, to);
  } catch (error) {
    if (errno(error) === 'EEXIST') throw new DatabaseOpenError(`${to} is there already.`);
    // Some file systems have no links.
    renameSync(from, to);
  }
}
