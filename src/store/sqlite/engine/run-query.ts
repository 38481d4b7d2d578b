import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { assertPageSize, PAGE_BYTES_MAX } from '../../page-size.ts';

/** Prepared statements to keep: queries come in few forms, but clients can make many. */
export const PREPARED_MAX = 200;
/** Bytes that a character may take in UTF-8. */
const CHARACTER_BYTES_MAX = 3;

/** A list or count in SQL, which gives one value a row. It is cloned on its way to the query thread. */
export interface SqlQuery {
  sql: string;
  values: readonly unknown[];
  /** How to read the resources whose uuids the SQL gives; absent where its values are the result. */
  rows?: PageRows | undefined;
}

/** How to read the rows of some resources and their size: SQL that takes their uuids as a JSON list. */
export interface PageRows {
  select: string;
  size: string;
  /** Index of the uuid's column. */
  uuidIndex: number;
}

/**
 * Compiles a function that runs queries, to be called inside a transaction.
 * @returns gives the value of each row, or the rows of the resources found, in their order; throws ApiError
 *   SYS.1007 for a page that holds too much (F57)
 */
export function compileQueryRunner(client: Database.Database): (query: SqlQuery) => unknown[] {
  const prepared = (
    form: (statement: Database.Statement<unknown[]>) => Database.Statement<unknown[]>,
  ) => {
    const statements = new LRUCache<string, Database.Statement<unknown[]>>({
      max: PREPARED_MAX,
      memoMethod: (sql) => form(client.prepare<unknown[]>(sql)),
    });
    return (sql: string) => statements.memo(sql);
  };
  const prepareValue = prepared((statement) => statement.pluck());
  const prepareRow = prepared((statement) => statement.raw());

  function rowsOf({ select, size, uuidIndex }: PageRows, uuids: unknown[]): unknown[][] {
    const list = JSON.stringify(uuids);
    const rows = new Map<unknown, unknown[]>();
    // Most pages are small enough to need no query for their size, which looks at every row.
    let characters = PAGE_BYTES_MAX / CHARACTER_BYTES_MAX;
    for (const row of prepareRow(select).iterate(list) as Iterable<unknown[]>) {
      rows.set(row[uuidIndex], row);
      const remaining = characters - charactersOf(row);
      if (characters >= 0 && remaining < 0) {
        assertPageSize(uuids.length, prepareValue(size).get(list) as number);
      }
      characters = remaining;
    }
    return uuids.map((uuid) => rows.get(uuid)).filter((row) => row !== undefined);
  }

  return ({ sql, values, rows }) => {
    const found = prepareValue(sql).all(...values);
    return rows ? rowsOf(rows, found) : found;
  };
}

function charactersOf(values: readonly unknown[]): number {
  let characters = 0;
  for (const value of values) if (typeof value === 'string') characters += value.length;
  return characters;
}
