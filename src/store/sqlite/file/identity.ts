import { realpathSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { ApiError } from '../../../contract/errors.ts';
import { fileId, SHM, sizeOf, WAL } from './files.ts';
import { LOCK_SUFFIX } from './lock.ts';

/** Without the WAL the last commits are lost; without the lock file a second server could start. */
const CHECKED_SUFFIXES = [WAL, SHM, LOCK_SUFFIX];
/** Bytes by which the WAL may grow until the next checkpoint. */
const FREE_SPACE_MIN = 16 * 1024 * 1024;

/** Remembers which files an open database consists of, to find out if one is moved, replaced or deleted. */
export class FileIdentity {
  readonly #files: Map<string, string | undefined>;
  readonly #client: Database.Database;
  readonly #wal: string;

  /** @param client of the database, just opened */
  constructor(client: Database.Database) {
    // SQLite creates the side files at the first read.
    client.pragma('user_version');
    // The side files are beside the file that a link leads to.
    const target = client.memory ? '' : realpathSync(client.name);
    const sideFiles = CHECKED_SUFFIXES.map((suffix) => target + suffix);
    const paths = client.memory ? [] : [client.name, ...sideFiles];
    this.#client = client;
    this.#wal = target + WAL;
    this.#files = new Map(paths.map((path) => [path, fileId(path)]));
  }

  /** Whether the next start will find the same files. */
  get isUnmoved(): boolean {
    for (const [path, id] of this.#files) if (fileId(path) !== id) return false;
    return true;
  }

  get walBytes(): number {
    return sizeOf(this.#wal);
  }

  /** @throws ApiError SYS.1000 if a file of the database was moved, replaced or deleted */
  readonly assertFileInPlace = (): void => {
    if (this.isUnmoved) return;
    throw new ApiError(
      'internal',
      'the file of the database was moved, replaced or deleted: put it back, or start the server anew',
    );
  };

  /** @throws ApiError SYS.1000 if so little disk space is free that most writes would soon fail */
  assertDiskSpace(): void {
    if (this.#client.memory) return;
    const { bavail, bsize } = statfsSync(dirname(this.#client.name));
    if (bavail * bsize < FREE_SPACE_MIN) {
      throw new ApiError('internal', 'the disk of the database is full');
    }
  }
}
