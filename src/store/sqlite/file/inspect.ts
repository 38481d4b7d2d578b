import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { DatabaseOpenError } from '../../database-open-error.ts';
import { damagedError } from '../refusal.ts';
import { WAL } from './fsync.ts';

/** Marks a file as ours in SQLite's header: "AIOS" in ASCII. */
export const APPLICATION_ID = 0x41494f53;
export const MIGRATIONS_TABLE = 'schema_migrations';

/** How long a statement waits for another program's lock; nobody else is served meanwhile. */
export const BUSY_TIMEOUT_MS = 2000;

/** A file up to this size is checked page by page at start; a larger one would delay it. */
const FULL_CHECK_MAX_BYTES = 64 * 1024 * 1024;

export interface SqliteLocation {
  /** Path of the file, or `:memory:`. */
  file: string;
  /** Folder with the SQLite migrations. */
  migrationsFolder: string;
}

/**
 * Judges a database, which stays as it was.
 * @throws DatabaseOpenError for one of another program, of a newer version or a damaged one
 */
export function inspect({ file, migrationsFolder }: SqliteLocation): void {
  const client = openToInspect(file);
  try {
    assertNotForeign(client, file);
    assertNotNewer(client, file, migrationsFolder);
    assertUndamaged(client, file);
  } finally {
    client.close();
  }
}

/** Opens a database, which stays as it was when this is closed. */
export function openToInspect(file: string): Database.Database {
  // Closing a writer would move into the file what a killed process left in the log; closing a
  // reader leaves a log where there was none.
  const readonly = sizeOf(file + WAL) > 0;
  return new Database(file, { readonly, timeout: BUSY_TIMEOUT_MS });
}

/** Bytes; 0 for a file that is not there. */
export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function hasTables(client: Database.Database, name = '%'): boolean {
  return (
    client.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name LIKE ?").get(name) !==
    undefined
  );
}

/** @throws DatabaseOpenError for one that has tables of another program */
export function assertNotForeign(client: Database.Database, file: string): void {
  if (hasTables(client)) assertOwnDatabase(client, file);
}

/** @throws DatabaseOpenError for one that is not marked as ours, even where it is empty */
export function assertOwnDatabase(client: Database.Database, file: string): void {
  if (client.pragma('application_id', { simple: true }) === APPLICATION_ID) return;
  throw new DatabaseOpenError(`The database ${file} belongs to another program.`);
}

/** @throws DatabaseOpenError for one that newer migrations were applied to */
export function assertNotNewer(
  client: Database.Database,
  file: string,
  migrationsFolder: string,
): void {
  if (!hasTables(client, MIGRATIONS_TABLE)) return;
  const known = new Set(readMigrationFiles({ migrationsFolder }).map(({ hash }) => hash));
  const applied = client.prepare(`SELECT hash FROM ${MIGRATIONS_TABLE}`).pluck().all() as string[];
  if (applied.some((hash) => !known.has(hash))) {
    throw new DatabaseOpenError(
      `The database ${file} was written by a newer version of this program: run that version, or name another file.`,
    );
  }
}

/** @throws DatabaseOpenError for one, not newer, that lacks migrations */
export function assertNotOlder(
  client: Database.Database,
  { file, migrationsFolder }: SqliteLocation,
): void {
  const applied = client.prepare(`SELECT count(*) FROM ${MIGRATIONS_TABLE}`).pluck().get();
  if (applied === readMigrationFiles({ migrationsFolder }).length) return;
  throw new DatabaseOpenError(
    `The database ${file} was written by an older version of this program: start a server of this version on it first.`,
  );
}

function assertUndamaged(client: Database.Database, file: string): void {
  if (sizeOf(file) > FULL_CHECK_MAX_BYTES) return;
  const verdict = client.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw damagedError(file);
}
