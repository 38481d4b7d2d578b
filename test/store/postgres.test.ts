import { postgresStore } from '../support/postgres.ts';
import { describeStore } from './store-suite.ts';

describeStore('PostgreSQL', postgresStore);
