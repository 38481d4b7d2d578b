import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import Database from 'better-sqlite3';
import { DatabaseOpenError } from '../../errors.ts';
import { copyError, errorCode, isCorruption } from '../errors.ts';
import { replaceDatabase, replacementPath } from './atomic-replace.ts';
import { hasSqliteHeader, isSameFile, JOURNAL, sizeOf, WAL } from './files.ts';
import { assertOwnDatabase, checkMigrations, type SqliteLocation } from './inspect.ts';

/** Suffix of the copy that is checked before it replaces the database. */
const SUFFIX = '-restoring';
const CHUNK_BYTES = 1024 * 1024;

/**
 * Replaces a database that no server runs on by a copy of a backup. After a crash, either the old database or
 * the new one is complete.
 * @param location of the database, which may be missing
 * @param from path of the backup, which isn't changed
 * @returns size of the new database in bytes
 * @throws DatabaseOpenError for an unusable backup, or a database that is in use or of another program
 */
export async function restore(
  { file, migrationsFolder, onStep }: SqliteLocation,
  from: string,
): Promise<number> {
  assertRestorable(from);
  if (isSameFile(from, file)) {
    throw new DatabaseOpenError(`The backup ${from} is the database itself.`);
  }
  if (isSameFile(from, replacementPath(file, SUFFIX))) {
    throw new DatabaseOpenError(
      `The backup ${from} is the copy that a restore makes: give it another name.`,
    );
  }
  try {
    await replaceDatabase(file, SUFFIX, async (copy) => {
      onStep?.(`Copying ${sizeOf(from)} bytes.`);
      await pipeline(
        createReadStream(from, { highWaterMark: CHUNK_BYTES }),
        createWriteStream(copy, { flags: 'wx', mode: 0o600 }),
      );
      onStep?.('Checking the copy.');
      assertWhole(copy, from, migrationsFolder);
    });
    return sizeOf(file);
  } catch (error) {
    throw copyError(from, file, error);
  }
}

/** Makes the checks of a backup that don't need to open it, because opening might change it. */
function assertRestorable(from: string): void {
  const stats = statSync(from, { throwIfNoEntry: false });
  if (!stats) throw new DatabaseOpenError(`The backup ${from} is not there.`);
  if (!stats.isFile()) throw new DatabaseOpenError(`The backup ${from} is not a file.`);
  let isSqlite: boolean;
  try {
    isSqlite = hasSqliteHeader(from);
  } catch (error) {
    throw new DatabaseOpenError(`The backup ${from} can't be read (${errorCode(error)}).`);
  }
  if (!isSqlite) throw damagedBackup(from);
  const sideFile = [WAL, JOURNAL].map((suffix) => from + suffix).find((path) => sizeOf(path) > 0);
  if (sideFile === undefined) return;
  throw new DatabaseOpenError(
    `The file ${from} is not all of a database, some of which is in ${sideFile}: make a backup of it with \`backup\`.`,
  );
}

const damagedBackup = (from: string) =>
  new DatabaseOpenError(`The backup ${from} is not an SQLite database, or a damaged one.`);

/** Checks the copy of a backup in full; it has no WAL afterwards. */
function assertWhole(copy: string, from: string, migrationsFolder: string): void {
  const client = new Database(copy);
  try {
    assertOwnDatabase(client, from);
    checkMigrations(client, { file: from, migrationsFolder });
    if (client.pragma('integrity_check(1)', { simple: true }) !== 'ok') throw damagedBackup(from);
    if ((client.pragma('foreign_key_check') as unknown[]).length > 0) throw damagedBackup(from);
    client.pragma('journal_mode = DELETE');
  } catch (error) {
    throw isCorruption(error) ? damagedBackup(from) : error;
  } finally {
    client.close();
  }
}
