import {
  AddModelCenterParams,
  ModelCenterInventory,
  UpdateModelCenterParams,
} from '../schemas/model-center.ts';
import { DELETE_UNKNOWN, type Operation, operationsOn } from './operation.ts';

const { add, update, remove, query, get } = operationsOn({
  inventory: ModelCenterInventory,
  tag: 'Model centers',
  since: '5.1.8',
  path: '/v1/ai/model-centers',
  one: 'center',
  title: 'model center',
});

export const modelCenterOperations = {
  AddModelCenter: {
    ...add,
    params: AddModelCenterParams,
    description:
      'Registers a storage location of models, services and datasets. The server does not connect to it.',
  },
  UpdateModelCenter: { ...update, params: UpdateModelCenterParams },
  DeleteModelCenter: {
    ...remove,
    failures: ['operationFailed'],
    description:
      'Deletes a center with its tags. If it has models or datasets, Permissive mode rejects the deletion with ' +
      `SYS.1006; Enforcing mode deletes them too. Services are not changed. ${DELETE_UNKNOWN}`,
  },
  QueryModelCenter: query,
  GetModelCenter: get,
} as const satisfies Record<string, Operation>;
