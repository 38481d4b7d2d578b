import type Database from 'better-sqlite3';
import { sqliteCode } from '../errors.ts';
import type { FileIdentity } from '../file/files.ts';

/** Size of the WAL, in bytes, from which it is truncated: four times that of an automatic checkpoint. */
const WAL_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Limits the size of the WAL. SQLite restarts it only when no connection reads from it, which never happens
 * while a query process runs one query after the other.
 * @returns a function to be called when a query process has ended its read transaction
 */
export function createWalLimit(client: Database.Database, files: FileIdentity): () => void {
  /** Size at which the next checkpoint is tried. */
  let next = WAL_BYTES_MAX;
  return () => {
    if (!client.open || files.walBytes <= next) return;
    // A failed checkpoint is retried only after the WAL has grown.
    next = checkpoint(client) ? WAL_BYTES_MAX : files.walBytes + WAL_BYTES_MAX / 4;
  };
}

/**
 * Moves the WAL into the file.
 * @returns whether it succeeded: not if another process reads from the WAL, or the disk is full
 */
function checkpoint(client: Database.Database): boolean {
  try {
    const [outcome] = client.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    return outcome?.busy === 0;
  } catch (error) {
    if (sqliteCode(error) === undefined) throw error;
    return false;
  }
}
