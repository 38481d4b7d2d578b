import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/contract/errors.ts';
import { CreateDatasetParams } from '../../src/contract/schemas/dataset.ts';
import { AddModelParams } from '../../src/contract/schemas/model.ts';
import { AddModelCenterParams } from '../../src/contract/schemas/model-center.ts';
import { AddModelServiceParams } from '../../src/contract/schemas/model-service.ts';
import { DeployModelServiceParams } from '../../src/contract/schemas/model-service-instance-group.ts';
import { type Resources, withGpuMemory, withVersion } from '../../src/domain/records.ts';
import { parseSeedResources, toSeed } from '../../src/domain/seed.ts';
import { readingOf, validFor } from '../support/arbitraries.ts';
import {
  dataset,
  image,
  instance,
  instanceGroup,
  modelCenter,
  newUuid,
  noResources,
  ref,
  tag,
} from '../support/records.ts';
import {
  addModelService,
  createDataset,
  deployModelService,
  requiredCenterParams,
  requiredDatasetParams,
  requiredDeploymentParams,
  requiredModelParams,
  requiredServiceParams,
} from '../support/resources.ts';
import { everyResource, seededModel, seededService } from '../support/seeds.ts';
import { API, ROOT, START, startServer } from '../support/server.ts';
import { set } from '../support/stores.ts';

// biome-ignore lint/suspicious/noExplicitAny: seeds are spoilt in every way
type Json = any;

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const dependencies = { newUuid, clock: () => NOW };
const atStart = { newUuid, clock: () => START };
const read = (seed: unknown) => parseSeedResources(seed, dependencies);

/** A seed with every member of every entry, as a file has it. */
const wholeSeed = (): Json => JSON.parse(JSON.stringify(toSeed(everyResource())));

/** The sentence that a seed is rejected with. */
function expectedError(seed: unknown): string {
  try {
    read(seed);
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).errorCode).toBe('SYS.1007');
    return (error as ApiError).message;
  }
  throw new Error('the seed was taken');
}

/** That a sentence names the member by its whole path. */
function expectPath(sentence: string, path: string): void {
  expect(sentence).toMatch(
    new RegExp(`(^|[^\\w.\\]])${path.replace(/[.[\]]/g, '\\$&')}($|[^\\w.[])`),
  );
}

test('computes versions and GPU memory unless they are given, also after an update', () => {
  const { models: [model] = [], modelServices: [service] = [] } = wholeSeed();
  const { minGpuMemory: _, recommendedGpuMemory: __, ...sized } = { ...model, size: 1 };
  const { version: ___, ...app } = { ...service, type: 'App', installPath: '/dify_1.11.1' };
  const given = { ...app, uuid: newUuid(), version: 'own', modelServiceImages: [] };

  const { models, modelServices } = read({
    models: [sized, { ...sized, uuid: newUuid(), minGpuMemory: 7 }],
    modelServices: [app, given],
  });

  const sum = 1 + model.extraGpuMemRequest;
  expect(models.map((each) => [each.minGpuMemory, each.recommendedGpuMemory])).toEqual([
    [sum, sum],
    [7, sum],
  ]);
  expect(modelServices.map(({ version }) => version)).toEqual(['1.11.1', 'own']);
  expect(withVersion({ ...given, type: 'Endpoint' }, given).version).toBe('own');
});

interface Member {
  path: string;
  value: unknown;
  /** Puts another value in its place, or removes it. */
  change: (value: unknown) => void;
}

/** Every member of every entry, by its path, of this very seed. */
function membersOf(owner: Json, path = ''): Member[] {
  return Object.entries<Json>(owner).flatMap(([name, value]) => {
    const inner = Array.isArray(owner) ? `${path}[${name}]` : path ? `${path}.${name}` : name;
    const own = {
      path: inner,
      value,
      change: (changed: unknown) => {
        owner[name] = changed;
      },
    };
    return [own, ...(typeof value === 'object' ? membersOf(value, inner) : [])];
  });
}

const paths = membersOf(wholeSeed()).map(({ path }) => path);

/** The seed but for one member. */
function changed(path: string, value: unknown): Json {
  const seed = wholeSeed();
  const member = membersOf(seed).find((each) => each.path === path);
  if (!member) throw new Error(`no member ${path}`);
  member.change(value);
  // What is undefined is missing from a file.
  return JSON.parse(JSON.stringify(seed));
}

