import { type Column, getTableColumns, type SQL, sql, type Table } from 'drizzle-orm';
import { compileLiteral } from '../contract/compiled.ts';

/** A field of a record, and where it comes from. */
export interface Field {
  name: string;
  sql: SQL;
  /** Converts what SQL returns, unless NULL, to the field's value; absent if it is that already. */
  read?: (given: never) => unknown;
}

/** The fields of a table's columns, without the order of insertion. */
export function columnFields(table: Table): Field[] {
  const { position: _, ...columns } = getTableColumns(table) as Record<string, Column>;
  return Object.entries(columns).map(([name, column]) => {
    const read = (given: never) => column.mapFromDriverValue(given);
    return { name, sql: sql`${column}`, ...(isConverted(column) && { read }) };
  });
}

/** Compiles a function that maps rows of these fields, from the column with this index on, to records. */
export function compileRecordMapper(
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

/** Whether the database stores the column's values in another form. */
export function isConverted({ dataType }: Column): boolean {
  return dataType === 'boolean' || dataType === 'json' || dataType === 'custom';
}

/** The uuid of an outer query's row, for a subquery. */
export function uuidColumn(table: Table): SQL {
  return sql`${table}.${sql.identifier('uuid')}`;
}

/** Columns, separated by commas. */
export function selectList(fields: readonly Field[]): SQL {
  return sql.join(
    fields.map((field) => field.sql),
    sql`, `,
  );
}
