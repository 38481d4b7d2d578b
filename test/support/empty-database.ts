import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';

let empty: Buffer | undefined;

/** Puts an empty database at a path: a copy of one, since making each anew takes longer than most tests. */
export function putEmptyDatabase(file: string): void {
  empty ??= makeEmpty();
  writeFileSync(file, empty, { mode: 0o600 });
}

function makeEmpty(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'aios-test-'));
  try {
    const file = join(folder, 'aios.db');
    openSqlite({ file, migrationsFolder: 'migrations/sqlite' }).close();
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
