import { hash } from 'node:crypto';
import { DatabaseRefused } from './database-open-error.ts';
import type { MovedColumn, MovedTable } from './moved-tables.ts';

/** A value as it is moved, the same from every kind of database. */
export type Value = string | number | boolean | null;
export type Row = readonly Value[];

/** Where rows are read. */
export interface Source {
  /** The database as sentences name it. */
  name: string;
  count: (table: MovedTable) => Promise<number>;
  /** All rows, some at a time: those of an ordered table in its order, else in any. */
  rows: (table: MovedTable) => AsyncIterable<readonly Row[]>;
}

/** Where rows are written, which can be read there at once. */
export interface Target extends Source {
  write: (table: MovedTable, rows: readonly Row[]) => Promise<void>;
}

/** How far it has come. */
export interface Step {
  table: string;
  /** Rows of the table so far. */
  rows: number;
  /** Rows of all tables, each of which is copied and then compared. */
  total: number;
  does: 'copied' | 'compared';
}

/** The most bytes of rows that are moved at a time, unless a single row has more, and the most rows. */
export const BATCH = { bytes: 4 * 1024 * 1024, rows: 1000 };

/**
 * Copies every row, and compares each with what the target then has.
 * @param onStep told of every batch, and once of an empty table
 * @returns the number of rows
 * @throws DatabaseRefused where the target has something else than the source
 */
export async function transfer(
  tables: readonly MovedTable[],
  source: Source,
  target: Target,
  onStep: (step: Step) => void,
): Promise<number> {
  const counts = new Map<MovedTable, number>();
  for (const table of tables) counts.set(table, await source.count(table));
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  for (const table of tables) {
    const step = { table: table.name, total };
    const given = new Digest(table, source.name);
    const kept = new Digest(table, target.name);
    for await (const rows of source.rows(table)) {
      given.add(rows);
      await target.write(table, rows);
      onStep({ ...step, rows: given.rows, does: 'copied' });
    }
    for await (const rows of target.rows(table)) {
      kept.add(rows);
      onStep({ ...step, rows: kept.rows, does: 'compared' });
    }
    if (given.rows !== counts.get(table) || !kept.equals(given)) throw differing(table, target);
    if (given.rows === 0) onStep({ ...step, rows: 0, does: 'compared' });
  }
  // Once more: somebody may have written to the target meanwhile.
  for (const [table, count] of counts) {
    if ((await target.count(table)) !== count) throw differing(table, target);
  }
  return total;
}

function differing({ name }: MovedTable, target: Target): DatabaseRefused {
  return new DatabaseRefused(
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
  readonly #table: MovedTable;
  readonly #database: string;
  readonly #sum = new Uint32Array(DIGEST_WORDS);

  constructor(table: MovedTable, database: string) {
    this.#table = table;
    this.#database = database;
  }

  add(rows: readonly Row[]): void {
    for (const row of rows) {
      this.rows++;
      for (const [index, value] of row.entries()) {
        if (!isKept(value, this.#table.columns[index])) throw this.#unknown(index);
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

  #unknown(column: number): DatabaseRefused {
    const name = `${this.#table.name}.${this.#table.columns[column]?.name}`;
    return new DatabaseRefused(
      `The database ${this.#database} has in ${name} what this program never keeps: nothing was copied.`,
    );
  }
}

/** Whether a column can have a value in every kind of database, just as it is. */
function isKept(value: Value, column: MovedColumn | undefined): boolean {
  if (value === null) return true;
  if (column?.keeps === 'text') return typeof value === 'string';
  if (column?.keeps === 'flag') return typeof value === 'boolean';
  return Number.isSafeInteger(value);
}
