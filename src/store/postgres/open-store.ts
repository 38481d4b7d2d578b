import { setTimeout } from 'node:timers/promises';
import type { Store } from '../../domain/dependencies.ts';
import { DatabaseOpenError } from '../database-open-error.ts';
import { openPool, type Pool } from './driver.ts';
import { ConnectionLost, classifyError, sqlState } from './errors.ts';
import { assertMigrated, migrate } from './migrate.ts';
import { createPostgresStore, type PostgresStoreOptions } from './store.ts';

/** For how long a database is asked for at the start that is not there yet, and until the next time. */
const START = { limitMs: 30_000, pauseMs: 250 };

export interface PostgresOpenOptions extends Omit<PostgresStoreOptions, 'checks'> {
  /** `postgres://…` */
  url: string;
  /** The most connections there may be at a time, beside the one that checks. */
  connections: number;
  /** Folder with the PostgreSQL migrations. */
  migrationsFolder: string;
  /** Told of a connection that broke while nobody used it. */
  onConnectionLost: (error: Error) => void;
  /** Told once where the database is not there yet, and is waited for. */
  onWait?: (error: Error) => void;
  /** Ends that. */
  stopping?: AbortSignal | undefined;
}

/**
 * Opens a database as the store of one of its servers, and brings its schema up to date. Waits for one that is
 * not there yet, as servers and databases that are started together have it.
 * @throws DatabaseOpenError
 */
export async function openPostgresStore(options: PostgresOpenOptions): Promise<Store> {
  const { url, connections, migrationsFolder, server, onConnectionLost } = options;
  const pool = openPool(url, connections, onConnectionLost);
  const healthPool = openPool(url, 1, onConnectionLost);
  const name = databaseName(url);
  try {
    await waitUntilAvailable(pool, options);
    await migrate({ pool, name, migrationsFolder, server });
    return createPostgresStore(pool, { ...options, healthPool });
  } catch (error) {
    await Promise.all([pool.end(), healthPool.end()]);
    throw error instanceof DatabaseOpenError ? error : openError(name, error);
  }
}

/**
 * Opens a database that is there as a store to read.
 * @param url `postgres://…`
 * @throws DatabaseOpenError
 */
export async function openPostgresStoreToRead(
  url: string,
  migrationsFolder: string,
): Promise<Store> {
  const pool = openPool(url, 1, () => {});
  const name = databaseName(url);
  try {
    await assertMigrated({ pool, name, migrationsFolder });
    // It is no server's, and has no hooks to release.
    return { ...createPostgresStore(pool, { server: '' }), close: () => pool.end() };
  } catch (error) {
    await pool.end();
    throw error instanceof DatabaseOpenError ? error : openError(name, error);
  }
}

/** @throws DatabaseOpenError */
async function waitUntilAvailable(
  pool: Pool,
  { url, onWait = () => {}, stopping }: Pick<PostgresOpenOptions, 'url' | 'onWait' | 'stopping'>,
): Promise<void> {
  const late = AbortSignal.timeout(START.limitMs);
  for (let times = 1; ; times++) {
    try {
      await pool.query('SELECT 1');
      return;
    } catch (error) {
      if (!isRetryable(error) || late.aborted || stopping?.aborted)
        throw openError(databaseName(url), error);
      if (times === 1) onWait(error as Error);
      await setTimeout(START.pauseMs);
    }
  }
}

/** Whether a database may answer later: it starts, is full, or is not to be reached yet. */
function isRetryable(error: unknown): boolean {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const isLater = /^(57P03|53300|08|ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EAI_AGAIN|ENOTFOUND)/.test(
    sqlState(error) ?? code,
  );
  return isLater || /terminated|timeout/i.test(message);
}

/** A database's URL without what lets somebody in. */
export function databaseName(url: string): string {
  const { host, pathname } = new URL(url);
  return host + pathname;
}

/** What keeps a database from being used, in a sentence where it is the database's or the driver's. */
export function openError(name: string, error: unknown): Error {
  const state = sqlState(error);
  if (state === undefined && !(classifyError(error) instanceof ConnectionLost))
    return error as Error;
  // Where a host has several addresses, the error of them all has only a code.
  const { message, code } = error as NodeJS.ErrnoException;
  const reason = message || code || String(error);
  return new DatabaseOpenError(`The database ${name} can't be used: ${reason}.`);
}
