import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Store } from '../../src/domain/store.ts';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { putEmptyDatabase } from './empty-database.ts';
import { type Finishing, temporaryFolder } from './folder.ts';

/** A store on a database file of the test's own. */
export interface FileStore {
  store: Store;
  file: string;
  /** The store's own connection. */
  client: Database.Database;
  /** How many writes each transaction held, in the order of their commits. */
  commits: number[];
  /** The committed rows of a table, as another connection sees them. */
  rows: (table: string, where?: string) => Record<string, unknown>[];
  /** All rows of all tables as another connection sees them. */
  snapshot: () => Record<string, unknown[]>;
}

/** @param prepare what to do with the connection before the store is made on it */
export function openFileStore(
  context: Finishing,
  prepare: (client: Database.Database) => void = () => {},
): FileStore {
  const file = join(temporaryFolder(context), 'aios.db');
  putEmptyDatabase(file);
  const client = openSqlite({ file, migrationsFolder: 'migrations/sqlite' });
  context.onTestFinished(() => void client.close());
  prepare(client);
  const commits: number[] = [];
  const store = createSqliteStore(client, { onCommit: (writes) => commits.push(writes) });
  const other = new Database(file, { readonly: true });
  context.onTestFinished(() => void other.close());
  const rows = (table: string, where = '1') =>
    other.prepare(`SELECT * FROM "${table}" WHERE ${where}`).all() as Record<string, unknown>[];
  const tables = other
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .pluck()
    .all() as string[];
  return {
    store,
    file,
    client,
    commits,
    rows,
    snapshot: () => Object.fromEntries(tables.map((table) => [table, rows(table)])),
  };
}

/** Another store on the file of one, as another program would have it. */
export function openSecondStore(context: Finishing, file: string): Store {
  const client = openSqlite({ file, migrationsFolder: 'migrations/sqlite' });
  context.onTestFinished(() => void client.close());
  return createSqliteStore(client);
}
