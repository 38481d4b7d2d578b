import type Database from 'better-sqlite3';
import { sqliteCode } from '../errors.ts';
import type { FileIdentity } from '../file/files.ts';

/** Bytes that the WAL may have: four times what SQLite checkpoints at by itself. */
const WAL_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Keeps the WAL from growing without end: SQLite starts it anew only at a moment when nobody reads from it,
 * and a query thread that always has a next query leaves no such moment.
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

  /** To be called when the query thread reads nothing. */
  checkpointIfLarge(): void {
    if (!this.#client.open || this.#files.walBytes <= this.#next) return;
    // A failed one is tried again only when the WAL has grown.
    this.#next = this.#checkpoint() ? WAL_BYTES_MAX : this.#files.walBytes + WAL_BYTES_MAX / 4;
  }

  /** @returns whether it succeeded: another program may read from the WAL, or the disk be full */
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
