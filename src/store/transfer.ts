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
  valueType: 'text' | 'integer' | 'flag';
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
  return COPIED_TABLES.map((name) => copiedTable(tables[name]));
}

function copiedTable(table: Table): CopiedTable {
  const columns = Object.values(getTableColumns(table) as Record<string, Column>)
    .map(copiedColumn)
    .filter(({ name }) => !CLAIMS.includes(name));
  const isOrdered = columns.some(({ name }) => name === POSITION);
  const rank = ({ name }: CopiedColumn) => (name === POSITION ? '' : name);
  columns.sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
  return { name: getTableName(table), columns, isOrdered };
}

function copiedColumn(column: Column): CopiedColumn {
  const name = columnName(column);
  if (column.dataType === 'boolean') return { name, valueType: 'flag' };
  return { name, valueType: column.dataType === 'number' ? 'integer' : 'text' };
}

/** A table's columns, separated by commas. */
export function columnList({ columns }: CopiedTable): string {
  return columns.map(({ name }) => `"${name}"`).join(', ');
}

/** A copied value, in the same form for SQLite and PostgreSQL: a flag is 0 or 1. */
export type CopyValue = string | number | null;
export type CopyRow = readonly CopyValue[];

/** The database that rows are read from. */
export interface CopySource {
  /** Name of the database in error messages. */
  name: string;
  count: (table: CopiedTable) => Promise<number>;
  /** All rows in batches: those of an ordered table by position, others in any order. */
  rows: (table: CopiedTable) => AsyncIterable<readonly CopyRow[]>;
}

/** The database that rows are written to, and read from again to compare them. */
export interface CopyTarget extends CopySource {
  write: (table: CopiedTable, rows: readonly CopyRow[]) => Promise<void>;
}

/** Progress of a copy. */
export interface CopyProgress {
  table: string;
  /** Rows of the table copied or compared so far. */
  rows: number;
  /** The last is that of a table that is done. */
  phase: 'copied' | 'compared' | 'copied and compared';
}

/** Limits of a batch; a single row may have more bytes. */
export const BATCH = { bytes: 4 * 1024 * 1024, rows: 1000 };

/**
 * Copies the rows of all tables, then reads them from the target and compares them.
 * @param onStep called after every batch, and once for each table that is done
 * @returns the number of rows
 * @throws DatabaseOpenError if the target's rows differ from the source's
 */
export async function transfer(
  tables: readonly CopiedTable[],
  source: CopySource,
  target: CopyTarget,
  onStep: (step: CopyProgress) => void,
): Promise<number> {
  const counts = new Map<CopiedTable, number>();
  for (const table of tables) counts.set(table, await source.count(table));
  /** Reads a table, and writes its rows if a function for that is given; returns their number and digest. */
  async function read(
    table: CopiedTable,
    database: CopySource,
    phase: CopyProgress['phase'],
    write: CopyTarget['write'] = async () => {},
  ) {
    let [rows, digest] = [0, 0n];
    for await (const batch of database.rows(table)) {
      for (const row of batch) digest ^= hashOf(row, ++rows, table, database.name);
      await write(table, batch);
      onStep({ table: table.name, rows, phase });
    }
    return { rows, digest };
  }

  for (const [table, count] of counts) {
    const copied = await read(table, source, 'copied', target.write);
    const compared = await read(table, target, 'compared');
    const isSame = compared.rows === copied.rows && compared.digest === copied.digest;
    if (copied.rows !== count || !isSame) throw tableMismatch(table, target);
    onStep({ table: table.name, rows: count, phase: 'copied and compared' });
  }
  // Another program may have written to the target since its rows were compared.
  for (const [table, count] of counts) {
    if ((await target.count(table)) !== count) throw tableMismatch(table, target);
  }
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function tableMismatch({ name }: CopiedTable, target: CopyTarget): DatabaseOpenError {
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
  if (valueType === 'flag') return value === 0 || value === 1;
  return Number.isSafeInteger(value);
}
