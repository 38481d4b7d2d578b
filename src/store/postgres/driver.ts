import pg from 'pg';

const { builtins, getTypeParser } = pg.types;

/** Until a connection is made or comes free, in milliseconds. */
const CONNECT_MS = 5000;
/** Until another transaction releases a lock. */
const LOCK_MS = 5000;
/** Added to the database's own timeouts: for a database that does not answer at all. */
const ANSWER_MS = 5000;
/** Until an unused connection is closed. */
const IDLE_MS = 60_000;

/** Timeouts of the database, in milliseconds. */
interface StatementTimeouts {
  statementMs: number;
  /** Until the next statement of a transaction, so that a dead client does not keep its locks. */
  idleMs: number;
}

const SERVER_TIMEOUTS: StatementTimeouts = { statementMs: 30_000, idleMs: 10_000 };
/** A statement may sort a whole table, and the other database takes its time between two. */
export const COPY_TIMEOUTS: StatementTimeouts = {
  statementMs: 1_800_000,
  idleMs: 1_800_000,
};

export type Pool = pg.Pool;
export type Client = pg.PoolClient;
export const { DatabaseError } = pg;

/** Reads bigints as numbers: none is stored that a JSON number would round (F8). */
const types = {
  getTypeParser: (type: number, format?: 'text' | 'binary') =>
    type === builtins.INT8 ? Number : getTypeParser(type, format as 'text'),
} as pg.CustomTypesConfig;

/**
 * Makes a pool of connections to a database, each opened when it is needed.
 * @param connections the most at a time
 * @param onConnectionLost called with the error of a connection that broke while unused
 */
export function openPool(
  url: string,
  connections: number,
  onConnectionLost: (error: Error) => void,
  { statementMs, idleMs }: StatementTimeouts = SERVER_TIMEOUTS,
): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    types,
    application_name: 'aios-model-server',
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    query_timeout: statementMs + ANSWER_MS,
    keepAlive: true,
    // By a statement, since a connection pooler may reject settings at connect.
    onConnect: async (client) => {
      await client.query(
        `SET statement_timeout = ${statementMs}; SET lock_timeout = ${LOCK_MS};
         SET idle_in_transaction_session_timeout = ${idleMs};
         SET default_transaction_isolation = 'read committed'`,
      );
    },
  });
  pool.on('error', onConnectionLost);
  return pool;
}
