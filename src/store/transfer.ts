import { hash } from 'node:crypto';
import { type Column, getTableColumns, getTableName, type Table } from 'drizzle-orm';
import { DatabaseOpenError } from './errors.ts';
import { columnName } from './prepare.ts';
import type { StoredTables } from './tables.ts';

/** A table whose rows are copied to another database, the same for SQLite and PostgreSQL. */
export interface CopiedTable {
  name: string;
  /** In an ordered table the first is `position`, the order of insertion. */
  columns: readonly CopiedColumn[];
  isOrdered: boolean;
}

/** A column, and the type of its values in PostgreSQL. */
type CopiedColumn = Record<'name' | 'valueType', string>;

/** Columns that refer to a running server; they are not copied. */
const CLAIMS = ['claimed_by', 'claimed_until'];
const POSITION = 'position';

/** Types of values by drizzle's; all others are texts. */
const valueTypes: Record<string, string> = { number: 'bigint', boolean: 'boolean' };

/** The copied tables of a store, each after those that it refers to. */
export function copiedTablesOf(tables: StoredTables): readonly CopiedTable[] {
  const rank = ({ name }: CopiedColumn) => (name === POSITION ? '' : name);
  return Object.values<Table>(tables).map((table) => {
    const columns = Object.values<Column>(getTableColumns(table))
      .map((column) => ({
        name: columnName(column),
        valueType: valueTypes[column.dataType] ?? 'text',
      }))
      .filter(({ name }) => !CLAIMS.includes(name))
      .sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
    return { name: getTableName(table), columns, isOrdered: columns[0]?.name === POSITION };
  });
}

/** A copied row, in the same form for SQLite and PostgreSQL: a flag is 0 or 1. */
export type CopyRow = readonly (string | number | null)[];

/** Where a database is that is copied from or to: the path of its file or its URL, and the folder of its migrations. */
export type CopyLocation = Record<'place' | 'migrationsFolder', string>;

/** A database that is copied from or to; what is written is read again and compared. Its methods throw DatabaseOpenError. */
export interface CopyDatabase {
  /** Name of the database in error messages. */
  name: string;
  tables: readonly CopiedTable[];
  query: (text: string) => Promise<CopyRow[]>;
  /** All rows: those of an ordered table by position, others in any order. */
  rows: (table: CopiedTable) => Iterable<CopyRow> | AsyncIterable<CopyRow>;
  write: (table: CopiedTable, rows: readonly CopyRow[]) => Promise<void>;
}

/**
 * @param listTables the query for the names of the tables there are
 * @throws DatabaseOpenError for a database with rows in any table that is copied
 */
export async function assertEmpty(
  { name, tables, query }: CopyDatabase,
  listTables: string,
  hint: string,
): Promise<void> {
  const present = (await query(listTables)).flat();
  for (const table of tables.filter((each) => present.includes(each.name))) {
    if ((await query(`SELECT 1 FROM "${table.name}" LIMIT 1`)).length > 0) {
      throw new DatabaseOpenError(`The database ${name} is not empty: ${hint}.`);
    }
  }
}

/**
 * Called after every batch with the rows of the table so far, which are dumped, copied or compared, and once for each
 * table that is done: `copied and compared`.
 */
export type OnStep = (table: string, rows: number, phase: string) => void;

/** Limits of a batch; a single row may have more bytes. Of larger batches V8 would collect the garbage late. */
export const BATCH = { bytes: 4 * 1024 * 1024, rows: 100 };

/** The first line of a dump: its format, and the columns of its tables. */
function headerOf(tables: readonly CopiedTable[]): object {
  const columns = tables.map((table) => [table.name, table.columns.map(({ name }) => name)]);
  return { format: 'aios-model-server 1', tables: Object.fromEntries(columns) };
}

/**
 * Dumps all tables as lines of JSON, in parts of any length: a header, and for each table its rows, as lists of
 * values, and then their number and digest.
 * @throws DatabaseOpenError
 */
export async function* dumpTables(source: CopyDatabase, onStep: OnStep): AsyncGenerator<string> {
  const lineOf = (value: object) => `${JSON.stringify(value)}\n`;
  yield lineOf(headerOf(source.tables));
  for (const table of source.tables) {
    const sum = new TableSum(table, source.name);
    let part = '';
    for await (const row of source.rows(table)) {
      sum.add(row);
      part += lineOf(row);
      if (sum.rows % BATCH.rows !== 0 && part.length < BATCH.bytes) continue;
      yield part;
      part = '';
      onStep(table.name, sum.rows, 'dumped');
    }
    yield part + lineOf(sum);
  }
}

