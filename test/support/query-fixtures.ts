import fc from 'fast-check';
import type {
  Dataset,
  Model,
  ModelCenterFields,
  ModelService,
  Tag,
} from '../../src/domain/records.ts';
import type { Store } from '../../src/domain/store.ts';
import { type OracleKind, type OracleRow, type OracleType, ownFields } from './query-oracle.ts';
import { dataset, extras, image, model, modelCenter, modelService, ref, tag } from './records.ts';
import { asIs, nothing } from './results.ts';

/** Characters that a text, a pattern, a comparison or SQL could stumble over. */
const characters = [
  ...['a', 'A', 'b', 'B', 'z', 'Z', 'é', 'É', 'ß', 'İ', 'K', '0', '9'],
  // On either side of the letters, which fold.
  ...['@', '[', '`', '{', '_', '%', '\\', "'", '"', ',', ' ', '\t', '\n'],
  ...['=', '!', '~', '?', '<', '>', '|', '(', ')', ';', '-', '/', '*', '$', '{', '+', '.'],
  // Where the order of UTF-8 is not that of UTF-16.
  ...['😀', '\u{10ffff}', '\uffff', '\ue000', '\ud7ff', '\u007f', '\u0001', '\u0301'],
];

/** Mostly short texts of few characters, so that they often meet. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.string({ unit: fc.constantFrom('a', 'A', 'é', '%', '_'), maxLength: 3 }),
  },
  { weight: 6, arbitrary: fc.string({ unit: fc.constantFrom(...characters), maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom('is null', 'NULL', 'not null', '%%', 'true', '1', '-1') },
);

const INTEGER_MAX = 2 ** 31 - 1;
export const integers = fc.constantFrom(0, 1, 2, 7, -1, INTEGER_MAX, -INTEGER_MAX - 1);
export const longs = fc.oneof(
  integers,
  fc.constantFrom(2 ** 53 - 1, -(2 ** 53) + 1, 2 ** 53 - 2, 2 ** 32, 9_007_199_254_740_881),
);

/** Nov 25, 2025 11:51:50 AM, UTC. */
const START = Date.UTC(2025, 10, 25, 11, 51, 50);
/** On and next to the bounds of a few seconds. */
export const times = fc
  .tuple(fc.constantFrom(0, 1, 2, 3600, 86_400 * 31), fc.constantFrom(0, 1, 999))
  .map(([seconds, milliseconds]) => START + seconds * 1000 + milliseconds);

const valuesOf: Record<OracleType, fc.Arbitrary<unknown>> = {
  text: texts,
  integer: integers,
  long: longs,
  boolean: fc.boolean(),
  date: times,
};

/** What has only some values, or is in the inventory of more than one kind. */
const particular: Record<string, fc.Arbitrary<unknown>> = {
  'ModelService.type': fc.constantFrom('Endpoint', 'FineTune', 'App', 'ModelEval'),
  'ModelService.source': fc.constantFrom('Other', 'Bentoml', 'HuggingFace'),
  'ModelService.requestCpu': integers.map(Math.abs).map((n) => Math.min(n, INTEGER_MAX)),
};

/** The fields that must be there (F47); the others may be null. */
const required = new Set(
  (
    'ModelService: name yaml requestCpu requestMemory type framework source size system hasNewVersion ' +
    'installPath startCommand supportDistributed createDate lastOpDate ' +
    'Model: name description installPath modelId size type isLatestVersion extraGpuMemRequest ' +
    'SAMPLE_SIZE createDate lastOpDate ' +
    'ModelCenter: name url status managementIp managementPort createDate lastOpDate ' +
    'Dataset: name url size system createDate lastOpDate'
  )
    .split(/(?=\b[A-Z]\w*:)/)
    .flatMap((part) => {
      const [kind = '', names = ''] = part.split(':');
      return names
        .trim()
        .split(' ')
        .map((name) => `${kind}.${name}`);
    }),
);

/** A kind's own fields but for those that name something. */
function fieldsOf(kind: OracleKind): fc.Arbitrary<Record<string, unknown>> {
  const named = Object.entries(ownFields[kind]).filter(
    ([name]) => name !== 'uuid' && name !== 'modelCenterUuid',
  );
  return fc.record(
    Object.fromEntries(
      named.map(([name, type]) => {
        const key = `${kind}.${name}`;
        const values = particular[key] ?? valuesOf[type];
        return [name, required.has(key) ? values : fc.option(values, { freq: 2 })];
      }),
    ),
  );
}

const tagTexts = fc.record({
  userTags: fc.uniqueArray(texts, { maxLength: 2 }),
  systemTags: fc.uniqueArray(texts, { maxLength: 2 }),
});
const indexes = fc.nat({ max: 20 });

