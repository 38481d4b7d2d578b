import { invalidArgument } from '../contract/errors.ts';
import { datasetDefaults } from '../contract/schemas/dataset.ts';
import type { EntityKind, ParamsOf } from '../contract/schemas/fields.ts';
import { modelDefaults } from '../contract/schemas/model.ts';
import { modelServiceDefaults } from '../contract/schemas/model-service.ts';
import { deploymentDefaults, RUNNING } from '../contract/schemas/model-service-instance-group.ts';
import { parseSeed } from '../contract/schemas/seed.ts';
import { isPlainObject } from '../contract/validation/validator.ts';
import type { Dependencies } from './dependencies.ts';
import {
  architecturesOf,
  createUses,
  datasetPath,
  type ModelServiceImage,
  type ModelServiceInstance,
  type ModelServiceRef,
  type Records,
  type Resources,
  type Tag,
  withGpuMemory,
  withVersion,
} from './records.ts';

type RequiredOf<Params> = {
  [Name in keyof Params]-?: object extends Pick<Params, Name> ? never : Name;
}[keyof Params];

/** A parsed entry: what the operation requires that creates one is there, all other fields may be. */
type Entry<Kind extends EntityKind> = Partial<Records[Kind]> &
  Pick<Records[Kind], ('uuid' | RequiredOf<ParamsOf<Kind>>) & keyof Records[Kind]>;
type Times = { createDate?: number; lastOpDate?: number };
type TagEntry = Omit<Entry<'UserTag'>, 'uuid' | 'type'> & { uuid?: string };

interface Entries {
  modelCenters?: Entry<'ModelCenter'>[];
  models?: Entry<'Model'>[];
  modelServices?: (Omit<Entry<'ModelService'>, 'modelServiceImages'> & {
    modelServiceImages?: (Partial<ModelServiceImage> &
      Pick<ModelServiceImage, 'cpuArchitecture'>)[];
  })[];
  modelServiceRefs?: (Partial<ModelServiceRef> & Omit<ModelServiceRef, 'uuid' | 'isDefault'>)[];
  datasets?: Entry<'Dataset'>[];
  modelServiceInstanceGroups?: (Omit<Entry<'ModelServiceInstanceGroup'>, 'instances'> & {
    datasetUuids?: string[];
    modelServiceGroupUuids?: string[];
    instances?: Partial<ModelServiceInstance>[];
  })[];
  userTags?: TagEntry[];
  systemTags?: TagEntry[];
}

/** The description that a dump begins with. */
const DUMP_DESCRIPTION =
  'The resources of an aios-model-server, as a seed. The tokens of models and datasets are left out.';

/**
 * Parses a seed. Omitted fields get the defaults of the Add operations.
 * @param sent the parsed JSON
 * @throws ApiError SYS.1007 with the path of the invalid member in the seed
 */
