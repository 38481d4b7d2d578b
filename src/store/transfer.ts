import { hash } from 'node:crypto';
import { type Column, getTableColumns, getTableName, type Table } from 'drizzle-orm';
import { DatabaseOpenError } from './errors.ts';
import { columnName } from './prepare.ts';
import { RESOURCE_TABLES } from './tables.ts';

/** A table whose rows are copied to another database, the same for SQLite and PostgreSQL. */
export interface CopiedTable {
  name: string;
  /** In an ordered table the first is `position`, the order of insertion. */
  columns: readonly CopiedColumn[];
  isOrdered: boolean;
}

export interface CopiedColumn {
  name: string;
  valueType: 'text' | 'bigint' | 'boolean';
}

/** Columns that refer to a running server; they are not copied. */
const CLAIMS = ['claimed_by', 'claimed_until'];
const POSITION = 'position';

/** The tables that are copied, by their names in a store's tables.ts, in the order of their foreign keys. */
const COPIED_TABLES = [
  ...RESOURCE_TABLES,
  'passwords',
  'sessions',
  'jobs',
  'hooks',
  'snapshots',
] as const;

/** The copied tables of a store, in the order of their foreign keys. */
export function copiedTablesOf(
  tables: Record<(typeof COPIED_TABLES)[number], Table>,
): readonly CopiedTable[] {
  const rank = ({ name }: CopiedColumn) => (name === POSITION ? '' : name);
  return COPIED_TABLES.map((key) => {
    const columns = Object.values<Column>(getTableColumns(tables[key]))
      .map((column) => ({ name: columnName(column), valueType: valueTypeOf(column) }))
      .filter(({ name }) => !CLAIMS.includes(name))
      .sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
    return { name: getTableName(tables[key]), columns, isOrdered: columns[0]?.name === POSITION };
  });
}

function valueTypeOf({ dataType }: Column): CopiedColumn['valueType'] {
  if (dataType === 'boolean') return 'boolean';
  return dataType === 'number' ? 'bigint' : 'text';
}

/** A table's columns, separated by commas. */
export function columnList({ columns }: CopiedTable): string {
  return columns.map(({ name }) => `"${name}"`).join(', ');
}

/** A copied value, in the same form for SQLite and PostgreSQL: a flag is 0 or 1. */
export type CopyValue = string | number | null;
export type CopyRow = readonly CopyValue[];

/** A database that is copied from or to; what is written is read again and compared. Its methods throw DatabaseOpenError. */
export interface CopyDatabase {
  /** Name of the database in error messages. */
  name: string;
  query: (text: string) => Promise<CopyRow[]>;
  /** All rows in batches: those of an ordered table by position, others in any order. */
  rows: (table: CopiedTable) => AsyncIterable<readonly CopyRow[]>;
  write: (table: CopiedTable, rows: readonly CopyRow[]) => Promise<void>;
}

/**
 * @param listTables the query for the names of the tables there are
 * @throws DatabaseOpenError for a database with rows in any table that is copied
 */
