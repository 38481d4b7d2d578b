import type { Store } from '../../domain/ports.ts';
import { DatabaseRefused } from '../sql/database-refused.ts';
import { Database } from './driver.ts';
import { sqliteCode } from './errors.ts';
import { BUSY_TIMEOUT_MS, inspect, refuseOlder, type SqliteLocation } from './inspect.ts';
import { openSqlite } from './open.ts';
import { prepareFile } from './prepare-file.ts';
import { refusal } from './refusal.ts';
import { lockForServer } from './server-lock.ts';
import { createSqliteStore, type SqliteStoreOptions } from './store.ts';

export interface StoreOptions extends SqliteLocation, SqliteStoreOptions {}

/**
 * Opens a database, made when missing, as the store of its only server.
 * @throws DatabaseRefused
 */
export function openSqliteStore(options: StoreOptions): Store {
  const { file } = options;
  const unlock = file === ':memory:' ? () => {} : lockForServer(file);
  try {
    const store = storeOn(openSqlite(options), options);
    return { ...store, close: () => store.close().finally(unlock) };
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * Opens a database that is there as a store to read, also while a server runs on it.
 * @throws DatabaseRefused
 */
export function openSqliteStoreToRead(location: SqliteLocation): Store {
  let client: Database | undefined;
  prepareFile(location.file);
  try {
    inspect(location);
    client = new Database(location.file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    refuseOlder(client, location);
    return storeOn(client, location);
  } catch (error) {
    client?.close();
    throw error instanceof DatabaseRefused ? error : refusal(location.file, error);
  }
}

function storeOn(client: Database, options: StoreOptions): Store {
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
