import { openSqliteStore } from '../../src/store/sqlite/open-store.ts';
import { MIGRATIONS } from '../support/databases.ts';
import { describeStore } from './store-suite.ts';

describeStore('memory', async (context) => {
  const store = openSqliteStore({ file: ':memory:', migrationsFolder: MIGRATIONS });
  context.onTestFinished(() => store.close());
  return store;
});
