import type Database from 'better-sqlite3';
import { type SQL, sql } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import { columnFields, compileRecordMapper, selectList } from '../fields.ts';
import { estimatedBytes } from '../page-size.ts';
import { entityMappings } from './conditions.ts';
import type { PageRows } from './engine/run-query.ts';
import { relationFields } from './fields.ts';

export type RawRecord = Record<string, unknown>;

const dialect = new SQLiteSyncDialect({ casing: 'snake_case' });
const boundUuid = sql.placeholder('given');

const textOf = (query: SQL): string => dialect.sqlToQuery(query).sql;

/** Prepares what finds one whole record of a kind. */
export function compileFind(
  client: Database.Database,
  kind: EntityKind,
): (uuid: string) => RawRecord | undefined {
  const { table, baseFilter = sql`1` } = entityMappings[kind];
  const fields = [...columnFields(table), ...relationFields(kind)];
  const found = sql`SELECT ${selectList(fields)} FROM ${table} WHERE ${table.uuid} = ${boundUuid} AND ${baseFilter}`;
  const statement = client.prepare<unknown[]>(textOf(found)).raw();
  const toRecord = compileRecordMapper(fields);
  return (uuid) => {
    const row = statement.get(uuid) as unknown[] | undefined;
    return row && toRecord(row);
  };
}

/** How a page of records is read: its rows, and what makes records of them. */
export interface Page {
  rows: PageRows;
  toRecord: (row: unknown[]) => RawRecord;
}

/**
 * Compiles how a page of records of a kind is read.
 * @param names the fields to read, beside the uuid
 */
export function compilePage(kind: EntityKind, names: readonly string[]): Page {
  const { table } = entityMappings[kind];
  const read = new Set(['uuid', ...names]);
  const fields = [...columnFields(table), ...relationFields(kind)].filter(({ name }) =>
    read.has(name),
  );
  const inList = sql`${table.uuid} IN (SELECT value FROM json_each(${boundUuid}))`;
  return {
    rows: {
      select: textOf(sql`SELECT ${selectList(fields)} FROM ${table} WHERE ${inList}`),
      size: textOf(
        sql`SELECT coalesce(sum(${estimatedBytes(entityMappings[kind], read)}), 0) FROM ${table} WHERE ${inList}`,
      ),
      uuidIndex: fields.findIndex(({ name }) => name === 'uuid'),
    },
    toRecord: compileRecordMapper(fields),
  };
}
