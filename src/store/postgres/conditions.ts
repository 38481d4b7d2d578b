import { sql } from 'drizzle-orm';
import { compileConditions } from '../where.ts';
import * as tables from './tables.ts';

/** Queries in PostgreSQL's SQL. */
export const { entityMappings, whereAll, orderBy } = compileConditions({
  tables,
  caseFolded: tables.caseFolded,
  bind: (value) => value,
  inList: (expression, values, column) =>
    sql`${expression} = ANY(${sql.param(values)}::${sql.raw(column.getSQLType())}[])`,
  truncateToSecond: (time) => sql`(${time} - (${time} % 1000 + 1000) % 1000)`,
  like: (text, pattern) => sql`${tables.caseFolded(text)} LIKE ${pattern} ESCAPE '\\'`,
  // Not IN: if negated, its list would be scanned for each resource where it exceeds work_mem.
  hasMember: (uuid, foreignKey, test) =>
    sql`EXISTS (SELECT 1 FROM ${foreignKey.table} WHERE ${foreignKey} = ${uuid} AND ${test})`,
  // As a join, each would multiply the plans to choose from: for a hundred, planning exceeds every timeout.
  isolateSubquery: (condition) => sql`(${condition}) IS TRUE`,
  order: (expression, column, descending) => {
    const direction = descending ? sql` DESC` : sql``;
    // An index is in this order only if its column is NOT NULL.
    const nulls = column.notNull ? sql`` : descending ? sql` NULLS LAST` : sql` NULLS FIRST`;
    return sql`${expression}${direction}${nulls}`;
  },
});
