import type Database from 'better-sqlite3';
import { type Column, getTableColumns, type SQL, sql, type Table } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import { LRUCache } from 'lru-cache';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import { LONG_MAX } from '../../contract/schemas/types.ts';
import type { Records } from '../../domain/records.ts';
import {
  columnFields,
  compileRecordMapper,
  type Field,
  listedFields,
  mapKinds,
  selectList,
  uuidColumn,
} from '../fields.ts';
import { estimatedBytes } from '../page-size.ts';
import { entityMappings } from './conditions.ts';
import { type PageRows, PREPARED_MAX } from './engine/run-query.ts';
import { modelCenters, modelServices, models, noCase } from './tables.ts';

export type RawRecord = Record<string, unknown>;

const dialect = new SQLiteSyncDialect({ casing: 'snake_case' });
const boundUuid = sql.placeholder('given');

const textOf = (query: SQL): string => dialect.sqlToQuery(query).sql;

/** What reads records: a service with its images and refs, a center with its sums. */
export function compileRecords(client: Database.Database) {
  const findRecord = mapKinds((kind) => compileFind(client, kind));
  const listedPages = mapKinds((kind) => compilePage(kind, listedFields(kind)));
  const partialPages = new LRUCache<string, Page>({
    max: PREPARED_MAX,
    memoMethod: (key) => {
      const [kind, ...fields] = key.split(',');
      return compilePage(kind as EntityKind, fields);
    },
  });

  function find<K extends EntityKind>(kind: K, uuid: string): Records[K] | undefined {
    return findRecord[kind](uuid) as Records[K] | undefined;
  }

  /** A resource that a reference has shown to be there. */
  function mustFind<K extends EntityKind>(kind: K, uuid: string): Records[K] {
    const record = find(kind, uuid);
    if (!record) throw new Error(`${kind} ${uuid} was not checked to exist`);
    return record;
  }

  return {
    find,
    mustFind,
    /** How a page is read, of whole records or of these fields of their own alone. */
    page: (kind: EntityKind, fields?: readonly string[]): Page =>
      fields ? partialPages.memo([kind, ...fields].join()) : listedPages[kind],
  };
}

export type CompiledRecords = ReturnType<typeof compileRecords>;

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

/** The fields that a record of a kind has beside its row: what belongs to it, or what it adds up. */
function relationFields(kind: EntityKind): Field[] {
  const { table, foreignKeys } = entityMappings[kind];
  const lists = Object.entries(foreignKeys).map(([name, foreignKey]) =>
    listField(name, foreignKey, table),
  );
  return kind === 'ModelCenter' ? capacityFields : lists;
}

/** The rows that refer to a resource, in the order of insertion: as one JSON text, or reading many would cost a lot. */
function listField(name: string, foreignKey: Column, resources: Table): Field {
  const { table } = foreignKey;
  const { position } = getTableColumns(table) as Record<'position', Column>;
  const fields = columnFields(table);
  const toRecord = compileRecordMapper(fields, 1);
  const columns = sql`${position}, ${selectList(fields)}`;
  return {
    name,
    sql: sql`(SELECT json_group_array(json_array(${columns})) FROM ${table} WHERE ${foreignKey} = ${uuidColumn(resources)})`,
    read: (text: string) => {
      if (text === '[]') return [];
      const rows = JSON.parse(text) as [position: number, ...row: unknown[]][];
      return rows.sort(([one], [other]) => one - other).map(toRecord);
    },
  };
}

/** As a floating-point sum, since an integer one fails beyond 64 bits; exact as far as a Long goes. */
const sizesIn = (table: typeof models | typeof modelServices) =>
  sql`(SELECT max(min(total(${table.size}), ${sql.raw(String(LONG_MAX))}), ${sql.raw(String(-LONG_MAX))})
    FROM ${table} WHERE ${noCase(table.modelCenterUuid)} = ${uuidColumn(modelCenters)})`;

const capacityFields: Field[] = [
  { name: 'modelUsedCapacity', sql: sizesIn(models) },
  { name: 'modelServiceUsedCapacity', sql: sizesIn(modelServices) },
];
