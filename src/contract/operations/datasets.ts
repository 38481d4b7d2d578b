import {
  CreateDatasetParams,
  DatasetInventory,
  UpdateDatasetParams,
  UpdateDatasetsParams,
} from '../schemas/dataset.ts';
import { DELETE_UNKNOWN, DELETE_USED, type Operation, operationsOn } from './operation.ts';

const { add, update, remove, removeAll, query, get } = operationsOn({
  inventory: DatasetInventory,
  tag: 'Datasets',
  path: '/v1/ai/datasets',
  one: 'dataset',
  evidence: 'K',
});

export const datasetOperations = {
  CreateDataset: {
    ...add,
    wrapper: 'params',
    wrapperAliases: ['param'],
    params: CreateDatasetParams,
    summary: 'Create a dataset',
    description: 'Stores what is given about a dataset. Nothing is fetched from its URL.',
  },
  UpdateDataset: {
    ...update,
    params: UpdateDatasetParams,
    failures: ['operationFailed'],
    description:
      'Changes the fields given and leaves the others as they are. A system dataset is refused with SYS.1006.',
  },
  UpdateDatasets: {
    ...update,
    path: add.path,
    aliases: [],
    pathParameters: {},
    wrapper: 'updateDatasets',
    params: UpdateDatasetsParams,
    answers: 'several',
    failures: ['operationFailed'],
    summary: 'Update several datasets',
    description:
      'Changes the fields given of each dataset, in order, as UpdateDataset does: either all or none.',
  },
  DeleteDataset: {
    ...remove,
    failures: ['operationFailed'],
    description: `Deletes a dataset with its tags. ${DELETE_USED} ${DELETE_UNKNOWN}`,
  },
  DeleteDatasets: {
    ...removeAll,
    description:
      'Deletes datasets with their tags, and tells of each how it went, with status 200 also where some ' +
      'failed. `uuids` may stand in a JSON body instead.',
  },
  QueryDataset: query,
  GetDataset: get,
} as const satisfies Record<string, Operation>;
