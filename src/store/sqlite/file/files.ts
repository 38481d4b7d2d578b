import {
  closeSync,
  fsyncSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { ApiError } from '../../../contract/errors.ts';

/** Suffixes of SQLite's side files, which SQLite applies to any database with their name. */
export const [WAL, SHM, JOURNAL] = ['-wal', '-shm', '-journal'] as const;
export const SIDE_FILES = [WAL, SHM, JOURNAL];

/** Suffix of the lock file, which is in the folder of the database. */
export const LOCK_SUFFIX = '-server';

/** Size of a file in bytes; 0 if it is missing. */
export function sizeOf(path: string): number {
  return statsOf(path)?.size ?? 0;
}

/** Identifies a file independently of its name; undefined if it is missing. */
function fileId(path: string): string | undefined {
  const stats = statsOf(path);
  return stats && `${stats.dev} ${stats.ino}`;
}

/** @returns undefined if the file is missing, or its folder can't be searched */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export function isSameFile(one: string, other: string): boolean {
  const id = fileId(one);
  return id !== undefined && id === fileId(other);
}

/** Whether a file begins with SQLite's header string; shorter files don't. */
export function hasSqliteHeader(path: string): boolean {
  const header = Buffer.from('SQLite format 3\0', 'latin1');
  const start = Buffer.alloc(header.length);
  const descriptor = openSync(path, 'r');
  try {
    readSync(descriptor, start, 0, start.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return start.equals(header);
}

/** Returns once the content of a file, or the entries of a folder, are on the disk. */
export function fsync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function removeSideFiles(file: string): void {
  for (const suffix of SIDE_FILES) rmSync(file + suffix, { force: true });
}

/** Without the WAL the last commits are lost; without the lock file a second server could start. */
const CHECKED_SUFFIXES = [WAL, SHM, LOCK_SUFFIX];
/** Bytes by which the WAL may grow until the next checkpoint. */
const FREE_SPACE_MIN = 16 * 1024 * 1024;

/** Records the identity of an open database's files, to detect if one is moved, replaced or deleted. */
export class FileIdentity {
  readonly #files: Map<string, string | undefined>;
  readonly #client: Database.Database;
  readonly #wal: string;

  /** @param client a connection that has just been opened */
  constructor(client: Database.Database) {
    // SQLite creates the side files at the first read.
    client.pragma('user_version');
    // SQLite resolves symbolic links before it names the side files.
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
