import { sql } from 'drizzle-orm';
import { type EntityKind, entityKinds, type QueryField } from '../../contract/schemas/fields.ts';
import type { Condition, PageQuery, Reader, Store } from '../../domain/store.ts';
import { compilePages, compileRecordMapper, mapNames, selectList } from '../fields.ts';
import { estimatedBytes } from '../page-size.ts';
import { dialect, records } from './dialect.ts';
import type { TransactionBatcher } from './engine/batcher.ts';
import type { QueryWorker } from './engine/query-worker.ts';
import type { SqlQuery } from './engine/run-query.ts';
import type { FileIdentity } from './file/files.ts';

/** Maximum rows that a page may skip, and contain, to be read without the query worker. */
const BOUNDED_START_MAX = 10_000;
const BOUNDED_LIMIT_MAX = 1000;

/** Fields whose index continues with createDate and uuid, so that rows of one value are already in order. */
const PAGED_FIELDS = mapNames(entityKinds, (kind) =>
  records.entityMappings[kind].center ? ['name', 'modelCenterUuid'] : [],
);

const { toQuery } = dialect;
/** The reader of pages: of all listed fields, or of these fields only. */
const pageReader = compilePages(compilePage);

interface Parts {
  batcher: TransactionBatcher;
  runQuery: (query: SqlQuery) => unknown[];
  fileIdentity: FileIdentity;
  /** Runs queries that an index doesn't bound; without it, they block the event loop. */
  worker: QueryWorker | undefined;
}

export function createReads({
  batcher,
  runQuery,
  fileIdentity,
  worker,
}: Parts): Pick<Store, 'list' | 'listWithTotal' | 'count'> {
  function run(query: SqlQuery, isBounded: boolean, reader?: Reader): Promise<unknown[]> {
    // The worker would open the file that replaced a moved one.
    if (isBounded || !worker || !fileIdentity.isUnmoved) {
      return batcher.read(() => runQuery(query), reader?.isAborted);
    }
    return worker.run(query, reader);
  }

  async function readPage(kind: EntityKind, query: PageQuery, reader?: Reader, total?: SqlQuery) {
    const { rows, toRecord } = pageReader(kind, query.fields);
    const isBounded = total ? isBoundedCount(query.conditions) : isBoundedPage(kind, query);
    const rowids = toQuery(records.pageOf(kind, query, 'rowid').keys);
    const found = await run({ ...rowids, rows, total }, isBounded, reader);
    const count = total && (found.pop() as number);
    return { records: (found as unknown[][]).map(toRecord) as never[], total: count as number };
  }

  return {
    list: async (kind, query, reader) => (await readPage(kind, query, reader)).records,
    listWithTotal: (kind, query, reader) =>
      readPage(kind, query, reader, records.countOf(kind, query.conditions)),
    count: async (kind, conditions, reader) => {
      const [found] = await run(
        records.countOf(kind, conditions),
        isBoundedCount(conditions),
        reader,
      );
      return found as number;
    },
  };
}

/** Compiles the SQL for a page's rows, and the function that maps a row to a record. */
function compilePage(kind: EntityKind, names: readonly string[]) {
  const mapping = records.entityMappings[kind];
  const { table } = mapping;
  const fields = records.fields(kind, names);
  const where = sql`FROM ${table} WHERE rowid IN (SELECT value FROM json_each(${sql.placeholder('rowids')}))`;
  const bytes = estimatedBytes(mapping, new Set(fields.map(({ name }) => name)));
  return {
    rows: {
      select: toQuery(sql`SELECT rowid, ${selectList(fields)} ${where}`).text,
      size: toQuery(sql`SELECT coalesce(sum(${bytes}), 0) ${where}`).text,
    },
    toRecord: compileRecordMapper(fields, 1),
  };
}

/** Whether an index returns the page's rows in order, so that the cost depends on the page's size alone. */
export function isBoundedPage(kind: EntityKind, query: PageQuery): boolean {
  const { conditions, sort, start, limit } = query;
  if (isBoundedCount(conditions) && (!sort || isShort(sort.field))) return true;
  if (start > BOUNDED_START_MAX || limit > BOUNDED_LIMIT_MAX) return false;
  const isPaged = (name: string) => PAGED_FIELDS[kind].includes(name);
  const [condition, ...others] = conditions;
  if (!condition) return !sort || sort.field.name === 'createDate' || isPaged(sort.field.name);
  const { field, predicate, negated } = condition;
  const isIndexed = others.length === 0 && !negated && predicate.is === '=' && isPaged(field.name);
  return isIndexed && field.of === 'self' && (!sort || sort.field.name === 'createDate');
}

/** Whether one condition limits the result to listed uuids, and all are on short values of the rows themselves. */
export function isBoundedCount(conditions: readonly Condition[]): boolean {
  if (!conditions.every(({ field, predicate }) => predicate.is !== 'like' && isShort(field)))
    return false;
  return conditions.some(
    ({ field, predicate, negated }) =>
      field.name === 'uuid' && !negated && (predicate.is === '=' || predicate.is === 'in'),
  );
}

/** Whether a field is a number, a date or a short text: other texts can have 16 MB, and other tables many rows. */
const isShort = ({ of, name, type }: QueryField): boolean =>
  of === 'self' && (type !== 'text' || ['uuid', 'name', 'modelCenterUuid'].includes(name));
