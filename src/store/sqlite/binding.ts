import type Database from 'better-sqlite3';
import { compileValues } from '../binding.ts';

/** A statement of the query builder's, whose parameters are placeholders. */
interface Built {
  toSQL: () => { sql: string; params: unknown[] };
}

/**
 * Prepares a statement that changes rows.
 * @returns a function that runs it with a record's values: what is absent is NULL; it tells the number
 *   of rows that were changed
 */
export function compileChange(client: Database.Database, built: Built): (record: object) => number {
  const { sql, params } = built.toSQL();
  const statement = client.prepare(sql);
  const valuesOf = compileValues(params);
  return (record) => statement.run(valuesOf(record)).changes;
}
