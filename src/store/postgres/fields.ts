import { type Column, getTableColumns, sql } from 'drizzle-orm';
import type { Kind } from '../../contract/schemas/fields.ts';
import { LONG_MAX } from '../../contract/schemas/types.ts';
import { columnFields, columnsOf, type Field, recordsOf, uuidOf } from '../fields.ts';
import { sources } from './conditions.ts';
import { folded, modelCenters, modelServices, models } from './tables.ts';

/** The fields that a record of a kind has beside its row: what belongs to it, or what it adds up. */
export function partFields(kind: Kind): Field[] {
  const { owners } = sources[kind];
  const lists = Object.entries(owners).map(([name, owner]) => listField(name, owner, kind));
  return kind === 'ModelCenter' ? capacityFields : lists;
}

/** The rows that refer to a resource, in the order of insertion. */
function listField(name: string, owner: Column, kind: Kind): Field {
  const { table } = owner;
  const { position, uuid } = getTableColumns(table) as Record<'position' | 'uuid', Column>;
  const fields = columnFields(table);
  const toRecord = recordsOf(fields);
  return {
    name,
    sql: sql`(SELECT coalesce(json_agg(json_build_array(${columnsOf(fields)}) ORDER BY ${position}, ${uuid})::text, '[]')
      FROM ${table} WHERE ${owner} = ${uuidOf(sources[kind].table)})`,
    read: (text: string) => (JSON.parse(text) as unknown[][]).map(toRecord),
  };
}

/** A sum beyond a Long is the largest Long. */
const sizesIn = (table: typeof models | typeof modelServices) =>
  sql`(SELECT greatest(least(coalesce(sum(${table.size}), 0), ${sql.raw(String(LONG_MAX))}), ${sql.raw(String(-LONG_MAX))})::bigint
    FROM ${table} WHERE ${folded(table.modelCenterUuid)} = ${uuidOf(modelCenters)})`;

const capacityFields: Field[] = [
  { name: 'modelUsedCapacity', sql: sizesIn(models) },
  { name: 'modelServiceUsedCapacity', sql: sizesIn(modelServices) },
];
