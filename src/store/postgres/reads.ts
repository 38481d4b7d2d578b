import { type SQL, sql } from 'drizzle-orm';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { Records } from '../../domain/records.ts';
import type { PageQuery } from '../../domain/store.ts';
import { compilePages, compileRecordMapper, selectList } from '../fields.ts';
import { assertPageSize, estimatedBytes, PAGE_BYTES_MAX } from '../page-size.ts';
import type { Steps } from '../steps.ts';
import { dialect, records } from './dialect.ts';

/** Records read at a time when all are read. */
const BATCH_ROWS = 100;

const pageOf = compilePages(compilePage);

/**
 * Reads a page of records by one statement, so that all of it is from one snapshot.
 * @throws ApiError SYS.1007 for a page that is too large
 */
export function* listRecords<K extends EntityKind>(
  kind: K,
  query: PageQuery,
): Steps<Partial<Records[K]>[]> {
  const page = pageOf(kind, query.fields);
  const { table } = records.entityMappings[kind];
  const { keys, order } = records.pageOf(kind, query, 'uuid');
  // Of a page that is too large only one row is read, which has the size of the page.
  const { rows } = yield dialect.toQuery(
    sql`SELECT page_rows, page_bytes, ${page.select} FROM (
        SELECT ${table}.*, count(*) OVER () AS page_rows, sum(${page.bytes}) OVER () AS page_bytes,
          row_number() OVER () AS page_row
        FROM (${keys}) AS found JOIN ${table} ON ${table.uuid} = found.uuid
      ) AS ${table} WHERE page_bytes <= ${PAGE_BYTES_MAX} OR page_row = 1 ORDER BY ${order}`,
  );
  const [count, bytes] = (rows[0] ?? [0, 0]) as [number, string];
  assertPageSize(count, Number(bytes));
  return rows.map(page.toRecord) as never;
}

/** Reads all records of a kind as a seed has them, oldest first, in batches; within a transaction. */
export function* allRecords(kind: EntityKind): Steps<object[]> {
  const { text, toRecord } = records.allOf(kind);
  const all: object[] = [];
  yield { text: `DECLARE fetched NO SCROLL CURSOR FOR ${text}` };
  let batch: unknown[][];
  do {
    ({ rows: batch } = yield { text: `FETCH ${BATCH_ROWS} FROM fetched` });
    for (const row of batch) all.push(toRecord(row));
  } while (batch.length === BATCH_ROWS);
  yield { text: 'CLOSE fetched' };
  return all;
}

/** Compiles the columns of a page's rows, after two with the number and bytes of all its rows. */
function compilePage(kind: EntityKind, names: readonly string[]) {
  const fields = records.fields(kind, names);
  const read = new Set(fields.map(({ name }) => name));
  // Compiled to text once, not for each query.
  const toText = (query: SQL) => sql.raw(dialect.toQuery(query).text);
  return {
    select: toText(selectList(fields)),
    /** The estimated bytes of a row. */
    bytes: toText(estimatedBytes(records.entityMappings[kind], read)),
    toRecord: compileRecordMapper(fields, 2),
  };
}
