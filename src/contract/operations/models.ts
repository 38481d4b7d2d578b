import { AddModelParams, ModelInventory, UpdateModelParams } from '../schemas/model.ts';
import { ModelServiceInventory } from '../schemas/model-service.ts';
import {
  DELETE_UNKNOWN,
  DELETE_USED,
  noFields,
  type Operation,
  operationsOn,
} from './operation.ts';

const { add, update, remove, removeAll, query, get } = operationsOn({
  inventory: ModelInventory,
  tag: 'Models',
  since: '5.1.8',
  path: '/v1/ai/models',
  one: 'model',
});

const binding = {
  path: '/v1/ai/models/{modelUuid}/model-services/{modelServiceUuid}',
  pathParameters: {
    modelUuid: 'UUID of the model.',
    modelServiceUuid: 'UUID of the service.',
  },
};

/** The operations on models and on their bindings to services. */
export const modelOperations = {
  AddModel: {
    ...add,
    params: AddModelParams,
    evidence: 'D',
    description: 'Adds a model, and binds it to the services of `modelServiceUuids`.',
  },
  BindModelToService: {
    ...add,
    ...binding,
    inventory: ModelServiceInventory,
    params: noFields,
    evidence: 'D',
    summary: 'Bind a model to a service',
    description: 'Binds a model to a service. Binding them again changes nothing.',
  },
  UnbindModelFromService: {
    ...remove,
    ...binding,
    query: noFields,
    summary: 'Unbind a model from a service',
    description: 'Removes the binding of a model to a service. It succeeds also without a binding.',
  },
  UpdateModel: { ...update, params: UpdateModelParams },
  DeleteModel: {
    ...remove,
    failures: ['operationFailed'],
    description: `Deletes a model with its bindings and tags. ${DELETE_USED} ${DELETE_UNKNOWN}`,
  },
  DeleteModels: {
    ...removeAll,
    description: `Deletes models with their bindings and tags. ${removeAll.description}`,
  },
  QueryModel: query,
  GetModel: get,
} as const satisfies Record<string, Operation>;
