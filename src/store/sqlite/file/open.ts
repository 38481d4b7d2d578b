import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { DatabaseOpenError } from '../../errors.ts';
import { openError } from '../errors.ts';
import { sizeOf } from './files.ts';
import {
  APPLICATION_ID,
  BUSY_TIMEOUT_MS,
  checkMigrations,
  inspect,
  MIGRATIONS_TABLE,
  type SqliteLocation,
} from './inspect.ts';
import { prepareFile } from './prepare.ts';

/** Pages in the WAL before a checkpoint: 16 MB. A page that changes often is then written to the file once. */
const CHECKPOINT_PAGES = 4000;

/** Size, in bytes, to which SQLite truncates a WAL that grew during a long read, such as a backup's: 32 MB. */
const WAL_SIZE_LIMIT = 2 * CHECKPOINT_PAGES * 4096;

/** Size of SQLite's page cache in KiB; the operating system caches the file too. */
const CACHE_KIB = 4096;

/**
 * Opens a database, created if missing, and migrates its schema. Nothing is written before all checks have passed.
 * @throws DatabaseOpenError
 */
export function openSqlite(location: SqliteLocation): Database.Database {
  const { file, migrationsFolder, onStep } = location;
  const inMemory = file === ':memory:';
  if (!inMemory) prepareFile(file);
  let client: Database.Database | undefined;
  try {
    const isNew = inMemory || sizeOf(file) === 0;
    if (!isNew) inspect(location);
    client = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    // Taking the write lock fails for a file that only looks writable.
    client.exec('BEGIN IMMEDIATE; ROLLBACK');
    client.pragma('journal_mode = WAL');
    // FULL: an acknowledged write survives a power failure. The driver is built with NORMAL for WAL.
    client.pragma('synchronous = FULL');
    client.pragma('fullfsync = ON');
    client.pragma(`cache_size = -${CACHE_KIB}`);
    client.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    client.pragma(`journal_size_limit = ${WAL_SIZE_LIMIT}`);
    // Without it, large sorts of a database in memory would use temporary files.
    if (inMemory) client.pragma('temp_store = MEMORY');
    client.pragma(`application_id = ${APPLICATION_ID}`);
    // A migration that rebuilds a table drops the old one: foreign keys would delete what refers to it.
    client.pragma('foreign_keys = OFF');
    if (!isNew && !checkMigrations(client, location)) {
      onStep?.(`The database ${file} is brought up to date, which may take some seconds.`);
    }
    migrate(drizzle(client), { migrationsFolder, migrationsTable: MIGRATIONS_TABLE });
    client.pragma('foreign_keys = ON');
    return client;
  } catch (error) {
    client?.close();
    throw openError(file, error);
  }
}

/**
 * Opens an existing database read-only, also while a server runs on it.
 * @throws DatabaseOpenError, also if its schema isn't up to date
 */
export function openSqliteToRead(location: SqliteLocation): Database.Database {
  let client: Database.Database | undefined;
  prepareFile(location.file);
  try {
    inspect(location);
    client = new Database(location.file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    if (checkMigrations(client, location)) return client;
    throw new DatabaseOpenError(
      `The database ${location.file} was written by an older version of this program: start a server of this version on it first.`,
    );
  } catch (error) {
    client?.close();
    throw openError(location.file, error);
  }
}
