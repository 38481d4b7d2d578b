import { readMigrationFiles } from 'drizzle-orm/migrator';
import { DatabaseOpenError } from '../errors.ts';
import type { Client, Pool } from './driver.ts';
import { sqlState } from './errors.ts';

/**
 * The advisory lock of a schema that is migrated or copied to: two numbers, of which the first is this program's and
 * the second the schema's.
 */
export const SCHEMA_LOCK = `${0x61696f73}, hashtext(current_schema())`;

/**
 * Waits five minutes for the lock of another server that migrates. The database ends the transaction, and releases
 * the lock, if this process sends nothing for half a minute.
 */
const BEGIN = `BEGIN;
  SET LOCAL statement_timeout = 0;
  SET LOCAL idle_in_transaction_session_timeout = '30s';
  SET LOCAL lock_timeout = '5min'`;
/** Waits five seconds for a table lock, since other servers' statements queue behind a waiting migration. */
const TABLE_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'";
/** The driver's own timeout, in milliseconds: the maximum of a timer. */
const NO_TIMEOUT = { query_timeout: 2 ** 31 - 1 };

/** What to do about a database that is used for something else. */
export const NAME_ANOTHER =
  'name another one, or a schema of its own by ?options=-c%20search_path%3DNAME';

const APPLIED = 'schema_migrations';
/** Tables of this program that may exist before its first migration; the second is the lock of version 0.7. */
const OWN_TABLES = `'${APPLIED}', 'schema_lock'`;

/** SQLSTATEs of a missing table and of a lock timeout. */
const UNDEFINED_TABLE = '42P01';
const LOCK_NOT_AVAILABLE = '55P03';

export interface SchemaLocation {
  pool: Pool;
  /** The name of the database in error messages. */
  name: string;
  /** Folder with the PostgreSQL migrations. */
  migrationsFolder: string;
  onStep?: ((step: string) => void) | undefined;
}

/**
 * Brings the schema up to date, in one transaction. If several servers start at once, one migrates and the others
 * wait.
 * @throws DatabaseOpenError for a database of another program, of a newer version or of another encoding, or one that
 *   another server takes too long to migrate
 */
export async function migrate(location: SchemaLocation): Promise<void> {
  const { pool, name } = location;
  await assertUtf8(location);
  // Without the lock, so that a server with nothing to migrate neither waits nor writes.
  if (unapplied(location, await appliedHashes(pool)).length === 0) return;
  const client = await pool.connect();
  client.on('error', () => {});
  try {
    await client.query(BEGIN);
    await lock(client, name);
    await client.query(TABLE_LOCK_TIMEOUT);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${APPLIED} (hash text PRIMARY KEY, applied timestamptz NOT NULL)`,
    );
    const applied = await appliedHashes(client);
    if (applied.length === 0) await rejectForeign(client, name);
    else location.onStep?.(`The database ${name} is brought up to date, which may take a while.`);
    const collation = await collationClause(client);
    for (const { sql, hash } of unapplied(location, applied)) {
      for (const step of sql) {
        const text = step
          // In the connection's current schema.
          .replaceAll('"public".', '')
          .replace(/(?<=" text)\b/g, collation);
        await client.query({ text, ...NO_TIMEOUT });
      }
      await client.query(`INSERT INTO ${APPLIED} (hash, applied) VALUES ($1, now())`, [hash]);
    }
    await client.query('COMMIT');
  } finally {
    // Closes the connection instead of returning it to the pool, which rolls back a failed transaction.
    client.release(true);
  }
}

/** @throws DatabaseOpenError unless it has every migration that this program knows, and no other */
export async function assertMigrated(location: SchemaLocation): Promise<void> {
  if (unapplied(location, await appliedHashes(location.pool)).length === 0) return;
  throw new DatabaseOpenError(
    `The database ${location.name} was written by an older version of this program, or by none: start a server of this version on it first.`,
  );
}

/** Hashes of the migrations that were applied; none for an empty database. */
async function appliedHashes(connection: Pick<Pool, 'query'>): Promise<string[]> {
  try {
    const { rows } = await connection.query(`SELECT hash FROM ${APPLIED}`);
    return rows.map(({ hash }) => hash);
  } catch (error) {
    if (sqlState(error) === UNDEFINED_TABLE) return [];
    throw error;
  }
}

/**
 * The migrations that are still to be applied.
 * @throws DatabaseOpenError if a migration was applied that this program doesn't have
 */
function unapplied(location: SchemaLocation, applied: readonly string[]) {
  const migrations = readMigrationFiles(location);
  const known = new Set(migrations.map(({ hash }) => hash));
  if (applied.some((hash) => !known.has(hash))) {
    throw new DatabaseOpenError(
      `The database ${location.name} was written by a newer version of this program: run that version, or name another database.`,
    );
  }
  return migrations.filter(({ hash }) => !applied.includes(hash));
}

async function lock(client: Client, name: string): Promise<void> {
  try {
    await client.query({ text: `SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`, ...NO_TIMEOUT });
  } catch (error) {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    throw new DatabaseOpenError(
      `The database ${name} has been migrated by another server for too long.`,
    );
  }
}

async function rejectForeign(client: Client, name: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT table_name FROM information_schema.tables
      WHERE table_schema = current_schema() AND table_name NOT IN (${OWN_TABLES}) LIMIT 1`,
  );
  if (rows.length === 0) return;
  throw new DatabaseOpenError(
    `The database ${name} has tables of another program, such as ${rows[0].table_name}: ${NAME_ANOTHER}.`,
  );
}

/** Other encodings can't store every text, and don't order texts by code point. */
async function assertUtf8({ pool, name }: SchemaLocation): Promise<void> {
  const { rows } = await pool.query('SHOW server_encoding');
  const [{ server_encoding: encoding }] = rows;
  if (encoding === 'UTF8') return;
  throw new DatabaseOpenError(
    `The database ${name} stores its texts as ${encoding}: name one that was created with ENCODING 'UTF8'.`,
  );
}

/** The COLLATE clause that compares a text column by code point; empty if the default collation does. */
async function collationClause(client: Client): Promise<string> {
  const { rows } = await client.query("SELECT 'Z' < 'a' AND 'z' < 'é' AS suffices");
  return rows[0].suffices ? '' : ' COLLATE "C"';
}
