import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { Resources } from '../../domain/records.ts';
import { mapKinds } from '../fields.ts';
import { newRows, slices, toResources, uuidsOf } from '../seed.ts';
import type { Run } from './connections.ts';
import { allRecords } from './reads.ts';
import { statements } from './statements.ts';

/**
 * Adds the resources whose uuids are unused; to be called within a transaction.
 * @throws ApiError naming the faulty entry by its index
 */
export async function insertResources(run: Run, resources: Resources): Promise<void> {
  const existing: string[] = [];
  for (const uuids of slices(uuidsOf(resources))) {
    const { rows } = await statements.existing(run, { uuids });
    existing.push(...(rows.flat() as string[]));
  }
  for (const [table, all] of newRows(resources, existing)) {
    for (const rows of slices(all)) await statements.insertAll[table](run, { rows });
  }
}

/** Reads every resource with its relations; within a transaction that reads a snapshot. */
export async function readResources(run: Run): Promise<Resources> {
  const all = mapKinds((): object[] => []);
  for (const kind of Object.keys(all) as EntityKind[]) {
    for await (const record of allRecords(run, kind)) all[kind].push(record);
  }
  return toResources(all as never, await statements.allRefs(run));
}
