import pg from 'pg';
import { DESCRIPTION, type Description, Pool } from './pool.ts';

const { builtins, getTypeParser } = pg.types;

/** Timeout for getting a connection, new or from the pool, in milliseconds. */
const CONNECT_MS = 5000;
/** Timeout for a lock that another transaction holds. */
const LOCK_MS = 5000;
/** Added to the database's own timeouts, in case it does not answer at all. */
const ANSWER_MS = 5000;
/** Time until an idle connection is closed. */
const IDLE_MS = 60_000;

/** Timeout of a statement, and for lists and counts (F57). */
const STATEMENT_MS = 30_000;
export const LIST_MS = 5000;

export type { Pool };
export type Client = pg.PoolClient;
export const { DatabaseError } = pg;

/** Reads bigints as numbers; every stored one is exact as a JSON number (F8). */
const types = {
  getTypeParser: (type: number, format?: 'text' | 'binary') =>
    type === builtins.INT8 ? Number : getTypeParser(type, format as 'text'),
} as pg.CustomTypesConfig;

/** When the primary of each connection was started, as `findPrimary` returns it. */
export const startTimes = new WeakMap<pg.ClientBase, string>();

export interface PoolOptions {
  /** Timeout of a statement. */
  statementMs?: number;
  /** Maximum pause within a transaction, so that the locks of a dead client are released. */
  idleMs?: number;
  /** Whether a standby may serve it: what is read there may be out of date. */
  allowsStandby?: boolean | undefined;
}

/**
 * Creates a pool of connections to a database, each opened when it is needed.
 * @param connections maximum number of connections
 * @param onConnectionLost called with the error of a connection that broke while idle
 */
export function openPool(
  url: string,
  connections: number,
  onConnectionLost: (error: Error) => void,
  { statementMs = STATEMENT_MS, idleMs = 10_000, allowsStandby = false }: PoolOptions = {},
): Pool {
  const pool = new Pool(url, {
    max: connections,
    types,
    application_name: 'aios-model-server',
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    // Not shorter for lists: PostgreSQL ends no statement within a LIKE, and a new connection would add to the load.
    query_timeout: Math.max(statementMs, STATEMENT_MS) + ANSWER_MS,
    keepAlive: true,
    // As a statement, because connection poolers may reject settings at connect.
    onConnect: async (client) => {
      const results: unknown = await client.query({
        text: `SET statement_timeout = ${statementMs}; SET lock_timeout = ${LOCK_MS};
         SET idle_in_transaction_session_timeout = ${idleMs}; SET client_min_messages = warning;
         SET default_transaction_isolation = 'read committed';
         SET standard_conforming_strings = on; SET array_nulls = on; ${DESCRIPTION}`,
        query_timeout: CONNECT_MS,
      } as pg.QueryConfig);
      const [description] = (results as pg.QueryResult<Description>[]).at(-1)?.rows ?? [];
      if (!description || (description.isStandby && !allowsStandby)) {
        throw new Error('the host is a standby, which takes no writes');
      }
      if (!allowsStandby) startTimes.set(client, description.startedAt);
    },
  });
  pool.on('error', onConnectionLost);
  return pool;
}
