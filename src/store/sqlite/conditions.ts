import { type SQL, sql } from 'drizzle-orm';
import { compileConditions } from '../where.ts';
import * as tables from './tables.ts';

/**
 * Makes SQLite's LIKE distinguish U+FFFE and U+FFFF from U+FFFD: replaces them by the two code points after the last
 * one of Unicode, which no text has.
 */
const distinct = (text: SQL) =>
  sql`replace(replace(${text}, char(65534), CAST(x'f4908080' AS TEXT)), char(65535), CAST(x'f4908081' AS TEXT))`;

/** Queries in SQLite's SQL. */
export const { entityMappings, whereAll, orderBy } = compileConditions({
  tables,
  caseFolded: tables.noCase,
  bind: (value) => (typeof value === 'boolean' ? Number(value) : value),
  inList: (expression, values) =>
    sql`${expression} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`,
  truncateToSecond: (time) => sql`${time} - (${time} % 1000 + 1000) % 1000`,
  // SQLite's LIKE ignores the case of ASCII letters by default.
  like: (text, pattern) =>
    /[\ufffd-\uffff]/.test(pattern)
      ? sql`${distinct(sql`${text}`)} LIKE ${distinct(sql`${pattern}`)} ESCAPE '\\'`
      : sql`${text} LIKE ${pattern} ESCAPE '\\'`,
  hasMember: (uuid, foreignKey, test) =>
    sql`${uuid} IN (SELECT ${foreignKey} FROM ${foreignKey.table} WHERE ${test})`,
  // SQLite sorts NULL first by default.
  order: (expression, _column, descending) =>
    descending ? sql`${expression} DESC` : sql`${expression}`,
});
