import { type SQL, sql } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import type { Kind } from '../../contract/schemas/fields.ts';
import type { Condition, PageQuery } from '../../domain/dependencies.ts';
import { orderBy, sources, whereAll } from './conditions.ts';
import type { Question } from './engine/answers.ts';

const dialect = new SQLiteSyncDialect({ casing: 'snake_case' });

/** Asks for the uuids of a page, in its order. */
export function pageQuestion(kind: Kind, query: PageQuery): Question {
  const { table } = sources[kind];
  const { conditions, sort, start, limit } = query;
  const where = whereAll(kind, conditions);
  const order = sql.join(orderBy(kind, sort), sql`, `);
  return {
    ...built(
      sql`SELECT ${table.uuid} FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${start}`,
    ),
    conditions: conditions.length,
    offset: start,
    limit,
  };
}

/** Asks for a number of resources. */
export function countQuestion(kind: Kind, conditions: readonly Condition[]): Question {
  const { table } = sources[kind];
  return {
    ...built(sql`SELECT count(*) FROM ${table} WHERE ${whereAll(kind, conditions)}`),
    conditions: conditions.length,
    offset: 0,
  };
}

function built(query: SQL): Pick<Question, 'sql' | 'values'> {
  const { sql: text, params } = dialect.sqlToQuery(query);
  return { sql: text, values: params };
}
