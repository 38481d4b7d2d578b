import { type Column, getTableColumns, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import { LONG_MAX } from '../../contract/schemas/types.ts';
import type { PublicView, Records } from '../../domain/records.ts';
import type { Condition, PageQuery } from '../../domain/store.ts';

import {
  columnFields,
  compileRecordMapper,
  type Field,
  listedFields,
  mapKinds,
  selectList,
  uuidColumn,
} from '../fields.ts';
import { assertPageSize, estimatedBytes } from '../page-size.ts';
import { entityMappings, orderBy, whereAll } from './conditions.ts';
import type { Run } from './connections.ts';
import { type PreparedQuery, prepareQuery, toQuery } from './statement.ts';
import { caseFolded, modelCenters, modelServices, models } from './tables.ts';

/** Maximum cached statements for combinations of fields; clients can request any combination. */
const PAGES_MAX = 200;
/** Records read at a time when all are read. */
const BATCH_ROWS = 100;

type Row = Record<string, unknown> & { uuid: string };

interface Page {
  /** Reads the records with these uuids. */
  read: PreparedQuery<Row>;
  fields: ReadonlySet<string>;
}

const allFields = mapKinds((kind) => [
  ...columnFields(entityMappings[kind].table),
  ...relationFields(kind),
]);
const finders = mapKinds(compileFind);
const listedPages = mapKinds((kind) => compilePage(kind, listedFields(kind)));
const partialPages = new LRUCache<string, Page>({
  max: PAGES_MAX,
  memoMethod: (key) => {
    const [kind, ...fields] = key.split(',');
    return compilePage(kind as EntityKind, fields, false);
  },
});

/** Finds a record with its relations: a service with its images and refs, a center with its capacity. */
export async function findRecord<K extends EntityKind>(
  run: Run,
  kind: K,
  uuid: string,
): Promise<Records[K] | undefined> {
  const [record] = await finders[kind](run, { uuid });
  return record as Records[K] | undefined;
}

/** Finds a resource whose existence was checked and whose row is locked. */
export async function mustFindRecord<K extends EntityKind>(
  run: Run,
  kind: K,
  uuid: string,
): Promise<Records[K]> {
  const record = await findRecord(run, kind, uuid);
  if (!record) throw new Error(`the existence of ${kind} ${uuid} was not checked`);
  return record;
}

/**
 * Reads a page of records.
 * @param names the columns to read; by default the columns and relations that lists return
 * @throws ApiError SYS.1007 for a page that is too large
 */
export async function listRecords<K extends EntityKind>(
  run: Run,
  kind: K,
  { conditions, sort, start, limit }: PageQuery,
  names?: readonly string[],
): Promise<PublicView<Records[K]>[]> {
  const page = names ? partialPages.memo([kind, ...names].join()) : listedPages[kind];
  const { table } = entityMappings[kind];
  const where = whereAll(kind, conditions);
  const order = sql.join(orderBy(kind, sort), sql`, `);
  const bytes = estimatedBytes(entityMappings[kind], page.fields);
  const { text, values } = toQuery(
    sql`SELECT ${table.uuid}, ${bytes} FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${start}`,
  );
  const rows = (await run({ text }, values)).rows as [uuid: string, bytes: string][];
  assertPageSize(
    rows.length,
    rows.reduce((sum, [, bytes]) => sum + Number(bytes), 0),
  );
  const uuids = rows.map(([uuid]) => uuid);
  const records = await page.read(run, { uuids });
  const byUuid = new Map(records.map((record) => [record.uuid, record]));
  return uuids.map((uuid) => byUuid.get(uuid)).filter((record) => record !== undefined) as never;
}

/** Reads all records of a kind with their relations, oldest first; within a transaction. */
export async function* allRecords<K extends EntityKind>(
  run: Run,
  kind: K,
): AsyncGenerator<Records[K]> {
  const fields = allFields[kind];
  const { table, baseFilter = sql`true` } = entityMappings[kind];
  const { text } = toQuery(
    sql`SELECT ${selectList(fields)} FROM ${table} WHERE ${baseFilter} ORDER BY ${table.createDate}, ${table.uuid}`,
  );
  const toRecord = compileRecordMapper(fields);
  await run({ text: `DECLARE records NO SCROLL CURSOR FOR ${text}` });
  for (;;) {
    const { rows } = await run({ text: `FETCH ${BATCH_ROWS} FROM records` });
    yield* rows.map(toRecord) as never[];
    if (rows.length < BATCH_ROWS) break;
  }
  await run({ text: 'CLOSE records' });
}

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

function compileFind(kind: EntityKind): PreparedQuery<Row> {
  const { table, baseFilter = sql`true` } = entityMappings[kind];
  return prepareQuery(
    allFields[kind],
    `SELECT * FROM ${toQuery(sql`${table} WHERE ${baseFilter}`).text} AND uuid = :uuid`,
  );
}

/** @param isNamed whether its statement stays prepared on each connection */
function compilePage(kind: EntityKind, names: readonly string[], isNamed = true): Page {
  const { text } = toQuery(sql`${entityMappings[kind].table}`);
  const fields = new Set(['uuid', ...names]);
  const read = prepareQuery<Row>(
    allFields[kind].filter(({ name }) => fields.has(name)),
    `SELECT * FROM ${text} WHERE uuid = ANY(:uuids::text[])`,
    isNamed,
  );
  return { read, fields };
}

/** The fields of a record that are not columns: a service's and a model's lists, a center's capacity. */
function relationFields(kind: EntityKind): Field[] {
  if (kind === 'ModelCenter') {
    return [
      { name: 'modelUsedCapacity', sql: sizesIn(models) },
      { name: 'modelServiceUsedCapacity', sql: sizesIn(modelServices) },
    ];
  }
  return Object.entries(entityMappings[kind].foreignKeys).map(([name, foreignKey]) =>
    listField(name, foreignKey, kind),
  );
}

/** A list of the rows that refer to a resource, in the order of insertion. */
function listField(name: string, foreignKey: Column, kind: EntityKind): Field {
  const { table } = foreignKey;
  const { position, uuid } = getTableColumns(table) as Record<'position' | 'uuid', Column>;
  const fields = columnFields(table);
  const toRecord = compileRecordMapper(fields);
  return {
    name,
    sql: sql`(SELECT coalesce(json_agg(json_build_array(${selectList(fields)}) ORDER BY ${position}, ${uuid})::text, '[]')
      FROM ${table} WHERE ${foreignKey} = ${uuidColumn(entityMappings[kind].table)})`,
    read: (text: string) => (JSON.parse(text) as unknown[][]).map(toRecord),
  };
}

/** The sum of the sizes in a center, at most the largest Long. */
function sizesIn(table: typeof models | typeof modelServices) {
  return sql`(SELECT greatest(least(coalesce(sum(${table.size}), 0), ${sql.raw(String(LONG_MAX))}), ${sql.raw(String(-LONG_MAX))})::bigint
    FROM ${table} WHERE ${caseFolded(table.modelCenterUuid)} = ${uuidColumn(modelCenters)})`;
}
