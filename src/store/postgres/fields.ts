import { type Column, getTableColumns, sql } from 'drizzle-orm';
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
import { caseFolded, modelCenters, modelServices, models } from './tables.ts';

/** The fields that a record of a kind has beside its row: what belongs to it, or what it adds up. */
export function relationFields(kind: EntityKind): Field[] {
  const { foreignKeys } = entityMappings[kind];
  const lists = Object.entries(foreignKeys).map(([name, foreignKey]) =>
    listField(name, foreignKey, kind),
  );
  return kind === 'ModelCenter' ? capacityFields : lists;
}

/** The rows that refer to a resource, in the order of insertion. */
function listField(name: string, foreignKey: Column, kind: EntityKind): Field {
  const { table } = foreignKey;
  const { position, uuid } = getTableColumns(table) as Record<'position' | 'uuid', Column>;
  const fields = columnFields(table);
  const toRecord = compileRecordMapper(fields);
  return {
    name,
    sql: sql`(SELECT coalesce(json_agg(json_build_array(${selectList(fields)}) ORDER BY ${position}, ${uuid})::text, '[]')
      FROM ${table} WHERE ${foreignKey} = ${uuidColumn(entityMappings[kind].table)})`,
    read: (text: string) => (JSON.parse(text) as unknown[][]).map(toRecord),
  };
}

/** A sum beyond a Long is the largest Long. */
const sizesIn = (table: typeof models | typeof modelServices) =>
  sql`(SELECT greatest(least(coalesce(sum(${table.size}), 0), ${sql.raw(String(LONG_MAX))}), ${sql.raw(String(-LONG_MAX))})::bigint
    FROM ${table} WHERE ${caseFolded(table.modelCenterUuid)} = ${uuidColumn(modelCenters)})`;

const capacityFields: Field[] = [
  { name: 'modelUsedCapacity', sql: sizesIn(models) },
  { name: 'modelServiceUsedCapacity', sql: sizesIn(modelServices) },
];
