import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { assertPageSize, PAGE_BYTES_MAX } from '../../page-size.ts';

/** Maximum cached statements: queries have few forms in practice, but clients can cause many. */
const PREPARED_MAX = 200;
/** Bytes that a UTF-16 unit may take in UTF-8. */
const UNIT_BYTES_MAX = 3;

/** A list or count in SQL with one value per row. It must be cloneable, to be sent to the query process. */
export interface SqlQuery {
  text: string;
  values: readonly unknown[];
  /** The SQL that reads the resources with the resulting rowids; absent if the values are the result. */
  rows?: PageRows | undefined;
  /** A count whose value follows the result. */
  total?: SqlQuery | undefined;
}

/** SQL that reads the rows of resources, each after its rowid, and their size; its parameter is a JSON list of rowids. */
export interface PageRows {
  select: string;
  size: string;
}

/**
 * Compiles a function that runs queries, to be called inside a transaction.
 * @returns a function that returns the value of each row, or the rows of the resources found, in order, then
 *   the total if the query has one; it throws ApiError SYS.1007 for a page that is too large (F57)
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

  function rowsOf({ select, size }: PageRows, rowids: unknown[]): unknown[][] {
    const list = JSON.stringify(rowids);
    const rows = new Map<unknown, unknown[]>();
    // Most pages are small enough to skip the query for their size, which reads every row.
    let unitsLeft = PAGE_BYTES_MAX / UNIT_BYTES_MAX;
    for (const row of prepareRow(select).iterate(list) as Iterable<unknown[]>) {
      rows.set(row[0], row);
      const wasWithin = unitsLeft >= 0;
      unitsLeft -= textUnits(row);
      if (wasWithin && unitsLeft < 0) {
        assertPageSize(rowids.length, prepareValue(size).get(list) as number);
      }
    }
    return rowids.map((rowid) => rows.get(rowid)).filter((row) => row !== undefined);
  }

  return function runQuery({ text, values, rows, total }: SqlQuery): unknown[] {
    const found = prepareValue(text).all(...values);
    const result = rows ? rowsOf(rows, found) : found;
    return total ? result.concat(runQuery(total)) : result;
  };
}

function textUnits(row: readonly unknown[]): number {
  let units = 0;
  for (const value of row) if (typeof value === 'string') units += value.length;
  return units;
}
