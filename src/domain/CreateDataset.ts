import { datasetDefaults } from '../contract/schemas/dataset.ts';
import type { Handler } from './dependencies.ts';
import { toInventory } from './inventory.ts';
import { hasUuid } from './query-language.ts';
import { createTags, datasetPath } from './records.ts';
import { strictReference } from './references.ts';

/** Creates a dataset, whose path is in its center, if that is registered here (F62). */
export const CreateDataset: Handler<'CreateDataset'> = async (
  { params, ...tags },
  dependencies,
) => {
  const { tagUuids = [], resourceUuid: uuid = dependencies.newUuid(), ...fields } = params;
  const now = dependencies.clock();
  const [center] = await dependencies.store.listFields(
    'ModelCenter',
    { conditions: [hasUuid('ModelCenter', params.modelCenterUuid)], start: 0, limit: 1 },
    ['url'],
  );
  return dependencies.store.addResource(
    'Dataset',
    {
      ...datasetDefaults,
      ...fields,
      uuid,
      installPath: datasetPath(center, uuid),
      tagUuids,
      createDate: now,
      lastOpDate: now,
    },
    {
      references: [
        ...strictReference(
          dependencies,
          'modelCenterUuid',
          'ModelCenterVO',
          params.modelCenterUuid,
        ),
        ...strictReference(dependencies, 'tagUuids', 'TagVO', params.tagUuids),
      ],
      tags: createTags(tags, 'DatasetVO', uuid, now, dependencies),
    },
    (dataset) => ({ inventory: toInventory('Dataset', dataset, dependencies.formatDate, now) }),
  );
};
