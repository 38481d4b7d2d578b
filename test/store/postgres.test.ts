import { describePostgres, postgresStore } from '../support/postgres.ts';
import { describeStore } from './store-suite.ts';

describePostgres('PostgreSQL', () => {
  describeStore('PostgreSQL', postgresStore);
});
