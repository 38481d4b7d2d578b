import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';

/** Endings of what SQLite keeps beside a file, and would read as a part of whatever has the file's name. */
export const [WAL, SHM, JOURNAL] = ['-wal', '-shm', '-journal'] as const;
export const SIDE_FILES = [WAL, SHM, JOURNAL];

/** Returns once what a file holds, or what names a folder holds, is on the disk. */
export function fsync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function removeSideFiles(file: string): void {
  for (const ending of SIDE_FILES) rmSync(file + ending, { force: true });
}
