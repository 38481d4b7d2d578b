import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import { type PgColumn, PgDialect, type PgTable } from 'drizzle-orm/pg-core';
import { compileValues } from '../binding.ts';
import type { Run, StatementResult } from './connections.ts';

const dialect = new PgDialect({ casing: 'snake_case' });

/** The database's time. */
export const MILLISECONDS = sql`(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;
const MICROSECONDS = sql`(extract(epoch FROM clock_timestamp()) * 1000000)::bigint`;

/** A statement's text and values. */
export function toQuery(query: SQL): { text: string; values: unknown[] } {
  const { sql: text, params } = dialect.sqlToQuery(query);
  return { text, values: params };
}

/** Does a statement of a fixed form with a record's values. */
export type Prepared = (run: Run, record?: object) => Promise<StatementResult>;

let prepared = 0;

/**
 * Makes a statement whose placeholders have the names of a record's fields.
 * @param isCached whether connections keep it prepared: of the forms that clients make up there is no end
 */
export function prepare(query: SQL, isCached = true): Prepared {
  const { text, values } = toQuery(query);
  const statement = { text, ...(isCached && { name: `aios_${prepared++}` }) };
  const valuesOf = compileValues(values);
  return (run, record = {}) => run(statement, valuesOf(record));
}

/** The columns of a table by the fields they keep. */
function tableColumns(table: PgTable): [field: string, column: PgColumn][] {
  return Object.entries(getTableColumns(table) as Record<string, PgColumn>);
}

const columnNames = (columns: readonly [string, PgColumn][]) =>
  sql.join(
    columns.map(([, column]) => sql.identifier(snakeCase(column))),
    sql`, `,
  );

/** As the query builder's casing writes it. */
function snakeCase(column: PgColumn): string {
  return /^"[^"]+"\."([^"]+)"$/.exec(toQuery(sql`${column}`).text)?.[1] ?? column.name;
}

/**
 * Inserts a row of a record's values.
 * @param overrides further columns, by their fields
 */
export function insertRow(table: PgTable, overrides: Record<string, SQL> = {}): SQL {
  const columns = tableColumns(table);
  const values = columns.map(
    ([field, column]) => overrides[field] ?? sql`${sql.param(sql.placeholder(field), column)}`,
  );
  return sql`INSERT INTO ${table} (${columnNames(columns)}) VALUES (${sql.join(values, sql`, `)})`;
}

/**
 * Inserts rows of a list: as many values as it has columns, however many rows. `columnValues` makes of records what is
 * bound.
 * @param list the list's name among what is bound
 */
export function insertRows(table: PgTable, list: string): SQL {
  const columns = tableColumns(table);
  const given = columns.filter(([field]) => field !== 'position');
  const arrays = given.map(
    ([field, column]) =>
      sql`${sql.placeholder(`${list}.${field}`)}::${sql.raw(column.getSQLType())}[]`,
  );
  const selected = columns.map(([field, column]) =>
    field === 'position' ? sql`${MICROSECONDS} + ordinal` : sql.identifier(snakeCase(column)),
  );
  return sql`INSERT INTO ${table} (${columnNames(columns)}) SELECT ${sql.join(selected, sql`, `)}
    FROM unnest(${sql.join(arrays, sql`, `)}) WITH ORDINALITY AS given (${columnNames(given)}, ordinal)`;
}

/** What `insertRows` inserts: a list of each column's values. */
export function columnValues(
  table: PgTable,
  records: readonly object[],
): Record<string, unknown[]> {
  const columns = tableColumns(table).filter(([field]) => field !== 'position');
  return Object.fromEntries(
    columns.map(([field, column]) => [
      field,
      records.map((record) => {
        const value = record[field as never] as unknown;
        return value == null ? null : column.mapToDriverValue(value);
      }),
    ]),
  );
}

/** Sets columns of the row with a record's uuid; all but `uuid` where none are named. */
export function updateRow(table: PgTable & { uuid: PgColumn }, fields?: readonly string[]): SQL {
  const columns = tableColumns(table).filter(([field]) =>
    fields ? fields.includes(field) : field !== 'uuid',
  );
  const set = columns.map(
    ([field, column]) =>
      sql`${sql.identifier(snakeCase(column))} = ${sql.param(sql.placeholder(field), column)}`,
  );
  return sql`UPDATE ${table} SET ${sql.join(set, sql`, `)} WHERE ${table.uuid} = ${sql.placeholder('uuid')}`;
}
