import { postgresStore } from '../support/postgres.ts';
import { describeQueryLanguage } from './suite/query-language.ts';

describeQueryLanguage('PostgreSQL', postgresStore);
