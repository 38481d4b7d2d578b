import type { Store } from '../../domain/ports.ts';
import { sqliteCode } from './errors.ts';
import { DatabaseRefused, openSqlite, type SqliteLocation } from './open.ts';
import { createSqliteStore } from './store.ts';

export interface StoreOptions extends SqliteLocation {
  /** Told of each transaction how many writes it held. */
  onCommit?: (writes: number) => void;
}

/**
 * Opens a database, made when missing, as a store.
 * @throws DatabaseRefused
 */
export function openSqliteStore({ onCommit, ...location }: StoreOptions): Store {
  const client = openSqlite(location);
  try {
    return createSqliteStore(client, onCommit);
  } catch (error) {
    client.close();
    if (sqliteCode(error) === undefined) throw error;
    throw new DatabaseRefused(
      `The database ${location.file} lacks what its migrations made: restore it from a backup, or name another file.`,
    );
  }
}
