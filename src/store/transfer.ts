import { hash } from 'node:crypto';
import { type Column, getTableColumns, getTableName, type Table } from 'drizzle-orm';
import { DatabaseOpenError } from './errors.ts';
import { RESOURCE_TABLES } from './seed.ts';
import { columnName } from './statement.ts';

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
const COPIED_TABLES = [...RESOURCE_TABLES, 'passwords', 'sessions', 'jobs', 'hooks'] as const;

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

/** A copied value, in the same form for SQLite and PostgreSQL. */
export type CopyValue = string | number | boolean | null;
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
  /** Rows of all tables; each row is copied and then compared. */
  total: number;
  phase: 'copied' | 'compared';
}

/** Limits of a batch; a single row may have more bytes. */
export const BATCH = { bytes: 4 * 1024 * 1024, rows: 1000 };

/**
 * Copies the rows of all tables, then reads them from the target and compares them.
 * @param onStep called after every batch, and once for an empty table
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
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  for (const table of tables) {
    const step = { table: table.name, total };
    const sourceDigest = new Digest(table, source.name);
    const targetDigest = new Digest(table, target.name);
    for await (const rows of source.rows(table)) {
      sourceDigest.add(rows);
      await target.write(table, rows);
      onStep({ ...step, rows: sourceDigest.rows, phase: 'copied' });
    }
    for await (const rows of target.rows(table)) {
      targetDigest.add(rows);
      onStep({ ...step, rows: targetDigest.rows, phase: 'compared' });
    }
    const isComplete = sourceDigest.rows === counts.get(table);
    const isSame = targetDigest.rows === sourceDigest.rows && targetDigest.xor === sourceDigest.xor;
    if (!isComplete || !isSame) throw tableMismatch(table, target);
    if (sourceDigest.rows === 0) onStep({ ...step, rows: 0, phase: 'compared' });
  }
  // Another program may have written to the target since its rows were compared.
  for (const [table, count] of counts) {
    if ((await target.count(table)) !== count) throw tableMismatch(table, target);
  }
  return total;
}

function tableMismatch({ name }: CopiedTable, target: CopyTarget): DatabaseOpenError {
  return new DatabaseOpenError(
    `The table ${name} would not be the same in ${target.name}: nothing was copied.`,
  );
}

/**
 * A digest of a table's rows: the XOR of their SHA-256, which doesn't depend on the order. In an ordered table
 * a row is hashed with its index in place of its position, so that the digest depends on the order.
 */
class Digest {
  rows = 0;
  xor = 0n;
  readonly #table: CopiedTable;
  readonly #database: string;

  constructor(table: CopiedTable, database: string) {
    this.#table = table;
    this.#database = database;
  }

  /** @throws DatabaseOpenError for a value that is not the same in SQLite and PostgreSQL */
  add(rows: readonly CopyRow[]): void {
    const { name, columns, isOrdered } = this.#table;
    for (const row of rows) {
      this.rows++;
      const wrong = columns.find((column, index) => !isRepresentable(row[index], column));
      if (wrong) {
        throw new DatabaseOpenError(
          `The database ${this.#database} has in ${name}.${wrong.name} a value that this program never stores: nothing was copied.`,
        );
      }
      const values = isOrdered ? [this.rows, ...row.slice(1)] : row;
      this.xor ^= BigInt(`0x${hash('sha256', JSON.stringify(values))}`);
    }
  }
}

/** Whether a value is exact in SQLite and PostgreSQL alike. */
function isRepresentable(value: CopyValue | undefined, { valueType }: CopiedColumn): boolean {
  if (value === null) return true;
  if (valueType === 'text') return typeof value === 'string';
  if (valueType === 'flag') return typeof value === 'boolean';
  return Number.isSafeInteger(value);
}
