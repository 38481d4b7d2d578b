import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import { type SQLiteColumn, SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import type { Kind } from '../../contract/queryable.ts';
import type { PageRows } from './answers.ts';
import { sources } from './conditions.ts';
import type { Database } from './driver.ts';
import { columnFields, type Field, partFields, recordsOf, uuidOf } from './fields.ts';

/** Bytes an image or ref takes in an answer, about. */
const PART_BYTES = 300;
/** Bytes a field takes in an answer beside its text, about. */
const FIELD_BYTES = 20;

export type Row = Record<string, unknown>;

const dialect = new SQLiteSyncDialect({ casing: 'snake_case' });
const given = sql.placeholder('given');

const textOf = (query: SQL): string => dialect.sqlToQuery(query).sql;

/** Prepares what finds one whole record of a kind. */
export function compileFind(client: Database, kind: Kind): (uuid: string) => Row | undefined {
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
      weigh: textOf(sql`SELECT ${bytesOf(kind, read)} FROM ${table} WHERE ${among}`),
      uuidAt: fields.findIndex(({ name }) => name === 'uuid'),
    },
    toRecord: recordsOf(fields),
  };
}

function columnsOf(fields: readonly Field[]): SQL {
  return sql.join(
    fields.map((field) => field.sql),
    sql`, `,
  );
}

/** What an answer takes of rows' fields and lists, about: the sum, found without reading their texts. */
function bytesOf(kind: Kind, names: ReadonlySet<string>): SQL {
  const { table, owners } = sources[kind];
  const columns = Object.entries(getTableColumns(table) as Record<string, SQLiteColumn>)
    .filter(([name]) => names.has(name))
    .map(([, column]) => column);
  const texts = columns
    .filter((column) => column.getSQLType() === 'text')
    .map((column) => sql`coalesce(octet_length(${column}), 0)`);
  const lists = Object.entries(owners)
    .filter(([name]) => names.has(name))
    .map(
      ([, owner]) =>
        sql`${sql.raw(String(PART_BYTES))} * (SELECT count(*) FROM ${owner.table} WHERE ${owner} = ${uuidOf(table)})`,
    );
  const fields = sql.raw(String(FIELD_BYTES * columns.length));
  return sql`coalesce(sum(${sql.join([fields, ...texts, ...lists], sql` + `)}), 0)`;
}
