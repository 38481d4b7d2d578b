import { type Column, getTableColumns, getTableName, type SQL, type Table } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { compileRecordMapper, type Field, selectList } from '../fields.ts';
import { type BoundTables, columnNames, compileStatement } from '../statement.ts';
import type { Run, StatementResult } from './connections.ts';

const dialect = new PgDialect({ casing: 'snake_case' });

/** The database's time, in milliseconds and in microseconds. */
export const MILLISECONDS = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
const MICROSECONDS = '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint';

/** A statement that takes its values from a record. */
export type Prepared = (run: Run, record?: object) => Promise<StatementResult>;
/** A statement that also reads records. */
export type PreparedQuery<Row> = (run: Run, record?: object) => Promise<Row[]>;

/** The text and values of a query that is built for each request. */
export function toQuery(query: SQL): { text: string; values: unknown[] } {
  const { sql: text, params } = dialect.sqlToQuery(query);
  return { text, values: params };
}

let prepared = 0;

/** Makes a statement with named parameters, see `compileStatement`, which stays prepared on each connection. */
export function prepare(template: string, tables?: BoundTables): Prepared {
  const { text, valuesOf } = compileStatement(template, (number) => `$${number}`, tables);
  const statement = { text, name: `aios_${prepared++}` };
  return (run, record = {}) => run(statement, valuesOf(record));
}

/** Makes a statement that reads records; `*` in its `SELECT *` or `RETURNING *` is replaced by their fields. */
export function prepareQuery<Row>(fields: readonly Field[], text: string): PreparedQuery<Row> {
  const list = toQuery(selectList(fields)).text;
  const query = prepare(text.replace(/(?<=SELECT |RETURNING )\*/, list));
  const toRecord = compileRecordMapper(fields);
  return async (run, record) => (await query(run, record)).rows.map(toRecord) as Row[];
}

/** The INSERT of a list of any length, with an array parameter for each column. */
export function insertRows(table: Table, list: string): string {
  const columns = columnNames(table);
  const types = getTableColumns(table) as Record<string, Column>;
  const bound = columns.filter(([field]) => field !== 'position');
  const names = (some: typeof columns) => some.map(([, name]) => name).join(', ');
  const arrays = bound.map(([field]) => `:${list}.${field}::${types[field]?.getSQLType()}[]`);
  const values = columns.map(([field, name]) =>
    field === 'position' ? `${MICROSECONDS} + ordinal` : name,
  );
  return `INSERT INTO ${getTableName(table)} (${names(columns)}) SELECT ${values.join(', ')}
    FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS added (${names(bound)}, ordinal)`;
}
