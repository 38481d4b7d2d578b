import { type Column, getTableColumns, getTableName, sql, type Table } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';
import { PgDialect } from 'drizzle-orm/pg-core';
import { resourceKinds } from '../../contract/schemas/fields.ts';
import type { Dialect } from '../dialect.ts';
import { alreadyUsed } from '../errors.ts';
import { columnNames, insertRow, prepareFor } from '../prepare.ts';
import { compileRecords } from '../records.ts';
import { SKIP_BOUND_REFS } from '../statements.ts';
import { tableNameOf } from '../tables.ts';
import { violatedConstraint } from './errors.ts';
import { caseFolded, isTrue, tables } from './tables.ts';

const postgres = new PgDialect({ casing: 'snake_case' });

/** The database's time, in microseconds. */
const MICROSECONDS = '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint';

/** Unique indexes on a resource's uuid; either may be violated, because the database checks them in any order. */
const RESOURCE_KEYS = ['resources', ...resourceKinds.map(tableNameOf)].map(
  (name) => `${toSnakeCase(name)}_pkey`,
);

let prepared = 0;
const prepare = prepareFor(
  (number) => `$${number}`,
  (text) => ({ text, name: `aios_${prepared++}` }),
);

/** What ends the INSERT of rows that may be there already. Of resources those are changed, where they differ. */
const endings = new Map<Table, string>([
  ...resourceKinds.map((kind) => {
    const table = tables[tableNameOf(kind)];
    const names = columnNames(table).map(([, name]) => name);
    const change = ` ON CONFLICT (uuid) DO UPDATE SET (${names}) = ROW (${names.map((name) => `excluded.${name}`)})
      WHERE ${getTableName(table)} IS DISTINCT FROM excluded`;
    return [table, change] as const;
  }),
  [tables.modelServiceRefs, SKIP_BOUND_REFS],
  [tables.tags, ' ON CONFLICT (resource_uuid, type, md5(tag)) DO NOTHING'],
]);

/** The INSERT of a list of any length, with an array parameter for each column. */
function insertRows(table: Table, list: string): string {
  const columns = columnNames(table);
  const types = getTableColumns(table) as Record<string, Column>;
  const bound = columns.filter(([field]) => field !== 'position');
  const names = (some: typeof columns) => some.map(([, name]) => name).join(', ');
  const arrays = bound.map(([field]) => `:${list}.${field}::${types[field]?.getSQLType()}[]`);
  const values = columns.map(([field, name]) =>
    field === 'position' ? `${MICROSECONDS} + ordinal` : name,
  );
  return `INSERT INTO ${getTableName(table)} (${names(columns)}) SELECT ${values.join(', ')}
    FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS added (${names(bound)}, ordinal)${endings.get(table) ?? ''}`;
}

/** PostgreSQL's SQL. */
export const dialect: Dialect = {
  tables,
  toQuery: (query) => {
    const { sql: text, params } = postgres.sqlToQuery(query);
    return { text, values: params };
  },
  prepare,
  caseFolded,
  bind: (value) => value,
  inList: (expression, values, column) =>
    sql`${expression} = ANY(${sql.param(values)}::${sql.raw(column.getSQLType())}[])`,
  truncateToSecond: (time) => sql`(${time} - (${time} % 1000 + 1000) % 1000)`,
  like: (text, pattern) => sql`${caseFolded(text)} LIKE ${pattern} ESCAPE '\\'`,
  // Not IN: if negated, its list would be scanned for each resource where it exceeds work_mem.
  hasMember: (uuid, foreignKey, test) =>
    sql`EXISTS (SELECT 1 FROM ${foreignKey.table} WHERE ${foreignKey} = ${uuid} AND ${test})`,
  // As a join, each would multiply the plans to choose from: for a hundred, planning exceeds every timeout.
  isolateSubquery: (condition) => sql`(${condition}) IS TRUE`,
  order: (expression, column, descending) => {
    const direction = descending ? sql` DESC` : sql``;
    // An index is in this order only if its column is NOT NULL.
    const nulls = column.notNull ? sql`` : descending ? sql` NULLS LAST` : sql` NULLS FIRST`;
    return sql`${expression}${direction}${nulls}`;
  },

  jsonRows: (columns, position, uuid) =>
    sql`coalesce(json_agg(json_build_array(${columns}) ORDER BY ${position}, ${uuid})::text, '[]')`,
  readJsonRows: JSON.parse,
  limitedSum: (column, least, most) =>
    sql`greatest(least(coalesce(sum(${column}), 0), ${most}), ${least})::bigint`,

  isTrue,
  isIn: (column) => `${column} = ANY(:uuids::text[])`,
  isTag: 'md5(tag) = md5(:tag::text)',
  lock: (strength) => ` FOR ${strength}`,

  /** By one statement, which takes one round trip. */
  insertResource: (type, table, relations = {}) => {
    const lists: Record<string, Table> = { tags: tables.tags, ...relations };
    const inserts = [
      insertRow(tables.resources, { uuid: ':uuid::text', type: `'${type}'` }),
      ...Object.entries(lists).map(([list, each]) => insertRows(each, list)),
    ];
    const steps = inserts.map((insert, index) => `step_${index} AS (${insert})`);
    const insert = prepare(`WITH ${steps.join(', ')} ${insertRow(table)}`, { table, lists });
    return function* (record, tags) {
      try {
        yield insert({ ...record, tags });
      } catch (error) {
        throw RESOURCE_KEYS.includes(violatedConstraint(error) ?? '')
          ? alreadyUsed(record.uuid)
          : error;
      }
    };
  },
  insertAll: (table) => {
    const insert = prepare(insertRows(table, 'rows'), { lists: { rows: table } });
    return function* (rows) {
      return rows.length > 0 ? (yield insert({ rows })).count : 0;
    };
  },
};

export const records = compileRecords(dialect);
