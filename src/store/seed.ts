import type { EntityKind } from '../contract/schemas/fields.ts';
import type { ModelServiceRef, Records, Resources } from '../domain/records.ts';
import type { Reference } from '../domain/store.ts';
import {
  assertAllFound,
  ownerReference,
  refReferences,
  usedByAnotherEntry,
  usedByAnotherKind,
} from './errors.ts';

/** The tables of resources, by their names in a store's tables.ts; each comes after those that it refers to. */
export const RESOURCE_TABLES = [
  'resources',
  'modelCenters',
  'models',
  'modelServices',
  'modelServiceImages',
  'modelServiceRefs',
  'tags',
] as const;

type Rows = [table: (typeof RESOURCE_TABLES)[number], rows: readonly object[]];

/**
 * The query for what exists of a seed, as texts: of a resource its type and uuid, and of the rest what a seed may not
 * insert a second time; `isIn` tests whether a column is in a list of uuids.
 */
export const findExisting = (isIn: (column: string) => string) => `
  SELECT type || ' ' || uuid FROM resources WHERE ${isIn('uuid')}
  UNION ALL SELECT 'image ' || uuid FROM model_service_images WHERE ${isIn('uuid')}
  UNION ALL SELECT 'ref ' || uuid FROM model_service_refs WHERE ${isIn('uuid')}
  UNION ALL SELECT 'pair ' || model_uuid || ' ' || model_service_uuid FROM model_service_refs WHERE ${isIn('model_uuid')}
  UNION ALL SELECT 'default ' || model_uuid FROM model_service_refs WHERE is_default = true AND ${isIn('model_uuid')}
  UNION ALL SELECT 'tag ' || uuid FROM tags WHERE ${isIn('uuid')}`;

/** The uuids for `findExisting`. */
export function uuidsOf(resources: Resources): string[] {
  const { modelServices, modelServiceRefs } = resources;
  const tags = [...resources.userTags, ...resources.systemTags];
  const images = modelServices.flatMap(({ modelServiceImages }) => modelServiceImages);
  const entries = [...Object.values(resources).flat(), ...images].map(({ uuid }) => uuid);
  const sides = modelServiceRefs.flatMap((ref) => [ref.modelUuid, ref.modelServiceUuid]);
  return [...new Set([...entries, ...sides, ...tags.map(({ resourceUuid }) => resourceUuid)])];
}

/**
 * The rows of a seed whose uuids are unused, by table and in the order in which they are to be inserted.
 * @param resources as parsed: only images may have the same uuid
 * @throws ApiError naming the faulty entry by its index
 */
export function newRows(resources: Resources, existing: readonly string[]): Rows[] {
  const known = new Set(existing);
  const types = new Map<string, string>();
  for (const each of existing) {
    const [type = '', uuid = ''] = each.split(' ');
    if (type.endsWith('VO')) types.set(uuid, type);
  }
  const added: { uuid: string; type: string }[] = [];
  /** The entries of a list to add. */
  function choose<List extends keyof Resources>(list: List, type: string): Resources[List] {
    const chosen = resources[list].filter(({ uuid }, index) => {
      const used = types.get(uuid);
      if (used !== undefined && used !== type) throw usedByAnotherKind(`${list}[${index}]`, uuid);
      return used === undefined;
    });
    for (const { uuid } of chosen) {
      types.set(uuid, type);
      added.push({ uuid, type });
    }
    return chosen as Resources[List];
  }
  const assertFound = (reference: Reference) => {
    const found = reference.uuids.filter((uuid) => types.get(uuid) === reference.type);
    assertAllFound(reference, new Set(found));
  };

  const modelCenters = choose('modelCenters', 'ModelCenterVO');
  const models = choose('models', 'ModelVO');
  const modelServices = choose('modelServices', 'ModelServiceVO');
  for (const service of modelServices) {
    for (const [place, { uuid }] of service.modelServiceImages.entries()) {
      if (known.has(`image ${uuid}`)) {
        const index = resources.modelServices.indexOf(service);
        throw usedByAnotherEntry(`modelServices[${index}].modelServiceImages[${place}]`);
      }
      known.add(`image ${uuid}`);
    }
  }
  const refs = resources.modelServiceRefs.flatMap((ref, index) => {
    const field = `modelServiceRefs[${index}]`;
    for (const side of refReferences(ref, field)) assertFound(side);
    if (known.has(`pair ${ref.modelUuid} ${ref.modelServiceUuid}`)) return [];
    if (known.has(`ref ${ref.uuid}`)) throw usedByAnotherEntry(field);
    return { ...ref, isDefault: ref.isDefault && !known.has(`default ${ref.modelUuid}`) };
  });
  const tags = (['userTags', 'systemTags'] as const).flatMap((list) => {
    for (const [index, tag] of resources[list].entries()) {
      assertFound(ownerReference(tag, `${list}[${index}].`));
    }
    // A tag with the same uuid may exist with another text.
    return [...resources[list]].filter(({ uuid }) => !known.has(`tag ${uuid}`));
  });
  return [
    ['resources', added],
    ['modelCenters', modelCenters],
    ['models', models],
    ['modelServices', modelServices],
    ['modelServiceImages', modelServices.flatMap((service) => service.modelServiceImages)],
    ['modelServiceRefs', refs],
    ['tags', tags],
  ];
}

/** Slices of a list for one statement each. */
export function slices<Member>(members: readonly Member[]): Member[][] {
  const size = 512;
  return Array.from({ length: Math.ceil(members.length / size) }, (_, index) =>
    members.slice(index * size, (index + 1) * size),
  );
}

/** All records of a store, and its refs in their order, as the resources of a seed. */
export function toResources(
  all: { [K in EntityKind]: Records[K][] },
  modelServiceRefs: ModelServiceRef[],
): Resources {
  return {
    modelCenters: all.ModelCenter.map(
      ({ modelUsedCapacity, modelServiceUsedCapacity, ...center }) => center,
    ),
    models: all.Model.map(({ modelServiceRefs: _, ...model }) => model),
    modelServices: all.ModelService.map(({ modelServiceRefs: _, ...service }) => service),
    modelServiceRefs,
    userTags: all.UserTag.map((tag) => ({ ...tag, inherent: false })),
    systemTags: all.SystemTag,
  };
}
