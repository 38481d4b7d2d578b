import { openSqliteStore } from '../../src/store/sqlite/open-store.ts';
import { describeStore } from '../store/store-suite.ts';
import { MIGRATIONS } from '../support/databases.ts';

describeStore('memory', async (context) => {
  const store = openSqliteStore({ file: ':memory:', migrationsFolder: MIGRATIONS });
  context.onTestFinished(() => store.close());
  return store;
});
