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

const tables = [
  ...[resources, modelCenters, models, modelServices],
  ...[modelServiceImages, modelServiceRefs, tags],
].map(getTableName);

/**
 * A copy of what the tables of resources held at one moment, which comes back faster than it was
 * written. Both methods are to be called within a transaction.
 */
export class SeedSnapshot {
  readonly #client: Database.Database;

  constructor(client: Database.Database) {
    this.#client = client;
  }

  /** Takes the copy, in the place of the last one. */
  save(): void {
    for (const table of tables) {
      this.#client.exec(`DROP TABLE IF EXISTS temp.baseline_${table};
        CREATE TEMP TABLE baseline_${table} AS SELECT * FROM main.${table}`);
    }
  }

  /** Fills the tables, which are to be empty. */
  restore(): void {
    for (const table of tables) {
      this.#client.exec(`INSERT INTO main.${table} SELECT * FROM temp.baseline_${table}`);
    }
  }
}
