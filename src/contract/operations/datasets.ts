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
    description: 'Registers a dataset. Nothing is downloaded from its URL.',
  },
  UpdateDataset: {
    ...update,
    params: UpdateDatasetParams,
    failures: ['operationFailed'],
    description:
      'Changes the given fields and leaves the others unchanged. A system dataset is rejected with SYS.1006.',
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
      'Changes each dataset as UpdateDataset does, in order. If one fails, none is changed.',
  },
  DeleteDataset: {
    ...remove,
    failures: ['operationFailed'],
    description: `Deletes a dataset with its tags. ${DELETE_USED} ${DELETE_UNKNOWN}`,
  },
  DeleteDatasets: {
    ...removeAll,
    description: `Deletes datasets with their tags. ${removeAll.description}`,
  },
  QueryDataset: query,
  GetDataset: get,
} as const satisfies Record<string, Operation>;
