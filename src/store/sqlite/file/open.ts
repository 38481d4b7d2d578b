import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { DatabaseOpenError } from '../../database-open-error.ts';
import { openError } from '../refusal.ts';
import {
  APPLICATION_ID,
  assertNotOlder,
  BUSY_TIMEOUT_MS,
  inspect,
  MIGRATIONS_TABLE,
  type SqliteLocation,
  sizeOf,
} from './inspect.ts';
import { prepareFile } from './prepare.ts';

/** Pages in the log before it is moved into the file: 16 MB. A page that changes often is moved once. */
const WAL_PAGES = 4000;

/** What is left of a log that grew while somebody read for long, as a backup does, in bytes: 32 MB. */
const WAL_SIZE_LIMIT = 2 * WAL_PAGES * 4096;

/** Kibibytes of the file that are kept in memory: what more would keep, the system keeps too. */
const CACHE_KIB = 4096;

/**
 * Opens the database, made when missing, and brings its schema up to date.
 * Until every check has passed nothing is written.
 * @throws DatabaseOpenError
 */
export function openSqlite(location: SqliteLocation): Database.Database {
  const { file, migrationsFolder } = location;
  const inMemory = file === ':memory:';
  if (!inMemory) prepareFile(file);
  let client: Database.Database | undefined;
  try {
    if (!inMemory && sizeOf(file) > 0) inspect(location);
    client = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    // Taking the write lock shows a file that only looks writable.
    client.exec('BEGIN IMMEDIATE; ROLLBACK');
    client.pragma('journal_mode = WAL');
    // FULL: an answered write survives a power cut. The driver is built with NORMAL for WAL.
    client.pragma('synchronous = FULL');
    client.pragma('fullfsync = ON');
    client.pragma(`cache_size = -${CACHE_KIB}`);
    client.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
    client.pragma(`journal_size_limit = ${WAL_SIZE_LIMIT}`);
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
    throw error instanceof DatabaseOpenError ? error : openError(file, error);
  }
}

/**
 * Opens a database that is there, to read, also while a server runs on it.
 * @throws DatabaseOpenError, also for one whose schema is not up to date
 */
export function openSqliteToRead(location: SqliteLocation): Database.Database {
  let client: Database.Database | undefined;
  prepareFile(location.file);
  try {
    inspect(location);
    client = new Database(location.file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    assertNotOlder(client, location);
    return client;
  } catch (error) {
    client?.close();
    throw error instanceof DatabaseOpenError ? error : openError(location.file, error);
  }
}
