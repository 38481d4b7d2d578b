import { expect } from 'vitest';
import { type EntityKind, queryField } from '../../src/contract/schemas/fields.ts';
import type {
  Dataset,
  Model,
  ModelCenter,
  ModelCenterFields,
  ModelService,
  ModelServiceInstanceGroup,
  Records,
} from '../../src/domain/records.ts';
import type { Condition, PageQuery, Predicate, Reference, Store } from '../../src/domain/store.ts';
import type { Finishing } from './folder.ts';
import { dataset, extras, instanceGroup, model, modelCenter, modelService } from './records.ts';
import { asIs, nothing } from './results.ts';

/** Makes an empty store, which is closed when the test is over. */
export type OpenStore = (context: Finishing) => Promise<Store>;

/** An unused uuid. */
export const UNKNOWN = '11111111111141118111111111111111';

/** Whatever there is. */
export const ALL: PageQuery = { conditions: [], start: 0, limit: Number.MAX_SAFE_INTEGER };

/** A record without unset fields, null or absent. */
export function set<Stored>(stored: Stored): Stored {
  return JSON.parse(JSON.stringify(stored, (_key, value) => value ?? undefined));
}

export function where(kind: EntityKind, name: string, test: Predicate, negated = false): Condition {
  const field = queryField(kind, name);
  if (!field) throw new Error(`${kind} has no field ${name}`);
  return { field, predicate: test, negated };
}

export const uuidsOf = (records: readonly { uuid?: string }[]) => records.map(({ uuid }) => uuid);

/** The default order: createDate, then uuid. */
export function byAge<Stored extends { createDate: number; uuid: string }>(
  records: Stored[],
): Stored[] {
  return records.toSorted((a, b) => a.createDate - b.createDate || (a.uuid < b.uuid ? -1 : 1));
}

/** The stored records of a list, with the fields that inventories omit. */
export async function wholeList<K extends EntityKind>(
  store: Store,
  kind: K,
  query: PageQuery = ALL,
): Promise<Records[K][]> {
  const listed = await store.list(kind, query);
  const found = await Promise.all(
    listed.map((each) => store.find(kind, (each as unknown as { uuid: string }).uuid)),
  );
  return found.filter((record) => record !== undefined);
}

/** A resource's tags: system tags, then user tags, each by age. */
export async function tagsOf(store: Store, resourceUuid: string) {
  const of = (kind: EntityKind) => ({
    ...ALL,
    conditions: [where(kind, 'resourceUuid', { is: '=', value: resourceUuid })],
  });
  return [
    ...(await wholeList(store, 'SystemTag', of('SystemTag'))),
    ...(await wholeList(store, 'UserTag', of('UserTag'))),
  ];
}

const kinds: readonly EntityKind[] = [
  'ModelService',
  'Model',
  'ModelCenter',
  'Dataset',
  'ModelServiceInstanceGroup',
  'UserTag',
  'SystemTag',
];

/** Every resource and tag that the interface shows of a store. */
export async function contents(store: Store): Promise<Record<EntityKind, unknown>> {
  const lists = kinds.map(async (kind) => {
    const records = await wholeList(store, kind);
    expect(await store.count(kind, [])).toBe(records.length);
    return [kind, records];
  });
  return Object.fromEntries(await Promise.all(lists));
}

/** Expects a write to fail with this error and to change nothing. */
export async function expectRejection(
  store: Store,
  write: () => Promise<unknown>,
  error: unknown,
): Promise<void> {
  const before = await contents(store);
  await expect(write()).rejects.toEqual(error);
  expect(await contents(store)).toEqual(before);
}

/** The parts of a failure that a client sees. */
export const failure = (errorCode: string, message: unknown) =>
  expect.objectContaining({ errorCode, message });
export const alreadyUsed = (uuid: string) =>
  failure('SYS.1007', `resourceUuid[${uuid}] is already used`);
export const notFound = (sentence: unknown) => failure('SYS.1003', sentence);

/** That the resource of the request's path must exist. */
export const pathReference = (
  uuid: string,
  type: Reference['type'] = 'ModelServiceVO',
): Reference => ({
  field: 'uuid',
  type,
  uuids: [uuid],
  list: false,
});

export async function added(
  store: Store,
  fields: Partial<ModelService> = {},
): Promise<ModelService> {
  const service = modelService(fields);
  await store.addResource('ModelService', service, extras(), nothing);
  return service;
}

export async function addedModel(store: Store, fields: Partial<Model> = {}): Promise<Model> {
  const record = model(fields);
  await store.addResource('Model', record, extras(), nothing);
  return record;
}

export async function addedDataset(store: Store, fields: Partial<Dataset> = {}): Promise<Dataset> {
  const record = dataset(fields);
  await store.addResource('Dataset', record, extras(), nothing);
  return record;
}

export async function addedCenter(
  store: Store,
  fields: Partial<ModelCenterFields> = {},
): Promise<ModelCenter> {
  const record = modelCenter(fields);
  await store.addResource('ModelCenter', record, extras(), asIs);
  return { ...record, modelUsedCapacity: 0, modelServiceUsedCapacity: 0, datasetUsedCapacity: 0 };
}

export function addedGroup(
  store: Store,
  fields: Partial<ModelServiceInstanceGroup> = {},
): Promise<ModelServiceInstanceGroup> {
  return store.addResource('ModelServiceInstanceGroup', instanceGroup(fields), extras(), asIs);
}
