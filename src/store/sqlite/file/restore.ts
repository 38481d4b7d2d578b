import {
  closeSync,
  fchownSync,
  openSync,
  readSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import Database from 'better-sqlite3';
import { DatabaseRefused } from '../../database-open-error.ts';
import { isOfDamage } from '../errors.ts';
import { errno } from '../refusal.ts';
import { Replacement } from './atomic-replace.ts';
import { copyRefusal } from './backup.ts';
import { LOG_INDEX, LOGS } from './fsync.ts';
import { refuseNewer, requireOurs, type SqliteLocation, sizeOf } from './inspect.ts';
import { startsLikeSqlite } from './prepare.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Puts a copy of a backup in the place of a database that no server runs on. Whenever this ends, the
 * database is the whole old one or the whole new one.
 * @param location of the database, which may be missing
 * @param from path of the backup, which stays as it is
 * @returns bytes of the new database
 * @throws DatabaseRefused for a backup that can't be used, or a database that is in use or another program's
 */
export function restore({ file, migrationsFolder }: SqliteLocation, from: string): number {
  refuseUnfit(from);
  refuseItself(from, file, 'the database itself');
  const replacement = new Replacement(file, '-restoring');
  const { path: copy, owner } = replacement;
  try {
    refuseItself(from, copy, 'the copy that a restore makes: give it another name');
    replacement.begin();
    copyBytes(from, copy, owner);
    checkWhole(copy, from, migrationsFolder);
    return replacement.putInPlace();
  } catch (error) {
    throw copyRefusal(from, file, error);
  } finally {
    replacement.close();
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
