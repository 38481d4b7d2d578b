import type Database from 'better-sqlite3';
import { sqliteCode } from '../errors.ts';
import type { FileIdentity } from '../file/files.ts';

/** Size of the WAL, in bytes, from which it is truncated: four times SQLite's automatic checkpoint. */
const WAL_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Limits the size of the WAL. SQLite restarts it only when no connection reads from it, which never happens
 * while the query process runs one query after the other.
 */
export class WalLimit {
  readonly #client: Database.Database;
  readonly #files: FileIdentity;
  /** Size at which the next checkpoint is tried. */
  #next = WAL_BYTES_MAX;

  constructor(client: Database.Database, files: FileIdentity) {
    this.#client = client;
    this.#files = files;
  }

  /** To be called when the query process has no open read transaction. */
  readonly checkpointIfLarge = (): void => {
    if (!this.#client.open || this.#files.walBytes <= this.#next) return;
    // A failed checkpoint is retried only after the WAL has grown.
    this.#next = this.#checkpoint() ? WAL_BYTES_MAX : this.#files.walBytes + WAL_BYTES_MAX / 4;
  };

  /** @returns whether it succeeded; it fails if another program reads from the WAL, or the disk is full */
  #checkpoint(): boolean {
    try {
      const [outcome] = this.#client.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      return outcome?.busy === 0;
    } catch (error) {
      if (sqliteCode(error) === undefined) throw error;
      return false;
    }
  }
}
