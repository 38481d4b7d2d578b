import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { ResourceType } from '../../contract/schemas/resource.ts';
import type { ModelServiceRef, Records, Resources } from '../../domain/records.ts';
import type { Reference } from '../../domain/store.ts';
import {
  assertAllFound,
  ownerReference,
  refReferences,
  usedByAnotherEntry,
  usedByAnotherKind,
} from '../errors.ts';
import type { Run } from './connections.ts';
import { allRecords } from './reads.ts';
import type { Prepared } from './statement.ts';
import { statements } from './statements.ts';
import { uniqueTags } from './writes.ts';

/** Maximum rows that one statement inserts or finds. */
const ROWS_MAX = 512;

/**
 * Adds the resources whose uuids are unused; to be called within a transaction.
 * @throws ApiError naming the faulty entry by its index
 */
export async function insertResources(run: Run, resources: Resources): Promise<void> {
  const { types, added } = await chooseResources(run, resources);
  const images = await chooseImages(run, resources, added);
  const ofAdded = <Entry extends { uuid: string }>(entries: readonly Entry[]) =>
    firstOfEach(entries.filter(({ uuid }) => added.has(uuid)));
  const rows = [...added].map((uuid) => ({ uuid, type: types.get(uuid) }));
  await insertAll(run, statements.insertAllResources, rows);
  await insertAll(run, statements.insertAllCenters, ofAdded(resources.modelCenters));
  await insertAll(run, statements.insertAllModels, ofAdded(resources.models));
  await insertAll(run, statements.insertAllServices, ofAdded(resources.modelServices));
  await insertAll(run, statements.insertImages, images);

  const assertFound = (reference: Reference) =>
    assertAllFound(
      reference,
      new Set(reference.uuids.filter((uuid) => types.get(uuid) === reference.type)),
    );
  for (const [index, ref] of resources.modelServiceRefs.entries()) {
    for (const side of refReferences(ref, `modelServiceRefs[${index}]`)) assertFound(side);
  }
  const refs = await chooseRefs(run, resources.modelServiceRefs);
  await insertAll(run, statements.insertRefsOnce, refs);

  for (const list of ['userTags', 'systemTags'] as const) {
    for (const [index, tag] of resources[list].entries()) {
      assertFound(ownerReference(tag, `${list}[${index}].`));
    }
  }
  const tags = [...resources.userTags, ...resources.systemTags];
  const existing = await existingUuids(run, statements.tagsByUuid, tags);
  // A tag with the same uuid may exist with another text.
  const unknown = firstOfEach(tags.filter(({ uuid }) => !existing.has(uuid)));
  await insertAll(run, statements.insertTagsOnce, uniqueTags(unknown));
}

/** Reads every resource with its relations; within a transaction that reads a snapshot. */
export async function readResources(run: Run): Promise<Resources> {
  const all = async <K extends EntityKind>(kind: K): Promise<Records[K][]> => {
    const found: Records[K][] = [];
    for await (const record of allRecords(run, kind)) found.push(record);
    return found;
  };
  return {
    modelCenters: (await all('ModelCenter')).map(
      ({ modelUsedCapacity, modelServiceUsedCapacity, ...center }) => center,
    ),
    models: (await all('Model')).map(({ modelServiceRefs: _, ...model }) => model),
    modelServices: (await all('ModelService')).map(
      ({ modelServiceRefs: _, ...service }) => service,
    ),
    modelServiceRefs: await statements.allRefs(run),
    userTags: (await all('UserTag')).map((tag) => ({ ...tag, inherent: false })),
    systemTags: await all('SystemTag'),
  };
}

