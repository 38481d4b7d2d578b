import {
  AddModelServiceParams,
  CloneModelServiceParams,
  ModelServiceInventory,
  UpdateModelServiceParams,
} from '../schemas/model-service.ts';
import { DELETE_UNKNOWN, type Operation, operationsOn, uuidOfThe } from './operation.ts';

const { add, update, remove, query, get } = operationsOn({
  inventory: ModelServiceInventory,
  tag: 'Model services',
  since: '5.1.8',
  path: '/v1/ai/model-services',
  one: 'service',
  title: 'model service',
});

export const modelServiceOperations = {
  AddModelService: {
    ...add,
    params: AddModelServiceParams,
    evidence: 'D',
    description: 'Adds a model service with its images; binds it to the models of `modelUuids`.',
  },
  UpdateModelService: {
    ...update,
    needsAction: true,
    params: UpdateModelServiceParams,
    evidence: 'D',
    description:
      'Changes the given fields and leaves the others unchanged; lists and maps are replaced as a whole. `service…`, ' +
      '`environmentParameters`, `startupParameters` and `inferenceParams` edit the stored `yaml`.',
  },
  CloneModelService: {
    ...add,
    since: '5.3.20',
    path: update.path,
    pathParameters: uuidOfThe('service to clone'),
    wrapper: 'params',
    wrapperAliases: ['param'],
    params: CloneModelServiceParams,
    evidence: 'D',
    summary: 'Clone a model service',
    description:
      'Copies a service with its images and bindings; given fields replace those of the source.',
  },
  DeleteModelService: {
    ...remove,
    description: `Deletes a service with its bindings, images and tags. ${DELETE_UNKNOWN}`,
  },
  QueryModelService: query,
  GetModelService: get,
} as const satisfies Record<string, Operation>;
