import Database from 'better-sqlite3';
import { DatabaseOpenError } from '../errors.ts';
import {
  BATCH,
  type CopiedTable,
  type CopyRow,
  type CopySource,
  type CopyTarget,
  type CopyValue,
  columnList,
  copiedTablesOf,
} from '../transfer.ts';
import { copyError, openError } from './errors.ts';
import { replaceDatabase, replacementPath } from './file/atomic-replace.ts';
import { sizeOf } from './file/files.ts';
import { inspect, openToInspect, type SqliteLocation } from './file/inspect.ts';
import { openSqlite, openSqliteToRead } from './file/open.ts';
import * as tables from './tables.ts';

export const copiedTables = copiedTablesOf(tables);

/** Suffix of the new database while it is filled. */
const SUFFIX = '-copying';

/**
 * Runs work on a source that reads a snapshot of a database, also while a server runs on it.
 * @throws DatabaseOpenError for one that is missing, or that this version can't read
 */
export async function withSourceFile<Result>(
  location: SqliteLocation,
  work: (source: CopySource) => Promise<Result>,
): Promise<Result> {
  const { file } = location;
  if (!sizeOf(file)) throw new DatabaseOpenError(`There is no database ${file}.`);
  const client = openSqliteToRead(location);
  try {
    client.exec('BEGIN');
    return await work(createSource(client, file));
  } finally {
    client.close();
  }
}

/**
 * Runs work on a target that fills a new database, which then replaces one that is missing or empty and that
 * no server runs on. If the work fails, nothing has changed.
 * @throws DatabaseOpenError for one that has rows, is in use or belongs to another program
 */
export async function withTargetFile<Result>(
  location: SqliteLocation,
  work: (target: CopyTarget) => Promise<Result>,
): Promise<Result> {
  const { file, migrationsFolder } = location;
  try {
    return await replaceDatabase(file, SUFFIX, async (path) => {
      if (sizeOf(file) > 0) assertEmpty(location);
      const client = openSqlite({ file: path, migrationsFolder });
      try {
        // After a crash the unfinished file is useless, so it needs no durability.
        client.pragma('journal_mode = MEMORY');
        client.pragma('synchronous = OFF');
        client.exec('BEGIN');
        const result = await work(createTarget(client, file));
        client.exec('COMMIT');
        return result;
      } finally {
        client.close();
      }
    });
  } catch (error) {
    throw isFileError(error) ? copyError(replacementPath(file, SUFFIX), file, error) : error;
  }
}

const isFileError = (error: unknown) =>
  error instanceof Database.SqliteError || (error as NodeJS.ErrnoException).syscall !== undefined;

/** @throws DatabaseOpenError for a database with rows in any table that is copied */
function assertEmpty(location: SqliteLocation): void {
  const { file } = location;
  inspect(location);
  const client = openToInspect(file);
  try {
    const present = client
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all();
    for (const { name } of copiedTables) {
      if (present.includes(name) && client.prepare(`SELECT 1 FROM "${name}" LIMIT 1`).get()) {
        throw new DatabaseOpenError(
          `The database ${file} is not empty: name a file that is not there yet.`,
        );
      }
    }
  } catch (error) {
    throw openError(file, error);
  } finally {
    client.close();
  }
}

function createSource(client: Database.Database, name: string): CopySource {
  return {
    name,
    count: async (table) => {
      try {
        return client.prepare(`SELECT count(*) FROM "${table.name}"`).pluck().get() as number;
      } catch (error) {
        throw openError(name, error);
      }
    },
    rows: async function* (table) {
      try {
        yield* batches(client, table);
      } catch (error) {
        throw openError(name, error);
      }
    },
  };
}

function* batches(client: Database.Database, table: CopiedTable): Generator<readonly CopyRow[]> {
  const flags = table.columns.flatMap(({ valueType }, index) =>
    valueType === 'flag' ? [index] : [],
  );
  const order = table.isOrdered ? ' ORDER BY position' : '';
  const select = `SELECT ${columnList(table)} FROM "${table.name}"${order}`;
  let [batch, bytes]: [CopyRow[], number] = [[], 0];
  for (const row of client.prepare(select).raw().iterate() as Iterable<CopyValue[]>) {
    // SQLite stores booleans as 0 and 1; any other number is copied, and fails the check of the copy.
    for (const flag of flags) if (row[flag] === 0 || row[flag] === 1) row[flag] = row[flag] === 1;
    for (const value of row) bytes += typeof value === 'string' ? value.length : 0;
    batch.push(row);
    if (batch.length < BATCH.rows && bytes < BATCH.bytes) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

function createTarget(client: Database.Database, name: string): CopyTarget {
  const inserters = new Map<CopiedTable, (rows: readonly CopyRow[]) => void>();
  return {
    ...createSource(client, name),
    write: async (table, rows) => {
      const insert = inserters.get(table) ?? inserter(client, table);
      inserters.set(table, insert);
      try {
        insert(rows);
      } catch (error) {
        throw openError(name, error);
      }
    },
  };
}

/** Inserts rows of a table. Positions, which may repeat in PostgreSQL, are made to ascend. */
function inserter(
  client: Database.Database,
  table: CopiedTable,
): (rows: readonly CopyRow[]) => void {
  const values = table.columns.map(() => '?').join(', ');
  const insert = client.prepare(
    `INSERT INTO "${table.name}" (${columnList(table)}) VALUES (${values})`,
  );
  let lastPosition = 0;
  return (rows) => {
    for (const row of rows) {
      const bound = row.map((value) => (typeof value === 'boolean' ? Number(value) : value));
      if (table.isOrdered) {
        lastPosition = Math.max(lastPosition + 1, bound[0] as number);
        bound[0] = lastPosition;
      }
      insert.run(bound);
    }
  };
}
