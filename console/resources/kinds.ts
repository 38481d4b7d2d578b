import { call, Failure } from '../api/client.ts';
import { membersOf, type Operation, operationNames, schemaOf } from '../api/document.ts';
import type { operations } from '../api/openapi.d.ts';
import { t } from '../texts/text.ts';

/** A resource as the API answers it. */
export interface Resource {
  uuid: string;
  name: string;
  [field: string]: unknown;
}

/**
 * Every kind of resource that has a page, in the order of the navigation. Its operations, their parameters and its
 * fields are in the OpenAPI document.
 */
export const kinds = [
  {
    /** Names the page. */
    path: 'services',
    /** Ends the names of its operations, and begins those of its inventory and of the type of its tags. */
    entity: 'ModelService',
    /** The columns of its table, until others are chosen. */
    columns: ['type', 'framework', 'requestCpu', 'requestMemory', 'system', 'createDate'],
  },
  {
    path: 'models',
    entity: 'Model',
    columns: ['vendor', 'version', 'size', 'modelId', 'createDate'],
  },
  {
    path: 'centers',
    entity: 'ModelCenter',
    columns: ['url', 'status', 'managementIp', 'managementPort', 'createDate'],
  },
  {
    path: 'datasets',
    entity: 'Dataset',
    columns: ['url', 'size', 'system', 'createDate'],
  },
  {
    path: 'deployments',
    entity: 'ModelServiceInstanceGroup',
    columns: ['status', 'type', 'modelServiceType', 'modelServiceUuid', 'createDate'],
  },
] as const;

export type Kind = (typeof kinds)[number];

export const kindOf = (path: Kind['path']) => kinds.find((kind) => kind.path === path) as Kind;

/** The fields of a kind's inventory. */
export const fieldsOf = ({ entity }: Kind) => membersOf(schemaOf(`${entity}Inventory`));

/** The kind whose UUID a field has; undefined for any other field. */
export const referencedKind = (field: string) =>
  kinds.find(({ entity }) => new RegExp(`^(default)?${entity}Uuid$`, 'i').test(field));

/** The verbs that begin the names of operations with a form, and the form's title. */
const verbs = {
  Add: 'add',
  Create: 'add',
  Update: 'edit',
  Clone: 'clone',
  Deploy: 'deploy',
  Delete: 'delete',
} as const;

/** What the API can do with a kind by a form. */
export function actionsOf({ entity }: Kind) {
  return Object.entries(verbs)
    .map(([verb, title]) => ({ title, operation: `${verb}${entity}` as Operation }))
    .filter(({ operation }) => operationNames.includes(operation));
}

type Query = operations['QueryModel']['parameters']['query'];

/** @throws Failure */
export async function listResources({ entity }: Kind, query: Query, signal?: AbortSignal) {
  const { inventories = [] } = await call(`Query${entity}`, { query, signal });
  return inventories as object[] as Resource[];
}

/** Counts the resources for which conditions hold. @throws Failure */
export async function countResources({ entity }: Kind, q: string[], signal?: AbortSignal) {
  return (await call(`Query${entity}`, { query: { q, count: true }, signal })).total ?? 0;
}

/** @throws Failure, also for a resource that isn't there */
export async function getResource({ entity }: Kind, uuid: string, signal?: AbortSignal) {
  const { inventories } = await call(`Get${entity}`, { path: { uuid }, signal });
  if (!inventories[0]) throw new Failure({ details: t('notFound', { uuid }) });
  return inventories[0] as object as Resource;
}
