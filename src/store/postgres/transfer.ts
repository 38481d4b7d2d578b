import { DatabaseOpenError } from '../errors.ts';
import {
  assertEmpty,
  BATCH,
  type CopiedTable,
  type CopyDatabase,
  type CopyRow,
  columnList,
  copiedTablesOf,
} from '../transfer.ts';
import { type Client, openPool, type PoolOptions } from './driver.ts';
import {
  assertMigrated,
  migrate,
  NAME_ANOTHER,
  SCHEMA_LOCK,
  type SchemaLocation,
} from './migrate.ts';
import { openError } from './open-store.ts';
import { databaseName } from './pool.ts';
import { tables } from './tables.ts';

/** A statement may sort a whole table, and the other database may be slow between two statements. */
const TIMEOUT_MS = 1_800_000;

export interface PostgresLocation {
  /** `postgres://…` */
  url: string;
  /** Folder with the PostgreSQL migrations. */
  migrationsFolder: string;
}

export const copiedTables = copiedTablesOf(tables);

/**
 * Reads a snapshot of a database, also while servers run on it.
 * @throws DatabaseOpenError for one that can't be reached, or can't be read by this version
 */
export function withSourceDatabase<Result>(
  location: PostgresLocation,
  work: (source: CopyDatabase) => Promise<Result>,
): Promise<Result> {
  return withConnection({ ...location, allowsStandby: true }, async (source, schema) => {
    await translateErrors(source.name, () => assertMigrated(schema));
    await source.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return work(source);
  });
}

/**
 * Fills an empty database, in one transaction, after it has brought its schema up to date.
 * @throws DatabaseOpenError for one that can't be reached, isn't empty or belongs to another program
 */
export function withTargetDatabase<Result>(
  location: PostgresLocation,
  work: (target: CopyDatabase) => Promise<Result>,
): Promise<Result> {
  return withConnection(location, async (target, schema) => {
    const listTables =
      'SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()';
    const assertUnused = () => assertEmpty(target, copiedTables, listTables, NAME_ANOTHER);
    // Also before the migration, so that a database that isn't empty stays unchanged.
    await assertUnused();
    await translateErrors(target.name, () => migrate(schema));
    await target.query('BEGIN');
    await lock(target);
    await assertUnused();
    const result = await work(target);
    await target.query('COMMIT');
    return result;
  });
}

/** Runs work on a connection that is closed afterwards, which rolls back an unfinished transaction. */
async function withConnection<Result>(
  { url, migrationsFolder, allowsStandby }: PostgresLocation & Pick<PoolOptions, 'allowsStandby'>,
  work: (database: CopyDatabase, schema: SchemaLocation) => Promise<Result>,
): Promise<Result> {
  const name = databaseName(url);
  const ignore = () => {};
  // The second connection is for statements outside the transaction.
  const options = { statementMs: TIMEOUT_MS, idleMs: TIMEOUT_MS, allowsStandby };
  const pool = await translateErrors(name, () => openPool(url, 2, ignore, options));
  try {
    const client = await translateErrors(name, () => pool.connect());
    // A broken connection rejects the query and emits the error as well.
    client.on('error', ignore);
    try {
      return await work(toCopyDatabase(client, name), { pool, name, migrationsFolder });
    } finally {
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}

async function translateErrors<Result>(
  name: string,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw openError(name, error);
  }
}

/** @throws DatabaseOpenError if another process copies to the database or migrates it */
async function lock({ name, query }: CopyDatabase): Promise<void> {
  const [row] = await query(`SELECT pg_try_advisory_xact_lock(${SCHEMA_LOCK})::int`);
  if (!row?.[0]) throw new DatabaseOpenError(`Another copy is made to the database ${name}.`);
}

/** Wraps a connection as a database that is copied from or to. */
function toCopyDatabase(client: Client, name: string): CopyDatabase {
  const query = (text: string) =>
    translateErrors(
      name,
      async () => (await client.query({ text, rowMode: 'array' })).rows as CopyRow[],
    );
  return {
    name,
    query,
    rows: async function* (table) {
      const order = table.isOrdered ? ' ORDER BY position, uuid' : '';
      const columns = table.columns.map(({ name, valueType }) =>
        valueType === 'boolean' ? `"${name}"::int` : `"${name}"`,
      );
      const select = `SELECT ${columns.join(', ')} FROM "${table.name}"${order}`;
      const size = await batchSize(table, query);
      await query(`DECLARE fetched NO SCROLL CURSOR FOR ${select}`);
      let batch: CopyRow[];
      do {
        batch = await query(`FETCH ${size} FROM fetched`);
        if (batch.length > 0) yield batch;
      } while (batch.length === size);
      await query('CLOSE fetched');
    },
    write: (table, rows) =>
      translateErrors(name, async () => {
        const columns = table.columns.map((_, index) => rows.map((row) => row[index]));
        await client.query(insertSql(table), columns);
      }),
  };
}

/** Rows per batch, so that it stays within its limit even if every row is as long as the longest. */
async function batchSize(
  { name, columns }: CopiedTable,
  query: (text: string) => Promise<CopyRow[]>,
): Promise<number> {
  const texts = columns.filter(({ valueType }) => valueType === 'text');
  const bytes = texts.map((column) => `coalesce(octet_length("${column.name}"), 0)`).join(' + ');
  const longest = Number((await query(`SELECT max(${bytes}) FROM "${name}"`))[0]?.[0] ?? 0);
  return Math.max(1, Math.min(BATCH.rows, Math.floor(BATCH.bytes / Math.max(1, longest))));
}

/** Inserts rows with one array parameter for each column. */
function insertSql(table: CopiedTable): string {
  const lists = table.columns.map(({ valueType }, index) => `$${index + 1}::${valueType}[]`);
  // No server has claimed a copied hook.
  const [names, values] =
    table.name === 'hooks' ? [', claimed_by, claimed_until', ", '', 0"] : ['', ''];
  return `INSERT INTO "${table.name}" (${columnList(table)}${names})
    SELECT *${values} FROM unnest(${lists.join(', ')})`;
}
