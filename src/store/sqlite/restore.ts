import {
  chownSync,
  closeSync,
  existsSync,
  fchownSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseRefused } from '../sql/database-refused.ts';
import { copyRefusal } from './backup.ts';
import { Database } from './driver.ts';
import { LOG_INDEX, LOGS, removeLogs, sync } from './durable-files.ts';
import { sqliteCode } from './errors.ts';
import {
  BUSY_TIMEOUT_MS,
  refuseForeign,
  refuseNewer,
  requireOurs,
  type SqliteLocation,
  sizeOf,
} from './inspect.ts';
import { startsLikeSqlite } from './prepare-file.ts';
import { errno, refusal } from './refusal.ts';
import { lockFileOf, lockForServer } from './server-lock.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Puts a copy of a backup in the place of a database that no server runs on. Whenever this ends, the
 * database is the whole old one or the whole new one.
 * @param location of the database, which may be missing
 * @param from path of the backup, which stays as it is
 * @returns bytes of the new database
 * @throws DatabaseRefused for a backup that can't be used, or a database that is in use or another program's
 */
export function restore(location: SqliteLocation, from: string): number {
  const { file, migrationsFolder } = location;
  refuseUnfit(from);
  refuseItself(from, file, 'the database itself');
  const isNew = !existsSync(file);
  const unlock = lockForServer(file);
  const target = realpathSync(file);
  // Nobody else has it while the lock is held; what a killed process has left is written anew.
  const copy = `${target}-restoring`;
  try {
    refuseItself(from, copy, 'the copy that a restore makes: give it another name');
    putCopyInPlace({ file, target, copy, from, migrationsFolder });
    return sizeOf(target);
  } catch (error) {
    throw copyRefusal(from, file, error);
  } finally {
    if (isNew && sizeOf(target) === 0) rmSync(target);
    unlock();
  }
}

/** The files of a restore, and what the database is called. */
interface Files extends SqliteLocation {
  target: string;
  copy: string;
  from: string;
}

function putCopyInPlace({ file, target, copy, from, migrationsFolder }: Files): void {
  try {
    const owner = statSync(target);
    giveTo(owner, lockFileOf(file));
    removeWithLogs(copy);
    copyBytes(from, copy, owner);
    checkWhole(copy, from, migrationsFolder);
    sync(copy);
    replace(target, copy, file);
  } finally {
    removeWithLogs(copy);
  }
}

function refuseUnfit(from: string): void {
  const stats = statSync(from, { throwIfNoEntry: false });
  if (!stats) throw new DatabaseRefused(`The backup ${from} is not there.`);
  if (!stats.isFile()) throw new DatabaseRefused(`The backup ${from} is not a file.`);
  let isSqlite: boolean;
  try {
    isSqlite = startsLikeSqlite(from);
  } catch (error) {
    throw new DatabaseRefused(`The backup ${from} can't be read (${errno(error)}).`);
  }
  if (!isSqlite) throw damagedBackup(from);
  const log = LOGS.map((ending) => from + ending).find(
    (path) => !isShared(path) && sizeOf(path) > 0,
  );
  if (log === undefined) return;
  throw new DatabaseRefused(
    `The file ${from} is not all of a database, some of which is in ${log}: make a backup of it with \`backup\`.`,
  );
}

/** Whether a file is SQLite's index of a log: nothing is in it alone. */
const isShared = (path: string) => path.endsWith(LOG_INDEX);

function refuseItself(from: string, file: string, told: string): void {
  const [backup, database] = [from, file].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (!backup || backup.dev !== database?.dev || backup.ino !== database.ino) return;
  throw new DatabaseRefused(`The backup ${from} is ${told}.`);
}

const damagedBackup = (from: string) =>
  new DatabaseRefused(`The backup ${from} is not an SQLite database, or a damaged one.`);

/** Root may restore what another user's server is started on. */
function giveTo(owner: Stats, path: string): void {
  const { uid, gid } = statSync(path);
  if (uid !== owner.uid || gid !== owner.gid) chownSync(path, owner.uid, owner.gid);
}

function copyBytes(from: string, to: string, owner: Stats): void {
  const source = openSync(from, 'r');
  const target = openSync(to, 'wx', 0o600);
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let read = readSync(source, chunk); read > 0; read = readSync(source, chunk)) {
      for (let written = 0; written < read; ) {
        written += writeSync(target, chunk, written, read - written);
      }
    }
    fchownSync(target, owner.uid, owner.gid);
  } finally {
    closeSync(target);
    closeSync(source);
  }
}

/** Judges the copy of a backup, and leaves no log beside it. */
function checkWhole(copy: string, from: string, migrationsFolder: string): void {
  const client = new Database(copy);
  try {
    requireOurs(client, from);
    refuseNewer(client, from, migrationsFolder);
    if (client.pragma('integrity_check(1)', { simple: true }) !== 'ok') throw damagedBackup(from);
    if ((client.pragma('foreign_key_check') as unknown[]).length > 0) throw damagedBackup(from);
    client.pragma('journal_mode = DELETE');
  } catch (error) {
    throw isOfDamage(error) ? damagedBackup(from) : error;
  } finally {
    client.close();
  }
}

const isOfDamage = (error: unknown) => /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error) ?? '');

/**
 * Puts a file in the place of a database, beside which no log of the old one may remain.
 * @param name what the database is called in sentences
 */
function replace(target: string, copy: string, name: string): void {
  const old = closeIntoOneFile(target, name);
  try {
    removeLogs(target);
    sync(dirname(target));
    renameSync(copy, target);
    sync(dirname(target));
  } finally {
    old?.close();
  }
}

/**
 * Moves a database's log into its file, which stays a whole database without it.
 * @returns a connection that keeps others from writing to the old file; undefined for one that is empty or damaged
 * @throws DatabaseRefused where others use it
 */
function closeIntoOneFile(file: string, name: string): Database | undefined {
  if (sizeOf(file) === 0) return undefined;
  const client = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    refuseForeign(client, name);
    client.pragma('journal_mode = DELETE');
    client.exec('BEGIN EXCLUSIVE');
    return client;
  } catch (error) {
    client.close();
    if (isOfDamage(error)) return undefined;
    throw error instanceof DatabaseRefused ? error : refusal(name, error);
  }
}

function removeWithLogs(file: string): void {
  rmSync(file, { force: true });
  removeLogs(file);
}
