import {
  AddModelCenterParams,
  ModelCenterInventory,
  UpdateModelCenterParams,
} from '../schemas/model-center.ts';
import { add, DELETE_UNKNOWN, get, type Operation, query, remove, update } from './operation.ts';

const metadata = { inventory: ModelCenterInventory, tag: 'Model centers', since: '5.1.8' } as const;
const PATH = '/v1/ai/model-centers';
const ONE = `${PATH}/{uuid}`;

export const modelCenterOperations = {
  AddModelCenter: {
    ...metadata,
    ...add,
    path: PATH,
    params: AddModelCenterParams,
    evidence: 'O',
    summary: 'Add a model center',
    description:
      'Registers a storage location of models, services and datasets. The server doesn’t connect to it.',
  },
  UpdateModelCenter: {
    ...metadata,
    ...update(ONE, 'center'),
    wrapper: 'updateModelCenter',
    params: UpdateModelCenterParams,
    evidence: 'O',
    summary: 'Update a model center',
    description: 'Changes the fields given and leaves the others as they are.',
  },
  DeleteModelCenter: {
    ...metadata,
    ...remove(ONE, 'center'),
    failures: ['operationFailed'],
    summary: 'Delete a model center',
    description:
      'Deletes a center with its tags. One that has models or datasets is rejected with SYS.1006 in ' +
      `Permissive mode; Enforcing deletes them too. Services stay as they are. ${DELETE_UNKNOWN}`,
  },
  QueryModelCenter: { ...metadata, ...query(PATH, 'model centers') },
  GetModelCenter: { ...metadata, ...get(ONE, 'center', 'model center') },
} as const satisfies Record<string, Operation>;
