import Database from 'better-sqlite3';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { DatabaseOpenError } from '../../errors.ts';
import { damagedError } from '../errors.ts';
import { sizeOf, WAL } from './files.ts';

/** Marks a file in SQLite's header as a database of this program: "AIOS" in ASCII. */
export const APPLICATION_ID = 0x41494f53;
export const MIGRATIONS_TABLE = 'schema_migrations';

/** Milliseconds that a statement waits for another program's lock; this blocks the process. */
export const BUSY_TIMEOUT_MS = 2000;

/** Files up to this size are checked page by page at the start; for larger ones it would take too long. */
const FULL_CHECK_MAX_BYTES = 64 * 1024 * 1024;

export interface SqliteLocation {
  /** Path of the file, or `:memory:`. */
  file: string;
  /** Folder with the SQLite migrations. */
  migrationsFolder: string;
  /** Called with a sentence before a step that may take long. */
  onStep?: ((step: string) => void) | undefined;
}

/**
 * Checks a database without changing it.
 * @throws DatabaseOpenError for one of another program, of a newer version or a damaged one
 */
export function inspect(location: SqliteLocation): void {
  const { file } = location;
  const client = openToInspect(file);
  try {
    assertNotForeign(client, file);
    checkMigrations(client, location);
    if (sizeOf(file) > FULL_CHECK_MAX_BYTES) return;
    if (client.pragma('quick_check(1)', { simple: true }) !== 'ok') throw damagedError(file);
  } finally {
    client.close();
  }
}

/** Opens a database so that opening and closing it change no file. */
export function openToInspect(file: string): Database.Database {
  // Closing the last writable connection moves the WAL's content into the file; closing a read-only one
  // leaves a new, empty WAL.
  const readonly = sizeOf(file + WAL) > 0;
  return new Database(file, { readonly, timeout: BUSY_TIMEOUT_MS });
}

function hasTables(client: Database.Database, name = '%'): boolean {
  return (
    client.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name LIKE ?").get(name) !==
    undefined
  );
}

/** @throws DatabaseOpenError for a database with tables of another program */
export function assertNotForeign(client: Database.Database, file: string): void {
  if (hasTables(client)) assertOwnDatabase(client, file);
}

/** @throws DatabaseOpenError for a database without this program's mark, also for an empty one */
export function assertOwnDatabase(client: Database.Database, file: string): void {
  if (client.pragma('application_id', { simple: true }) === APPLICATION_ID) return;
  throw new DatabaseOpenError(`The database ${file} belongs to another program.`);
}

/**
 * Checks that a database has no migrations that this version doesn't know.
 * @returns whether it has all others
 * @throws DatabaseOpenError
 */
export function checkMigrations(
  client: Database.Database,
  { file, migrationsFolder }: SqliteLocation,
): boolean {
  const known = readMigrationFiles({ migrationsFolder }).map(({ hash }) => hash);
  const applied = hasTables(client, MIGRATIONS_TABLE)
    ? client.prepare<[], string>(`SELECT hash FROM ${MIGRATIONS_TABLE}`).pluck().all()
    : [];
  if (!applied.every((hash) => known.includes(hash))) {
    throw new DatabaseOpenError(
      `The database ${file} was written by a newer version of this program: run that version, or name another file.`,
    );
  }
  return applied.length === known.length;
}
