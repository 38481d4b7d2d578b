import { statSync } from 'node:fs';
import type { Store } from './domain/store.ts';
import { type DatabaseUrl, type Settings, SettingsError } from './settings.ts';
import { openSqliteStore, openSqliteStoreToRead } from './store/sqlite/open-store.ts';

type DatabaseSettings = Pick<Settings, 'databaseUrl' | 'databaseConnections'>;

export interface DatabaseOptions {
  /** Folder with the migrations of every kind of database. */
  migrationsFolder: string;
  /** What tells this server from others on the same database. */
  server: string;
  /** Path of the query thread's program; without it, every request waits for long queries of a file. */
  queryProgram?: string | undefined;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Told of each transaction how many writes it held. */
  onCommit: (writes: number) => void;
  /** Told of a connection that broke while nobody used it. */
  onConnectionLost: (error: Error) => void;
  /** Told once where the database is not there yet, and is waited for. */
  onWait?: (error: Error) => void;
  /** Ends that. */
  stopping?: AbortSignal | undefined;
}

/**
 * Opens the database of a server, and brings its schema up to date.
 * @throws DatabaseOpenError
 */
export async function openDatabase(
  { databaseUrl, databaseConnections }: DatabaseSettings,
  { migrationsFolder, queryProgram, now, onCommit, ...options }: DatabaseOptions,
): Promise<Store> {
  if (databaseUrl.kind === 'postgres') {
    return (await postgres()).openPostgresStore({
      ...options,
      ...{ onCommit, url: databaseUrl.url, connections: databaseConnections },
      migrationsFolder: `${migrationsFolder}/postgres`,
    });
  }
  return openSqliteStore({
    file: databaseUrl.kind === 'memory' ? ':memory:' : databaseUrl.path,
    migrationsFolder: `${migrationsFolder}/sqlite`,
    onCommit,
    now,
    queryWorker: queryProgram === undefined ? undefined : { program: queryProgram },
  });
}

/**
 * Opens a database that is there to read, also while servers run on it.
 * @throws SettingsError where there is none; DatabaseOpenError
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

/** Loaded when it is needed: who keeps a file shall not wait for it. */
const postgres = () => import('./store/postgres/open-store.ts');

/**
 * The path of a database file that is there.
 * @throws SettingsError where there is none
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

/**
 * Says so where files are asked for.
 * @throws SettingsError for a PostgreSQL database
 */
export function assertNotPostgres(
  databaseUrl: DatabaseUrl,
): asserts databaseUrl is Exclude<DatabaseUrl, { kind: 'postgres' }> {
  if (databaseUrl.kind !== 'postgres') return;
  throw new SettingsError(
    'AIOS_DATABASE_URL names a PostgreSQL database, which its own tools back up and restore, such as pg_dump and pg_restore.',
  );
}
