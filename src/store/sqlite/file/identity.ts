import { realpathSync, type Stats, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { ApiError } from '../../../contract/errors.ts';
import { SHM, WAL } from './fsync.ts';
import { LOCK_SUFFIX } from './lock.ts';

/** What was committed last is in the log alone; without the lock of the server another one could start. */
const SIDE_FILE_SUFFIXES = [WAL, SHM, LOCK_SUFFIX];
/** Bytes that the log may grow by before it is moved into the file. */
const SPACE_MIN = 16 * 1024 * 1024;

/** The files of an open database: whether they still are where the next start will look for them. */
export class FileIdentity {
  readonly #files: Map<string, string | undefined>;
  readonly #client: Database.Database;
  readonly #wal: string;

  /** @param client what has just opened them */
  constructor(client: Database.Database) {
    // SQLite makes what is beside a file when it first reads in it.
    client.pragma('user_version');
    // SQLite follows links, and has these beside what they lead to.
    const target = client.memory ? '' : realpathSync(client.name);
    const paths = client.memory
      ? []
      : [client.name, ...SIDE_FILE_SUFFIXES.map((ending) => target + ending)];
    this.#client = client;
    this.#wal = target + WAL;
    this.#files = new Map(paths.map((path) => [path, identityOf(path)]));
  }

  get isUnmoved(): boolean {
    for (const [path, identity] of this.#files) if (identityOf(path) !== identity) return false;
    return true;
  }

  /** Size of the log. */
  get walBytes(): number {
    return statsOf(this.#wal)?.size ?? 0;
  }

  /** @throws ApiError SYS.1000 where one of them was moved, replaced or deleted */
  readonly assertFileInPlace = (): void => {
    if (this.isUnmoved) return;
    throw new ApiError(
      'internal',
      'the file of the database was moved, replaced or deleted: put it back, or start the server anew',
    );
  };

  /** @throws ApiError SYS.1000 where there is so little space left that most writes would fail soon */
  assertDiskSpace(): void {
    if (this.#client.memory) return;
    const { bavail, bsize } = statfsSync(dirname(this.#client.name));
    if (bavail * bsize < SPACE_MIN)
      throw new ApiError('internal', 'the disk of the database is full');
  }
}

/** What a file is known by, whatever its name; undefined where there is none. */
function identityOf(path: string): string | undefined {
  const stats = statsOf(path);
  return stats && `${stats.dev} ${stats.ino}`;
}

/** Undefined for what can't be looked at, too. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
