import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs';

/** Endings of what SQLite keeps beside a file, and would read as a part of whatever has the file's name. */
export const [LOG, LOG_INDEX, JOURNAL] = ['-wal', '-shm', '-journal'] as const;
export const LOGS = [LOG, LOG_INDEX, JOURNAL];

/** Returns once what a file holds, or what names a folder holds, is on the disk. */
export function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function removeLogs(file: string): void {
  for (const ending of LOGS) rmSync(file + ending, { force: true });
}
