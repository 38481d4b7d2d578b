import type { Store } from '../../domain/ports.ts';
import { sqliteCode } from './errors.ts';
import { DatabaseRefused, openSqlite, type SqliteLocation } from './open.ts';
import { createSqliteStore, type SqliteStoreOptions } from './store.ts';

export interface StoreOptions extends SqliteLocation, SqliteStoreOptions {}

/**
 * Opens a database, made when missing, as a store.
 * @throws DatabaseRefused
 */
export function openSqliteStore(options: StoreOptions): Store {
  const client = openSqlite(options);
  try {
    return createSqliteStore(client, options);
  } catch (error) {
    client.close();
    if (sqliteCode(error) === undefined) throw error;
    throw new DatabaseRefused(
      `The database ${options.file} lacks what its migrations made: restore it from a backup, or name another file.`,
    );
  }
}
