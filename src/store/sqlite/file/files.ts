import { closeSync, fsyncSync, openSync, readSync, rmSync, type Stats, statSync } from 'node:fs';

/** Suffixes of the files that SQLite keeps beside a database, and applies to any database of that name. */
export const [WAL, SHM, JOURNAL] = ['-wal', '-shm', '-journal'] as const;
export const SIDE_FILES = [WAL, SHM, JOURNAL];

/** Size of a file in bytes; 0 if it is missing. */
export function sizeOf(path: string): number {
  return statsOf(path)?.size ?? 0;
}

/** Identifies a file whatever its name; undefined if it is missing. */
export function fileId(path: string): string | undefined {
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
