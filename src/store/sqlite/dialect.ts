import { type SQL, sql, type Table } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import type { Dialect } from '../dialect.ts';
import { alreadyUsed } from '../errors.ts';
import { insertRow, prepareFor } from '../prepare.ts';
import { compileRecords } from '../records.ts';
import { compileStatements, SKIP_BOUND_REFS } from '../statements.ts';
import { isTrue, noCase, tables } from './tables.ts';

const sqlite = new SQLiteSyncDialect({ casing: 'snake_case' });

/** The texts of the statements that stay prepared. */
export const preparedTexts: string[] = [];

const prepare = prepareFor(
  () => '?',
  (text) => {
    preparedTexts.push(text);
    return { text };
  },
  // A list is bound as JSON, for `isIn`.
  (value) => (Array.isArray(value) ? JSON.stringify(value) : (value ?? null)),
);

/** What ends the INSERT of a row that may be there already. */
const skipExisting = new Map<Table, string>([
  [tables.modelServiceRefs, SKIP_BOUND_REFS],
  [tables.tags, ' ON CONFLICT (resource_uuid, type, tag) DO NOTHING'],
]);

const insertAll: Dialect['insertAll'] = (table) => {
  const insert = prepare(insertRow(table) + (skipExisting.get(table) ?? ''), { table });
  return function* (rows) {
    let added = 0;
    for (const row of rows) added += (yield insert(row)).count;
    return added;
  };
};

/**
 * Makes SQLite's LIKE distinguish U+FFFE and U+FFFF from U+FFFD: replaces them by the two code points after the last
 * one of Unicode, which no text has.
 */
const distinguishable = (text: SQL) =>
  sql`replace(replace(${text}, char(65534), CAST(x'f4908080' AS TEXT)), char(65535), CAST(x'f4908081' AS TEXT))`;

/** SQLite's SQL. */
export const dialect: Dialect = {
  tables,
  toQuery: (query) => {
    const { sql: text, params } = sqlite.sqlToQuery(query);
    return { text, values: params };
  },
  prepare,
  caseFolded: noCase,
  bind: (value) => (typeof value === 'boolean' ? Number(value) : value),
  inList: (expression, values) =>
    sql`${expression} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`,
  truncateToSecond: (time) => sql`${time} - (${time} % 1000 + 1000) % 1000`,
  // SQLite's LIKE ignores the case of ASCII letters by default.
  like: (text, pattern) =>
    /[\ufffd-\uffff]/.test(pattern)
      ? sql`${distinguishable(sql`${text}`)} LIKE ${distinguishable(sql`${pattern}`)} ESCAPE '\\'`
      : sql`${text} LIKE ${pattern} ESCAPE '\\'`,
  hasMember: (uuid, foreignKey, test) =>
    sql`${uuid} IN (SELECT ${foreignKey} FROM ${foreignKey.table} WHERE ${test})`,
  // SQLite sorts NULL first by default.
  order: (expression, _column, descending) =>
    descending ? sql`${expression} DESC` : sql`${expression}`,

  // Sorted by the last column when they are read, which takes less time than by SQLite.
  jsonRows: (columns, position) => sql`json_group_array(json_array(${columns}, ${position}))`,
  readJsonRows: (text) => {
    if (text === '[]') return [];
    const positionOf = (row: unknown[]) => row[row.length - 1] as number;
    return (JSON.parse(text) as unknown[][]).sort((a, b) => positionOf(a) - positionOf(b));
  },
  // `total` is a floating-point sum, because `sum` fails beyond 64 bits.
  limitedSum: (column, least, most) => sql`max(min(total(${column}), ${most}), ${least})`,

  isTrue,
  isIn: (column) => `${column} IN (SELECT value FROM json_each(:uuids))`,
  isTag: 'tag = :tag',
  insertResource: (type, table, lists = {}) => {
    const insertUuid = prepare(
      `INSERT INTO resources (uuid, type) VALUES (:uuid, '${type}') ON CONFLICT (uuid) DO NOTHING`,
    );
    const insert = prepare(insertRow(table), { table });
    const insertLists = Object.entries(lists).map(
      ([name, each]) => [name, insertAll(each)] as const,
    );
    const insertTags = insertAll(tables.tags);
    return function* (record, tags) {
      if ((yield insertUuid(record)).count === 0) throw alreadyUsed(record.uuid);
      yield insert(record);
      for (const [name, insertRows] of insertLists) {
        yield* insertRows((record as unknown as Record<string, object[]>)[name] ?? []);
      }
      yield* insertTags(tags);
    };
  },
  insertAll,
};

export const records = compileRecords(dialect);
export const statements = {
  ...compileStatements(dialect),
  insertHook: prepare(insertRow(tables.hooks), { table: tables.hooks }),
  updateHook: prepare(
    'UPDATE hooks SET attempts = :attempts, pending = :pending, failure = :failure WHERE job_uuid = :jobUuid',
    { table: tables.hooks },
  ),
};
