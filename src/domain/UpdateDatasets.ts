import { ApiError } from '../contract/errors.ts';
import type { Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { createTags, type Dataset } from './records.ts';
import { referenceTo } from './references.ts';

/** Changes datasets in order, each as UpdateDataset does: either all or none (F62). */
export const UpdateDatasets: Handler<'UpdateDatasets'> = async (
  { params: { updateDatasetStructs: structs }, ...tags },
  dependencies,
) => {
  const now = dependencies.clock();
  const changes = new Map(structs.map((fields) => [fields.uuid, fields]));
  const uuids = [...changes.keys()];
  return dependencies.store.changeResources(
    'Dataset',
    uuids,
    (current) => {
      assertNoSystemDataset(current);
      return { ...current, ...changes.get(current.uuid), lastOpDate: now };
    },
    {
      references: [referenceTo('updateDatasetStructs', 'DatasetVO', uuids)],
      tags: uuids.flatMap((uuid) => createTags(tags, 'DatasetVO', uuid, now, dependencies)),
    },
    (changed) => ({
      inventories: changed.map((dataset) => toInventory('Dataset', dataset, dependencies, now)),
    }),
  );
};

/** @throws ApiError SYS.1006 for a system dataset (F62) */
export function assertNoSystemDataset({ uuid, system }: Dataset): void {
  if (!system) return;
  throw new ApiError('operationFailed', `the dataset[uuid:${uuid}] is a system dataset`);
}
