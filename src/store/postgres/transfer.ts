import { DatabaseRefused } from '../database-open-error.ts';
import { columnList, type MovedTable, movedTablesOf } from '../moved-tables.ts';
import { BATCH, type Row, type Source, type Target } from '../transfer.ts';
import { type Client, COPYING, openPool, type Pool } from './driver.ts';
import { sqlState } from './errors.ts';
import { migrate, requireMigrated, SCHEMA_LOCK } from './migrate.ts';
import { nameOf, refusal } from './open-store.ts';
import * as tables from './tables.ts';

export interface PostgresLocation {
  /** `postgres://…` */
  url: string;
  /** Folder with the PostgreSQL migrations. */
  migrationsFolder: string;
}

export const movedTables = movedTablesOf(tables);

/** What keeps others from migrating meanwhile, and other copies. */
const COPIER = 'copy';
const LOCKED = '55P03';

/**
 * Has a database read as it is at one moment, also while servers run on it.
 * @throws DatabaseRefused for one that can't be reached, or can't be read by this version
 */
export function readingPostgres<Result>(
  location: PostgresLocation,
  work: (source: Source) => Promise<Result>,
): Promise<Result> {
  return connected(location, async (pool, client, name) => {
    const { migrationsFolder } = location;
    await told(name, () => requireMigrated({ pool, name, migrationsFolder }));
    await told(name, () => client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'));
    return work(sourceOn(client, name));
  });
}

/**
 * Has a database filled, in one transaction, that is empty; its tables are made where they are missing.
 * @throws DatabaseRefused for one that can't be reached, has anything in it or is another program's
 */
export function fillingPostgres<Result>(
  location: PostgresLocation,
  work: (target: Target) => Promise<Result>,
): Promise<Result> {
  return connected(location, async (pool, client, name) => {
    const { migrationsFolder } = location;
    await told(name, async () => {
      // Before it is migrated: what is not empty stays as it is.
      await refuseFilled(client, name);
      await migrate({ pool, name, migrationsFolder, server: COPIER });
      await client.query('BEGIN');
      await lock(client, name);
      await refuseFilled(client, name);
    });
    const result = await work(targetOn(client, name));
    await told(name, async () => {
      await client.query(`DELETE FROM ${SCHEMA_LOCK} WHERE holder = $1`, [COPIER]);
      await client.query('COMMIT');
    });
    return result;
  });
}

/** Works on a connection of its own, with which an unfinished transaction is undone. */
async function connected<Result>(
  { url }: PostgresLocation,
  work: (pool: Pool, client: Client, name: string) => Promise<Result>,
): Promise<Result> {
  const name = nameOf(url);
  const ignore = () => {};
  // A second one for what is not part of the transaction.
  const pool = await told(name, () => openPool(url, 2, ignore, COPYING));
  try {
    const client = await told(name, () => pool.connect());
    // A broken connection says so twice: to whoever waits for an answer, and so.
    client.on('error', ignore);
    try {
      return await work(pool, client, name);
    } finally {
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}

async function told<Result>(name: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DatabaseRefused ? error : refusal(name, error);
  }
}

/** @throws DatabaseRefused where another copies or migrates */
async function lock(client: Client, name: string): Promise<void> {
  try {
    await client.query(
      `INSERT INTO ${SCHEMA_LOCK} (id, holder, expires) VALUES (1, $1, now())
        ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, expires = excluded.expires`,
      [COPIER],
    );
  } catch (error) {
    if (sqlState(error) !== LOCKED) throw error;
    throw new DatabaseRefused(`Another copy is made to the database ${name}.`);
  }
}

async function refuseFilled(client: Client, name: string): Promise<void> {
  const { rows } = await client.query(
    'SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()',
  );
  const present = new Set(rows.map((row) => row.table_name));
  for (const table of movedTables) {
    if (!present.has(table.name)) continue;
    const found = await client.query(`SELECT 1 FROM "${table.name}" LIMIT 1`);
    if (found.rows.length > 0) {
      throw new DatabaseRefused(
        `The database ${name} is not empty: name another one, or a schema of its own by ?options=-c%20search_path%3DNAME.`,
      );
    }
  }
}

function sourceOn(client: Client, name: string): Source {
  const query = (text: string) =>
    told(name, async () => (await client.query({ text, rowMode: 'array' })).rows as Row[]);
  return {
    name,
    count: async (table) => Number((await query(`SELECT count(*) FROM "${table.name}"`))[0]?.[0]),
    rows: async function* (table) {
      const limit = await rowsAtATime(table, query);
      const order = table.isOrdered ? ' ORDER BY position, uuid' : '';
      await query(
        `DECLARE moved NO SCROLL CURSOR FOR SELECT ${columnList(table)} FROM "${table.name}"${order}`,
      );
      for (;;) {
        const rows = await query(`FETCH ${limit} FROM moved`);
        if (rows.length > 0) yield rows;
        if (rows.length < limit) break;
      }
      await query('CLOSE moved');
    },
  };
}

/** As many as don't take too much memory even if all of them are as long as the longest. */
async function rowsAtATime(
  { name, columns }: MovedTable,
  query: (text: string) => Promise<Row[]>,
): Promise<number> {
  const texts = columns.filter(({ keeps }) => keeps === 'text');
  const bytes = texts.map((column) => `coalesce(octet_length("${column.name}"), 0)`).join(' + ');
  const longest = Number((await query(`SELECT max(${bytes}) FROM "${name}"`))[0]?.[0] ?? 0);
  return Math.max(1, Math.min(BATCH.rows, Math.floor(BATCH.bytes / Math.max(1, longest))));
}

function targetOn(client: Client, name: string): Target {
  return {
    ...sourceOn(client, name),
    write: (table, rows) =>
      told(name, async () => {
        const columns = table.columns.map((_, index) => rows.map((row) => row[index]));
        await client.query(insertText(table), columns);
      }),
  };
}

const TYPES = { text: 'text', integer: 'bigint', flag: 'boolean' };
/** No server has claimed a hook that was moved. */
const UNCLAIMED = { names: ', claimed_by, claimed_until', values: ", '', 0" };
const NOTHING = { names: '', values: '' };

/** Inserts rows, given as a list of each column's values. */
function insertText(table: MovedTable): string {
  const lists = table.columns.map(({ keeps }, index) => `$${index + 1}::${TYPES[keeps]}[]`);
  const own = table.name === 'hooks' ? UNCLAIMED : NOTHING;
  return `INSERT INTO "${table.name}" (${columnList(table)}${own.names})
    SELECT *${own.values} FROM unnest(${lists.join(', ')})`;
}
