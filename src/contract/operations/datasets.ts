import {
  CreateDatasetParams,
  DatasetInventory,
  UpdateDatasetParams,
  UpdateDatasetsParams,
} from '../schemas/dataset.ts';
import { DeleteUuidsQuery } from '../schemas/resource.ts';
import {
  add,
  DELETE_UNKNOWN,
  DELETE_USED,
  get,
  type Operation,
  query,
  remove,
  update,
  write,
} from './operation.ts';

const metadata = { inventory: DatasetInventory, tag: 'Datasets', evidence: 'K' } as const;
const PATH = '/v1/ai/datasets';
const ONE = `${PATH}/{uuid}`;

export const datasetOperations = {
  CreateDataset: {
    ...add,
    ...metadata,
    path: PATH,
    wrapper: 'params',
    wrapperAliases: ['param'],
    params: CreateDatasetParams,
    summary: 'Create a dataset',
    description: 'Stores what is given about a dataset. Nothing is fetched from its URL.',
  },
  UpdateDataset: {
    ...update(ONE, 'dataset'),
    ...metadata,
    wrapper: 'updateDataset',
    params: UpdateDatasetParams,
    failures: ['operationFailed'],
    summary: 'Update a dataset',
    description:
      'Changes the fields given and leaves the others as they are. A system dataset is refused with SYS.1006.',
  },
  UpdateDatasets: {
    ...write,
    ...metadata,
    method: 'PUT',
    path: PATH,
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
    ...remove(ONE, 'dataset'),
    ...metadata,
    failures: ['operationFailed'],
    summary: 'Delete a dataset',
    description: `Deletes a dataset with its tags. ${DELETE_USED} ${DELETE_UNKNOWN}`,
  },
  DeleteDatasets: {
    ...remove(PATH, 'datasets'),
    ...metadata,
    pathParameters: {},
    query: DeleteUuidsQuery,
    answers: 'results',
    summary: 'Delete several datasets',
    description:
      'Deletes datasets with their tags, and tells of each how it went, with status 200 also where some ' +
      'failed. `uuids` may stand in a JSON body instead.',
  },
  QueryDataset: { ...query(PATH, 'datasets'), ...metadata },
  GetDataset: { ...get(ONE, 'dataset'), ...metadata },
} as const satisfies Record<string, Operation>;
