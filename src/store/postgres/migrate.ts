import { setTimeout } from 'node:timers/promises';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { DatabaseOpenError } from '../database-open-error.ts';
import type { Client, Pool } from './driver.ts';
import { sqlState } from './errors.ts';

/** How long a server that migrates keeps the others from it, unless it says again that it does. */
const LEASE_SECONDS = 30;
const RENEWAL_MS = 10_000;
/** Until it is looked again whether the lock has come free, and how often. */
const WAIT = { pauseMs: 250, times: 1200 };
/** For a step of a migration, by our own watch: as long as a timer can wait. */
const NO_TIMEOUT = { query_timeout: 2 ** 31 - 1 };

/** The table of the lock, in which there is one row or none. */
export const SCHEMA_LOCK = 'schema_lock';
const APPLIED = 'schema_migrations';

export interface SchemaLocation {
  pool: Pool;
  /** The database as sentences name it. */
  name: string;
  /** Folder with the PostgreSQL migrations. */
  migrationsFolder: string;
}

export interface MigratedDatabase extends SchemaLocation {
  /** What tells this server from the others. */
  server: string;
}

/**
 * Brings the schema up to date. Servers may do so at the same time: one does it, under a lock that is a row
 * with an expiry, since not every engine that speaks the protocol has locks of another kind; the others wait.
 * @throws DatabaseOpenError for a database of another program, of a newer version, or one that another server
 *   takes too long to migrate
 */
export async function migrate(database: MigratedDatabase): Promise<void> {
  await assertUtf8(database);
  const migrations = readMigrationFiles(database);
  for (let waited = 0; ; waited++) {
    const table = await findForeignTable(database);
    // After that: another server may migrate it meanwhile.
    const applied = await appliedHashes(database);
    if (table !== undefined && applied.length === 0) rejectForeign(database, table);
    assertNotNewer(
      database,
      applied,
      migrations.map(({ hash }) => hash),
    );
    if (applied.length === migrations.length) return;
    if (await lock(database)) break;
    if (waited === WAIT.times) {
      throw new DatabaseOpenError(
        `The database ${database.name} has been migrated by another server for too long.`,
      );
    }
    await setTimeout(WAIT.pauseMs);
  }
  const renewal = setInterval(() => void lock(database).catch(() => {}), RENEWAL_MS);
  try {
    // Another may have done some meanwhile.
    const done = new Set(await appliedHashes(database));
    for (const { sql, hash } of migrations) {
      if (!done.has(hash)) await applyMigration(database, sql, hash);
    }
  } finally {
    clearInterval(renewal);
    await unlock(database);
  }
}

/** @throws DatabaseOpenError unless it has every migration that this program knows, and no other */
export async function assertMigrated(database: SchemaLocation): Promise<void> {
  const known = readMigrationFiles(database).map(({ hash }) => hash);
  const applied = await appliedHashes(database);
  assertNotNewer(database, applied, known);
  if (applied.length === known.length) return;
  throw new DatabaseOpenError(
    `The database ${database.name} was written by an older version of this program, or by none: start a server of this version on it first.`,
  );
}