const blueprints = fc.record({
  salt: fc.nat(),
  centers: fc.array(fc.record({ fields: fieldsOf('ModelCenter'), tags: tagTexts }), {
    maxLength: 3,
    size: 'max',
  }),
  models: fc.array(fc.record({ fields: fieldsOf('Model'), center: indexes, tags: tagTexts }), {
    maxLength: 5,
    size: 'max',
  }),
  services: fc.array(
    fc.record({
      fields: fieldsOf('ModelService'),
      center: indexes,
      tags: tagTexts,
      models: fc.uniqueArray(indexes, { maxLength: 3 }),
      images: fc.array(
        fc.record({
          cpuArchitecture: fc.constantFrom('x86_64', 'aarch64', 'mips64el'),
          vmImageUuid: fc.option(texts),
          dockerImage: fc.option(texts),
          createDate: times,
          lastOpDate: times,
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 8, size: 'max' },
  ),
  datasets: fc.array(fc.record({ fields: fieldsOf('Dataset'), center: indexes, tags: tagTexts }), {
    maxLength: 5,
    size: 'max',
  }),
  tagTimes: fc.array(times, { minLength: 1, maxLength: 8 }),
});

/** Resources that know of each other, as the store takes them. */
export interface QueryFixtures {
  centers: ModelCenterFields[];
  models: Model[];
  services: ModelService[];
  datasets: Dataset[];
  tags: Tag[];
}

/** Some resources of all kinds, each with few and often the same values. */
export const queryFixtures: fc.Arbitrary<QueryFixtures> = blueprints.map((blueprint) => {
  let used = 0;
  /** All different, in no order. */
  const nextUuid = () => {
    const digits = (Math.imul(++used, 0x9e3779b1) ^ blueprint.salt) >>> 0;
    return digits.toString(16).padStart(8, '0').repeat(4);
  };
  const tags: Tag[] = [];
  const attach = (
    resourceUuid: string,
    resourceType: Tag['resourceType'],
    { userTags, systemTags }: { userTags: string[]; systemTags: string[] },
  ) => {
    for (const [type, list] of [
      ['User', userTags],
      ['System', systemTags],
    ] as const) {
      for (const text of list) {
        const time = blueprint.tagTimes[tags.length % blueprint.tagTimes.length] as number;
        const fields = { uuid: nextUuid(), resourceType, type, createDate: time, lastOpDate: time };
        tags.push(tag(resourceUuid, text, fields as Partial<Tag>));
      }
    }
  };

  const centers = blueprint.centers.map(({ fields, tags: texts }) => {
    const center = modelCenter({ ...fields, uuid: nextUuid() });
    attach(center.uuid, 'ModelCenterVO', texts);
    return center;
  });
  /** A center that is there, also in capitals, or none. */
  const centerUuid = (index: number): string => {
    const center = centers[index % 4]?.uuid;
    if (center === undefined) return ['', 'none', "a'--", '%'][index % 4] as string;
    return index > 15 ? center.toUpperCase() : center;
  };
  const models = blueprint.models.map(({ fields, center, tags: texts }) => {
    const record = model({
      ...fields,
      uuid: nextUuid(),
      modelCenterUuid: centerUuid(center),
    } as Partial<Model>);
    attach(record.uuid, 'ModelVO', texts);
    return record;
  });
  const withDefault = new Set<string>();
  const services = blueprint.services.map((each) => {
    const uuid = nextUuid();
    const bound = new Set(each.models.flatMap((index) => models[index] ?? []));
    const refs = [...bound].map((of) => {
      const isDefault = !withDefault.has(of.uuid) && each.models.length === 2;
      if (isDefault) withDefault.add(of.uuid);
      return ref(of.uuid, uuid, { uuid: nextUuid(), isDefault });
    });
    const service = modelService({
      ...each.fields,
      uuid,
      modelCenterUuid: centerUuid(each.center),
      modelServiceRefs: refs,
      modelServiceImages: each.images.map((fields) => image(uuid, { ...fields, uuid: nextUuid() })),
    } as Partial<ModelService>);
    for (const of of bound)
      of.modelServiceRefs.push(...refs.filter((r) => r.modelUuid === of.uuid));
    attach(uuid, 'ModelServiceVO', each.tags);
    return service;
  });
  const datasets = blueprint.datasets.map(({ fields, center, tags: texts }) => {
    const record = dataset({
      ...fields,
      uuid: nextUuid(),
      modelCenterUuid: centerUuid(center),
    } as Partial<Dataset>);
    attach(record.uuid, 'DatasetVO', texts);
    return record;
  });
  return { centers, models, services, datasets, tags };
});

/** Adds the fixtures to an empty store. */
export async function fill(
  store: Store,
  { centers, models, services, datasets, tags }: QueryFixtures,
): Promise<void> {
  const of = (uuid: string) => extras({ tags: tags.filter((each) => each.resourceUuid === uuid) });
  for (const center of centers)
    await store.addResource('ModelCenter', center, of(center.uuid), asIs);
  // Bound by their services, which are added later.
  for (const each of models) {
    await store.addResource('Model', { ...each, modelServiceRefs: [] }, of(each.uuid), nothing);
  }
  for (const service of services)
    await store.addResource('ModelService', service, of(service.uuid), nothing);
  for (const each of datasets) await store.addResource('Dataset', each, of(each.uuid), nothing);
}

/** What a condition may look at of each kind's resources. */
export function rowsOf({
  centers,
  models,
  services,
  datasets,
  tags,
}: QueryFixtures): Record<OracleKind, OracleRow[]> {
  const tagsOf = (uuid: string, type: string) =>
    tags.filter((each) => each.resourceUuid === uuid && each.type === type).map((each) => each.tag);
  const tagged = <Stored extends object & { uuid: string; createDate: number }>(
    record: Stored,
  ) => ({
    ...record,
    userTags: tagsOf(record.uuid, 'User'),
    systemTags: tagsOf(record.uuid, 'System'),
  });
  const located = <Stored extends { modelCenterUuid: string }>(record: Stored) => ({
    ...record,
    modelCenter: centers.find(({ uuid }) => uuid === record.modelCenterUuid.toLowerCase()),
  });
  const ofType = (type: string) => tags.filter((each) => each.type === type);
  return {
    ModelService: services.map((service) => tagged(located(service))) as OracleRow[],
    Model: models.map((each) => tagged(located(each))) as OracleRow[],
    ModelCenter: centers.map(tagged) as OracleRow[],
    Dataset: datasets.map((each) => tagged(located(each))) as OracleRow[],
    UserTag: ofType('User') as OracleRow[],
    SystemTag: ofType('System') as OracleRow[],
  };
}
