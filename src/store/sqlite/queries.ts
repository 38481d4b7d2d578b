import { type SQL, sql } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import { LRUCache } from 'lru-cache';
import type { Kind } from '../../contract/queryable.ts';
import type { Condition, PageQuery } from '../../domain/ports.ts';
import { orderBy, sources, whereAfter, whereAll } from './conditions.ts';
import type { Database, Statement } from './driver.ts';

/** Statements kept prepared: queries come in few forms, but clients can make many. */
export const PREPARED_MAX = 200;

/** The statements of queries, whose form depends on what is asked. */
export function compileQueries(client: Database) {
  const dialect = new SQLiteSyncDialect({ casing: 'snake_case' });
  const prepared = new LRUCache<string, Statement>({
    max: PREPARED_MAX,
    memoMethod: (text) => client.prepare<unknown[]>(text).pluck(),
  });

  function valuesOf(query: SQL): unknown[] {
    const { sql: text, params } = dialect.sqlToQuery(query);
    return prepared.memo(text).all(...params);
  }

  return {
    /** The uuids of a page, in its order. */
    page: (kind: Kind, query: PageQuery) => valuesOf(pageSql(kind, query)) as string[],

    count: (kind: Kind, conditions: readonly Condition[]) =>
      valuesOf(countSql(kind, conditions))[0] as number,
  };
}

function pageSql(kind: Kind, { conditions, sort, from, limit }: PageQuery): SQL {
  const { table } = sources[kind];
  const [after, offset] =
    typeof from === 'number' ? [undefined, from] : [whereAfter(kind, from, sort), 0];
  const where = whereAll(kind, conditions, after);
  const order = sql.join(orderBy(kind, sort), sql`, `);
  return sql`SELECT ${table.uuid} FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`;
}

function countSql(kind: Kind, conditions: readonly Condition[]): SQL {
  const { table } = sources[kind];
  return sql`SELECT count(*) FROM ${table} WHERE ${whereAll(kind, conditions)}`;
}

export type CompiledQueries = ReturnType<typeof compileQueries>;
