import { accessSync, closeSync, constants, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { Database } from './driver.ts';
import { sqliteCode } from './errors.ts';

/** Marks a file as ours in SQLite's header: "AIOS" in ASCII. */
const APPLICATION_ID = 0x41494f53;
const MIGRATIONS_TABLE = 'schema_migrations';

/** How long a statement waits for another program's lock; nobody else is served meanwhile. */
const BUSY_TIMEOUT_MS = 2000;

/** Pages in the log before it is moved into the file: 16 MB. A page that changes often is moved once. */
const LOG_PAGES = 4000;

/** Kibibytes of the file that are kept in memory: what more would keep, the system keeps too. */
const CACHE_KIB = 8192;

/** A file up to this size is checked page by page at start; a larger one would delay it. */
const FULL_CHECK_MAX_BYTES = 64 * 1024 * 1024;

/** Why a database can't be used, in one sentence for whoever starts the server. */
export class DatabaseRefused extends Error {}

export interface SqliteLocation {
  /** Path of the file, or `:memory:`. */
  file: string;
  /** Folder with the SQLite migrations. */
  migrationsFolder: string;
}

/**
 * Opens the database, made when missing, and brings its schema up to date.
 * Until every check has passed nothing is written.
 * @throws DatabaseRefused
 */
export function openSqlite({ file, migrationsFolder }: SqliteLocation): Database {
  const inMemory = file === ':memory:';
  if (!inMemory) prepareFile(file);
  let client: Database | undefined;
  try {
    if (!inMemory && sizeOf(file) > 0) inspect(file, migrationsFolder);
    client = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    // Taking the write lock shows a file that only looks writable.
    client.exec('BEGIN IMMEDIATE; ROLLBACK');
    client.pragma('journal_mode = WAL');
    // FULL: an answered write survives a power cut. The driver is built with NORMAL for WAL.
    client.pragma('synchronous = FULL');
    client.pragma('fullfsync = ON');
    client.pragma(`cache_size = -${CACHE_KIB}`);
    client.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
    // Where nothing is a file, large sorts shall need none either.
    if (inMemory) client.pragma('temp_store = MEMORY');
    client.pragma(`application_id = ${APPLICATION_ID}`);
    // A migration that rebuilds a table drops the old one: with foreign keys on, its dependents too.
    client.pragma('foreign_keys = OFF');
    migrate(drizzle(client), { migrationsFolder, migrationsTable: MIGRATIONS_TABLE });
    client.pragma('foreign_keys = ON');
    return client;
  } catch (error) {
    client?.close();
    throw error instanceof DatabaseRefused ? error : refusal(file, error);
  }
}

/** Judges a database, which stays as it was. */
function inspect(file: string, migrationsFolder: string): void {
  // Closing a writer would move into the file what a killed process left in the log; closing a
  // reader leaves a log where there was none.
  const readonly = sizeOf(`${file}-wal`) > 0;
  const client = new Database(file, { readonly, timeout: BUSY_TIMEOUT_MS });
  try {
    refuseForeign(client, file);
    refuseNewer(client, file, migrationsFolder);
    refuseDamaged(client, file);
  } finally {
    client.close();
  }
}

/** Bytes; 0 for a file that is not there. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Makes the folder, and judges what can be judged without SQLite. */
function prepareFile(file: string): void {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DatabaseRefused(
      `The folder ${folder} of the database can't be made or written to (${errno(error)}).`,
    );
  }
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) {
    makeFile(file);
    return;
  }
  if (!stats.isFile()) throw new DatabaseRefused(`The database ${file} is not a file.`);
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new DatabaseRefused(
      `The database ${file} can't be read and written to (${errno(error)}): check its permissions.`,
    );
  }
  if (stats.size > 0 && !startsLikeSqlite(file)) {
    throw new DatabaseRefused(`The file ${file} is not an SQLite database, or a damaged one.`);
  }
}

function makeFile(file: string): void {
  try {
    // Models' access tokens are kept in it: nobody else shall read them.
    closeSync(openSync(file, 'a', 0o600));
  } catch (error) {
    throw new DatabaseRefused(`The database ${file} can't be made (${errno(error)}).`);
  }
}

function startsLikeSqlite(file: string): boolean {
  const magic = Buffer.from('SQLite format 3\0', 'latin1');
  const start = Buffer.alloc(magic.length);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, start, 0, start.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return start.equals(magic);
}

function hasTables(client: Database, name = '%'): boolean {
  return (
    client.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name LIKE ?").get(name) !==
    undefined
  );
}

function refuseForeign(client: Database, file: string): void {
  if (hasTables(client) && client.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new DatabaseRefused(`The database ${file} belongs to another program.`);
  }
}

function refuseNewer(client: Database, file: string, migrationsFolder: string): void {
  if (!hasTables(client, MIGRATIONS_TABLE)) return;
  const known = new Set(readMigrationFiles({ migrationsFolder }).map(({ hash }) => hash));
  const applied = client.prepare(`SELECT hash FROM ${MIGRATIONS_TABLE}`).pluck().all() as string[];
  if (applied.some((hash) => !known.has(hash))) {
    throw new DatabaseRefused(
      `The database ${file} was written by a newer version of this program: run that version, or name another file.`,
    );
  }
}

function refuseDamaged(client: Database, file: string): void {
  if (sizeOf(file) > FULL_CHECK_MAX_BYTES) return;
  const verdict = client.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw damaged(file);
}

const damaged = (file: string) =>
  new DatabaseRefused(
    `The database ${file} is damaged: restore it from a backup, or name another file.`,
  );

function refusal(file: string, error: unknown): Error {
  const code = sqliteCode(error) ?? '';
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return damaged(file);
  if (/^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code)) {
    return new DatabaseRefused(`The database ${file} can't be opened for writing (${code}).`);
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new DatabaseRefused(`The database ${file} is locked by another program.`);
  }
  if (/^SQLITE_/.test(code)) {
    return new DatabaseRefused(`The database ${file} can't be used (${code}).`);
  }
  return error as Error;
}

function errno(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
