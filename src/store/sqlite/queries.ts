import { type SQL, sql } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { Condition, PageQuery } from '../../domain/store.ts';
import { entityMappings, orderBy, whereAll } from './conditions.ts';
import type { SqlQuery } from './engine/run-query.ts';

/** Rows that a page may skip, and hold, to be read without the query worker. */
const BOUNDED_START_MAX = 10_000;
const BOUNDED_LIMIT_MAX = 1000;

/** Fields whose index continues with createDate and uuid: pages of one value come in their order. */
const PAGED_FIELDS: Record<EntityKind, readonly string[]> = {
  ModelService: ['name', 'modelCenterUuid'],
  Model: ['name', 'modelCenterUuid'],
  ModelCenter: [],
  UserTag: [],
  SystemTag: [],
};

const dialect = new SQLiteSyncDialect({ casing: 'snake_case' });

/** The query for the uuids of a page, in its order. */
export function pageQuery(
  kind: EntityKind,
  { conditions, sort, start, limit }: PageQuery,
): SqlQuery {
  const { table } = entityMappings[kind];
  const where = whereAll(kind, conditions);
  const order = sql.join(orderBy(kind, sort), sql`, `);
  return toSqlQuery(
    sql`SELECT ${table.uuid} FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${start}`,
  );
}

/** The query for a number of resources. */
export function countQuery(kind: EntityKind, conditions: readonly Condition[]): SqlQuery {
  const { table } = entityMappings[kind];
  return toSqlQuery(sql`SELECT count(*) FROM ${table} WHERE ${whereAll(kind, conditions)}`);
}

/** Whether an index leads to the page's rows in their order, so that reading it takes no longer than its size. */
export function isBoundedPage(kind: EntityKind, query: PageQuery): boolean {
  const { conditions, sort, start, limit } = query;
  if (hasFewRows(conditions)) return true;
  if (start > BOUNDED_START_MAX || limit > BOUNDED_LIMIT_MAX) return false;
  const isPaged = (name: string) => PAGED_FIELDS[kind].includes(name);
  const [condition, ...others] = conditions;
  if (!condition) return !sort || sort.field.name === 'createDate' || isPaged(sort.field.name);
  const { field, predicate, negated } = condition;
  const isIndexed = others.length === 0 && !negated && predicate.is === '=' && isPaged(field.name);
  return isIndexed && field.of === 'self' && (!sort || sort.field.name === 'createDate');
}

/** Whether a count reads few rows. */
export const isBoundedCount = hasFewRows;

/** Whether one condition names the uuids that can satisfy all. */
function hasFewRows(conditions: readonly Condition[]): boolean {
  return conditions.some(
    ({ field, predicate, negated }) =>
      field.of === 'self' &&
      field.name === 'uuid' &&
      !negated &&
      (predicate.is === '=' || predicate.is === 'in'),
  );
}

function toSqlQuery(query: SQL): SqlQuery {
  const { sql: text, params } = dialect.sqlToQuery(query);
  return { sql: text, values: params };
}
