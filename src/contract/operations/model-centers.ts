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
      'Registers a storage location of models, services and datasets. The server doesn’t connect to it.',
  },
  UpdateModelCenter: { ...update, params: UpdateModelCenterParams },
  DeleteModelCenter: {
    ...remove,
    failures: ['operationFailed'],
    description:
      'Deletes a center with its tags. One that has models or datasets is rejected with SYS.1006 in ' +
      `Permissive mode; Enforcing deletes them too. Services stay as they are. ${DELETE_UNKNOWN}`,
  },
  QueryModelCenter: query,
  GetModelCenter: get,
} as const satisfies Record<string, Operation>;