export async function assertEmpty(
  { name, query }: CopyDatabase,
  tables: readonly CopiedTable[],
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

/** Progress of a dump or copy. */
export interface CopyProgress {
  table: string;
  /** Rows of the table dumped, copied or compared so far. */
  rows: number;
  /** The last is that of a table that is done. */
  phase: 'dumped' | 'copied' | 'compared' | 'copied and compared';
}

type OnStep = (step: CopyProgress) => void;

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
export async function* dumpTables(
  tables: readonly CopiedTable[],
  source: CopyDatabase,
  onStep: OnStep,
): AsyncGenerator<string> {
  const lineOf = (value: object) => `${JSON.stringify(value)}\n`;
  yield lineOf(headerOf(tables));
  for (const table of tables) {
    const sum = new TableSum(table, source.name);
    for await (const batch of source.rows(table)) {
      sum.add(batch);
      yield batch.map(lineOf).join('');
      onStep({ table: table.name, rows: sum.rows, phase: 'dumped' });
    }
    yield lineOf(sum);
  }
}

/**
 * Loads a dump into an empty database, and compares what is stored there with it.
 * @param dump its text in parts of any length
 * @param onStep called after every batch, and once for each table that is done
 * @returns the number of rows
 * @throws DatabaseOpenError for a dump that is damaged or of another version, and if the target's rows differ from it
 */
export async function loadTables(
  tables: readonly CopiedTable[],
  dump: AsyncIterable<string>,
  target: CopyDatabase,
  onStep: OnStep,
): Promise<number> {
  const entries = entriesOf(dump);
  const next = async () => (await entries.next()).value;
  try {
    if (!isSame(await next(), headerOf(tables))) {
      throw new DatabaseOpenError('This is no dump of this version: nothing was copied.');
    }
    const sums: TableSum[] = [];
    for (const table of tables) {
      const step = (sum: TableSum, phase: CopyProgress['phase']) =>
        onStep({ table: table.name, rows: sum.rows, phase });
      const loaded = new TableSum(table, 'of the dump');
      let entry = await next();
      for (; Array.isArray(entry); entry = await next()) {
        loaded.add(entry);
        await target.write(table, entry);
        step(loaded, 'copied');
      }
      if (!isSame(entry, loaded)) throw damaged();
      const stored = new TableSum(table, target.name);
      for await (const batch of target.rows(table)) {
        stored.add(batch);
        step(stored, 'compared');
      }
      if (!isSame(stored, loaded)) throw tableMismatch(table, target);
      step(loaded, 'copied and compared');
      sums.push(loaded);
    }
    if (!(await entries.next()).done) throw damaged();
    // Another program may have written to the target since its rows were compared.
    for (const { table, rows } of sums) {
      const [count] = await target.query(`SELECT count(*) FROM "${table.name}"`);
      if (Number(count?.[0]) !== rows) throw tableMismatch(table, target);
    }
    return sums.reduce((total, { rows }) => total + rows, 0);
  } finally {
    // Ends the reading of a database, which could not be closed otherwise.
    await entries.return(undefined);
  }
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

  /** @throws DatabaseOpenError for a value that is not the same in SQLite and PostgreSQL */
  add(batch: readonly CopyRow[]): void {
    for (const row of batch) this.#digest ^= hashOf(row, ++this.rows, this.table, this.#database);
  }

  toJSON(): object {
    return { table: this.table.name, rows: this.rows, digest: this.#digest.toString(16) };
  }
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The rows of a dump in batches, and its other lines. */
async function* entriesOf(dump: AsyncIterable<string>): AsyncGenerator<CopyRow[] | object> {
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
}

function parseLine(line: string): object {
  try {
    return JSON.parse(line);
  } catch {
    throw damaged();
  }
}

const damaged = () => new DatabaseOpenError('The dump is damaged: nothing was copied.');

function tableMismatch({ name }: CopiedTable, target: CopyDatabase): DatabaseOpenError {
  return new DatabaseOpenError(
    `The table ${name} would not be the same in ${target.name}: nothing was copied.`,
  );
}

/**
 * The SHA-256 of a row. A table's digest is the XOR of them, which doesn't depend on the order; that of an ordered
 * table does, because its rows are hashed with their indexes in place of their positions.
 * @throws DatabaseOpenError for a value that is not the same in SQLite and PostgreSQL
 */
function hashOf(row: CopyRow, index: number, table: CopiedTable, database: string): bigint {
  const wrong = table.columns.find((column, place) => !isRepresentable(row[place], column));
  if (wrong) {
    throw new DatabaseOpenError(
      `The database ${database} has in ${table.name}.${wrong.name} a value that this program never stores: nothing was copied.`,
    );
  }
  const values = table.isOrdered ? [index, ...row.slice(1)] : row;
  return BigInt(`0x${hash('sha256', JSON.stringify(values))}`);
}

/** Whether a value is exact in SQLite and PostgreSQL alike. */
function isRepresentable(value: CopyValue | undefined, { valueType }: CopiedColumn): boolean {
  if (value === null) return true;
  if (valueType === 'text') return typeof value === 'string';
  if (valueType === 'boolean') return value === 0 || value === 1;
  return Number.isSafeInteger(value);
}
