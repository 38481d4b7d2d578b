import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { ResourceType } from '../../contract/schemas/resource.ts';
import type { Reference } from '../../domain/dependencies.ts';
import type { ModelServiceRef, Records, Resources } from '../../domain/records.ts';
import {
  assertAllFound,
  ownerReference,
  refReferences,
  usedByAnotherEntry,
  usedByAnotherKind,
} from '../errors.ts';
import type { Run } from './connections.ts';
import { allRecords } from './reads.ts';
import { columnValues, type Prepared } from './statement.ts';
import { statements } from './statements.ts';
import {
  modelCenters,
  modelServiceImages,
  modelServiceRefs,
  modelServices,
  models,
  resources as resourcesTable,
  tags as tagsTable,
} from './tables.ts';

/** Rows that one statement inserts. */
const ROWS_MAX = 512;

/**
 * Adds those of the resources whose uuids are unused, within a transaction.
 * @throws ApiError naming the entry at fault by its place
 */
export async function insertResources(run: Run, resources: Resources): Promise<void> {
  const { types, added } = await chooseResources(run, resources);
  const newImages = await chooseImages(run, resources, added);
  const missing = (reference: Reference) =>
    assertAllFound(
      reference,
      new Set(reference.uuids.filter((uuid) => types.get(uuid) === reference.type)),
    );

  const rows = [...added].map((uuid) => ({ uuid, type: types.get(uuid) }));
  const ofAdded = <Entry extends { uuid: string }>(entries: readonly Entry[]) =>
    firstOfEach(entries.filter(({ uuid }) => added.has(uuid)));
  await insertAll(run, statements.insertAllResources, resourcesTable, rows);
  await insertAll(run, statements.insertAllCenters, modelCenters, ofAdded(resources.modelCenters));
  await insertAll(run, statements.insertAllModels, models, ofAdded(resources.models));
  await insertAll(
    run,
    statements.insertAllServices,
    modelServices,
    ofAdded(resources.modelServices),
  );
  await insertAll(run, statements.insertImages, modelServiceImages, newImages, 'images');

  for (const [index, ref] of resources.modelServiceRefs.entries()) {
    for (const side of refReferences(ref, `modelServiceRefs[${index}]`)) missing(side);
  }
  await insertAll(
    run,
    statements.insertRefOnce,
    modelServiceRefs,
    await chooseRefs(run, resources.modelServiceRefs),
    'refs',
  );

  for (const list of ['userTags', 'systemTags'] as const) {
    for (const [index, tag] of resources[list].entries()) {
      missing(ownerReference(tag, `${list}[${index}].`));
    }
  }
  const tags = [...resources.userTags, ...resources.systemTags];
  const present = await presentUuids(run, statements.tagsByUuid, tags);
  // It may be there with another text.
  const unknown = firstOfEach(tags.filter(({ uuid }) => !present.has(uuid)));
  const byText = unknown.map((tag) => [`${tag.resourceUuid} ${tag.type} ${tag.tag}`, tag] as const);
  const once = [...new Map(byText.toReversed()).values()].toReversed();
  await insertAll(run, statements.insertTagOnce, tagsTable, once, 'tags');
}

/** Every resource there is, whole; within a transaction that sees one moment. */
export async function readResources(run: Run): Promise<Resources> {
  const all = async <K extends EntityKind>(kind: K): Promise<Records[K][]> => {
    const found: Records[K][] = [];
    for await (const record of allRecords(run, kind)) found.push(record);
    return found;
  };
  const { rows } = await statements.allRefs(run);
  return {
    modelCenters: (await all('ModelCenter')).map(
      ({ modelUsedCapacity, modelServiceUsedCapacity, ...center }) => center,
    ),
    models: (await all('Model')).map(({ modelServiceRefs: _, ...model }) => model),
    modelServices: (await all('ModelService')).map(
      ({ modelServiceRefs: _, ...service }) => service,
    ),
    modelServiceRefs: rows.map(refOf),
    userTags: (await all('UserTag')).map((tag) => ({ ...tag, inherent: false })),
    systemTags: await all('SystemTag'),
  };
}

/** Which resources are to be added; the types of all that are there then, by their uuids. */
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

/** The images of services that are to be added. */
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
  const present = await presentUuids(
    run,
    statements.imagesByUuid,
    images.map(({ image }) => image),
  );
  for (const { image, field } of images) {
    if (present.has(image.uuid)) throw usedByAnotherEntry(field);
    present.add(image.uuid);
  }
  return images.map(({ image }) => image);
}

/** The refs that are new, of which the first default one of a model stays so unless there is one. */
async function chooseRefs(run: Run, refs: readonly ModelServiceRef[]): Promise<ModelServiceRef[]> {
  const pairOf = (ref: ModelServiceRef) => `${ref.modelUuid} ${ref.modelServiceUuid}`;
  const pairs = new Set<string>();
  const withDefault = new Set<string>();
  for (const uuids of slices([...new Set(refs.map(({ modelUuid }) => modelUuid))])) {
    for (const row of (await statements.refsOfModels(run, { uuids })).rows) {
      const ref = refOf(row);
      pairs.add(pairOf(ref));
      if (ref.isDefault) withDefault.add(ref.modelUuid);
    }
  }
  const present = await presentUuids(run, statements.refsByUuid, refs);
  return refs.flatMap((ref, index) => {
    if (pairs.has(pairOf(ref))) return [];
    if (present.has(ref.uuid)) throw usedByAnotherEntry(`modelServiceRefs[${index}]`);
    pairs.add(pairOf(ref));
    present.add(ref.uuid);
    const isDefault = ref.isDefault && !withDefault.has(ref.modelUuid);
    if (isDefault) withDefault.add(ref.modelUuid);
    return [{ ...ref, isDefault }];
  });
}

async function presentUuids(
  run: Run,
  find: Prepared,
  records: readonly { uuid: string }[],
): Promise<Set<string>> {
  const present = new Set<string>();
  for (const uuids of slices(records.map(({ uuid }) => uuid))) {
    for (const [uuid] of (await find(run, { uuids })).rows) present.add(uuid as string);
  }
  return present;
}

async function insertAll(
  run: Run,
  insert: Prepared,
  table: Parameters<typeof columnValues>[0],
  records: readonly object[],
  list = 'rows',
): Promise<void> {
  for (const some of slices(records)) await insert(run, { [list]: columnValues(table, some) });
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

function refOf(row: unknown[]): ModelServiceRef {
  const [uuid, modelUuid, modelServiceUuid, isDefault] = row as [
    ...[string, string, string, boolean],
  ];
  return { uuid, modelUuid, modelServiceUuid, isDefault };
}
