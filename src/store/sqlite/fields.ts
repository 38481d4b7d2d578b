import { getTableColumns, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import { LONG_MAX } from '../../contract/schemas/types.ts';
import {
  columnFields,
  compileRecordMapper,
  type Field,
  selectList,
  uuidColumn,
} from '../fields.ts';
import { entityMappings } from './conditions.ts';
import { modelCenters, modelServices, models, noCase } from './tables.ts';

/** The fields that a record of a kind has beside its row: what belongs to it, or what it adds up. */
export function relationFields(kind: EntityKind): Field[] {
  const { table, foreignKeys } = entityMappings[kind];
  const lists = Object.entries(foreignKeys).map(([name, foreignKey]) =>
    listField(name, foreignKey as SQLiteColumn, table as unknown as SQLiteTable),
  );
  return kind === 'ModelCenter' ? capacityFields : lists;
}

/** The rows that refer to a resource, in the order of insertion: as one JSON text, or reading many would cost a lot. */
function listField(name: string, foreignKey: SQLiteColumn, resources: SQLiteTable): Field {
  const { table } = foreignKey;
  const { position } = getTableColumns(table) as unknown as Record<'position', SQLiteColumn>;
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
