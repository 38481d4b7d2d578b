import { answerOf, api, Failure } from '../api/client.ts';
import type { paths } from '../api/openapi.d.ts';
import { type TextKey, t } from '../texts/text.ts';

/** A resource as the API answers it. */
export interface Resource {
  uuid: string;
  name: string;
  [field: string]: unknown;
}

/** Every kind has operations of the same form, for which the types of services stand. */
type Url = '/v1/ai/model-services';
type Query = NonNullable<paths[Url]['get']['parameters']['query']>;

/** A form that is made of the schema of an operation's request. */
export interface KindForm {
  title: TextKey;
  /** The schema's name, such as AddModelRequest. */
  request: string;
  /** Whether it begins with the resource's values; those that were changed are sent. */
  isPrefilled?: true;
  /** The page on which what was answered is opened. */
  opens?: string;
  /** @param uuid of the resource that it is about; empty for a new one */
  send: (uuid: string, body: object) => Promise<{ inventory?: { uuid: string } }>;
}

/** A kind of resource: what its page shows and calls. Its fields and their limits are in the OpenAPI document. */
export interface Kind {
  /** Names the page. */
  path: 'services' | 'models' | 'centers' | 'datasets' | 'deployments';
  /** Begins the name of its inventory, and of the type of its tags. */
  entity: string;
  /** The path of its operations. */
  url: Url;
  /** The columns of its table, until others are chosen. */
  columns: string[];
  add?: KindForm;
  /** What can be done with a resource. */
  actions: KindForm[];
}

const at = (uuid: string) => ({ path: { uuid } });

const put = (url: string): KindForm['send'] => {
  return (uuid, body) =>
    answerOf(api.PUT(url as `${Url}/{uuid}`, { params: at(uuid), body: body as never }));
};

const adding = (opens: Kind['path'], url: string, request: string): KindForm => {
  const send: KindForm['send'] = (_, body) =>
    answerOf(api.POST(url as Url, { body: body as never }));
  return { title: 'add', request, opens, send };
};

const editing = (url: string, request: string): KindForm => {
  return { title: 'edit', request, isPrefilled: true, send: put(`${url}/{uuid}`) };
};

const SERVICES = '/v1/ai/model-services';
const MODELS = '/v1/ai/models';
const CENTERS = '/v1/ai/model-centers';
const DATASETS = '/v1/ai/datasets';

/** Every kind that has a page, in the order of the navigation. */
export const kinds: Kind[] = [
  {
    path: 'services',
    entity: 'ModelService',
    url: SERVICES,
    columns: ['type', 'framework', 'requestCpu', 'requestMemory', 'system', 'createDate'],
    add: adding('services', SERVICES, 'AddModelServiceRequest'),
    actions: [
      editing(SERVICES, 'UpdateModelServiceRequest'),
      {
        title: 'clone',
        request: 'CloneModelServiceRequest',
        isPrefilled: true,
        opens: 'services',
        send: (uuid, body) => answerOf(api.POST(`${SERVICES}/{uuid}`, { params: at(uuid), body })),
      },
      {
        title: 'deploy',
        request: 'DeployModelServiceRequest',
        opens: 'deployments',
        send: put(`${SERVICES}/{uuid}/actions`),
      },
    ],
  },
  {
    path: 'models',
    entity: 'Model',
    url: MODELS as Url,
    columns: ['vendor', 'version', 'size', 'modelId', 'createDate'],
    add: adding('models', MODELS, 'AddModelRequest'),
    actions: [editing(MODELS, 'UpdateModelRequest')],
  },
  {
    path: 'centers',
    entity: 'ModelCenter',
    url: CENTERS as Url,
    columns: ['url', 'status', 'managementIp', 'managementPort', 'createDate'],
    add: adding('centers', CENTERS, 'AddModelCenterRequest'),
    actions: [editing(CENTERS, 'UpdateModelCenterRequest')],
  },
  {
    path: 'datasets',
    entity: 'Dataset',
    url: DATASETS as Url,
    columns: ['url', 'size', 'system', 'createDate'],
    add: adding('datasets', DATASETS, 'CreateDatasetRequest'),
    actions: [editing(DATASETS, 'UpdateDatasetRequest')],
  },
  {
    path: 'deployments',
    entity: 'ModelServiceInstanceGroup',
    url: `${SERVICES}/instances/groups` as Url,
    columns: ['status', 'type', 'modelServiceType', 'modelServiceUuid', 'createDate'],
    actions: [
      editing('/v1/model-service-instance-groups', 'UpdateModelServiceInstanceGroupRequest'),
    ],
  },
];

export const kindOf = (path: Kind['path']) => kinds.find((kind) => kind.path === path) as Kind;

/** The kinds that fields with UUIDs refer to. */
const REFERENCES: Record<string, Kind['path']> = {
  modelCenterUuid: 'centers',
  modelUuid: 'models',
  modelServiceUuid: 'services',
  defaultModelServiceUuid: 'services',
  datasetUuid: 'datasets',
  modelServiceGroupUuid: 'deployments',
};

/** The kind whose UUID a field has; undefined for any other field. */
export function referencedKind(field: string): Kind | undefined {
  const path = REFERENCES[field];
  return path && kindOf(path);
}

/** @throws Failure */
export async function listResources(kind: Kind, query: Query, signal?: AbortSignal) {
  const answer = await answerOf(api.GET(kind.url, { params: { query }, signal }));
  return (answer.inventories ?? []) as object[] as Resource[];
}

/** Counts the resources for which conditions hold. @throws Failure */
export async function countResources(kind: Kind, q: string[], signal?: AbortSignal) {
  const query = { q, count: true };
  return (await answerOf(api.GET(kind.url, { params: { query }, signal }))).total ?? 0;
}

/** @throws Failure, also for a resource that isn't there */
export async function getResource({ url }: Kind, uuid: string, signal?: AbortSignal) {
  const { inventories } = await answerOf(api.GET(`${url}/{uuid}`, { params: at(uuid), signal }));
  if (!inventories[0]) throw new Failure({ details: t('notFound', { uuid }) });
  return inventories[0] as object as Resource;
}

/** @throws Failure, for example SYS.1006 for what is in use */
export function deleteResource({ url }: Kind, uuid: string, mode: 'Permissive' | 'Enforcing') {
  const params = { ...at(uuid), query: { deleteMode: mode } };
  return answerOf(api.DELETE(`${url}/{uuid}`, { params }));
}
