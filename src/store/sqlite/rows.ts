import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import { type SQLiteColumn, SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import { invalidArgument } from '../../contract/errors.ts';
import type { Kind } from '../../contract/queryable.ts';
import { sources } from './conditions.ts';
import type { Database, Statement } from './driver.ts';
import { columnFields, type Field, partFields, recordsOf, uuidOf } from './fields.ts';

/** Most a page of several resources may hold. */
const PAGE_BYTES_MAX = 64 * 1024 * 1024;
/** Bytes an image or ref takes in an answer, about. */
const PART_BYTES = 300;
/** Bytes a field takes in an answer beside its text, about. */
const FIELD_BYTES = 20;
/** Bytes that a character may take. */
const CHARACTER_BYTES_MAX = 3;

export type Row = Record<string, unknown>;

const dialect = new SQLiteSyncDialect({ casing: 'snake_case' });
const given = sql.placeholder('given');

/** Prepares SQL with a placeholder. */
function prepare(client: Database, query: SQL): Statement {
  return client.prepare<unknown[]>(dialect.sqlToQuery(query).sql);
}

/** Prepares what finds one whole record of a kind. */
export function compileFind(client: Database, kind: Kind): (uuid: string) => Row | undefined {
  const { table, own = sql`1` } = sources[kind];
  const fields = [...columnFields(table), ...partFields(kind)];
  const found = sql`SELECT ${columnsOf(fields)} FROM ${table} WHERE ${table.uuid} = ${given} AND ${own}`;
  const statement = prepare(client, found).raw();
  const toRecord = recordsOf(fields);
  return (uuid) => {
    const row = statement.get(uuid) as unknown[] | undefined;
    return row && toRecord(row);
  };
}

/**
 * Prepares what reads a page of records of a kind.
 * @param names the fields to read, beside the uuid
 * @returns a function from uuids to the records, in their order; it throws ApiError SYS.1007 for a page
 *   that would take the memory and time of everybody
 */
export function compilePage(
  client: Database,
  kind: Kind,
  names: readonly string[],
): (uuids: readonly string[]) => Row[] {
  const { table } = sources[kind];
  const isRead = ({ name }: Field) => name === 'uuid' || names.includes(name);
  const fields = [...columnFields(table), ...partFields(kind)].filter(isRead);
  const among = sql`${table.uuid} IN (SELECT value FROM json_each(${given}))`;
  const select = prepare(
    client,
    sql`SELECT ${columnsOf(fields)} FROM ${table} WHERE ${among}`,
  ).raw();
  const weigh = prepare(
    client,
    sql`SELECT ${bytesOf(kind, names)} FROM ${table} WHERE ${among}`,
  ).pluck();
  const toRecord = recordsOf(fields);

  return (uuids) => {
    const list = JSON.stringify(uuids);
    const records = new Map<unknown, Row>();
    let unweighed = uuids.length > 1 ? PAGE_BYTES_MAX / CHARACTER_BYTES_MAX : Number.MAX_VALUE;
    for (const row of select.iterate(list) as Iterable<unknown[]>) {
      const record = toRecord(row);
      records.set(record.uuid, record);
      unweighed -= charactersOf(row);
      // Once: weighing reads no texts, but every row.
      if (unweighed >= 0) continue;
      unweighed = Number.MAX_VALUE;
      requireBearable(uuids.length, weigh.get(list) as number);
    }
    return uuids.map((uuid) => records.get(uuid)).filter((record) => record !== undefined);
  };
}

function requireBearable(resources: number, bytes: number): void {
  if (bytes <= PAGE_BYTES_MAX) return;
  throw invalidArgument(
    `the ${resources} resources asked for hold ${bytes} bytes, more than ${PAGE_BYTES_MAX}: ` +
      "ask for fewer at a time with 'limit', or for less of each with 'fields'",
  );
}

function charactersOf(row: readonly unknown[]): number {
  let characters = 0;
  for (const value of row) if (typeof value === 'string') characters += value.length;
  return characters;
}

function columnsOf(fields: readonly Field[]): SQL {
  return sql.join(
    fields.map((field) => field.sql),
    sql`, `,
  );
}

/** What an answer takes of rows' fields and lists, about: the sum, found without reading their texts. */
function bytesOf(kind: Kind, names: readonly string[]): SQL {
  const { table, owners } = sources[kind];
  const columns = Object.entries(getTableColumns(table) as Record<string, SQLiteColumn>)
    .filter(([name]) => name === 'uuid' || names.includes(name))
    .map(([, column]) => column);
  const texts = columns
    .filter((column) => column.getSQLType() === 'text')
    .map((column) => sql`coalesce(octet_length(${column}), 0)`);
  const lists = Object.entries(owners)
    .filter(([name]) => names.includes(name))
    .map(
      ([, owner]) =>
        sql`${sql.raw(String(PART_BYTES))} * (SELECT count(*) FROM ${owner.table} WHERE ${owner} = ${uuidOf(table)})`,
    );
  const fields = sql.raw(String(FIELD_BYTES * columns.length));
  return sql`coalesce(sum(${sql.join([fields, ...texts, ...lists], sql` + `)}), 0)`;
}
