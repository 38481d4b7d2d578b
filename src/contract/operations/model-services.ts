import {
  AddModelServiceParams,
  CloneModelServiceParams,
  ModelServiceInventory,
  UpdateModelServiceParams,
} from '../schemas/model-service.ts';
import {
  add,
  DELETE_UNKNOWN,
  get,
  type Operation,
  query,
  remove,
  update,
  uuidOfThe,
} from './operation.ts';

const metadata = {
  inventory: ModelServiceInventory,
  tag: 'Model services',
  since: '5.1.8',
} as const;
const PATH = '/v1/ai/model-services';
const ONE = `${PATH}/{uuid}`;

export const modelServiceOperations = {
  AddModelService: {
    ...metadata,
    ...add,
    path: PATH,
    params: AddModelServiceParams,
    evidence: 'D',
    summary: 'Add a model service',
    description: 'Adds a model service with its images and binds it to the models named.',
  },
  UpdateModelService: {
    ...metadata,
    ...update(ONE, 'service'),
    wrapper: 'updateModelService',
    needsAction: true,
    params: UpdateModelServiceParams,
    evidence: 'D',
    summary: 'Update a model service',
    description:
      'Changes the fields given and leaves the others as they are. Images and the vendor map are ' +
      'replaced; the `service*`, environment, startup and inference parameters edit the yaml.',
  },
  CloneModelService: {
    ...metadata,
    ...add,
    since: '5.3.20',
    path: ONE,
    pathParameters: uuidOfThe('service to clone'),
    wrapper: 'params',
    wrapperAliases: ['param'],
    params: CloneModelServiceParams,
    evidence: 'D',
    summary: 'Clone a model service',
    description:
      'Copies a service with its images and bindings; each field given overrides the source’s.',
  },
  DeleteModelService: {
    ...metadata,
    ...remove(ONE, 'service'),
    summary: 'Delete a model service',
    description: `Deletes a service with its bindings, images and tags. ${DELETE_UNKNOWN}`,
  },
  QueryModelService: { ...metadata, ...query(PATH, 'model services') },
  GetModelService: { ...metadata, ...get(ONE, 'service', 'model service') },
} as const satisfies Record<string, Operation>;
