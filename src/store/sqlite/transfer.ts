import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DatabaseOpenError } from '../database-open-error.ts';
import { type CopiedTable, columnList, copiedTablesOf } from '../moved-tables.ts';
import {
  BATCH,
  type CopyRow,
  type CopySource,
  type CopyTarget,
  type CopyValue,
} from '../transfer.ts';
import { AtomicReplacement } from './file/atomic-replace.ts';
import { copyError } from './file/backup.ts';
import { inspect, openToInspect, type SqliteLocation, sizeOf } from './file/inspect.ts';
import { openSqlite, openSqliteToRead } from './file/open.ts';
import { openError } from './refusal.ts';
import * as tables from './tables.ts';

export const copiedTables = copiedTablesOf(tables);

/**
 * Has a database read as it is at one moment, also while a server runs on it.
 * @throws DatabaseOpenError for one that is missing, or that can't be read by this version
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
 * Has a database filled that is missing or empty, and that no server runs on. It is made beside the other one
 * and takes its place when the work is done; before, nothing is changed.
 * @throws DatabaseOpenError for one that has anything in it, is in use or is another program's
 */
export async function withTargetFile<Result>(
  location: SqliteLocation,
  work: (target: CopyTarget) => Promise<Result>,
): Promise<Result> {
  const { file, migrationsFolder } = location;
  const replacement = new AtomicReplacement(file, '-copying');
  try {
    if (sizeOf(file) > 0) assertEmpty(location);
    replacement.begin();
    const client = openSqlite({ file: replacement.path, migrationsFolder });
    let result: Result;
    try {
      // Until it is in its place nobody needs it whole after a crash.
      client.pragma('journal_mode = MEMORY');
      client.pragma('synchronous = OFF');
      client.exec('BEGIN');
      result = await work(createTarget(client, file));
      client.exec('COMMIT');
    } finally {
      client.close();
    }
    replacement.replaceTarget();
    return result;
  } catch (error) {
    throw isFileError(error) ? copyError(replacement.path, file, error) : error;
  } finally {
    replacement.close();
  }
}

const isFileError = (error: unknown) =>
  error instanceof Database.SqliteError || (error as NodeJS.ErrnoException).syscall !== undefined;

/** Whether two paths lead to the same file. */
export function isSameFile(one: string, other: string): boolean {
  const [first, second] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return first !== undefined && first.dev === second?.dev && first.ino === second.ino;
}

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
    throw error instanceof DatabaseOpenError ? error : openError(file, error);
  } finally {
    client.close();
  }
}

function createSource(client: Database.Database, name: string): CopySource {
  const translateErrors = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw openError(name, error);
    }
  };
  return {
    name,
    count: async (table) =>
      translateErrors(
        () => client.prepare(`SELECT count(*) FROM "${table.name}"`).pluck().get() as number,
      ),
    rows: async function* (table) {
      const order = table.isOrdered ? ' ORDER BY position' : '';
      const select = `SELECT ${columnList(table)} FROM "${table.name}"${order}`;
      const rows = translateErrors(
        () => client.prepare(select).raw().iterate() as Iterator<CopyValue[]>,
      );
      try {
        yield* batches(table, () => translateErrors(() => rows.next()));
      } finally {
        rows.return?.();
      }
    },
  };
}

function* batches(
  { columns }: CopiedTable,
  next: () => IteratorResult<CopyValue[]>,
): Generator<readonly CopyRow[]> {
  const flags = columns.flatMap(({ valueType }, index) => (valueType === 'flag' ? [index] : []));
  let [batch, bytes]: [CopyRow[], number] = [[], 0];
  for (let given = next(); !given.done; given = next()) {
    const row = given.value;
    // SQLite has no booleans. What is neither stays, and is refused.
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

/** Inserts rows of a table, each of an ordered one behind the last: elsewhere several may have one position. */
function inserter(
  client: Database.Database,
  table: CopiedTable,
): (rows: readonly CopyRow[]) => void {
  const values = table.columns.map(() => '?').join(', ');
  const insert = client.prepare(
    `INSERT INTO "${table.name}" (${columnList(table)}) VALUES (${values})`,
  );
  let last = 0;
  return (rows) => {
    for (const row of rows) {
      const rowValues = row.map((value) => (typeof value === 'boolean' ? Number(value) : value));
      if (table.isOrdered) {
        last = Math.max(last + 1, rowValues[0] as number);
        rowValues[0] = last;
      }
      insert.run(rowValues);
    }
  };
}
