import type { Tag } from '../../src/domain/records.ts';
import type { ExpectedError } from './errors.ts';
import { dataset, extras, model, modelCenter, modelService, newUuid, tag } from './records.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  createDataset,
  deployModelService,
} from './resources.ts';
import { asIs, nothing } from './results.ts';
import { API, ROOT, type Server } from './server.ts';
import { addedGroup } from './stores.ts';

interface Added {
  uuid: string;
}

/** A kind of resource that can be listed. */
export interface EntitySpec {
  /** As it stands in the operations' names. */
  name: string;
  path: string;
  table: string;
  /** The field that `add` sets. */
  label: string;
  /** Of the fields that conditions are tried on, those that may be null. */
  nullable: readonly string[];
  /** Adds one through the API. */
  add(server: Server, label: string): Promise<Added>;
  /** Deletes one through the API. */
  remove(server: Server, uuid: string): Promise<void>;
  /** Puts one past the API into the store, for values that the API gives to none. */
  put(server: Server, fields: object): Promise<void>;
}

async function succeed(answer: ReturnType<Server['call']>): Promise<{ inventory: Added }> {
  const { status, body } = await answer;
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

function deleteAt(path: string) {
  return async (server: Server, uuid: string): Promise<void> => {
    await succeed(server.delete(`${path}/${uuid}?deleteMode=Enforcing`));
  };
}

const ModelService: EntitySpec = {
  name: 'ModelService',
  path: `${API}/model-services`,
  table: 'model_services',
  label: 'name',
  nullable: ['description'],
  add: (server, name) => addModelService(server, { name }),
  remove: deleteAt(`${API}/model-services`),
  put: (server, fields) =>
    server.store.addResource('ModelService', modelService(fields), extras(), nothing),
};

const Model: EntitySpec = {
  name: 'Model',
  path: `${API}/models`,
  table: 'models',
  label: 'name',
  nullable: ['vendor', 'minGpuMemory'],
  add: (server, name) => addModel(server, { name }),
  remove: deleteAt(`${API}/models`),
  put: (server, fields) => server.store.addResource('Model', model(fields), extras(), nothing),
};

const ModelCenter: EntitySpec = {
  name: 'ModelCenter',
  path: `${API}/model-centers`,
  table: 'model_centers',
  label: 'name',
  nullable: ['description'],
  add: (server, name) => addModelCenter(server, { name }),
  remove: deleteAt(`${API}/model-centers`),
  put: async (server, fields) => {
    await server.store.addResource('ModelCenter', modelCenter(fields), extras(), asIs);
  },
};

const Dataset: EntitySpec = {
  name: 'Dataset',
  path: `${API}/datasets`,
  table: 'datasets',
  label: 'name',
  nullable: ['description', 'installPath'],
  add: (server, name) => createDataset(server, { name }),
  remove: deleteAt(`${API}/datasets`),
  put: (server, fields) => server.store.addResource('Dataset', dataset(fields), extras(), nothing),
};

const ModelServiceInstanceGroup: EntitySpec = {
  name: 'ModelServiceInstanceGroup',
  path: `${API}/model-services/instances/groups`,
  table: 'model_service_instance_groups',
  label: 'name',
  nullable: ['description', 'modelUuid'],
  add: (server, name) => deployModelService(server, { name }),
  remove: deleteAt(`${API}/model-services/instances/groups`),
  put: async (server, fields) => void (await addedGroup(server.store, fields)),
};

function tagKind(type: Tag['type'], path: string): EntitySpec {
  return {
    name: `${type}Tag`,
    path,
    table: 'tags',
    label: 'tag',
    nullable: [],
    add: async (server, tag) => {
      const { uuid: resourceUuid } = await addModelService(server);
      const params = { resourceType: 'ModelServiceVO', resourceUuid, tag };
      return (await succeed(server.post(path, { params }))).inventory;
    },
    remove: deleteAt(`${ROOT}/tags`),
    put: async (server, fields: Partial<Tag>) => {
      const { resourceUuid = await someService(server), tag: text = newUuid() } = fields;
      await server.store.addTag(tag(resourceUuid, text, { ...fields, type } as Tag), nothing);
    },
  };
}

async function someService(server: Server): Promise<string> {
  const service = modelService();
  await server.store.addResource('ModelService', service, extras(), nothing);
  return service.uuid;
}

/** Every kind that can be listed. */
export const kinds = {
  ModelService,
  Model,
  ModelCenter,
  Dataset,
  ModelServiceInstanceGroup,
  UserTag: tagKind('User', `${ROOT}/user-tags`),
  SystemTag: tagKind('System', `${ROOT}/system-tags`),
};
export type EntityName = keyof typeof kinds;

const packageOf = (name: EntityName) =>
  name.endsWith('Tag') ? 'org.zstack.header.tag' : 'org.zstack.ai.entity';

/** The error for a field that can't be queried (F57). */
export function noSuchField(name: EntityName, field: string): ExpectedError {
  const details = `inventory class[class ${packageOf(name)}.${name}Inventory] not having field[${field}]`;
  return { status: 503, code: 'SYS.1000', details };
}
