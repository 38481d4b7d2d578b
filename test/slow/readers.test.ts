import { join, resolve } from 'node:path';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { describeStore } from '../store/store-suite.ts';
import { putEmptyDatabase } from '../support/empty-database.ts';
import { temporaryFolder } from '../support/folder.ts';
import type { OpenStore } from '../support/stores.ts';

const open: OpenStore = async (context) => {
  const file = join(temporaryFolder(context), 'aios.db');
  putEmptyDatabase(file);
  const client = openSqlite({ file, migrationsFolder: 'migrations/sqlite' });
  client.pragma('synchronous = OFF');
  const readers = { program: resolve('dist/reader-thread.js'), smallBytes: 0 };
  const store = createSqliteStore(client, { readers });
  context.onTestFinished(() => store.close());
  return store;
};
describeStore('a file, with readers for whatever may take long', open, { isInOrder: true });