export function parseSeedResources(
  sent: unknown,
  { newUuid, clock }: Pick<Dependencies, 'newUuid' | 'clock'>,
): Resources {
  const now = clock();
  if (!isPlainObject(sent)) throw invalidArgument('a seed is an object');
  const {
    modelCenters = [],
    models = [],
    modelServices = [],
    modelServiceRefs = [],
    datasets = [],
    modelServiceInstanceGroups = [],
    userTags = [],
    systemTags = [],
  } = parseSeed(sent) as Entries;
  const uuidOf = ({ uuid }: { uuid?: string }) => uuid;
  const centerByUuid = new Map(modelCenters.map((center) => [center.uuid, center]));
  const serviceByUuid = new Map(modelServices.map((service) => [service.uuid, service]));
  assertUnique(
    { modelCenters, models, modelServices, datasets, modelServiceInstanceGroups },
    uuidOf,
    '.uuid',
  );
  for (const [index, { modelServiceImages = [] }] of modelServices.entries()) {
    const list = `modelServices[${index}].modelServiceImages`;
    assertUnique({ [list]: modelServiceImages }, uuidOf, '.uuid');
  }
  assertUnique({ modelServiceRefs }, uuidOf, '.uuid');
  assertUnique({ modelServiceRefs }, (ref) => `${ref.modelUuid} ${ref.modelServiceUuid}`);
  assertUnique({ modelServiceRefs }, ({ isDefault, modelUuid }) =>
    isDefault ? `the default of ${modelUuid}` : undefined,
  );
  assertUnique({ userTags, systemTags }, uuidOf, '.uuid');
  const textOf = ({ resourceUuid, tag }: Pick<Tag, 'resourceUuid' | 'tag'>) =>
    `${resourceUuid} ${tag}`;
  assertUnique({ userTags }, textOf);
  assertUnique({ systemTags }, textOf);
  const times = (entry: Times): Required<Times> => {
    const { createDate = now, lastOpDate = createDate } = entry;
    return { createDate, lastOpDate };
  };
  /** An entry with what every resource has. */
  const resource = <Fields extends Times>(entry: Fields) => ({
    tagUuids: [],
    ...entry,
    ...times(entry),
  });
  const tags = <Type extends Tag['type']>(type: Type, entries: readonly TagEntry[]) =>
    entries.map((tag) => ({ uuid: newUuid(), ...tag, ...times(tag), type, inherent: false }));

  return {
    modelCenters: modelCenters.map((center) => ({ status: 'Connected', ...resource(center) })),
    models: models.map((model) =>
      withGpuMemory({ ...modelDefaults, modelId: model.uuid, ...resource(model) }),
    ),
    modelServices: modelServices.map(({ modelServiceImages: images = [], ...service }, index) =>
      withVersion({
        ...modelServiceDefaults,
        cpuArchitectures: architecturesOf(images),
        ...resource(service),
        modelServiceImages: images.map((image, place) => {
          const { modelServiceUuid = service.uuid } = image;
          if (modelServiceUuid !== service.uuid) {
            const field = `modelServices[${index}].modelServiceImages[${place}].modelServiceUuid`;
            throw invalidArgument(
              `field[${field}] must be the service's own uuid[${service.uuid}]`,
            );
          }
          return { uuid: newUuid(), ...image, modelServiceUuid, ...times(image) };
        }),
      }),
    ),
    modelServiceRefs: modelServiceRefs.map((ref) => ({
      uuid: newUuid(),
      isDefault: false,
      ...ref,
    })),
    datasets: datasets.map((dataset) => ({
      ...datasetDefaults,
      installPath: datasetPath(centerByUuid.get(dataset.modelCenterUuid), dataset.uuid),
      ...resource(dataset),
    })),
    modelServiceInstanceGroups: modelServiceInstanceGroups.map((entry) => {
      const { datasetUuids, modelServiceGroupUuids, instances = [{}], ...group } = resource(entry);
      const { uuid, name, createDate, outcome = RUNNING, readyDate = createDate } = group;
      const service = serviceByUuid.get(group.modelServiceUuid ?? '');
      return {
        ...deploymentDefaults,
        yaml: service?.yaml ?? '',
        modelServiceType: service?.type ?? modelServiceDefaults.type,
        ...group,
        outcome,
        readyDate,
        instances: instances.map((instance) => ({
          uuid: newUuid(),
          name,
          outcome,
          readyDate,
          ...instance,
          ...times({ createDate, ...instance }),
          modelServiceGroupUuid: uuid,
        })),
        ...createUses(uuid, datasetUuids, modelServiceGroupUuids, { newUuid }),
      };
    }),
    userTags: tags('User', userTags),
    systemTags: tags('System', systemTags),
  };
}

/**
 * @param keyOf the key that must be unique in all lists; undefined for an entry without one
 * @param member path of the key in an entry, for the error
 * @throws ApiError SYS.1007 for the second of two equal keys
 */
function assertUnique<Entry>(
  lists: Record<string, readonly Entry[]>,
  keyOf: (entry: Entry) => string | undefined,
  member = '',
): void {
  const seen = new Set<string>();
  for (const [list, entries] of Object.entries(lists)) {
    for (const [index, entry] of entries.entries()) {
      const key = keyOf(entry);
      if (key === undefined) continue;
      if (seen.has(key)) {
        throw invalidArgument(`field[${list}[${index}]${member}]: [${key}] is there twice`);
      }
      seen.add(key);
    }
  }
}

/** Converts resources to a seed. */
export function toSeed(resources: Resources): object {
  const { modelCenters, models, modelServices, modelServiceRefs } = resources;
  const tagOf = ({ type, inherent, ...tag }: Tag) => toEntry(tag);
  return {
    about: DUMP_DESCRIPTION,
    modelCenters: modelCenters.map(toEntry),
    models: models.map(toEntry),
    modelServices: modelServices.map(({ modelServiceImages, ...service }) => ({
      ...toEntry(service),
      modelServiceImages: modelServiceImages.map(toEntry),
    })),
    modelServiceRefs: modelServiceRefs.map(toEntry),
    datasets: resources.datasets.map(toEntry),
    modelServiceInstanceGroups: resources.modelServiceInstanceGroups.map(
      ({ instances, datasetRefInventories, modelServiceGroupRefs, ...group }) => ({
        ...toEntry(group),
        datasetUuids: datasetRefInventories.map(({ datasetUuid }) => datasetUuid),
        modelServiceGroupUuids: modelServiceGroupRefs.map(({ usedGroupUuid }) => usedGroupUuid),
        instances: instances.map(({ modelServiceGroupUuid, ...instance }) => toEntry(instance)),
      }),
    ),
    userTags: resources.userTags.map(tagOf),
    systemTags: resources.systemTags.map(tagOf),
  };
}

const TIMES = ['createDate', 'lastOpDate', 'readyDate'];

/** Omits unset fields and tokens, and writes times as ISO 8601. */
function toEntry(record: object): object {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) => {
      if (value === null || value === undefined || name === 'token') return [];
      return [[name, TIMES.includes(name) ? new Date(value).toISOString() : value]];
    }),
  );
}
