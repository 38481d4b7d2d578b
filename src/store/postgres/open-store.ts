import { setTimeout } from 'node:timers/promises';
import type { Store } from '../../domain/store.ts';
import { DatabaseOpenError } from '../errors.ts';
import { LIST_MS, openPool, type Pool } from './driver.ts';
import { sqlState } from './errors.ts';
import { assertMigrated, migrate } from './migrate.ts';
import { databaseName } from './pool.ts';
import { createPostgresStore, type PostgresStoreOptions } from './store.ts';

/** Duration and interval of a starting server's attempts to reach its database, in milliseconds. */
const START = { limitMs: 30_000, pauseMs: 250 };

export interface PostgresOpenOptions extends PostgresStoreOptions {
  /** `postgres://…`, perhaps with several hosts. */
  url: string;
  /**
   * Maximum number of connections, of which lists and counts use a third, in addition to the one for health checks.
   * There are at least one for lists and counts and one for the rest.
   */
  connections: number;
  /** Folder with the PostgreSQL migrations. */
  migrationsFolder: string;
  /** Called with the error of a connection that broke while idle. */
  onConnectionLost: (error: Error) => void;
  /** Called once if the database can't be reached yet. */
  onWait?: (error: Error) => void;
  /** Called with a sentence before a step that may take long. */
  onStep?: (step: string) => void;
  /** Aborts the wait for the database. */
  stopping?: AbortSignal | undefined;
}

/**
 * Opens a database as the store of a server, and brings its schema up to date. Waits for a database that is still
 * starting.
 * @throws DatabaseOpenError
 */
export async function openPostgresStore(options: PostgresOpenOptions): Promise<Store> {
  const { url, connections, migrationsFolder, onConnectionLost, onStep } = options;
  const forLists = Math.max(1, Math.floor(connections / 3));
  const pools = {
    main: openPool(url, Math.max(1, connections - forLists), onConnectionLost),
    lists: openPool(url, forLists, onConnectionLost, { statementMs: LIST_MS }),
    health: openPool(url, 1, onConnectionLost),
  };
  const name = databaseName(url);
  try {
    await waitUntilAvailable(pools.main, options);
    await migrate({ pool: pools.main, name, migrationsFolder, onStep });
    return createPostgresStore(pools, options);
  } catch (error) {
    await Promise.all(Object.values(pools).map((pool) => pool.end()));
    throw openError(name, error);
  }
}

/**
 * Opens an existing database as a store for reading.
 * @param url `postgres://…`
 * @throws DatabaseOpenError
 */
export async function openPostgresStoreToRead(
  url: string,
  migrationsFolder: string,
): Promise<Store> {
  const pool = openPool(url, 1, () => {}, { allowsStandby: true });
  const name = databaseName(url);
  try {
    await assertMigrated({ pool, name, migrationsFolder });
    // Without a server there are no hooks to release.
    const store = createPostgresStore({ main: pool, lists: pool, health: pool }, { server: '' });
    return { ...store, close: () => pool.end() };
  } catch (error) {
    await pool.end();
    throw openError(name, error);
  }
}

async function waitUntilAvailable(
  pool: Pool,
  { onWait = () => {}, stopping }: Pick<PostgresOpenOptions, 'onWait' | 'stopping'>,
): Promise<void> {
  const late = AbortSignal.timeout(START.limitMs);
  for (let times = 1; ; times++) {
    try {
      await pool.query('SELECT 1');
      return;
    } catch (error) {
      if (!isRetryable(error) || late.aborted || stopping?.aborted) throw error;
      if (times === 1) onWait(error as Error);
      await setTimeout(START.pauseMs);
    }
  }
}

/** Whether a retry may succeed: the database is starting, is a standby, is full of connections or can't be reached. */
function isRetryable(error: unknown): boolean {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const isLater = /^(57P03|53300|08|ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EAI_AGAIN|ENOTFOUND)/.test(
    sqlState(error) ?? code,
  );
  return isLater || /terminated|timeout|standby/i.test(message);
}

/** The reason why a database can't be used, as a sentence. */
export function openError(name: string, error: unknown): DatabaseOpenError {
  if (error instanceof DatabaseOpenError) return error;
  // The error of a host with several addresses has only a code.
  const { message, code } = error as NodeJS.ErrnoException;
  return new DatabaseOpenError(
    `The database ${name} can't be used: ${message || code || String(error)}.`,
  );
}
