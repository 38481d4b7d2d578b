import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DatabaseRefused } from '../database-open-error.ts';
import { columnList, type MovedTable, movedTablesOf } from '../moved-tables.ts';
import { BATCH, type Row, type Source, type Target, type Value } from '../transfer.ts';
import { Replacement } from './file/atomic-replace.ts';
import { copyRefusal } from './file/backup.ts';
import { inspect, openToInspect, type SqliteLocation, sizeOf } from './file/inspect.ts';
import { openSqlite, openSqliteToRead } from './file/open.ts';
import { refusal } from './refusal.ts';
import * as tables from './tables.ts';

export const movedTables = movedTablesOf(tables);

/**
 * Has a database read as it is at one moment, also while a server runs on it.
 * @throws DatabaseRefused for one that is missing, or that can't be read by this version
 */
export async function readingFile<Result>(
  location: SqliteLocation,
  work: (source: Source) => Promise<Result>,
): Promise<Result> {
  const { file } = location;
  if (!sizeOf(file)) throw new DatabaseRefused(`There is no database ${file}.`);
  const client = openSqliteToRead(location);
  try {
    client.exec('BEGIN');
    return await work(sourceOn(client, file));
  } finally {
    client.close();
  }
}

/**
 * Has a database filled that is missing or empty, and that no server runs on. It is made beside the other one
 * and takes its place when the work is done; before, nothing is changed.
 * @throws DatabaseRefused for one that has anything in it, is in use or is another program's
 */
export async function fillingFile<Result>(
  location: SqliteLocation,
  work: (target: Target) => Promise<Result>,
): Promise<Result> {
  const { file, migrationsFolder } = location;
  const replacement = new Replacement(file, '-copying');
  try {
    if (sizeOf(file) > 0) refuseFilled(location);
    replacement.begin();
    const client = openSqlite({ file: replacement.path, migrationsFolder });
    let result: Result;
    try {
      // Until it is in its place nobody needs it whole after a crash.
      client.pragma('journal_mode = MEMORY');
      client.pragma('synchronous = OFF');
      client.exec('BEGIN');
      result = await work(targetOn(client, file));
      client.exec('COMMIT');
    } finally {
      client.close();
    }
    replacement.putInPlace();
    return result;
  } catch (error) {
    throw isOfFile(error) ? copyRefusal(replacement.path, file, error) : error;
  } finally {
    replacement.close();
  }
}

const isOfFile = (error: unknown) =>
  error instanceof Database.SqliteError || (error as NodeJS.ErrnoException).syscall !== undefined;

/** Whether two paths lead to the same file. */
export function isSameFile(one: string, other: string): boolean {
  const [first, second] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return first !== undefined && first.dev === second?.dev && first.ino === second.ino;
}

function refuseFilled(location: SqliteLocation): void {
  const { file } = location;
  inspect(location);
  const client = openToInspect(file);
  try {
    const present = client
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all();
    for (const { name } of movedTables) {
      if (present.includes(name) && client.prepare(`SELECT 1 FROM "${name}" LIMIT 1`).get()) {
        throw new DatabaseRefused(
          `The database ${file} is not empty: name a file that is not there yet.`,
        );
      }
    }
  } catch (error) {
    throw error instanceof DatabaseRefused ? error : refusal(file, error);
  } finally {
    client.close();
  }
}

function sourceOn(client: Database.Database, name: string): Source {
  const told = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw refusal(name, error);
    }
  };
  return {
    name,
    count: async (table) =>
      told(() => client.prepare(`SELECT count(*) FROM "${table.name}"`).pluck().get() as number),
    rows: async function* (table) {
      const order = table.isOrdered ? ' ORDER BY position' : '';
      const select = `SELECT ${columnList(table)} FROM "${table.name}"${order}`;
      const rows = told(() => client.prepare(select).raw().iterate() as Iterator<Value[]>);
      try {
        yield* batches(table, () => told(() => rows.next()));
      } finally {
        rows.return?.();
      }
    },
  };
}

function* batches(
  { columns }: MovedTable,
  next: () => IteratorResult<Value[]>,
): Generator<readonly Row[]> {
  const flags = columns.flatMap(({ keeps }, index) => (keeps === 'flag' ? [index] : []));
  let [batch, bytes]: [Row[], number] = [[], 0];
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

function targetOn(client: Database.Database, name: string): Target {
  const inserters = new Map<MovedTable, (rows: readonly Row[]) => void>();
  return {
    ...sourceOn(client, name),
    write: async (table, rows) => {
      const insert = inserters.get(table) ?? inserter(client, table);
      inserters.set(table, insert);
      try {
        insert(rows);
      } catch (error) {
        throw refusal(name, error);
      }
    },
  };
}

/** Inserts rows of a table, each of an ordered one behind the last: elsewhere several may have one position. */
function inserter(client: Database.Database, table: MovedTable): (rows: readonly Row[]) => void {
  const values = table.columns.map(() => '?').join(', ');
  const insert = client.prepare(
    `INSERT INTO "${table.name}" (${columnList(table)}) VALUES (${values})`,
  );
  let last = 0;
  return (rows) => {
    for (const row of rows) {
      const kept = row.map((value) => (typeof value === 'boolean' ? Number(value) : value));
      if (table.isOrdered) {
        last = Math.max(last + 1, kept[0] as number);
        kept[0] = last;
      }
      insert.run(kept);
    }
  };
}