/**
 * Loads a dump into an empty database, and compares what is stored there with it.
 * @param dump its text in parts of any length
 * @returns the number of rows
 * @throws DatabaseOpenError for a dump that is damaged or of another version, and if the target's rows differ from it
 */
export async function loadTables(
  dump: AsyncIterable<string>,
  target: CopyDatabase,
  onStep: OnStep,
): Promise<number> {
  const sums = target.tables.map((table) => new TableSum(table, 'of the dump'));
  /** What is no row: the first line, the one after the rows of each table, and the end. */
  const others = [headerOf(target.tables), ...sums, undefined];
  let passed = 0;
  for await (const entry of entriesOf(dump)) {
    const loaded = sums[passed - 1];
    if (loaded && Array.isArray(entry)) {
      for (const row of entry) loaded.add(row);
      await target.write(loaded.table, entry);
      onStep(loaded.table.name, loaded.rows, 'copied');
      continue;
    }
    if (!isSame(entry, others[passed])) throw passed > 0 ? damaged() : foreign();
    if (loaded) await compare(target, loaded, onStep);
    passed++;
  }
  // Another program may have written to the target since its rows were compared.
  for (const { table, rows } of sums) {
    const [count] = await target.query(`SELECT count(*) FROM "${table.name}"`);
    if (Number(count?.[0]) !== rows) throw tableMismatch(table, target);
  }
  return sums.reduce((total, { rows }) => total + rows, 0);
}

/** @throws DatabaseOpenError if the target's rows of a table are not those that were loaded */
async function compare(target: CopyDatabase, loaded: TableSum, onStep: OnStep): Promise<void> {
  const { table, rows } = loaded;
  const stored = new TableSum(table, target.name);
  for await (const row of target.rows(table)) {
    stored.add(row);
    if (stored.rows % BATCH.rows === 0) onStep(table.name, stored.rows, 'compared');
  }
  if (!isSame(stored, loaded)) throw tableMismatch(table, target);
  onStep(table.name, rows, 'copied and compared');
}

/** The number and the digest of a table's rows, as the line after them has it. */
class TableSum {
  readonly table: CopiedTable;
  readonly #database: string;
  rows = 0;
  #digest = 0n;

  constructor(table: CopiedTable, database: string) {
    this.table = table;
    this.#database = database;
  }

  /**
   * Adds the SHA-256 of a row. The digest is the XOR of them, which doesn't depend on the order; that of an ordered
   * table does, because its rows are hashed with their indexes in place of their positions.
   * @throws DatabaseOpenError for a value that is not the same in SQLite and PostgreSQL
   */
  add(row: CopyRow): void {
    const { name, columns, isOrdered } = this.table;
    const wrong = columns.find((column, place) => !isRepresentable(row[place], column));
    if (wrong) {
      throw new DatabaseOpenError(
        `The database ${this.#database} has in ${name}.${wrong.name} a value that this program never stores: nothing was copied.`,
      );
    }
    this.rows++;
    const values = isOrdered ? [this.rows, ...row.slice(1)] : row;
    this.#digest ^= BigInt(`0x${hash('sha256', JSON.stringify(values))}`);
  }

  toJSON(): object {
    return { table: this.table.name, rows: this.rows, digest: this.#digest.toString(16) };
  }
}

/** Whether a value is exact in SQLite and PostgreSQL alike. */
function isRepresentable(value: CopyRow[number] | undefined, { valueType }: CopiedColumn): boolean {
  if (value === null) return true;
  if (valueType === 'boolean') return value === 0 || value === 1;
  return valueType === 'bigint' ? Number.isSafeInteger(value) : typeof value === 'string';
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The rows of a dump in batches, its other lines, and undefined at its end. */
async function* entriesOf(dump: AsyncIterable<string>): AsyncGenerator<unknown> {
  let rest = '';
  for await (const part of dump) {
    const lines = part.split('\n');
    // A long line in many parts is put together once.
    lines[0] = rest + lines[0];
    rest = lines.pop() ?? '';
    let rows: CopyRow[] = [];
    for (const line of lines) {
      const entry = parseLine(line);
      if (Array.isArray(entry)) rows.push(entry);
      else {
        if (rows.length > 0) yield rows;
        rows = [];
        yield entry;
      }
    }
    if (rows.length > 0) yield rows;
  }
  if (rest !== '') throw damaged();
  yield undefined;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw damaged();
  }
}

const foreign = () => new DatabaseOpenError('This is no dump of this version: nothing was copied.');
const damaged = () => new DatabaseOpenError('The dump is damaged: nothing was copied.');

function tableMismatch({ name }: CopiedTable, target: CopyDatabase): DatabaseOpenError {
  return new DatabaseOpenError(
    `The table ${name} would not be the same in ${target.name}: nothing was copied.`,
  );
}
