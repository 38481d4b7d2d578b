import type Database from 'better-sqlite3';
import { getTableName } from 'drizzle-orm';
import {
  modelCenters,
  modelServiceImages,
  modelServiceRefs,
  modelServices,
  models,
  resources,
  tags,
} from './tables.ts';

/** A table comes after those that it refers to. */
const tables = [
  resources,
  modelCenters,
  models,
  modelServices,
  modelServiceImages,
  modelServiceRefs,
  tags,
].map(getTableName);

/**
 * Saves the tables of resources in temporary tables, from which a reset restores a seed faster than it was
 * inserted. Both methods must be called within a transaction.
 */
export class SeedSnapshot {
  readonly #client: Database.Database;

  constructor(client: Database.Database) {
    this.#client = client;
  }

  /** Replaces the last saved snapshot. */
  save(): void {
    for (const table of tables) {
      this.#client.exec(`DROP TABLE IF EXISTS temp.saved_${table};
        CREATE TEMP TABLE saved_${table} AS SELECT * FROM main.${table}`);
    }
  }

  /** Fills the tables, which must be empty. */
  restore(): void {
    for (const table of tables) {
      this.#client.exec(`INSERT INTO main.${table} SELECT * FROM temp.saved_${table}`);
    }
  }
}
