import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { PAGE_BYTES_MAX, requireBearable } from '../../page-size.ts';

/** Statements kept prepared: queries come in few forms, but clients can make many. */
export const PREPARED_MAX = 200;
/** Bytes that a character may take. */
const CHARACTER_BYTES_MAX = 3;

/** What is asked of the database: SQL that gives one value a row. */
export interface Question {
  sql: string;
  values: readonly unknown[];
  /** How many conditions its rows must satisfy. */
  conditions: number;
  /** How many rows it skips. */
  offset: number;
  /** How many rows it gives at most; undefined for a number of rows. */
  limit?: number;
  /** What is read of the resources whose uuids it gives; undefined where its values are the answer. */
  rows?: PageRows;
}

/** How the rows of some resources are read, and weighed: SQL to which their uuids are bound as JSON. */
export interface PageRows {
  select: string;
  weigh: string;
  /** The column of the uuid. */
  uuidAt: number;
}

/** Gives a question's values, or rows. */
export type Answer = (question: Question) => unknown[];

/**
 * Makes what answers questions, to be called within a transaction: with the value of each row, or with the rows
 * of the resources found, in their order. It throws ApiError SYS.1007 for a page that would take the memory and
 * time of everybody.
 */
export function compileAnswers(client: Database.Database): Answer {
  const memoized = (form: (statement: Database.Statement) => Database.Statement) => {
    const prepared = new LRUCache<string, Database.Statement>({
      max: PREPARED_MAX,
      memoMethod: (sql) => form(client.prepare<unknown[]>(sql)),
    });
    return (sql: string) => prepared.memo(sql);
  };
  const prepareValue = memoized((statement) => statement.pluck());
  const prepareRow = memoized((statement) => statement.raw());

  function rowsOf({ select, weigh, uuidAt }: PageRows, uuids: unknown[]): unknown[][] {
    const list = JSON.stringify(uuids);
    const rows = new Map<unknown, unknown[]>();
    let unweighed = uuids.length > 1 ? PAGE_BYTES_MAX / CHARACTER_BYTES_MAX : Number.MAX_VALUE;
    for (const row of prepareRow(select).iterate(list) as Iterable<unknown[]>) {
      rows.set(row[uuidAt], row);
      unweighed -= charactersOf(row);
      // Once: weighing reads no texts, but every row.
      if (unweighed >= 0) continue;
      unweighed = Number.MAX_VALUE;
      requireBearable(uuids.length, prepareValue(weigh).get(list) as number);
    }
    return uuids.map((uuid) => rows.get(uuid)).filter((row) => row !== undefined);
  }

  return ({ sql, values, rows }) => {
    const found = prepareValue(sql).all(...values);
    return rows ? rowsOf(rows, found) : found;
  };
}

/** Of the texts among these values. */
export function charactersOf(values: readonly unknown[]): number {
  let characters = 0;
  for (const value of values) if (typeof value === 'string') characters += value.length;
  return characters;
}
