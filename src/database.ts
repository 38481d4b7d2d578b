import { statSync } from 'node:fs';
import type { Store } from './domain/store.ts';
import type { DatabaseUrl } from './setting-values.ts';
import { type Settings, SettingsError } from './settings.ts';
import type { PostgresOpenOptions } from './store/postgres/open-store.ts';
import { openSqliteStore, openSqliteStoreToRead } from './store/sqlite/open-store.ts';

type DatabaseSettings = Pick<Settings, 'databaseUrl' | 'databaseConnections'>;

export interface DatabaseOptions
  extends Omit<PostgresOpenOptions, 'url' | 'connections' | 'migrationsFolder'> {
  /** Folder with the migrations of both kinds of database. */
  migrationsFolder: string;
  /** Path of the query worker's program; without it, long queries of a file block the event loop. */
  queryProgram?: string | undefined;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Connections that the server has accepted so far; without it, a batch doesn't wait while connections come. */
  accepted?: () => number;
}

/**
 * Opens the database of a server and migrates it.
 * @throws DatabaseOpenError
 */
export async function openDatabase(
  { databaseUrl, databaseConnections }: DatabaseSettings,
  { migrationsFolder, queryProgram, now, accepted, onCommit, ...options }: DatabaseOptions,
): Promise<Store> {
  if (databaseUrl.kind === 'postgres') {
    return (await postgres()).openPostgresStore({
      ...options,
      onCommit,
      url: databaseUrl.url,
      connections: databaseConnections,
      migrationsFolder: `${migrationsFolder}/postgres`,
    });
  }
  return openSqliteStore({
    file: databaseUrl.kind === 'memory' ? ':memory:' : databaseUrl.path,
    migrationsFolder: `${migrationsFolder}/sqlite`,
    onCommit,
    onStep: options.onStep,
    now,
    accepted,
    queryWorker: queryProgram === undefined ? undefined : { program: queryProgram },
  });
}

/**
 * Opens an existing database for reading, also while servers run on it.
 * @throws SettingsError if there is none; DatabaseOpenError
 */
export async function openDatabaseToRead(
  { databaseUrl }: Pick<DatabaseSettings, 'databaseUrl'>,
  migrationsFolder: string,
): Promise<Store> {
  if (databaseUrl.kind === 'postgres') {
    const folder = `${migrationsFolder}/postgres`;
    return (await postgres()).openPostgresStoreToRead(databaseUrl.url, folder);
  }
  const file = existingDatabaseFile(databaseUrl);
  return openSqliteStoreToRead({ file, migrationsFolder: `${migrationsFolder}/sqlite` });
}

/** Imported when needed, because it would delay the start with a file. */
const postgres = () => import('./store/postgres/open-store.ts');

/**
 * The path of an existing database file.
 * @throws SettingsError if there is none
 */
export function existingDatabaseFile(databaseUrl: DatabaseUrl): string {
  assertNotPostgres(databaseUrl);
  const size =
    databaseUrl.kind === 'file' && statSync(databaseUrl.path, { throwIfNoEntry: false })?.size;
  if (databaseUrl.kind !== 'file' || !size) {
    throw new SettingsError('AIOS_DATABASE_URL names no database file that is there.');
  }
  return databaseUrl.path;
}

/** @throws SettingsError for a PostgreSQL database, where a command needs a file */
export function assertNotPostgres(
  databaseUrl: DatabaseUrl,
): asserts databaseUrl is Exclude<DatabaseUrl, { kind: 'postgres' }> {
  if (databaseUrl.kind !== 'postgres') return;
  throw new SettingsError(
    'AIOS_DATABASE_URL names a PostgreSQL database, which its own tools back up and restore, such as pg_dump and pg_restore.',
  );
}
