import { type SQL, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { Condition, PageQuery } from '../../domain/dependencies.ts';
import type { PublicView, Records } from '../../domain/records.ts';
import { listedFields, mapKinds } from '../entities.ts';
import { columnFields, compileRecordMapper, type Field, selectList } from '../fields.ts';
import { assertPageSize, estimatedBytes } from '../page-size.ts';
import { entityMappings, inBoundList, orderBy, whereAll } from './conditions.ts';
import type { Run } from './connections.ts';
import { relationFields } from './fields.ts';
import { type Prepared, prepare, toQuery } from './statement.ts';

/** Forms of pages that are kept: clients ask for fields in many combinations. */
const PAGES_MAX = 200;
/** Records that are read at a time where all are. */
const BATCH_ROWS = 100;

interface Page {
  /** Reads the rows of some uuids. */
  read: Prepared;
  fields: ReadonlySet<string>;
  toRecord: (row: unknown[]) => Record<string, unknown>;
}

const finders = mapKinds(compileFind);
const listedPages = mapKinds((kind) => compilePage(kind, listedFields(kind)));
const fullPages = mapKinds((kind) =>
  compilePage(
    kind,
    fieldsOf(kind).map(({ name }) => name),
  ),
);

const partialPages = new LRUCache<string, Page>({
  max: PAGES_MAX,
  memoMethod: (key) => {
    const [kind, ...fields] = key.split(',');
    return compilePage(kind as EntityKind, fields, false);
  },
});

/** A whole record: a service with its images and refs, a center with its sums. */
export async function findRecord<K extends EntityKind>(
  run: Run,
  kind: K,
  uuid: string,
): Promise<Records[K] | undefined> {
  return (await finders[kind](run, uuid)) as Records[K] | undefined;
}

/** A resource that a reference has shown to be there, and that is locked. */
export async function mustFindRecord<K extends EntityKind>(
  run: Run,
  kind: K,
  uuid: string,
): Promise<Records[K]> {
  const record = await findRecord(run, kind, uuid);
  if (!record) throw new Error(`${kind} ${uuid} was not checked to exist`);
  return record;
}

/**
 * A page of records, of these fields of their own alone where they are named.
 * @throws ApiError SYS.1007 for one that holds too much
 */
export function listRecords<K extends EntityKind>(
  run: Run,
  kind: K,
  query: PageQuery,
  names?: readonly string[],
): Promise<PublicView<Records[K]>[]> {
  const page = names ? partialPages.memo([kind, ...names].join()) : listedPages[kind];
  return listPage(run, kind, query, page) as never;
}

/** All records of a kind, whole, by age. */
export async function* allRecords<K extends EntityKind>(
  run: Run,
  kind: K,
): AsyncGenerator<Records[K]> {
  const { table } = entityMappings[kind];
  const query = { conditions: [], start: 0, limit: BATCH_ROWS };
  let after: SQL | undefined;
  for (;;) {
    const page = await listPage(run, kind, query, fullPages[kind], { isBounded: false, after });
    const records = page as never as Records[K][];
    yield* records;
    const last = records.at(-1);
    if (!last) return;
    after = sql`(${table.createDate}, ${table.uuid}) > (${last.createDate}, ${last.uuid})`;
  }
}

async function listPage(
  run: Run,
  kind: EntityKind,
  query: PageQuery,
  page: Page,
  { isBounded = true, after }: { isBounded?: boolean; after?: SQL | undefined } = {},
): Promise<Record<string, unknown>[]> {
  const { table } = entityMappings[kind];
  const { conditions, sort, start, limit } = query;
  const where = whereAll(kind, conditions, after);
  const order = sql.join(orderBy(kind, sort), sql`, `);
  const bytes = estimatedBytes(entityMappings[kind], page.fields);
  const { text, values } = toQuery(
    sql`SELECT ${table.uuid}, ${bytes} FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${start}`,
  );
  const { rows: found } = await run({ text }, values);
  if (isBounded) {
    assertPageSize(
      found.length,
      found.reduce((sum, [, weight]) => sum + Number(weight), 0),
    );
  }
  const uuids = found.map(([uuid]) => uuid);
  const { rows } = await page.read(run, { uuids });
  const byUuid = new Map(rows.map((row) => [row[0], page.toRecord(row.slice(1))]));
  return uuids.map((uuid) => byUuid.get(uuid)).filter((record) => record !== undefined);
}

/** How many resources satisfy all conditions. */
export async function countRecords(
  run: Run,
  kind: EntityKind,
  conditions: readonly Condition[],
): Promise<number> {
  const { table } = entityMappings[kind];
  const { text, values } = toQuery(
    sql`SELECT count(*) FROM ${table} WHERE ${whereAll(kind, conditions)}`,
  );
  const { rows } = await run({ text }, values);
  return rows[0]?.[0] as number;
}

function fieldsOf(kind: EntityKind): Field[] {
  return [...columnFields(entityMappings[kind].table), ...relationFields(kind)];
}

function compileFind(kind: EntityKind) {
  const { table, baseFilter = sql`1 = 1` } = entityMappings[kind];
  const fields = fieldsOf(kind);
  const toRecord = compileRecordMapper(fields);
  const find = prepare(
    sql`SELECT ${selectList(fields)} FROM ${table} WHERE ${table.uuid} = ${sql.placeholder('uuid')} AND ${baseFilter}`,
  );
  return async (run: Run, uuid: string) => {
    const { rows } = await find(run, { uuid });
    return rows[0] && toRecord(rows[0]);
  };
}

/** @param isCached whether its statement is kept prepared */
function compilePage(kind: EntityKind, names: readonly string[], isCached = true): Page {
  const { table } = entityMappings[kind];
  const read = new Set(['uuid', ...names]);
  const fields = fieldsOf(kind).filter(({ name }) => read.has(name));
  const query = sql`SELECT ${table.uuid}, ${selectList(fields)} FROM ${table} WHERE ${inBoundList(table.uuid, 'uuids')}`;
  return {
    read: prepare(query, isCached),
    fields: read,
    toRecord: compileRecordMapper(fields),
  };
}
