import { datasetDefaults } from '../contract/schemas/dataset.ts';
import { addHandler } from './additions.ts';
import { parseConditions } from './query-language.ts';
import { datasetPath } from './records.ts';

/** Creates a dataset, whose path is in its center, if that is registered here (F62). */
export const CreateDataset = addHandler(
  'CreateDataset',
  'Dataset',
  async (fields, base, { store, parseDate }) => {
    // Not the whole center, whose capacity is the sum of the sizes of all that it has.
    const isCenter = { name: 'uuid', op: '=', value: fields.modelCenterUuid } as const;
    const conditions = parseConditions('ModelCenter', [isCenter], parseDate);
    const page = { conditions, start: 0, limit: 1, fields: ['url'] };
    const [center] = await store.list('ModelCenter', page);
    const installPath = datasetPath(center, base.uuid);
    return { ...datasetDefaults, ...fields, ...base, installPath };
  },
);
