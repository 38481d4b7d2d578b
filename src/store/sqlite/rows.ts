import type Database from 'better-sqlite3';
import { type SQL, sql } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import type { Kind } from '../../contract/schemas/fields.ts';
import { columnFields, columnsOf, recordsOf } from '../fields.ts';
import { bytesOf } from '../page-size.ts';
import { sources } from './conditions.ts';
import type { PageRows } from './engine/run-query.ts';
import { partFields } from './fields.ts';

export type Row = Record<string, unknown>;

const dialect = new SQLiteSyncDialect({ casing: 'snake_case' });
const given = sql.placeholder('given');

const textOf = (query: SQL): string => dialect.sqlToQuery(query).sql;

/** Prepares what finds one whole record of a kind. */
export function compileFind(
  client: Database.Database,
  kind: Kind,
): (uuid: string) => Row | undefined {
  const { table, own = sql`1` } = sources[kind];
  const fields = [...columnFields(table), ...partFields(kind)];
  const found = sql`SELECT ${columnsOf(fields)} FROM ${table} WHERE ${table.uuid} = ${given} AND ${own}`;
  const statement = client.prepare<unknown[]>(textOf(found)).raw();
  const toRecord = recordsOf(fields);
  return (uuid) => {
    const row = statement.get(uuid) as unknown[] | undefined;
    return row && toRecord(row);
  };
}

/** How a page of records is read: its rows, and what makes records of them. */
export interface Page {
  rows: PageRows;
  toRecord: (row: unknown[]) => Row;
}

/**
 * Compiles how a page of records of a kind is read.
 * @param names the fields to read, beside the uuid
 */
export function compilePage(kind: Kind, names: readonly string[]): Page {
  const { table } = sources[kind];
  const read = new Set(['uuid', ...names]);
  const fields = [...columnFields(table), ...partFields(kind)].filter(({ name }) => read.has(name));
  const among = sql`${table.uuid} IN (SELECT value FROM json_each(${given}))`;
  return {
    rows: {
      select: textOf(sql`SELECT ${columnsOf(fields)} FROM ${table} WHERE ${among}`),
      size: textOf(
        sql`SELECT coalesce(sum(${bytesOf(sources[kind], read)}), 0) FROM ${table} WHERE ${among}`,
      ),
      uuidIndex: fields.findIndex(({ name }) => name === 'uuid'),
    },
    toRecord: recordsOf(fields),
  };
}
