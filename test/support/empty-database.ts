import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';

let empty: Buffer | undefined;

/** Creates an empty database, as a copy of one: migrating each would take longer than most tests. */
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
