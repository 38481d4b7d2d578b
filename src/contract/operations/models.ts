import { AddModelParams, ModelInventory, UpdateModelParams } from '../schemas/model.ts';
import { ModelServiceInventory } from '../schemas/model-service.ts';
import { DeleteUuidsQuery } from '../schemas/resource.ts';
import {
  add,
  DELETE_UNKNOWN,
  DELETE_USED,
  get,
  noFields,
  type Operation,
  query,
  remove,
  update,
} from './operation.ts';

const metadata = { inventory: ModelInventory, tag: 'Models', since: '5.1.8' } as const;
const PATH = '/v1/ai/models';
const ONE = `${PATH}/{uuid}`;

const BINDING = `${PATH}/{modelUuid}/model-services/{modelServiceUuid}`;
const bindingParameters = {
  modelUuid: 'UUID of the model.',
  modelServiceUuid: 'UUID of the service.',
};

/** The operations on models and on their bindings to services. */
export const modelOperations = {
  AddModel: {
    ...metadata,
    ...add,
    path: PATH,
    params: AddModelParams,
    evidence: 'D',
    summary: 'Add a model',
    description: 'Adds a model and binds it to the services named.',
  },
  BindModelToService: {
    ...metadata,
    ...add,
    inventory: ModelServiceInventory,
    path: BINDING,
    pathParameters: bindingParameters,
    params: noFields,
    evidence: 'D',
    summary: 'Bind a model to a service',
    description: 'Binds a model to a service; binding them again changes nothing.',
  },
  UnbindModelFromService: {
    ...metadata,
    ...remove(BINDING, 'binding'),
    pathParameters: bindingParameters,
    query: noFields,
    summary: 'Unbind a model from a service',
    description: 'Removes the binding of a model to a service; without one it succeeds too.',
  },
  UpdateModel: {
    ...metadata,
    ...update(ONE, 'model'),
    wrapper: 'updateModel',
    params: UpdateModelParams,
    evidence: 'O',
    summary: 'Update a model',
    description: 'Changes the fields given and leaves the others as they are.',
  },
  DeleteModel: {
    ...metadata,
    ...remove(ONE, 'model'),
    failures: ['operationFailed'],
    summary: 'Delete a model',
    description: `Deletes a model with its bindings and tags. ${DELETE_USED} ${DELETE_UNKNOWN}`,
  },
  DeleteModels: {
    ...metadata,
    ...remove(PATH, 'models'),
    pathParameters: {},
    query: DeleteUuidsQuery,
    answers: 'results',
    summary: 'Delete several models',
    description:
      'Deletes models with their bindings and tags, and tells of each how it went, with status 200 ' +
      'also where some failed. `uuids` may stand in a JSON body instead.',
  },
  QueryModel: { ...metadata, ...query(PATH, 'models') },
  GetModel: { ...metadata, ...get(ONE, 'model') },
} as const satisfies Record<string, Operation>;
