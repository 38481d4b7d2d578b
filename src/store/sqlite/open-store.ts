import type Database from 'better-sqlite3';
import type { Store } from '../../domain/store.ts';
import { DatabaseOpenError } from '../errors.ts';
import { sqliteCode } from './errors.ts';
import type { SqliteLocation } from './file/inspect.ts';
import { acquireServerLock } from './file/lock.ts';
import { openSqlite, openSqliteToRead } from './file/open.ts';
import { createSqliteStore, type SqliteStoreOptions } from './store.ts';

export interface SqliteOpenOptions extends SqliteLocation, SqliteStoreOptions {}

/**
 * Opens a database, created if missing, as the store of its only server.
 * @throws DatabaseOpenError
 */
export function openSqliteStore(options: SqliteOpenOptions): Store {
  const { file } = options;
  const unlock = file === ':memory:' ? () => {} : acquireServerLock(file);
  try {
    const store = createStore(openSqlite(options), options);
    return { ...store, close: () => store.close().finally(unlock) };
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * Opens an existing database as a store for reading, also while a server runs on it.
 * @throws DatabaseOpenError
 */
export function openSqliteStoreToRead(location: SqliteLocation): Store {
  return createStore(openSqliteToRead(location), location);
}

function createStore(client: Database.Database, options: SqliteOpenOptions): Store {
  try {
    return createSqliteStore(client, options);
  } catch (error) {
    client.close();
    if (sqliteCode(error) === undefined) throw error;
    throw new DatabaseOpenError(
      `The database ${options.file} lacks what its migrations made: restore it from a backup, or name another file.`,
    );
  }
}
