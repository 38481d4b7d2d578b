import type Database from 'better-sqlite3';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { ResourceType } from '../../contract/schemas/resource.ts';
import type { Records, Resources } from '../../domain/records.ts';
import { ownerReference, refReferences, usedByAnotherEntry, usedByAnotherKind } from '../errors.ts';
import type { SqlQuery } from './engine/run-query.ts';
import { sqliteCode } from './errors.ts';
import { pageQuery } from './reads.ts';
import type { CompiledRecords } from './records.ts';
import { listOf, RESOURCE_TABLES, type Statements } from './statements.ts';
import { assertReference } from './writes.ts';

const ALL = { conditions: [], start: 0, limit: Number.MAX_SAFE_INTEGER };

/**
 * Inserts the resources whose uuids are unused; to be called within a transaction.
 * @throws ApiError naming the faulty entry by its index
 */
export function insertResources(run: Statements, resources: Resources): void {
  /** Registers the uuid; returns false if the same resource exists already. */
  function addOnce(field: string, uuid: string, type: ResourceType): boolean {
    if (run.insertResourceOnce({ uuid, type })) return true;
    if (run.resourcesByUuid({ ...listOf([uuid]), type }).length > 0) return false;
    throw usedByAnotherKind(field, uuid);
  }

  forEach(resources, 'modelCenters', (center, field) => {
    if (addOnce(field, center.uuid, 'ModelCenterVO')) run.insertCenter(center);
  });
  forEach(resources, 'models', (model, field) => {
    if (addOnce(field, model.uuid, 'ModelVO')) run.insertModel(model);
  });
  forEach(resources, 'modelServices', (service, field) => {
    if (!addOnce(field, service.uuid, 'ModelServiceVO')) return;
    run.insertService(service);
    for (const [index, image] of service.modelServiceImages.entries()) {
      withUnusedUuid(`${field}.modelServiceImages[${index}]`, () => run.insertImage(image));
    }
  });
  forEach(resources, 'modelServiceRefs', (ref, field) => {
    for (const side of refReferences(ref, field)) assertReference(run, side);
    const isDefault = ref.isDefault && run.defaultRef(ref).length === 0;
    withUnusedUuid(field, () => run.insertRefOnce({ ...ref, isDefault }));
  });
  for (const list of ['userTags', 'systemTags'] as const) {
    forEach(resources, list, (tag, field) => {
      assertReference(run, ownerReference(tag, `${field}.`));
      // The tag may exist with another text.
      if (run.tagsByUuid(listOf([tag.uuid])).length === 0) run.insertTagOnce(tag);
    });
  }
}

/** Calls `add` with each entry of a list, and the path of the entry. */
function forEach<List extends keyof Resources>(
  resources: Resources,
  list: List,
  add: (entry: Resources[List][number], field: string) => void,
): void {
  for (const [index, entry] of resources[list].entries()) add(entry, `${list}[${index}]`);
}

/** Names the entry in the error if another entry has its uuid. */
function withUnusedUuid(field: string, insert: () => void): void {
  try {
    insert();
  } catch (error) {
    if (!sqliteCode(error)?.startsWith('SQLITE_CONSTRAINT')) throw error;
    throw usedByAnotherEntry(field);
  }
}

/** Reads every resource with all of its fields. */
export function readResources(
  run: Statements,
  records: CompiledRecords,
  runQuery: (query: SqlQuery) => unknown[],
): Resources {
  const all = <K extends EntityKind>(kind: K): Records[K][] => {
    const uuids = runQuery(pageQuery(kind, ALL)) as string[];
    return uuids.map((uuid) => records.mustFind(kind, uuid));
  };
  return {
    modelCenters: all('ModelCenter').map(
      ({ modelUsedCapacity, modelServiceUsedCapacity, ...center }) => center,
    ),
    models: all('Model').map(({ modelServiceRefs, ...model }) => model),
    modelServices: all('ModelService').map(({ modelServiceRefs, ...service }) => service),
    modelServiceRefs: run.allRefs(),
    userTags: all('UserTag').map((tag) => ({ ...tag, inherent: false })),
    systemTags: all('SystemTag'),
  };
}

/**
 * Copies the tables of resources to temporary tables, from which a reset restores a seed faster than it was
 * inserted; to be called within a transaction. It replaces the last snapshot.
 */
export function saveSnapshot(client: Database.Database): void {
  for (const table of RESOURCE_TABLES) {
    client.exec(`DROP TABLE IF EXISTS temp.saved_${table};
      CREATE TEMP TABLE saved_${table} AS SELECT * FROM main.${table}`);
  }
}

/** Fills the tables of resources, which must be empty, from the snapshot; to be called within a transaction. */
export function restoreSnapshot(client: Database.Database): void {
  for (const table of RESOURCE_TABLES) {
    client.exec(`INSERT INTO main.${table} SELECT * FROM temp.saved_${table}`);
  }
}
