import { type Column, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import { LONG_MAX } from '../../contract/schemas/types.ts';
import type { PublicView, Records } from '../../domain/records.ts';
import type { Condition, PageQuery } from '../../domain/store.ts';
import {
  columnFields,
  compilePages,
  compileRecordMapper,
  type Field,
  mapKinds,
  selectList,
  uuidColumn,
} from '../fields.ts';
import { assertPageSize, estimatedBytes, PAGE_BYTES_MAX } from '../page-size.ts';
import { entityMappings, orderBy, whereAll } from './conditions.ts';
import { fetchAll, type Run } from './connections.ts';
import { type PreparedQuery, prepareQuery, toQuery } from './statement.ts';
import { caseFolded, modelCenters, modelServices, models } from './tables.ts';

/** Records read at a time when all are read. */
const BATCH_ROWS = 100;

/** The columns of a page's rows, after two with the number and bytes of all its rows. */
interface Page {
  select: SQL;
  /** The estimated bytes of a row. */
  bytes: SQL;
  toRecord: (row: unknown[]) => Record<string, unknown>;
}

const allFields = mapKinds((kind) => [
  ...columnFields(entityMappings[kind].table),
  ...relationFields(kind),
]);
const finders = mapKinds(compileFind);
const pageOf = compilePages(compilePage);

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
 * Reads a page of records by one statement, so that all of it is from one snapshot.
 * @param names the columns to read; by default the columns and relations that lists return
 * @throws ApiError SYS.1007 for a page that is too large
 */
export async function listRecords<K extends EntityKind>(
  run: Run,
  kind: K,
  { conditions, sort, start, limit }: PageQuery,
  names?: readonly string[],
): Promise<PublicView<Records[K]>[]> {
  const page = pageOf(kind, names);
  const { table } = entityMappings[kind];
  const where = whereAll(kind, conditions);
  const order = sql.join(orderBy(kind, sort), sql`, `);
  const found = sql`SELECT ${table.uuid} FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${start}`;
  // Of a page that is too large only one row is read, which has the size of the page.
  const { text, values } = toQuery(
    sql`SELECT page_rows, page_bytes, ${page.select} FROM (
        SELECT ${table}.*, count(*) OVER () AS page_rows, sum(${page.bytes}) OVER () AS page_bytes,
          row_number() OVER () AS page_row
        FROM (${found}) AS found JOIN ${table} ON ${table.uuid} = found.uuid
      ) AS ${table} WHERE page_bytes <= ${PAGE_BYTES_MAX} OR page_row = 1 ORDER BY ${order}`,
  );
  const { rows } = await run({ text }, values);
  const [count, bytes] = (rows[0] ?? [0, 0]) as [number, string];
  assertPageSize(count, Number(bytes));
  return rows.map(page.toRecord) as never;
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
  const fetch = async (step: string) => (await run({ text: step })).rows;
  for await (const rows of fetchAll(fetch, text, BATCH_ROWS)) yield* rows.map(toRecord) as never[];
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

function compileFind(kind: EntityKind): PreparedQuery<Record<string, unknown>> {
  const { table, baseFilter = sql`true` } = entityMappings[kind];
  return prepareQuery(
    allFields[kind],
    `SELECT * FROM ${toQuery(sql`${table} WHERE ${baseFilter}`).text} AND uuid = :uuid`,
  );
}

function compilePage(kind: EntityKind, names: readonly string[]): Page {
  const read = new Set(['uuid', ...names]);
  const fields = allFields[kind].filter(({ name }) => read.has(name));
  // Compiled to text once, not for each query.
  const toText = (query: SQL) => sql.raw(toQuery(query).text);
  return {
    select: toText(selectList(fields)),
    bytes: toText(estimatedBytes(entityMappings[kind], read)),
    toRecord: compileRecordMapper(fields, 2),
  };
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
