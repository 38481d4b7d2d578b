import { openSqliteStore } from '../../src/store/sqlite/open-store.ts';
import { describeStore } from '../store/store-suite.ts';
import { MIGRATIONS } from '../support/databases.ts';
import type { OpenStore } from '../support/stores.ts';

const open: OpenStore = async (context) => {
  const store = openSqliteStore({ file: ':memory:', migrationsFolder: MIGRATIONS });
  context.onTestFinished(() => store.close());
  return store;
};
describeStore('memory', open);
