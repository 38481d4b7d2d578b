import type Database from 'better-sqlite3';
import { DatabaseOpenError } from '../errors.ts';
import {
  assertEmpty,
  type CopiedTable,
  type CopyDatabase,
  type CopyLocation,
  type CopyRow,
  copiedTablesOf,
} from '../transfer.ts';
import { copyError, openError } from './errors.ts';
import { replaceDatabase, replacementPath } from './file/atomic-replace.ts';
import { sizeOf } from './file/files.ts';
import { inspect, openToInspect } from './file/inspect.ts';
import { openSqlite, openSqliteToRead } from './file/open.ts';
import { tables } from './tables.ts';

export const copiedTables = copiedTablesOf(tables);

const columnList = ({ columns }: CopiedTable) => columns.map(({ name }) => `"${name}"`).join(', ');

/** Suffix of the new database while it is filled. */
const SUFFIX = '-copying';

/**
 * Runs work on a source that reads a snapshot of a database, also while a server runs on it.
 * @throws DatabaseOpenError for one that is missing, or that this version can't read
 */
export async function withSource<Result>(
  { place: file, migrationsFolder }: CopyLocation,
  work: (source: CopyDatabase) => Promise<Result>,
): Promise<Result> {
  if (!sizeOf(file)) throw new DatabaseOpenError(`There is no database ${file}.`);
  const client = openSqliteToRead({ file, migrationsFolder });
  return withClient(client, file, (source) => {
    client.exec('BEGIN');
    return work(source);
  });
}

/**
 * Runs work on a target that fills a new database, which then replaces one that is missing or empty and that
 * no server runs on. If the work fails, nothing has changed.
 * @throws DatabaseOpenError for one that has rows, is in use or belongs to another program
 */
export async function withTarget<Result>(
  { place: file, migrationsFolder }: CopyLocation,
  work: (target: CopyDatabase) => Promise<Result>,
): Promise<Result> {
  try {
    return await replaceDatabase(file, SUFFIX, async (path) => {
      if (sizeOf(file) > 0) {
        const listTables = "SELECT name FROM sqlite_schema WHERE type = 'table'";
        await withClient(openToInspect(file), file, (target) => {
          inspect({ file, migrationsFolder });
          return assertEmpty(target, listTables, 'name a file that is not there yet');
        });
      }
      const client = openSqlite({ file: path, migrationsFolder });
      return withClient(client, file, async (target) => {
        // After a crash the unfinished file is useless, so it needs no durability.
        client.pragma('journal_mode = MEMORY');
        client.pragma('synchronous = OFF');
        client.exec('BEGIN');
        const result = await work(target);
        client.exec('COMMIT');
        return result;
      });
    });
  } catch (error) {
    throw copyError(replacementPath(file, SUFFIX), file, error);
  }
}

/** Runs work on a connection, as a database that is copied from or to, and closes it. */
async function withClient<Result>(
  client: Database.Database,
  name: string,
  work: (database: CopyDatabase) => Promise<Result>,
): Promise<Result> {
  const database: CopyDatabase = {
    name,
    tables: copiedTables,
    query: async (text) => client.prepare(text).raw().all() as CopyRow[],
    rows: function* (table) {
      const order = table.isOrdered ? ' ORDER BY position' : '';
      const select = `SELECT ${columnList(table)} FROM "${table.name}"${order}`;
      try {
        yield* client.prepare(select).raw().iterate() as Iterable<CopyRow>;
      } catch (error) {
        throw openError(name, error);
      }
    },
    write: async (table, rows) => {
      const insert = client.prepare(insertSql(table));
      for (const row of rows) insert.run(row);
    },
  };
  try {
    return await work(database);
  } catch (error) {
    throw openError(name, error);
  } finally {
    client.close();
  }
}

/** Inserts a row. Positions, which may repeat in PostgreSQL, are made to ascend. */
function insertSql(table: CopiedTable): string {
  const next = `(SELECT coalesce(max(position), 0) + 1 FROM "${table.name}")`;
  const values = table.columns.map((_, index) =>
    table.isOrdered && index === 0 ? `max(?, ${next})` : '?',
  );
  return `INSERT INTO "${table.name}" (${columnList(table)}) VALUES (${values.join(', ')})`;
}
