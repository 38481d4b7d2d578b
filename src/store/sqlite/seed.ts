import type Database from 'better-sqlite3';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { Resources } from '../../domain/records.ts';
import { mapKinds } from '../fields.ts';
import { newRows, slices, toResources, uuidsOf } from '../seed.ts';
import type { SqlQuery } from './engine/run-query.ts';
import { pageQuery } from './reads.ts';
import type { CompiledRecords } from './records.ts';
import { listOf, resourceTables, type Statements } from './statements.ts';

const ALL = { conditions: [], start: 0, limit: Number.MAX_SAFE_INTEGER };

/**
 * Adds the resources whose uuids are unused; to be called within a transaction.
 * @throws ApiError naming the faulty entry by its index
 */
export function insertResources(run: Statements, resources: Resources): void {
  const existing = slices(uuidsOf(resources)).flatMap((uuids) => run.existing(listOf(uuids)));
  for (const [table, rows] of newRows(resources, existing)) {
    for (const row of rows) run.insert[table](row);
  }
}

/** Reads every resource with all of its fields. */
export function readResources(
  run: Statements,
  records: CompiledRecords,
  runQuery: (query: SqlQuery) => unknown[],
): Resources {
  const all = (kind: EntityKind) => {
    const uuids = runQuery(pageQuery(kind, ALL)) as string[];
    return uuids.map((uuid) => records.mustFind(kind, uuid));
  };
  return toResources(mapKinds(all) as never, run.allRefs());
}

/**
 * Copies the tables of resources to temporary tables, from which a reset restores a seed faster than it was
 * inserted; to be called within a transaction. It replaces the last snapshot.
 */
export function saveSnapshot(client: Database.Database): void {
  for (const table of resourceTables) {
    client.exec(`DROP TABLE IF EXISTS temp.saved_${table};
      CREATE TEMP TABLE saved_${table} AS SELECT * FROM main.${table}`);
  }
}

/** Fills the tables of resources, which must be empty, from the snapshot; to be called within a transaction. */
export function restoreSnapshot(client: Database.Database): void {
  for (const table of resourceTables) {
    client.exec(`INSERT INTO main.${table} SELECT * FROM temp.saved_${table}`);
  }
}
