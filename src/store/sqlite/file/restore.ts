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
import { DatabaseOpenError } from '../../database-open-error.ts';
import { isCorruption } from '../errors.ts';
import { errno } from '../refusal.ts';
import { AtomicReplacement } from './atomic-replace.ts';
import { copyError } from './backup.ts';
import { SHM, SIDE_FILES } from './fsync.ts';
import { assertNotNewer, assertOwnDatabase, type SqliteLocation, sizeOf } from './inspect.ts';
import { hasSqliteHeader } from './prepare.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Puts a copy of a backup in the place of a database that no server runs on. Whenever this ends, the
 * database is the whole old one or the whole new one.
 * @param location of the database, which may be missing
 * @param from path of the backup, which stays as it is
 * @returns bytes of the new database
 * @throws DatabaseOpenError for a backup that can't be used, or a database that is in use or another program's
 */
export function restore({ file, migrationsFolder }: SqliteLocation, from: string): number {
  assertRestorable(from);
  assertDifferentFile(from, file, 'the database itself');
  const replacement = new AtomicReplacement(file, '-restoring');
  const { path: copy, owner } = replacement;
  try {
    assertDifferentFile(from, copy, 'the copy that a restore makes: give it another name');
    replacement.begin();
    copyBytes(from, copy, owner);
    checkWhole(copy, from, migrationsFolder);
    return replacement.replaceTarget();
  } catch (error) {
    throw copyError(from, file, error);
  } finally {
    replacement.close();
  }
}

function assertRestorable(from: string): void {
  const stats = statSync(from, { throwIfNoEntry: false });
  if (!stats) throw new DatabaseOpenError(`The backup ${from} is not there.`);
  if (!stats.isFile()) throw new DatabaseOpenError(`The backup ${from} is not a file.`);
  let isSqlite: boolean;
  try {
    isSqlite = hasSqliteHeader(from);
  } catch (error) {
    throw new DatabaseOpenError(`The backup ${from} can't be read (${errno(error)}).`);
  }
  if (!isSqlite) throw damagedBackup(from);
  const log = SIDE_FILES.map((ending) => from + ending).find(
    (path) => !isShared(path) && sizeOf(path) > 0,
  );
  if (log === undefined) return;
  throw new DatabaseOpenError(
    `The file ${from} is not all of a database, some of which is in ${log}: make a backup of it with \`backup\`.`,
  );
}

/** Whether a file is SQLite's index of a log: nothing is in it alone. */
const isShared = (path: string) => path.endsWith(SHM);

function assertDifferentFile(from: string, file: string, description: string): void {
  const [backup, database] = [from, file].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (!backup || backup.dev !== database?.dev || backup.ino !== database.ino) return;
  throw new DatabaseOpenError(`The backup ${from} is ${description}.`);
}

const damagedBackup = (from: string) =>
  new DatabaseOpenError(`The backup ${from} is not an SQLite database, or a damaged one.`);

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
    assertOwnDatabase(client, from);
    assertNotNewer(client, from, migrationsFolder);
    if (client.pragma('integrity_check(1)', { simple: true }) !== 'ok') throw damagedBackup(from);
    if ((client.pragma('foreign_key_check') as unknown[]).length > 0) throw damagedBackup(from);
    client.pragma('journal_mode = DELETE');
  } catch (error) {
    throw isCorruption(error) ? damagedBackup(from) : error;
  } finally {
    client.close();
  }
}
