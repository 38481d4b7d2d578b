import { hash } from 'node:crypto';
import { DatabaseOpenError } from './database-open-error.ts';
import type { CopiedColumn, CopiedTable } from './moved-tables.ts';

/** A value of a copied row, the same from SQLite and PostgreSQL. */
export type CopyValue = string | number | boolean | null;
export type CopyRow = readonly CopyValue[];

/** The database that rows are read from. */
export interface CopySource {
  /** The database as sentences name it. */
  name: string;
  count: (table: CopiedTable) => Promise<number>;
  /** All rows, in batches; those of an ordered table in its order. */
  rows: (table: CopiedTable) => AsyncIterable<readonly CopyRow[]>;
}

/** The database that rows are written to, which can read them back at once. */
export interface CopyTarget extends CopySource {
  write: (table: CopiedTable, rows: readonly CopyRow[]) => Promise<void>;
}

/** Progress. */
export interface CopyProgress {
  table: string;
  /** Rows of the table so far. */
  rows: number;
  /** Rows of all tables; each is copied and then compared. */
  total: number;
  phase: 'copied' | 'compared';
}

/** The most bytes in a batch, unless a single row has more, and the most rows. */
export const BATCH = { bytes: 4 * 1024 * 1024, rows: 1000 };

/**
 * Copies every row, and compares each with the target's afterwards.
 * @param onStep called for every batch, and once for an empty table
 * @returns the number of rows
 * @throws DatabaseOpenError if the target has other rows than the source
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
    if (sourceDigest.rows !== counts.get(table) || !targetDigest.equals(sourceDigest))
      throw tableMismatch(table, target);
    if (sourceDigest.rows === 0) onStep({ ...step, rows: 0, phase: 'compared' });
  }
  // Again, since another client may have written to the target meanwhile.
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
 * The digest of a table's rows: the SHA-256 of each row, combined by XOR, so that the order does not count. A row of an
 * ordered table is hashed with its place.
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
        if (!isRepresentable(value, this.#table.columns[index]))
          throw this.#unsupportedValue(index);
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
      `The database ${this.#database} has in ${name} what this program never keeps: nothing was copied.`,
    );
  }
}

/** Whether a column can have the value in SQLite and in PostgreSQL alike. */
function isRepresentable(value: CopyValue, column: CopiedColumn | undefined): boolean {
  if (value === null) return true;
  if (column?.valueType === 'text') return typeof value === 'string';
  if (column?.valueType === 'flag') return typeof value === 'boolean';
  return Number.isSafeInteger(value);
}
