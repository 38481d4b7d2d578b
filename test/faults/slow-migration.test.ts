import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPostgresStore } from '../../src/store/postgres/open-store.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describePostgres, emptySchema, MIGRATIONS } from '../support/postgres.ts';
import { newUuid } from '../support/records.ts';

/** Longer than a lock is waited for, and than any other statement may take. */
const SECONDS = 40;

describePostgres('a migration of PostgreSQL that takes long', () => {
  test('is done by one server while another waits, and both then serve', async (context) => {
    const url = await emptySchema(context);
    const migrationsFolder = join(temporaryFolder(context), 'postgres');
    cpSync(MIGRATIONS, migrationsFolder, { recursive: true });
    const file = join(migrationsFolder, '0000_first.sql');
    const slow = `SELECT pg_sleep(${SECONDS});--> statement-breakpoint\n`;
    writeFileSync(file, slow + readFileSync(file, 'utf8'));

    const began = performance.now();
    const open = async () => {
      const server = newUuid();
      const options = { url, server, migrationsFolder, connections: 3, onConnectionLost: () => {} };
      const store = await openPostgresStore(options);
      context.onTestFinished(() => store.close());
      await store.ping();
      return store.count('Model', []);
    };
    expect(await Promise.all([open(), open(), open()])).toEqual([0, 0, 0]);
    expect(performance.now() - began).toBeGreaterThan(SECONDS * 1000);
  });
});
