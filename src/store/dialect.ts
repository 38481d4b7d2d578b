import type { Column, SQL, Table } from 'drizzle-orm';
import type { Scalar } from '../domain/store.ts';
import type { Prepare } from './prepare.ts';
import type { Steps } from './steps.ts';
import type { StoredTables } from './tables.ts';

/** The differences between the SQL of the two databases. */
export interface Dialect {
  tables: StoredTables;
  /** The text and values of a query. */
  toQuery: (query: SQL) => { text: string; values: unknown[] };
  prepare: Prepare;

  /** A text for comparison by code point, regardless of the case of ASCII letters. */
  caseFolded: (text: Column | SQL) => SQL;
  /** Converts a value for binding. */
  bind: (value: Scalar) => unknown;
  /** Whether an expression of a column is in a list of any length. */
  inList: (expression: SQL, values: readonly Scalar[], column: Column) => SQL;
  /** A time truncated to its second, also before 1970. */
  truncateToSecond: (time: SQL) => SQL;
  /** Whether a text matches a pattern, which is in lower case. */
  like: (text: SQL, pattern: string) => SQL;
  /** Whether some row whose foreign key is the resource's uuid satisfies a test. */
  hasMember: (uuid: Column, foreignKey: Column, test: SQL) => SQL;
  /** The order by an expression, in which NULL comes before every value. */
  order: (expression: SQL, column: Column, descending: boolean) => SQL;
  /** Makes the planner plan a condition on another table separately, if a query has many. */
  isolateSubquery?: (condition: SQL) => SQL;

  /** One JSON text of rows with these columns, and the function that reads the rows in the order of insertion. */
  jsonRows: (columns: SQL, position: Column, uuid: Column) => SQL;
  readJsonRows: (text: string) => unknown[][];
  /** The sum of integers, between these limits. */
  limitedSum: (column: Column, least: SQL, most: SQL) => SQL;

  /** Whether a flag is set, as indexes express it. */
  isTrue: (flag: Column) => SQL;
  /** Whether a column is in the list of texts `:uuids`. */
  isIn: (column: string) => string;
  /** Whether a tag's text is `:tag`, as the unique index expresses it. */
  isTag: string;
  /** Ends a SELECT so that its rows are locked; absent where a transaction has the database for itself. */
  lock?: (strength: 'UPDATE' | 'KEY SHARE') => string;
  /**
   * Makes the insert of a new resource, by its type, with its lists and tags.
   * @returns a function that throws ApiError SYS.1007 for a uuid in use
   */
  insertResource: (
    type: string,
    table: Table,
    lists?: Record<string, Table>,
  ) => (record: { uuid: string }, tags: readonly object[]) => Steps<void>;
  /** Makes the insert of a list of rows, except refs and tags that are there already; it returns their number. */
  insertAll: (table: Table) => (rows: readonly object[]) => Steps<number>;
}
