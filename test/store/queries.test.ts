import { openSqliteStore } from '../../src/store/sqlite/open-store.ts';
import { describeQueryLanguage } from './suite/query-language.ts';

describeQueryLanguage('SQLite', async (context) => {
  const store = openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations/sqlite' });
  context.onTestFinished(() => store.close());
  return store;
});