/** The resources to add, and the types of all resources by uuid. */
async function chooseResources(run: Run, resources: Resources) {
  const lists: [keyof Resources, ResourceType][] = [
    ['modelCenters', 'ModelCenterVO'],
    ['models', 'ModelVO'],
    ['modelServices', 'ModelServiceVO'],
  ];
  const named = [
    ...lists.flatMap(([list]) => resources[list].map(({ uuid }) => uuid)),
    ...resources.modelServiceRefs.flatMap((ref) => [ref.modelUuid, ref.modelServiceUuid]),
    ...[...resources.userTags, ...resources.systemTags].map(({ resourceUuid }) => resourceUuid),
  ];
  const types = new Map<string, string>();
  for (const uuids of slices([...new Set(named)])) {
    const { rows } = await statements.resourcesByUuid(run, { uuids });
    for (const [uuid, type] of rows as [string, string][]) types.set(uuid, type);
  }
  const added = new Set<string>();
  for (const [list, type] of lists) {
    for (const [index, { uuid }] of resources[list].entries()) {
      const known = types.get(uuid);
      if (known !== undefined && known !== type) throw usedByAnotherKind(`${list}[${index}]`, uuid);
      if (known === undefined) added.add(uuid);
      types.set(uuid, type);
    }
  }
  return { types, added };
}

async function chooseImages(run: Run, resources: Resources, added: ReadonlySet<string>) {
  const seen = new Set<string>();
  const images = resources.modelServices.flatMap((service, index) => {
    if (!added.has(service.uuid) || seen.has(service.uuid)) return [];
    seen.add(service.uuid);
    return service.modelServiceImages.map((image, place) => ({
      image,
      field: `modelServices[${index}].modelServiceImages[${place}]`,
    }));
  });
  const records = images.map(({ image }) => image);
  const used = await existingUuids(run, statements.imagesByUuid, records);
  for (const { image, field } of images) {
    if (used.has(image.uuid)) throw usedByAnotherEntry(field);
    used.add(image.uuid);
  }
  return records;
}

/** The new refs. Only a model's first default ref stays the default, and only if the model has none yet. */
async function chooseRefs(run: Run, refs: readonly ModelServiceRef[]): Promise<ModelServiceRef[]> {
  const pairOf = (ref: ModelServiceRef) => `${ref.modelUuid} ${ref.modelServiceUuid}`;
  const pairs = new Set<string>();
  const withDefault = new Set<string>();
  for (const uuids of slices([...new Set(refs.map(({ modelUuid }) => modelUuid))])) {
    for (const ref of await statements.refsOfModels(run, { uuids })) {
      pairs.add(pairOf(ref));
      if (ref.isDefault) withDefault.add(ref.modelUuid);
    }
  }
  const used = await existingUuids(run, statements.refsByUuid, refs);
  return refs.flatMap((ref, index) => {
    if (pairs.has(pairOf(ref))) return [];
    if (used.has(ref.uuid)) throw usedByAnotherEntry(`modelServiceRefs[${index}]`);
    pairs.add(pairOf(ref));
    used.add(ref.uuid);
    const isDefault = ref.isDefault && !withDefault.has(ref.modelUuid);
    if (isDefault) withDefault.add(ref.modelUuid);
    return [{ ...ref, isDefault }];
  });
}

async function existingUuids(
  run: Run,
  find: Prepared,
  records: readonly { uuid: string }[],
): Promise<Set<string>> {
  const existing = new Set<string>();
  for (const uuids of slices(records.map(({ uuid }) => uuid))) {
    for (const [uuid] of (await find(run, { uuids })).rows) existing.add(uuid as string);
  }
  return existing;
}

async function insertAll(run: Run, insert: Prepared, records: readonly object[]): Promise<void> {
  for (const rows of slices(records)) await insert(run, { rows });
}

function slices<Member>(members: readonly Member[]): Member[][] {
  const count = Math.ceil(members.length / ROWS_MAX);
  return Array.from({ length: count }, (_, index) =>
    members.slice(index * ROWS_MAX, (index + 1) * ROWS_MAX),
  );
}

function firstOfEach<Entry extends { uuid: string }>(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter(({ uuid }) => !seen.has(uuid) && seen.add(uuid));
}
