import type Database from 'better-sqlite3';
import { type Column, getTableColumns, type SQL, sql, type Table } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import { LONG_MAX } from '../../contract/schemas/types.ts';
import type { Records } from '../../domain/records.ts';
import {
  columnFields,
  compilePages,
  compileRecordMapper,
  type Field,
  mapKinds,
  selectList,
  uuidColumn,
} from '../fields.ts';
import { estimatedBytes } from '../page-size.ts';
import { entityMappings } from './conditions.ts';
import type { PageRows } from './engine/run-query.ts';
import { modelCenters, modelServices, models, noCase } from './tables.ts';

export type RawRecord = Record<string, unknown>;

const dialect = new SQLiteSyncDialect({ casing: 'snake_case' });
const boundUuid = sql.placeholder('uuid');

const textOf = (query: SQL): string => dialect.sqlToQuery(query).sql;

/** Compiles reads of records with their relations: a service's images and refs, a center's capacity. */
export function compileRecords(client: Database.Database) {
  const findRecord = mapKinds((kind) => compileFind(client, kind));

  function find<K extends EntityKind>(kind: K, uuid: string): Records[K] | undefined {
    return findRecord[kind](uuid) as Records[K] | undefined;
  }

  /** Finds a resource whose existence a reference has checked. */
  function mustFind<K extends EntityKind>(kind: K, uuid: string): Records[K] {
    const record = find(kind, uuid);
    if (!record) throw new Error(`the existence of ${kind} ${uuid} was not checked`);
    return record;
  }

  return {
    find,
    mustFind,
    /** The reader of pages: of all listed fields, or of these fields only. */
    page: compilePages(compilePage),
  };
}

export type CompiledRecords = ReturnType<typeof compileRecords>;

/** Compiles a function that finds a record of a kind with its relations. */
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

/** The SQL for a page's rows, and the function that maps a row to a record. */
export interface Page {
  rows: PageRows;
  toRecord: (row: unknown[]) => RawRecord;
}

/**
 * Compiles the reader of pages of a kind.
 * @param names the fields to read, in addition to the uuid
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

/** The fields of a record that are not columns: a service's and a model's lists, a center's capacity. */
function relationFields(kind: EntityKind): Field[] {
  const { table, foreignKeys } = entityMappings[kind];
  const lists = Object.entries(foreignKeys).map(([name, foreignKey]) =>
    listField(name, foreignKey, table),
  );
  return kind === 'ModelCenter' ? capacityFields : lists;
}

/** A list of the rows that refer to a resource, in the order of insertion; one JSON text is fastest to read. */
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

/** The sum of sizes, limited to a Long; `total` is a floating-point sum, because `sum` fails beyond 64 bits. */
const sizesIn = (table: typeof models | typeof modelServices) =>
  sql`(SELECT max(min(total(${table.size}), ${sql.raw(String(LONG_MAX))}), ${sql.raw(String(-LONG_MAX))})
    FROM ${table} WHERE ${noCase(table.modelCenterUuid)} = ${uuidColumn(modelCenters)})`;

const capacityFields: Field[] = [
  { name: 'modelUsedCapacity', sql: sizesIn(models) },
  { name: 'modelServiceUsedCapacity', sql: sizesIn(modelServices) },
];
