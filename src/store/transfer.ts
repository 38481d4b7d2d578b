import { hash } from 'node:crypto';
import { DatabaseOpenError } from './database-open-error.ts';
import type { CopiedColumn, CopiedTable } from './moved-tables.ts';

/** A value as it is moved, the same from every kind of database. */
export type CopyValue = string | number | boolean | null;
export type CopyRow = readonly CopyValue[];

/** Where rows are read. */
export interface CopySource {
  /** The database as sentences name it. */
  name: string;
  count: (table: CopiedTable) => Promise<number>;
  /** All rows, some at a time: those of an ordered table in its order, else in any. */
  rows: (table: CopiedTable) => AsyncIterable<readonly CopyRow[]>;
}

/** Where rows are written, which can be read there at once. */
export interface CopyTarget extends CopySource {
  write: (table: CopiedTable, rows: readonly CopyRow[]) => Promise<void>;
}

/** How far it has come. */
export interface CopyProgress {
  table: string;
  /** Rows of the table so far. */
  rows: number;
  /** Rows of all tables, each of which is copied and then compared. */
  total: number;
  phase: 'copied' | 'compared';
}

/** The most bytes of rows that are moved at a time, unless a single row has more, and the most rows. */
export const BATCH = { bytes: 4 * 1024 * 1024, rows: 1000 };

/**
 * Copies every row, and compares each with what the target then has.
 * @param onStep told of every batch, and once of an empty table
 * @returns the number of rows
 * @throws DatabaseOpenError where the target has something else than the source
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
  // Once more: somebody may have written to the target meanwhile.
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
 * What tables have in common only where they have the same rows: the SHA-256 of each row, all of them added
 * by XOR, so that the order does not count. A row of an ordered table has its place among its values instead.
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

/** Whether a column can have a value in every kind of database, just as it is. */
function isRepresentable(value: CopyValue, column: CopiedColumn | undefined): boolean {
  if (value === null) return true;
  if (column?.valueType === 'text') return typeof value === 'string';
  if (column?.valueType === 'flag') return typeof value === 'boolean';
  return Number.isSafeInteger(value);
}
