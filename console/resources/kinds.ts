import { answerOf, api, type Schemas } from '../api/client.ts';
import type { paths } from '../api/openapi.d.ts';
import type { TextKey } from '../texts/text.ts';

/** A resource as the API answers it. */
export interface Resource {
  uuid: string;
  name: string;
  [field: string]: unknown;
}

export type Query = NonNullable<paths['/v1/ai/model-services']['get']['parameters']['query']>;
type DeleteMode = Schemas['DeleteMode'];

/** A form that is made of the schema of an operation's request. */
export interface FormOfKind {
  title: TextKey;
  /** The schema's name, such as AddModelRequest. */
  request: string;
  /** Whether it begins with the values of the resource, and sends those that were changed. */
  isPrefilled: boolean;
  /** @param uuid of the resource it is about; empty for a new one */
  send: (uuid: string, body: never) => Promise<Partial<Schemas['SuccessAnswer']> & object>;
}

/** A kind of resource: what its page shows and calls. Fields and limits are in the OpenAPI document. */
export interface Kind {
  /** Names the page. */
  path: string;
  title: TextKey;
  /** Names its schemas and queries, and with `VO` the type of its tags. */
  entity: string;
  /** The path of its operations, for commands. */
  url: string;
  /** The columns of its table, until others are chosen. */
  columns: string[];
  list: (query: Query, signal?: AbortSignal) => Promise<{ inventories?: object[]; total?: number }>;
  get: (uuid: string, signal?: AbortSignal) => Promise<{ inventories: object[] }>;
  /** Undefined for what is made by an action of another kind. */
  add?: FormOfKind;
  /** What can be done with a resource. */
  actions: FormOfKind[];
  remove: (uuid: string, deleteMode: DeleteMode) => Promise<object>;
}

const at = (uuid: string) => ({ path: { uuid } });

const services: Kind = {
  path: 'services',
  title: 'services',
  entity: 'ModelService',
  url: '/v1/ai/model-services',
  columns: ['name', 'type', 'framework', 'requestCpu', 'requestMemory', 'system', 'createDate'],
  list: (query, signal) =>
    answerOf(api.GET('/v1/ai/model-services', { params: { query }, signal })),
  get: (uuid, signal) =>
    answerOf(api.GET('/v1/ai/model-services/{uuid}', { params: at(uuid), signal })),
  add: {
    title: 'addService',
    request: 'AddModelServiceRequest',
    isPrefilled: false,
    send: (_, body) => answerOf(api.POST('/v1/ai/model-services', { body })),
  },
  actions: [
    {
      title: 'edit',
      request: 'UpdateModelServiceRequest',
      isPrefilled: true,
      send: (uuid, body) =>
        answerOf(api.PUT('/v1/ai/model-services/{uuid}', { params: at(uuid), body })),
    },
    {
      title: 'clone',
      request: 'CloneModelServiceRequest',
      isPrefilled: true,
      send: (uuid, body) =>
        answerOf(api.POST('/v1/ai/model-services/{uuid}', { params: at(uuid), body })),
    },
  ],
  remove: (uuid, deleteMode) =>
    answerOf(
      api.DELETE('/v1/ai/model-services/{uuid}', {
        params: { ...at(uuid), query: { deleteMode } },
      }),
    ),
};

const models: Kind = {
  path: 'models',
  title: 'models',
  entity: 'Model',
  url: '/v1/ai/models',
  columns: ['name', 'vendor', 'version', 'size', 'modelId', 'createDate'],
  list: (query, signal) => answerOf(api.GET('/v1/ai/models', { params: { query }, signal })),
  get: (uuid, signal) => answerOf(api.GET('/v1/ai/models/{uuid}', { params: at(uuid), signal })),
  add: {
    title: 'addModel',
    request: 'AddModelRequest',
    isPrefilled: false,
    send: (_, body) => answerOf(api.POST('/v1/ai/models', { body })),
  },
  actions: [
    {
      title: 'edit',
      request: 'UpdateModelRequest',
      isPrefilled: true,
      send: (uuid, body) => answerOf(api.PUT('/v1/ai/models/{uuid}', { params: at(uuid), body })),
    },
  ],
  remove: (uuid, deleteMode) =>
    answerOf(
      api.DELETE('/v1/ai/models/{uuid}', { params: { ...at(uuid), query: { deleteMode } } }),
    ),
};

const centers: Kind = {
  path: 'centers',
  title: 'centers',
  entity: 'ModelCenter',
  url: '/v1/ai/model-centers',
  columns: ['name', 'url', 'status', 'managementIp', 'managementPort', 'createDate'],
  list: (query, signal) => answerOf(api.GET('/v1/ai/model-centers', { params: { query }, signal })),
  get: (uuid, signal) =>
    answerOf(api.GET('/v1/ai/model-centers/{uuid}', { params: at(uuid), signal })),
  add: {
    title: 'addCenter',
    request: 'AddModelCenterRequest',
    isPrefilled: false,
    send: (_, body) => answerOf(api.POST('/v1/ai/model-centers', { body })),
  },
  actions: [
    {
      title: 'edit',
      request: 'UpdateModelCenterRequest',
      isPrefilled: true,
      send: (uuid, body) =>
        answerOf(api.PUT('/v1/ai/model-centers/{uuid}', { params: at(uuid), body })),
    },
  ],
  remove: (uuid, deleteMode) =>
    answerOf(
      api.DELETE('/v1/ai/model-centers/{uuid}', { params: { ...at(uuid), query: { deleteMode } } }),
    ),
};

const datasets: Kind = {
  path: 'datasets',
  title: 'datasets',
  entity: 'Dataset',
  url: '/v1/ai/datasets',
  columns: ['name', 'url', 'size', 'system', 'createDate'],
  list: (query, signal) => answerOf(api.GET('/v1/ai/datasets', { params: { query }, signal })),
  get: (uuid, signal) => answerOf(api.GET('/v1/ai/datasets/{uuid}', { params: at(uuid), signal })),
  add: {
    title: 'addDataset',
    request: 'CreateDatasetRequest',
    isPrefilled: false,
    send: (_, body) => answerOf(api.POST('/v1/ai/datasets', { body })),
  },
  actions: [
    {
      title: 'edit',
      request: 'UpdateDatasetRequest',
      isPrefilled: true,
      send: (uuid, body) => answerOf(api.PUT('/v1/ai/datasets/{uuid}', { params: at(uuid), body })),
    },
  ],
  remove: (uuid, deleteMode) =>
    answerOf(
      api.DELETE('/v1/ai/datasets/{uuid}', { params: { ...at(uuid), query: { deleteMode } } }),
    ),
};

/** Every kind that has a page, in the order of the navigation. */
export const kinds = [services, models, centers, datasets];