describe('what a seed leaves open is as in an addition', () => {
  test.each([
    ['modelCenters', 'model-centers', requiredCenterParams],
    ['models', 'models', requiredModelParams],
    ['modelServices', 'model-services', requiredServiceParams],
  ] as const)('of %s', async (list, path, params) => {
    const server = await startServer();
    const uuid = newUuid();
    await server.post(`${API}/${path}`, { param: { ...params, resourceUuid: uuid } });
    const stored = await server.store.readResources();
    const seeded = parseSeedResources({ [list]: [{ ...params, uuid }] }, atStart);
    expect(set(seeded[list])).toEqual(set(stored[list]));
  });

  test('of a service’s images', async () => {
    const server = await startServer();
    const uuid = newUuid();
    const images = [
      { cpuArchitecture: 'x86_64', dockerImage: 'a' },
      { cpuArchitecture: 'aarch64', vmImageUuid: 'b' },
    ];
    await server.post(`${API}/model-services`, {
      param: { ...requiredServiceParams, resourceUuid: uuid, architectureImages: images },
    });
    const [stored] = set((await server.store.readResources()).modelServices);
    const { modelServices } = parseSeedResources(
      { modelServices: [{ ...requiredServiceParams, uuid, modelServiceImages: images }] },
      atStart,
    );
    const expected = stored?.modelServiceImages.map((each) => ({
      ...each,
      uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
    }));
    expect(set(modelServices)).toEqual([{ ...stored, modelServiceImages: expected }]);
  });

  test('of datasets and deployments', async () => {
    const server = await startServer();
    const dataset = (await createDataset(server)).uuid;
    const { uuid: service } = await addModelService(server, { type: 'App', yaml: 'a: b' });
    const params = { ...requiredDeploymentParams, type: 'BareMetal2' };
    const { uuid } = await deployModelService(server, params, service);
    const { modelServices, ...stored } = await server.store.readResources();
    const seeded = parseSeedResources(
      {
        modelServices: toSeed({ ...noResources, modelServices })['modelServices' as never],
        datasets: [{ ...requiredDatasetParams, uuid: dataset }],
        modelServiceInstanceGroups: [{ ...params, uuid, modelServiceUuid: service }],
      },
      atStart,
    );
    const [group] = stored.modelServiceInstanceGroups;
    const instances = group?.instances.map((each) => ({ ...each, uuid: expect.any(String) }));
    expect(set(seeded.datasets)).toEqual(set(stored.datasets));
    expect(set(seeded.modelServiceInstanceGroups)).toEqual([
      { ...set(group), instances: instances?.map((each) => ({ ...set(each), uuid: each.uuid })) },
    ]);
  });

  test('of instances, but what a deployment becomes and when is that of its group', () => {
    const [own, others] = [
      { outcome: 'Failed', readyDate: '2026-01-02T03:04:06.000Z' },
      { outcome: 'Odd', readyDate: '2026-01-02T03:04:07.000Z' },
    ];
    const { modelServiceInstanceGroups } = read({
      modelServiceInstanceGroups: [
        { ...requiredDeploymentParams, uuid: newUuid(), ...own, instances: [{}, others] },
      ],
    });
    const becomes = ({ outcome, readyDate }: { outcome: string; readyDate: number }) => ({
      outcome,
      readyDate: new Date(readyDate).toISOString(),
    });
    const [group] = modelServiceInstanceGroups;
    expect(group && becomes(group)).toEqual(own);
    expect(group?.instances.map(becomes)).toEqual([own, others]);
  });

  test('of tags and bindings', async () => {
    const server = await startServer();
    const [service, bound] = [newUuid(), newUuid()];
    await server.post(`${API}/model-services`, {
      param: { ...requiredServiceParams, resourceUuid: service },
    });
    await server.post(`${API}/models`, {
      param: { ...requiredModelParams, resourceUuid: bound, modelServiceUuids: [service] },
    });
    const [ofService, ofModel] = [
      { resourceUuid: service, resourceType: 'ModelServiceVO', tag: ' a' },
      { resourceUuid: bound, resourceType: 'ModelVO', tag: 'b' },
    ];
    await server.post(`${ROOT}/user-tags`, { params: ofService });
    await server.post(`${ROOT}/system-tags`, { params: ofModel });
    const { modelServiceRefs, userTags, systemTags } = await server.store.readResources();
    const seeded = parseSeedResources(
      {
        modelServiceRefs: [{ modelUuid: bound, modelServiceUuid: service }],
        userTags: [ofService],
        systemTags: [ofModel],
      },
      atStart,
    );
    const anyUuid = <Entry>(entries: Entry[]) =>
      entries.map((entry) => ({ ...entry, uuid: expect.stringMatching(/^[0-9a-f]{32}$/) }));
    expect([seeded.modelServiceRefs, seeded.userTags, seeded.systemTags]).toEqual(
      [modelServiceRefs, userTags, systemTags].map((entries) => anyUuid<object>(entries)),
    );
  });

  test('of everything: no resources', () => {
    for (const seed of [{}, { about: 'nothing' }, { models: null }, { models: [] }]) {
      expect(read(seed)).toEqual(noResources);
    }
  });

  test('of uuids: new ones of images, bindings and tags', () => {
    const seed = wholeSeed();
    for (const { uuid } of [seed.modelServices[1], seed.models[1]]) {
      seed.modelServiceRefs.push({ modelUuid: uuid, modelServiceUuid: uuid });
    }
    for (const { path, change } of membersOf(seed)) {
      if (/(Images|Refs|Tags)\[\d+\]\.uuid$/.test(path)) change(null);
    }
    const { modelServices, modelServiceRefs, userTags, systemTags } = read(seed);
    const images = modelServices.flatMap((service) => service.modelServiceImages);
    const made = [...images, ...modelServiceRefs, ...userTags, ...systemTags].map(
      ({ uuid }) => uuid,
    );
    expect(made).toHaveLength(2 + 5 + 2 + 1);
    expect(new Set(made).size).toBe(made.length);
    for (const uuid of made) expect(uuid).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('times', () => {
  const center = (times: object) =>
    read({ modelCenters: [{ ...requiredCenterParams, uuid: newUuid(), ...times }] })
      .modelCenters[0];
  const MORNING = Date.UTC(2025, 10, 25, 11, 51, 50);

  test.each([
    ['none', {}, NOW, NOW],
    ['the first alone', { createDate: '2025-11-25T11:51:50Z' }, MORNING, MORNING],
    ['the last alone', { lastOpDate: '2025-11-25T11:51:50Z' }, NOW, MORNING],
    [
      'milliseconds and zones',
      { createDate: '2025-11-25T11:51:50.123Z', lastOpDate: '2025-11-25T17:36:50.004+05:45' },
      MORNING + 123,
      MORNING + 4,
    ],
  ])('%s', (_what, given, createDate, lastOpDate) => {
    expect(center(given)).toMatchObject({ createDate, lastOpDate });
  });

  test.each([
    'Nov 25, 2025 11:51:50 AM',
    '2025-11-25T11:51:50',
    '2025-13-01T00:00:00Z',
    '2025-02-30T00:00:00Z',
    '2025-11-25T25:00:00Z',
    'soon',
    '',
    '1764071510000',
  ])('%j is none', (time) => {
    for (const name of ['createDate', 'lastOpDate']) {
      expectPath(expectedError(changed(`models[1].${name}`, time)), `models[1].${name}`);
      const inner = `modelServices[0].modelServiceImages[1].${name}`;
      expectPath(expectedError(changed(inner, time)), inner);
      expectPath(expectedError(changed(`userTags[1].${name}`, time)), `userTags[1].${name}`);
    }
  });
});

describe('a rejection names the member', () => {
  const wrongFor = (value: unknown): unknown => {
    if (typeof value === 'number') return 'a number';
    if (typeof value === 'boolean') return 'perhaps';
    return typeof value === 'object' ? 'a text' : { a: 'structure' };
  };

  test.each(paths)('%s, where its type is wrong', (path) => {
    const value = membersOf(wholeSeed()).find((each) => each.path === path)?.value;
    expectPath(expectedError(changed(path, wrongFor(value))), path);
  });

  test.each<[string, (seed: ReturnType<typeof wholeSeed>) => object, string]>([
    [
      'a binding that is there twice',
      (seed) => ({
        modelServiceRefs: [
          seed.modelServiceRefs[0],
          { ...seed.modelServiceRefs[0], uuid: newUuid() },
        ],
      }),
      'modelServiceRefs[1]',
    ],
    [
      'a second default of a model',
      ({ modelServiceRefs: [first] }) => ({
        modelServiceRefs: [
          { ...first, isDefault: true },
          { modelUuid: first?.modelUuid, modelServiceUuid: newUuid(), isDefault: true },
        ],
      }),
      'modelServiceRefs[1]',
    ],
    [
      'a tag that is there twice',
      ({ userTags: [first] }) => ({ userTags: [first, { ...first, uuid: newUuid() }] }),
      'userTags[1]',
    ],
    [
      'a dataset with the uuid of a model',
      ({ models: [model], datasets: [first] }) => ({ datasets: [{ ...first, uuid: model.uuid }] }),
      'datasets[0].uuid',
    ],
    [
      'a deployment that is there twice',
      ({ modelServiceInstanceGroups: [first] }) => ({ modelServiceInstanceGroups: [first, first] }),
      'modelServiceInstanceGroups[1].uuid',
    ],
  ])('%s', (_what, lists, path) => {
    const seed = wholeSeed();
    expectPath(expectedError({ ...seed, ...lists(seed) }), path);
  });

  const required: Record<string, string[]> = {
    'modelCenters[1]': ['uuid', 'name', 'url', 'managementIp', 'managementPort'],
    'models[1]': ['uuid', 'name', 'installPath', 'modelCenterUuid'],
    'modelServices[1]': [
      ...['uuid', 'name', 'yaml', 'requestCpu', 'requestMemory', 'modelCenterUuid'],
      ...['installPath', 'startCommand'],
    ],
    'modelServices[0].modelServiceImages[1]': ['cpuArchitecture'],
    'modelServiceRefs[1]': ['modelUuid', 'modelServiceUuid'],
    'datasets[1]': ['uuid', 'name', 'url', 'modelCenterUuid'],
    'modelServiceInstanceGroups[1]': ['uuid', 'name', 'type', 'zoneUuid'],
    'userTags[1]': ['resourceUuid', 'resourceType', 'tag'],
    'systemTags[0]': ['resourceUuid', 'resourceType', 'tag'],
  };
  const requiredPaths = Object.entries(required).flatMap(([entry, names]) =>
    names.map((name) => `${entry}.${name}`),
  );

  test.each(requiredPaths)('%s, where it is missing', (path) => {
    for (const nothing of [undefined, null]) {
      expectPath(expectedError(changed(path, nothing)), path);
    }
  });

  test('but for these every member can be missing', () => {
    const named = new Set(requiredPaths.map((path) => path.replace(/\d+/g, '')));
    const others = paths.filter(
      (path) => /\.\w+$/.test(path) && !named.has(path.replace(/\d+/g, '')),
    );
    expect(others.length).toBeGreaterThan(60);
    for (const path of others) {
      expect(() => read(changed(path, undefined))).not.toThrow();
      if (!/\.(vendorToSpecUuidsMap|environmentVariables)\./.test(path)) {
        expect(() => read(changed(path, null))).not.toThrow();
      }
    }
  });

  test.each([
    ['', 'modelcenters'],
    ['modelCenters[1]', 'capacity'],
    ['models[1]', 'token'],
    ['models[1]', 'Name'],
    ['datasets[0]', 'token'],
    ['models[1]', '__proto__'],
    ['models[1]', 'modelServiceRefs'],
    ['modelServices[1]', 'architectureImages'],
    ['modelServices[0].modelServiceImages[1]', 'cpu'],
    ['modelServiceRefs[1]', 'default'],
    ['userTags[1]', 'inherent'],
    ['systemTags[0]', 'type'],
  ])('which in %j is unknown: %s', (entry, name) => {
    const seed = wholeSeed();
    const owner = entry === '' ? seed : membersOf(seed).find(({ path }) => path === entry)?.value;
    Object.defineProperty(owner, name, { value: 'a', enumerable: true });
    expectPath(expectedError(seed), entry === '' ? name : `${entry}.${name}`);
  });

  // The schemas of inventories have the limits of all fields.
  test.each<[string, number]>([
    ['modelCenters[1].name', 255],
    ['models[1].description', 2048],
    ['models[0].gpuConstraintDescription', 512],
    ['modelServices[1].startCommand', 1024],
    ['datasets[1].url', 2048],
    ['modelServices[0].startCommand', 1024],
    ['modelServices[0].modelServiceImages[0].dockerImage', 255],
    ['userTags[1].tag', 4096],
  ])('%s, where it is longer than %i characters', (path, max) => {
    expectPath(expectedError(changed(path, 'x'.repeat(max + 1))), path);
    expect(() => read(changed(path, '😀'.repeat(max)))).not.toThrow();
  });

  test.each<[string, unknown]>([
    ['modelCenters[1].managementPort', 65_536],
    ['modelServices[1].requestMemory', 2 ** 53],
    ['modelServices[1].requestMemory', 1.5],
    ['models[1].size', -1],
    ['models[0].recommendedGpuNum[1]', -1],
    ['models[0].shareMode', 'Private'],
    ['modelServices[0].cpuArchitectures[1]', 'sparc'],
    ['modelServices[0].modelServiceImages[1].cpuArchitecture', 'sparc'],
    ['userTags[1].resourceType', 'ZoneVO'],
    ['models[1].name', 'a\0b'],
    ['userTags[1].tag', 'a\ud800'],
    ['models[0].tagUuids[0]', 1e30],
  ])('%s, which can not be %j', (path, value) => {
    expectPath(expectedError(changed(path, value)), path);
  });

  const uuidPaths = paths.filter((path) => /\]\.uuid$/.test(path));
  test.each(uuidPaths)('%s, where it is no uuid', (path) => {
    for (const uuid of ['', 'a', newUuid().toUpperCase(), crypto.randomUUID(), 'f'.repeat(32)]) {
      expectPath(expectedError(changed(path, uuid)), path);
    }
  });

  test.each<[string, string]>([
    ['modelCenters[1].uuid', 'modelCenters[0].uuid'],
    ['models[1].uuid', 'models[0].uuid'],
    ['modelServices[1].uuid', 'modelServices[0].uuid'],
    ['models[1].uuid', 'modelCenters[0].uuid'],
    ['modelServices[1].uuid', 'models[1].uuid'],
    ['modelServices[0].modelServiceImages[1].uuid', 'modelServices[0].modelServiceImages[0].uuid'],
    ['modelServiceRefs[2].uuid', 'modelServiceRefs[0].uuid'],
    ['userTags[1].uuid', 'userTags[0].uuid'],
    ['systemTags[0].uuid', 'userTags[0].uuid'],
  ])('%s, where it is that of %s', (path, other) => {
    const value = membersOf(wholeSeed()).find((each) => each.path === other)?.value;
    const seed = wholeSeed();
    for (const each of [path, other])
      membersOf(seed)
        .find((m) => m.path === each)
        ?.change(value);
    expectPath(expectedError(seed), path);
  });

  test('an image’s service, where it is another one', () => {
    const path = 'modelServices[0].modelServiceImages[1].modelServiceUuid';
    expectPath(expectedError(changed(path, newUuid())), path);
  });

  test.each([
    'models',
    'modelServices[0].modelServiceImages',
    'userTags',
  ])('the list %s, where it holds nothing in an entry’s place', (path) => {
    expect(expectedError(changed(path, [null]))).toContain(path);
  });

  test.each([[[]], ['a text'], [1], [true], [null]])('none, where the seed is %j', (seed) => {
    expect(expectedError(seed)).toMatch(/object/);
  });
});

describe('the seed of resources', () => {
  test('has every member but tokens, under its own name', () => {
    const resources = everyResource();
    const seed = toSeed(resources);
    const reported = JSON.parse(JSON.stringify(resources), (name, value) => {
      if (name === 'token' || name === 'inherent') return undefined;
      const isTime = ['createDate', 'lastOpDate', 'readyDate'].includes(name);
      return isTime ? new Date(value).toISOString() : value;
    });
    for (const group of reported.modelServiceInstanceGroups) {
      const { datasetRefInventories: datasets, modelServiceGroupRefs: groups } = group;
      group.datasetUuids = datasets.map((use: { datasetUuid: string }) => use.datasetUuid);
      group.modelServiceGroupUuids = groups.map(
        (use: { usedGroupUuid: string }) => use.usedGroupUuid,
      );
      delete group.datasetRefInventories;
      delete group.modelServiceGroupRefs;
      for (const instance of group.instances) delete instance.modelServiceGroupUuid;
    }
    for (const each of [...reported.userTags, ...reported.systemTags]) delete each.type;
    expect(seed).toEqual({ about: expect.any(String), ...reported });
  });

  test('says that it has no tokens, and has none', () => {
    const resources = everyResource();
    const text = JSON.stringify(toSeed(resources));
    expect(resources.models[0].token).toBe('a token');
    expect(text).not.toContain(resources.models[0].token);
    const { about, ...lists } = JSON.parse(text);
    expect(about).toMatch(/token/);
    expect(JSON.stringify(lists)).not.toMatch(/token/i);
  });

  test('leaves out what is unset, whether as null or as absent', () => {
    const seed = toSeed({
      ...noResources,
      models: [seededModel({ vendor: null, logo: null }), seededModel()],
    });
    const text = JSON.stringify(seed);
    expect(text).not.toMatch(/null|vendor|logo/);
  });

  /** The resources of the parsed seed, without unset fields. */
  const roundTrip = (resources: Resources) =>
    set(read(JSON.parse(JSON.stringify(toSeed(resources)))));
  const withoutTokens = (resources: Resources) =>
    set({
      ...resources,
      models: resources.models.map(({ token: _, ...rest }) => rest),
      datasets: resources.datasets.map(({ token: _, ...rest }) => rest),
    });

  test.each([
    'token',
    'createDate',
    '__proto__',
    '',
  ])('retains a vendor of the name %j', (vendor) => {
    const vendorToSpecUuidsMap = JSON.parse(`{${JSON.stringify(vendor)}:["a"],"other":[]}`);
    const service = seededService({ vendorToSpecUuidsMap });
    const { modelServices } = roundTrip({ ...noResources, modelServices: [service] });
    expect(Object.entries(modelServices[0]?.vendorToSpecUuidsMap ?? {})).toEqual(
      Object.entries(vendorToSpecUuidsMap),
    );
  });

  test('read again gives the same resources', () => {
    const time = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
    const times = fc.record({ createDate: time, lastOpDate: time });
    type Params = Record<string, Json>;
    const paramsOf = (
      schema:
        | typeof AddModelParams
        | typeof AddModelServiceParams
        | typeof AddModelCenterParams
        | typeof CreateDatasetParams
        | typeof DeployModelServiceParams,
    ) => validFor(schema).map((params) => readingOf(schema, params) as Params);
    const centers = fc
      .tuple(paramsOf(AddModelCenterParams), times)
      .map(([{ resourceUuid: _, ...params }, dates]) => modelCenter({ ...params, ...dates }));
    const models = fc
      .tuple(paramsOf(AddModelParams), times)
      .map(([{ resourceUuid, modelServiceUuids, defaultModelServiceUuid, ...params }, dates]) =>
        withGpuMemory(seededModel({ ...params, ...dates })),
      );
    const services = fc
      .tuple(paramsOf(AddModelServiceParams), times)
      .map(([{ resourceUuid, modelUuids, architectureImages = [], ...params }, dates]) => {
        const uuid = newUuid();
        const modelServiceImages = architectureImages.map((each: object) => image(uuid, each));
        return withVersion(seededService({ ...params, ...dates, uuid, modelServiceImages }));
      });
    const datasets = fc
      .tuple(paramsOf(CreateDatasetParams), times)
      .map(([{ resourceUuid: _, ...params }, dates]) => dataset({ ...params, ...dates }));
    const groups = fc
      .tuple(paramsOf(DeployModelServiceParams), times, fc.constantFrom('Running', 'Failed', 'x'))
      .map(([params, dates, outcome]) => {
        const { resourceUuid, datasetUuids, modelServiceGroupUuids, ...own } = params;
        const { serviceBootUptime, ...fields } = own as typeof own & { serviceBootUptime?: number };
        const bootTime = serviceBootUptime !== undefined && {
          serviceBootupTime: serviceBootUptime,
        };
        const uuid = newUuid();
        const state = { ...dates, outcome };
        const instances = [instance(uuid, state)];
        return instanceGroup({ ...fields, ...bootTime, ...state, uuid, instances });
      });
    const text = fc.string({ unit: 'binary', maxLength: 30 }).map((t) => t.replaceAll('\0', ' '));
    const tags = <Type extends 'User' | 'System'>(type: Type) =>
      fc.tuple(text, times).map(([words, dates]) => tag(newUuid(), words, { type, ...dates }));
    const resources = fc.record({
      modelCenters: fc.array(centers, { maxLength: 2 }),
      models: fc.array(models, { maxLength: 2 }),
      modelServices: fc.array(services, { maxLength: 2 }),
      modelServiceRefs: fc.array(
        fc.boolean().map((isDefault) => ref(newUuid(), newUuid(), { isDefault })),
        { maxLength: 3 },
      ),
      datasets: fc.array(datasets, { maxLength: 2 }),
      modelServiceInstanceGroups: fc.array(groups, { maxLength: 2 }),
      userTags: fc.array(tags('User'), { maxLength: 3 }),
      systemTags: fc.array(tags('System'), { maxLength: 3 }),
    }) as fc.Arbitrary<Resources>;
    fc.assert(
      fc.property(resources, (made) => {
        expect(roundTrip(made)).toEqual(withoutTokens(made));
      }),
      { numRuns: 100 },
    );
  });
});