/** Hashes of the migrations that were applied; none for an empty database. */
async function appliedHashes({ pool }: SchemaLocation): Promise<string[]> {
  try {
    const { rows } = await pool.query(`SELECT hash FROM ${APPLIED}`);
    return rows.map(({ hash }) => hash);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** A migration takes longer: its transaction holds the row. */
const LOCK_TIMEOUT = '55P03';

const isMissing = (error: unknown) => sqlState(error) === '42P01';

function assertNotNewer(
  { name }: SchemaLocation,
  applied: readonly string[],
  known: readonly string[],
): void {
  if (applied.every((hash) => known.includes(hash))) return;
  throw new DatabaseOpenError(
    `The database ${name} was written by a newer version of this program: run that version, or name another database.`,
  );
}

/** The name of a table beside those of the migrations themselves. */
async function findForeignTable({ pool }: SchemaLocation): Promise<string | undefined> {
  const { rows } = await pool.query(
    `SELECT table_name FROM information_schema.tables
      WHERE table_schema = current_schema() AND table_name NOT IN ('${SCHEMA_LOCK}', '${APPLIED}') LIMIT 1`,
  );
  return rows[0]?.table_name;
}

function rejectForeign({ name }: SchemaLocation, table: string): never {
  throw new DatabaseOpenError(
    `The database ${name} has tables of another program, such as ${table}: name another one, or a schema of its own by ?options=-c%20search_path%3DNAME.`,
  );
}

/** Elsewhere not every text could be kept, or would be compared by its bytes. */
async function assertUtf8({ pool, name }: SchemaLocation): Promise<void> {
  const { rows } = await pool.query('SHOW server_encoding');
  const [{ server_encoding: encoding }] = rows;
  if (/^utf-?8$/i.test(encoding)) return;
  throw new DatabaseOpenError(
    `The database ${name} keeps its texts as ${encoding}: name one that was created with ENCODING 'UTF8'.`,
  );
}

/** Takes the lock, or keeps it for longer; tells whether this server has it now. */
async function lock({ pool, server }: Pick<MigratedDatabase, 'pool' | 'server'>): Promise<boolean> {
  const take = () =>
    pool.query(
      `INSERT INTO ${SCHEMA_LOCK} (id, holder, expires) VALUES (1, $1, now() + interval '${LEASE_SECONDS} seconds')
        ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, expires = excluded.expires
        WHERE ${SCHEMA_LOCK}.holder = excluded.holder OR ${SCHEMA_LOCK}.expires < now()
        RETURNING holder`,
      [server],
    );
  try {
    return (await take()).rows.length > 0;
  } catch (error) {
    if (sqlState(error) === LOCK_TIMEOUT) return false;
    if (!isMissing(error)) throw error;
    await makeTables(pool);
    return lock({ pool, server });
  }
}

async function unlock({ pool, server }: MigratedDatabase): Promise<void> {
  await pool.query(`DELETE FROM ${SCHEMA_LOCK} WHERE holder = $1`, [server]);
}

async function makeTables(pool: Pool): Promise<void> {
  for (const table of [
    `${APPLIED} (hash text PRIMARY KEY, applied timestamptz NOT NULL)`,
    // The last: both are made where this one is missing.
    `${SCHEMA_LOCK} (id bigint PRIMARY KEY, holder text NOT NULL, expires timestamptz NOT NULL)`,
  ]) {
    try {
      await pool.query(`CREATE TABLE IF NOT EXISTS ${table}`);
    } catch (error) {
      // Of two that make it at once one may be told that it is there by then.
      if (!/^(23505|42P07|42710)$/.test(sqlState(error) ?? '')) throw error;
    }
  }
}

/** What a column of texts is declared with so that they compare by code point; nothing where all do so. */
async function collationNeeded(client: Client): Promise<string> {
  const { rows } = await client.query("SELECT 'Z' < 'a' AND 'z' < 'é' AS suffices");
  return rows[0].suffices ? '' : ' COLLATE "C"';
}

/** One migration, whole or not at all; refused where the lock has gone to another server meanwhile. */
async function applyMigration(
  { pool, server, name }: MigratedDatabase,
  steps: readonly string[],
  hash: string,
): Promise<void> {
  const client = await pool.connect();
  try {
    // At less, CockroachDB refuses to change a schema.
    await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
    await client.query('SET LOCAL statement_timeout = 0');
    const { rows } = await client.query(
      `SELECT 1 FROM ${SCHEMA_LOCK} WHERE holder = $1 AND expires > now() FOR UPDATE`,
      [server],
    );
    if (rows.length === 0) {
      throw new DatabaseOpenError(`Another server migrates the database ${name}: start again.`);
    }
    const collation = await collationNeeded(client);
    for (const step of steps) {
      const text = step
        // In the schema of the connection, whichever that is.
        .replaceAll('"public".', '')
        .replace(/(?<=" text)\b/g, collation);
      await client.query({ text, ...NO_TIMEOUT });
    }
    await client.query(`INSERT INTO ${APPLIED} (hash, applied) VALUES ($1, now())`, [hash]);
    // Nobody could renew it meanwhile, and whoever waits would take it.
    await client.query(
      `UPDATE ${SCHEMA_LOCK} SET expires = clock_timestamp() + interval '${LEASE_SECONDS} seconds' WHERE holder = $1`,
      [server],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}
