import { datasetDefaults } from '../contract/schemas/dataset.ts';
import { newResource } from './additions.ts';
import type { Handler } from './dependencies.ts';
import { hasUuid } from './query-language.ts';
import { datasetPath } from './records.ts';

/** Creates a dataset, whose path is in its center, if that is registered here (F62). */
export const CreateDataset: Handler<'CreateDataset'> = async (request, dependencies) => {
  const { store } = dependencies;
  const { fields, own, extras, toResult } = newResource(
    'CreateDataset',
    'Dataset',
    request,
    dependencies,
  );
  // Not the whole center, whose capacity is the sum of the sizes of all that it has.
  const [center] = await store.listFields(
    'ModelCenter',
    { conditions: [hasUuid('ModelCenter', fields.modelCenterUuid)], start: 0, limit: 1 },
    ['url'],
  );
  const installPath = datasetPath(center, own.uuid);
  const dataset = { ...datasetDefaults, ...fields, ...own, installPath };
  return store.addResource('Dataset', dataset, extras(), toResult);
};
