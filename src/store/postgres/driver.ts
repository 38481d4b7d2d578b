import pg from 'pg';

const { builtins, getTypeParser } = pg.types;

/** For a connection to be made, or to come free, in milliseconds. */
const CONNECT_MS = 5000;
/** For another transaction's lock. */
const LOCK_MS = 5000;
/** What is added where we wait for what the database watches itself: for where nothing comes back at all. */
const ANSWER_MS = 5000;
/** Until a connection that nobody uses is closed. */
const IDLE_MS = 60_000;

/** How long is waited, in milliseconds. */
interface StatementTimeouts {
  /** For one statement. */
  statementMs: number;
  /** For the next statement of a transaction: whoever died in one shall not keep its locks. */
  idleInTransactionMs: number;
}

const SERVER_TIMEOUTS: StatementTimeouts = { statementMs: 30_000, idleInTransactionMs: 10_000 };
/** A whole table may be sorted by one statement, and the other database takes its time between two. */
export const COPY_TIMEOUTS: StatementTimeouts = {
  statementMs: 1_800_000,
  idleInTransactionMs: 1_800_000,
};

export type Pool = pg.Pool;
export type Client = pg.PoolClient;
export const { DatabaseError } = pg;

/** Numbers come as numbers: none is kept that a JSON number would round (F8). */
const types = {
  getTypeParser: (type: number, format?: 'text' | 'binary') =>
    type === builtins.INT8 ? Number : getTypeParser(type, format as 'text'),
} as pg.CustomTypesConfig;

/**
 * Connections to a database, made when they are needed.
 * @param connections the most there may be at a time
 * @param onConnectionLost told of a connection that broke while nobody used it
 */
export function openPool(
  url: string,
  connections: number,
  onConnectionLost: (error: Error) => void,
  { statementMs, idleInTransactionMs }: StatementTimeouts = SERVER_TIMEOUTS,
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
    // As a statement: what stands between may refuse settings when a connection begins.
    onConnect: async (client) => {
      await client.query(
        `SET statement_timeout = ${statementMs}; SET lock_timeout = ${LOCK_MS};
         SET idle_in_transaction_session_timeout = ${idleInTransactionMs};
         SET default_transaction_isolation = 'read committed'`,
      );
    },
  });
  pool.on('error', onConnectionLost);
  return pool;
}
