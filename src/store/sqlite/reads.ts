import { type SQL, sql } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { Condition, PageQuery, Reader, Store } from '../../domain/store.ts';
import { entityMappings, orderBy, whereAll } from './conditions.ts';
import type { TransactionBatcher } from './engine/batcher.ts';
import type { QueryWorker } from './engine/query-worker.ts';
import type { SqlQuery } from './engine/run-query.ts';
import type { FileIdentity } from './file/files.ts';
import type { CompiledRecords } from './records.ts';

/** Maximum rows that a page may skip, and contain, to be read without the query worker. */
const BOUNDED_START_MAX = 10_000;
const BOUNDED_LIMIT_MAX = 1000;

/** Fields whose index continues with createDate and uuid, so that rows of one value are already in order. */
const PAGED_FIELDS: Record<EntityKind, readonly string[]> = {
  ModelService: ['name', 'modelCenterUuid'],
  Model: ['name', 'modelCenterUuid'],
  ModelCenter: [],
  UserTag: [],
  SystemTag: [],
};

const dialect = new SQLiteSyncDialect({ casing: 'snake_case' });

interface Parts {
  batcher: TransactionBatcher;
  records: CompiledRecords;
  runQuery: (query: SqlQuery) => unknown[];
  fileIdentity: FileIdentity;
  /** Runs queries that an index doesn't bound; without it, they block the event loop. */
  worker: QueryWorker | undefined;
}

export function createReads({
  batcher,
  records,
  runQuery,
  fileIdentity,
  worker,
}: Parts): Pick<Store, 'find' | 'list' | 'listFields' | 'listWithTotal' | 'count'> {
  function run(query: SqlQuery, isBounded: boolean, reader?: Reader): Promise<unknown[]> {
    // The worker would open the file that replaced a moved one.
    if (isBounded || !worker || !fileIdentity.isUnmoved) {
      return batcher.read(() => runQuery(query), reader?.isAborted);
    }
    return worker.run(query, reader);
  }

  async function list<Listed extends object>(
    kind: EntityKind,
    query: PageQuery,
    fields?: readonly string[],
    reader?: Reader,
  ): Promise<Listed[]> {
    const { rows, toRecord } = records.page(kind, fields);
    const sqlQuery = { ...pageQuery(kind, query), rows };
    const found = await run(sqlQuery, isBoundedPage(kind, query), reader);
    return (found as unknown[][]).map(toRecord) as unknown as Listed[];
  }

  return {
    find: (kind, uuid, reader) => batcher.read(() => records.find(kind, uuid), reader?.isAborted),
    list: (kind, query, reader) => list(kind, query, undefined, reader),
    listFields: list,
    listWithTotal: async (kind, query, fields, reader) => {
      const { rows, toRecord } = records.page(kind, fields);
      const { conditions } = query;
      const sqlQuery = { ...pageQuery(kind, query), rows, total: countQuery(kind, conditions) };
      const found = await run(sqlQuery, isBoundedCount(conditions), reader);
      const total = found.pop() as number;
      return { records: (found as unknown[][]).map(toRecord) as never, total };
    },
    count: async (kind, conditions, reader) => {
      const [found] = await run(countQuery(kind, conditions), isBoundedCount(conditions), reader);
      return found as number;
    },
  };
}

/** The query for the uuids of a page, in order. */
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

function countQuery(kind: EntityKind, conditions: readonly Condition[]): SqlQuery {
  const { table } = entityMappings[kind];
  return toSqlQuery(sql`SELECT count(*) FROM ${table} WHERE ${whereAll(kind, conditions)}`);
}

/** Whether an index returns the page's rows in order, so that the cost depends on the page's size alone. */
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

export const isBoundedCount = hasFewRows;

/** Whether one condition limits the result to listed uuids, and no pattern has to be sought in their texts. */
function hasFewRows(conditions: readonly Condition[]): boolean {
  if (conditions.some(({ predicate }) => predicate.is === 'like')) return false;
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
