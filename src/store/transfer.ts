import { hash } from 'node:crypto';
import type { CopiedColumn, CopiedTable } from './copied-tables.ts';
import { DatabaseOpenError } from './errors.ts';

/** A value while it is copied: the same from SQLite and PostgreSQL. */
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

/** How far a copy has got. */
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
 * Copies the rows of all tables, and compares them with those that the target then has.
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
    if (sourceDigest.rows !== counts.get(table) || !targetDigest.equals(sourceDigest)) {
      throw tableMismatch(table, target);
    }
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

const DIGEST_WORDS = 8;

/**
 * A digest of a table's rows: the XOR of their SHA-256, which doesn't depend on the order. In an ordered table
 * the number of a row is hashed in place of its position, so that there the order counts.
 */
class Digest {
  rows = 0;
  readonly #table: CopiedTable;
  readonly #database: string;
  readonly #sum = new Uint32Array(DIGEST_WORDS);

  constructor(table: CopiedTable, database: string) {
    this.#table = table;
    this.#database = database;
  }

  add(rows: readonly CopyRow[]): void {
    for (const row of rows) {
      this.rows++;
      for (const [index, value] of row.entries()) {
        if (!isRepresentable(value, this.#table.columns[index])) {
          throw this.#unsupportedValue(index);
        }
      }
      const values = this.#table.isOrdered ? [this.rows, ...row.slice(1)] : row;
      const digest = hash('sha256', JSON.stringify(values), 'buffer');
      for (let word = 0; word < DIGEST_WORDS; word++) {
        this.#sum[word] = (this.#sum[word] ?? 0) ^ digest.readUInt32LE(4 * word);
      }
    }
  }

  equals(other: Digest): boolean {
    return this.rows === other.rows && this.#sum.every((word, index) => word === other.#sum[index]);
  }

  #unsupportedValue(column: number): DatabaseOpenError {
    const name = `${this.#table.name}.${this.#table.columns[column]?.name}`;
    return new DatabaseOpenError(
      `The database ${this.#database} has in ${name} a value that this program never stores: nothing was copied.`,
    );
  }
}

/** Whether a value is exact in SQLite and PostgreSQL alike. */
function isRepresentable(value: CopyValue, column: CopiedColumn | undefined): boolean {
  if (value === null) return true;
  if (column?.valueType === 'text') return typeof value === 'string';
  if (column?.valueType === 'flag') return typeof value === 'boolean';
  return Number.isSafeInteger(value);
}
