import { type SQL, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { Kind } from '../../contract/schemas/fields.ts';
import type { Condition, PageQuery } from '../../domain/dependencies.ts';
import type { Records, Told } from '../../domain/records.ts';
import { ofEachKind, toldFields } from '../entities.ts';
import { columnFields, columnsOf, type Field, recordsOf } from '../fields.ts';
import { assertPageSize, bytesOf } from '../page-size.ts';
import { amongGiven, orderBy, sources, whereAll } from './conditions.ts';
import type { Run } from './connections.ts';
import { partFields } from './fields.ts';
import { type Prepared, prepare, toQuery } from './statement.ts';

/** Forms of pages that are kept: clients ask for fields in many combinations. */
const PAGES_MAX = 200;
/** Records that are read at a time where all are. */
const ALL_AT_A_TIME = 100;

interface Page {
  /** Reads the rows of some uuids. */
  read: Prepared;
  fields: ReadonlySet<string>;
  toRecord: (row: unknown[]) => Record<string, unknown>;
}

const finders = ofEachKind(compileFind);
const toldPages = ofEachKind((kind) => compilePage(kind, toldFields(kind)));
const wholePages = ofEachKind((kind) =>
  compilePage(
    kind,
    fieldsOf(kind).map(({ name }) => name),
  ),
);

const partialPages = new LRUCache<string, Page>({
  max: PAGES_MAX,
  memoMethod: (key) => {
    const [kind, ...fields] = key.split(',');
    return compilePage(kind as Kind, fields, false);
  },
});

/** A whole record: a service with its images and refs, a center with its sums. */
export async function findRecord<K extends Kind>(
  run: Run,
  kind: K,
  uuid: string,
): Promise<Records[K] | undefined> {
  return (await finders[kind](run, uuid)) as Records[K] | undefined;
}

/** A resource that a reference has shown to be there, and that is locked. */
export async function presentRecord<K extends Kind>(
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
export function listRecords<K extends Kind>(
  run: Run,
  kind: K,
  query: PageQuery,
  names?: readonly string[],
): Promise<Told<Records[K]>[]> {
  const page = names ? partialPages.memo([kind, ...names].join()) : toldPages[kind];
  return listPage(run, kind, query, page) as never;
}

/** All records of a kind, whole, by age. */
export async function* allRecords<K extends Kind>(run: Run, kind: K): AsyncGenerator<Records[K]> {
  const { table } = sources[kind];
  const query = { conditions: [], start: 0, limit: ALL_AT_A_TIME };
  let after: SQL | undefined;
  for (;;) {
    const page = await listPage(run, kind, query, wholePages[kind], { isBounded: false, after });
    const records = page as never as Records[K][];
    yield* records;
    const last = records.at(-1);
    if (!last) return;
    after = sql`(${table.createDate}, ${table.uuid}) > (${last.createDate}, ${last.uuid})`;
  }
}

async function listPage(
  run: Run,
  kind: Kind,
  query: PageQuery,
  page: Page,
  { isBounded = true, after }: { isBounded?: boolean; after?: SQL | undefined } = {},
): Promise<Record<string, unknown>[]> {
  const { table } = sources[kind];
  const { conditions, sort, start, limit } = query;
  const where = whereAll(kind, conditions, after);
  const order = sql.join(orderBy(kind, sort), sql`, `);
  const bytes = bytesOf(sources[kind], page.fields);
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
  kind: Kind,
  conditions: readonly Condition[],
): Promise<number> {
  const { table } = sources[kind];
  const { text, values } = toQuery(
    sql`SELECT count(*) FROM ${table} WHERE ${whereAll(kind, conditions)}`,
  );
  const { rows } = await run({ text }, values);
  return rows[0]?.[0] as number;
}

function fieldsOf(kind: Kind): Field[] {
  return [...columnFields(sources[kind].table), ...partFields(kind)];
}

function compileFind(kind: Kind) {
  const { table, own = sql`1 = 1` } = sources[kind];
  const fields = fieldsOf(kind);
  const toRecord = recordsOf(fields);
  const find = prepare(
    sql`SELECT ${columnsOf(fields)} FROM ${table} WHERE ${table.uuid} = ${sql.placeholder('uuid')} AND ${own}`,
  );
  return async (run: Run, uuid: string) => {
    const { rows } = await find(run, { uuid });
    return rows[0] && toRecord(rows[0]);
  };
}

/** @param isKept whether its statement is kept prepared */
function compilePage(kind: Kind, names: readonly string[], isKept = true): Page {
  const { table } = sources[kind];
  const read = new Set(['uuid', ...names]);
  const fields = fieldsOf(kind).filter(({ name }) => read.has(name));
  const query = sql`SELECT ${table.uuid}, ${columnsOf(fields)} FROM ${table} WHERE ${amongGiven(table.uuid, 'uuids')}`;
  return {
    read: prepare(query, isKept),
    fields: read,
    toRecord: recordsOf(fields),
  };
}
