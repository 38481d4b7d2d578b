import { signal } from '@preact/signals';
import { answerOf, api, type Schemas } from '../api/client.ts';
import type { paths } from '../api/openapi.d.ts';
import type { TextKey } from '../texts/text.ts';

/** A resource as the API answers it. */
export interface Resource {
  uuid: string;
  name: string;
  [field: string]: unknown;
}

/** Number of the changes made here so far: what is shown depends on it, to be loaded again. */
export const changes = signal(0);

/** Every kind has operations of this form, whose types stand for all. */
type Url = '/v1/ai/model-services';
type Query = NonNullable<paths[Url]['get']['parameters']['query']>;

/** A form that is made of the schema of an operation's request. */
export interface KindForm {
  title: TextKey;
  /** The schema's name, such as AddModelRequest. */
  request: string;
  /** Whether it begins with the resource's values, and sends those that were changed. */
  isPrefilled: boolean;
  /** @param uuid of the resource that it is about; empty for a new one */
  send: (uuid: string, body: object) => Promise<{ inventory?: { uuid: string } }>;
}

/** A kind of resource: what its page shows and calls. Its fields and their limits are in the OpenAPI document. */
export interface Kind {
  /** Names the page. */
  path: string;
  title: TextKey;
  /** Begins the names of its schema, and of the type of its tags. */
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

function adding(url: string, title: TextKey, request: string): KindForm {
  const send: KindForm['send'] = (_, body) =>
    answerOf(api.POST(url as Url, { body: body as never }));
  return { title, request, isPrefilled: false, send };
}

function changing(url: string, request: string): KindForm {
  const send: KindForm['send'] = (uuid, body) =>
    answerOf(api.PUT(`${url as Url}/{uuid}`, { params: at(uuid), body: body as never }));
  return { title: 'edit', request, isPrefilled: true, send };
}

const SERVICES = '/v1/ai/model-services';
const MODELS = '/v1/ai/models';
const CENTERS = '/v1/ai/model-centers';
const DATASETS = '/v1/ai/datasets';

const cloning: KindForm = {
  title: 'clone',
  request: 'CloneModelServiceRequest',
  isPrefilled: true,
  send: (uuid, body) => answerOf(api.POST(`${SERVICES}/{uuid}`, { params: at(uuid), body })),
};

/** Every kind that has a page, in the order of the navigation. */
export const kinds: Kind[] = [
  {
    path: 'services',
    title: 'services',
    entity: 'ModelService',
    url: SERVICES,
    columns: ['name', 'type', 'framework', 'requestCpu', 'requestMemory', 'system', 'createDate'],
    add: adding(SERVICES, 'addService', 'AddModelServiceRequest'),
    actions: [changing(SERVICES, 'UpdateModelServiceRequest'), cloning],
  },
  {
    path: 'models',
    title: 'models',
    entity: 'Model',
    url: MODELS as Url,
    columns: ['name', 'vendor', 'version', 'size', 'modelId', 'createDate'],
    add: adding(MODELS, 'addModel', 'AddModelRequest'),
    actions: [changing(MODELS, 'UpdateModelRequest')],
  },
  {
    path: 'centers',
    title: 'centers',
    entity: 'ModelCenter',
    url: CENTERS as Url,
    columns: ['name', 'url', 'status', 'managementIp', 'managementPort', 'createDate'],
    add: adding(CENTERS, 'addCenter', 'AddModelCenterRequest'),
    actions: [changing(CENTERS, 'UpdateModelCenterRequest')],
  },
  {
    path: 'datasets',
    title: 'datasets',
    entity: 'Dataset',
    url: DATASETS as Url,
    columns: ['name', 'url', 'size', 'system', 'createDate'],
    add: adding(DATASETS, 'addDataset', 'CreateDatasetRequest'),
    actions: [changing(DATASETS, 'UpdateDatasetRequest')],
  },
];

/** The kind with that path of its page. */
export const kindOf = (path: string) => kinds.find((kind) => kind.path === path);

/** The kinds that fields with UUIDs refer to. */
const REFERENCES: [RegExp, string][] = [
  [/^modelCenterUuid$/, 'centers'],
  [/^modelUuids?$/, 'models'],
  [/^(defaultM|m)odelServiceUuids?$/, 'services'],
  [/^datasetUuids?$/, 'datasets'],
];

/** The kind whose UUID a field has; undefined for any other field. */
export function referencedKind(field: string): Kind | undefined {
  const [, path = ''] = REFERENCES.find(([pattern]) => pattern.test(field)) ?? [];
  return kindOf(path);
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

/** Undefined for a resource that isn't there. @throws Failure */
export async function getResource({ url }: Kind, uuid: string, signal?: AbortSignal) {
  const answer = await answerOf(api.GET(`${url}/{uuid}`, { params: at(uuid), signal }));
  return answer.inventories[0] as object as Resource | undefined;
}

/** @throws Failure, for example SYS.1006 for what is in use */
export function deleteResource({ url }: Kind, uuid: string, deleteMode: Schemas['DeleteMode']) {
  return answerOf(api.DELETE(`${url}/{uuid}`, { params: { ...at(uuid), query: { deleteMode } } }));
}
