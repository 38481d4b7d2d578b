import { DatabaseOpenError } from '../errors.ts';
import {
  assertEmpty,
  BATCH,
  type CopyDatabase,
  type CopyLocation,
  type CopyRow,
  copiedTablesOf,
} from '../transfer.ts';
import { type Client, openPool } from './driver.ts';
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

/** No server has claimed a copied hook; other tables have no such columns. */
const UNCLAIMED = { claimed_by: '', claimed_until: 0 };

export const copiedTables = copiedTablesOf(tables);

/**
 * Reads a snapshot of a database, also while servers run on it.
 * @throws DatabaseOpenError for one that can't be reached, or can't be read by this version
 */
export function withSource<Result>(
  location: CopyLocation,
  work: (source: CopyDatabase) => Promise<Result>,
): Promise<Result> {
  return withConnection(location, true, async (source, schema) => {
    await translateErrors(source.name, () => assertMigrated(schema));
    await source.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return work(source);
  });
}

/**
 * Fills an empty database, in one transaction, after it has brought its schema up to date.
 * @throws DatabaseOpenError for one that can't be reached, isn't empty or belongs to another program
 */
export function withTarget<Result>(
  location: CopyLocation,
  work: (target: CopyDatabase) => Promise<Result>,
): Promise<Result> {
  return withConnection(location, false, async (target, schema) => {
    const { name, query } = target;
    const listTables =
      'SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()';
    // Before the migration, so that a database that isn't empty stays unchanged.
    await assertEmpty(target, listTables, NAME_ANOTHER);
    await translateErrors(name, () => migrate(schema));
    await query('BEGIN');
    const [row] = await query(`SELECT pg_try_advisory_xact_lock(${SCHEMA_LOCK})::int`);
    if (!row?.[0]) throw new DatabaseOpenError(`Another copy is made to the database ${name}.`);
    const result = await work(target);
    await query('COMMIT');
    return result;
  });
}

/** Runs work on a connection that is closed afterwards, which rolls back an unfinished transaction. */
async function withConnection<Result>(
  { place: url, migrationsFolder }: CopyLocation,
  allowsStandby: boolean,
  work: (database: CopyDatabase, schema: SchemaLocation) => Promise<Result>,
): Promise<Result> {
  const name = databaseName(url);
  const ignore = () => {};
  // The second connection is for statements outside the transaction.
  const options = { statementMs: TIMEOUT_MS, idleMs: TIMEOUT_MS, allowsStandby };
  const pool = openPool(url, 2, ignore, options);
  let client: Client | undefined;
  try {
    client = await translateErrors(name, () => pool.connect());
    // A broken connection rejects the query and emits the error as well.
    client.on('error', ignore);
    return await work(toCopyDatabase(client, name), { pool, name, migrationsFolder });
  } finally {
    client?.release(true);
    await pool.end();
  }
}

async function translateErrors<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw openError(name, error);
  }
}

/** Wraps a connection as a database that is copied from or to. */
function toCopyDatabase(client: Client, name: string): CopyDatabase {
  const query = async (text: string, values: unknown[] = []) => {
    const result = await translateErrors(name, () =>
      client.query({ text, values, rowMode: 'array' }),
    );
    return result.rows as CopyRow[];
  };
  return {
    name,
    tables: copiedTables,
    query,
    rows: async function* (table) {
      const columns = table.columns.map(({ name, valueType }) =>
        valueType === 'boolean' ? `"${name}"::int` : `"${name}"`,
      );
      const order = table.isOrdered ? ' ORDER BY position, uuid' : '';
      const select = `SELECT ${columns.join(', ')} FROM "${table.name}"${order}`;
      // A batch stays within its limit even if every row is as long as the longest.
      const [row] = await query(`SELECT max(octet_length(t::text)) FROM "${table.name}" t`);
      const most = Math.floor(BATCH.bytes / (Number(row?.[0]) || 1));
      const size = Math.max(1, Math.min(BATCH.rows, most));
      await query(`DECLARE fetched NO SCROLL CURSOR FOR ${select}`);
      let batch: CopyRow[];
      do {
        batch = await query(`FETCH ${size} FROM fetched`);
        yield* batch;
      } while (batch.length === size);
      await query('CLOSE fetched');
    },
    write: async ({ name, columns }, rows) => {
      const records = rows.map((row) => ({
        ...UNCLAIMED,
        ...Object.fromEntries(columns.map((column, index) => [column.name, row[index]])),
      }));
      await query(
        `INSERT INTO "${name}" SELECT * FROM json_populate_recordset(NULL::"${name}", $1)`,
        [JSON.stringify(records)],
      );
    },
  };
}
