import { type Column, sql } from 'drizzle-orm';
import { compileConditions } from '../where.ts';
import * as tables from './tables.ts';

/** Queries in PostgreSQL's SQL. */
export const { sources, whereAll, orderBy } = compileConditions({
  tables,
  folded: tables.folded,
  bind: (value) => value,
  among: (expression, values, column) =>
    sql`${expression} = ANY(${sql.param(values)}::${sql.raw(column.getSQLType())}[])`,
  secondOf: (time) => sql`(${time} - (${time} % 1000 + 1000) % 1000)`,
  like: (text, pattern) => sql`${tables.folded(text)} LIKE ${pattern} ESCAPE '\\'`,
  // Not IN: negated, its list would be gone through for each resource where it takes more than work_mem.
  hasMember: (uuid, owner, test) =>
    sql`EXISTS (SELECT 1 FROM ${owner.table} WHERE ${owner} = ${uuid} AND ${test})`,
  // As a join, each would multiply the plans there are to choose from: a hundred take longer than any answer may.
  apart: (condition) => sql`(${condition}) IS TRUE`,
  order: (expression, column, descending) => {
    const direction = descending ? sql` DESC` : sql``;
    // An index is in this order only where NULL can't be.
    const nulls = column.notNull ? sql`` : descending ? sql` NULLS LAST` : sql` NULLS FIRST`;
    return sql`${expression}${direction}${nulls}`;
  },
});

/** That a column is among uuids, which are bound as one list of this name. */
export function amongGiven(column: Column, name: string) {
  return sql`${column} = ANY(${sql.placeholder(name)}::text[])`;
}
