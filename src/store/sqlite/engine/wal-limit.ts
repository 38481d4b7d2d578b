import type Database from 'better-sqlite3';
import { sqliteCode } from '../errors.ts';
import type { OpenFiles } from '../file/identity.ts';
import type { Readers } from './readers.ts';

/** Bytes that the log may have: four times what it is moved into the file at. */
const LOG_MAX = 64 * 1024 * 1024;

/**
 * Keeps the log of a database from growing without end: SQLite begins it anew only at a moment when nobody
 * reads what stands in it, and readers that always have something to do leave no such moment.
 */
export class LogBound {
  readonly #client: Database.Database;
  readonly #files: OpenFiles;
  readonly #readers: Readers;
  readonly #max: number;
  /** Size at which it is next tried. */
  #next: number;
  #isTrying = false;

  constructor(client: Database.Database, files: OpenFiles, readers: Readers, max = LOG_MAX) {
    this.#client = client;
    this.#files = files;
    this.#readers = readers;
    this.#max = max;
    this.#next = max;
  }

  /** To be called after each transaction. */
  check(): void {
    if (this.#isTrying || this.#files.logBytes <= this.#next) return;
    this.#isTrying = true;
    void this.#readers
      .whileIdle(() => this.#beginAnew())
      .finally(() => {
        this.#isTrying = false;
      });
  }

  #beginAnew(): void {
    if (!this.#client.open) return;
    // Where it can't, not with each transaction.
    this.#next = this.#truncate() ? this.#max : this.#files.logBytes + this.#max / 4;
  }

  /** Tells whether it could: another program may read what is in the log, or the disk be full. */
  #truncate(): boolean {
    try {
      const [outcome] = this.#client.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
      return outcome?.busy === 0;
    } catch (error) {
      if (sqliteCode(error) === undefined) throw error;
      return false;
    }
  }
}
