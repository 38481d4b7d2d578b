import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Store } from '../../src/domain/store.ts';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { putEmptyDatabase } from './empty-database.ts';
import { type Finishing, temporaryFolder } from './folder.ts';

/** Whether servers of tests keep their data in PostgreSQL, in place of files. */
export const isOnPostgres = process.env.AIOS_TEST_STORE === 'postgres';

/** The database of a test's server, as the test sees it past the server. */
export interface ServerDatabase {
  /** The file's path, or PostgreSQL's URL. */
  name: string;
  store: Store;
  /** Rows of a table, with booleans as 0 and 1. */
  rows(table: string, where?: string): Record<string, unknown>[];
  /** All rows of all tables. */
  snapshot(): Record<string, Record<string, unknown>[]>;
  /** Executes statements in one transaction, as another program would, without blocking the server. */
  execute(statements: string): Promise<void>;
  /** Closes the store, and removes a database of its own. */
  close(): Promise<void>;
}

/** Opens a database, or an empty one of the server's own where none is named. */
export async function openServerDatabase(
  name?: string,
  kind = isOnPostgres ? 'postgres' : 'sqlite',
): Promise<ServerDatabase> {
  if (kind === 'sqlite') return openFile(name);
  const { openPostgresDatabase } = await import('./postgres-database.ts');
  return openPostgresDatabase(name);
}

/** An empty database for servers that follow each other, by its name. */
export async function databaseName(context: Finishing): Promise<string> {
  if (!isOnPostgres) return join(temporaryFolder(context), 'aios.db');
  const { postgresDatabase } = await import('./postgres.ts');
  return postgresDatabase(context);
}

function openFile(given?: string): ServerDatabase {
  const folder = given === undefined ? mkdtempSync(join(tmpdir(), 'aios-test-')) : undefined;
  const file = given ?? join(folder as string, 'aios.db');
  if (folder) putEmptyDatabase(file);
  const store = createSqliteStore(openSqlite({ file, migrationsFolder: 'migrations/sqlite' }));
  // Opened at first use: few tests look into the file.
  let reader: Database.Database | undefined;
  const read = (query: string) => {
    reader ??= new Database(file, { readonly: true });
    return reader.prepare(query).all() as Record<string, unknown>[];
  };
  return {
    name: file,
    store,
    rows: (table, where = '1') => read(`SELECT * FROM ${table} WHERE ${where}`),
    snapshot: () => {
      const tables = read("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
      return Object.fromEntries(
        tables.map(({ name }) => [name, read(`SELECT * FROM "${name}"`)] as const),
      );
    },
    execute: async (statements) => {
      const client = new Database(file);
      try {
        client.exec(`BEGIN; ${statements}; COMMIT`);
      } finally {
        client.close();
      }
    },
    close: async () => {
      reader?.close();
      await store.close();
      if (folder) rmSync(folder, { recursive: true });
    },
  };
}
