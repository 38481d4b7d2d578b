import type Database from 'better-sqlite3';
import { toSnakeCase } from 'drizzle-orm/casing';
import { RESOURCE_TABLES } from '../tables.ts';

const resourceTables = RESOURCE_TABLES.map(toSnakeCase);

/** Deletes all rows except accounts and sessions; foreign keys must be off. */
export function deleteEverything(client: Database.Database): void {
  for (const table of ['hooks', 'jobs', ...resourceTables]) client.exec(`DELETE FROM ${table}`);
}

/**
 * Copies the tables of resources to temporary tables, from which a reset restores them faster than they
 * were inserted; to be called within a transaction. It replaces the last copy.
 */
export function copyResources(client: Database.Database): void {
  for (const table of resourceTables) {
    client.exec(`DROP TABLE IF EXISTS temp.saved_${table};
      CREATE TEMP TABLE saved_${table} AS SELECT * FROM main.${table}`);
  }
}

/** Fills the tables of resources, which must be empty, from the copy; to be called within a transaction. */
export function restoreCopy(client: Database.Database): void {
  for (const table of resourceTables) {
    client.exec(`INSERT INTO main.${table} SELECT * FROM temp.saved_${table}`);
  }
}
