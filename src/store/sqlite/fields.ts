import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { compileLiteral } from '../../contract/compiled.ts';
import type { Kind } from '../../contract/queryable.ts';
import { LONG_MAX } from '../../contract/schema.ts';
import { isConverted } from './binding.ts';
import { sources } from './conditions.ts';
import { modelCenters, modelServices, models, noCase } from './tables.ts';

/** A field of a record, and where it comes from. */
export interface Field {
  name: string;
  sql: SQL;
  /** Turns what SQL gives, which is not NULL, into the field's value; absent where it is the value. */
  read?: (given: never) => unknown;
}

/** The fields that a table's columns keep, but for the order of insertion. */
export function columnFields(table: SQLiteTable): Field[] {
  const { position: _, ...columns } = getTableColumns(table) as Record<string, SQLiteColumn>;
  return Object.entries(columns).map(([name, column]) => {
    const read = (given: never) => column.mapFromDriverValue(given);
    return { name, sql: sql`${column}`, ...(isConverted(column) && { read }) };
  });
}

/** The fields that a record of a kind has beside its row: what belongs to it, or what it adds up. */
export function partFields(kind: Kind): Field[] {
  const { table, owners } = sources[kind];
  const lists = Object.entries(owners).map(([name, owner]) => listField(name, owner, table));
  return kind === 'ModelCenter' ? capacityFields : lists;
}

/** Makes what turns rows of these fields, from the column with this index on, into records. */
export function recordsOf(
  fields: readonly Field[],
  first = 0,
): (row: unknown[]) => Record<string, unknown> {
  const values = fields.map(({ name, read }, index) => {
    const given = `row[${first + index}]`;
    return [name, read ? `${given} === null ? null : reads[${index}](${given})` : given];
  });
  const reads = fields.map(({ read }) => read);
  const make = compileLiteral<(row: unknown[], reads: Field['read'][]) => Record<string, unknown>>(
    ['row', 'reads'],
    Object.fromEntries(values),
  );
  return (row) => make(row, reads);
}

/** The rows that refer to a resource, in the order of insertion: as one JSON text, or reading many would cost a lot. */
function listField(name: string, owner: SQLiteColumn, resources: SQLiteTable): Field {
  const { table } = owner;
  const { position } = getTableColumns(table) as unknown as Record<'position', SQLiteColumn>;
  const fields = columnFields(table);
  const toRecord = recordsOf(fields, 1);
  const columns = sql.join([sql`${position}`, ...fields.map((field) => field.sql)], sql`, `);
  return {
    name,
    sql: sql`(SELECT json_group_array(json_array(${columns})) FROM ${table} WHERE ${owner} = ${uuidOf(resources)})`,
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
    FROM ${table} WHERE ${noCase(table.modelCenterUuid)} = ${uuidOf(modelCenters)})`;

const capacityFields: Field[] = [
  { name: 'modelUsedCapacity', sql: sizesIn(models) },
  { name: 'modelServiceUsedCapacity', sql: sizesIn(modelServices) },
];

/** A row's uuid, for a subquery. */
export function uuidOf(table: SQLiteTable): SQL {
  return sql`${table}.${sql.identifier('uuid')}`;
}
