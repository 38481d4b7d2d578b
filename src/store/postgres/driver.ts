import pg from 'pg';

const { builtins, getTypeParser } = pg.types;

/** For a connection to be made, or to come free, in milliseconds. */
const CONNECT_MS = 5000;
/** For one statement, by the database's own watch. */
const STATEMENT_MS = 30_000;
/** The same by ours, for where nothing comes back at all. */
const ANSWER_MS = STATEMENT_MS + 5000;
/** For another transaction's lock. */
const LOCK_MS = 5000;
/** For the next statement of a transaction: whoever died in one shall not keep its locks. */
const IDLE_IN_TRANSACTION_MS = 10_000;
/** Until a connection that nobody uses is closed. */
const IDLE_MS = 60_000;

export type Pool = pg.Pool;
export type Client = pg.PoolClient;
export const { DatabaseError } = pg;

/** Numbers come as numbers: none is kept that a JSON number would round (decision 8). */
const types = {
  getTypeParser: (type: number, format?: 'text' | 'binary') =>
    type === builtins.INT8 ? Number : getTypeParser(type, format as 'text'),
} as pg.CustomTypesConfig;

/**
 * Connections to a database, made when they are needed.
 * @param connections the most there may be at a time
 * @param onLost told of a connection that broke while nobody used it
 */
export function openPool(url: string, connections: number, onLost: (error: Error) => void): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    types,
    application_name: 'aios-model-server',
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    // As a statement: what stands between may refuse settings when a connection begins.
    onConnect: async (client) => {
      await client.query(
        `SET statement_timeout = ${STATEMENT_MS}; SET lock_timeout = ${LOCK_MS};
         SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS};
         SET default_transaction_isolation = 'read committed'`,
      );
    },
  });
  pool.on('error', onLost);
  return pool;
}
