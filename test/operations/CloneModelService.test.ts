import { describe, expect, test } from 'vitest';
import type { InventoryOf } from '../../src/contract/schemas/fields.ts';
import { parseSeedResources } from '../../src/domain/seed.ts';
import { expectRejected, noneFound } from '../support/errors.ts';
import { newUuid as newRandomUuid } from '../support/records.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  requiredServiceParams,
} from '../support/resources.ts';
import { API, START, START_DATE, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { storedField, storedTags } from '../support/stored.ts';
import { describeWrite } from '../support/writes.ts';

const PATH = `${API}/model-services`;

/** Every parameter of AddModelService that a clone could inherit, none of them its default. */
const fullParams = {
  name: 'source',
  description: 'what it is',
  yaml: 'yaml: true\n',
  requestCpu: 7,
  requestMemory: 9,
  zoneUuid: 'zone',
  modelCenterUuid: 'center',
  gpuComputeCapability: '7.5',
  installPath: '/install',
  system: true,
  startCommand: 'start',
  pythonVersion: '3.12',
  condaVersion: '24',
  type: 'App',
  framework: 'vLLM',
  tagUuids: ['tag-uuid'],
  source: 'HuggingFace',
  architectureImages: [
    { cpuArchitecture: 'AARCH64', vmImageUuid: 'vm', dockerImage: 'docker' },
    { cpuArchitecture: 'X86_64', dockerImage: 'docker' },
  ],
  supportDistributed: true,
  containerCommand: 'command',
  containerArgs: 'args',
  vendorToSpecUuidsMap: { NVIDIA: ['spec'] },
};

describeWrite({
  operation: 'CloneModelService',
  list: PATH,
  prepare: async (server) => ({
    path: `${PATH}/${(await addModelService(server, fullParams)).uuid}`,
  }),
  kind: 'service',
  tagged: 'ModelServiceVO',
  hidden: ['tagUuids'],
  special: ['architectureImages', 'cpuArchitectures'],
  target: { field: 'uuid', type: 'ModelServiceVO', path: (uuid) => `${PATH}/${uuid}` },
  foreign: 'modelCenterUuid',
});

const server = sharedServer();
const newUuid = expect.stringMatching(/^[0-9a-f]{32}$/);

/** Clones a new service of all parameters. */
async function clone(params: object): Promise<InventoryOf<'ModelService'>> {
  const { uuid } = await addModelService(server(), fullParams);
  const { body } = await server().post(`${PATH}/${uuid}`, { params });
  expect(body).toMatchObject({ success: true });
  return body.inventory;
}

test('copies every field, under a uuid and with dates of its own', async () => {
  const server = await startServer();
  const model = await addModel(server);
  const added = await addModelService(server, { ...fullParams, modelUuids: [model.uuid] });
  const { body: withReadme } = await server.post(`${PATH}/${added.uuid}`, {
    params: { readme: '# readme', size: 5, cpuArchitectures: ['mips64el'] },
  });
  const source = withReadme.inventory;
  server.advance(60_000);

  const { body } = await server.post(`${PATH}/${source.uuid}`, { params: {} });

  const dates = {
    createDate: 'Nov 25, 2025 11:52:50 AM',
    lastOpDate: 'Nov 25, 2025 11:52:50 AM',
  };
  const { uuid } = body.inventory;
  expect(uuid).not.toBe(source.uuid);
  expect(body).toEqual({
    success: true,
    inventory: {
      ...source,
      readme: '# readme',
      size: 5,
      cpuArchitectures: ['mips64el', 'aarch64', 'x86_64'],
      uuid,
      modelServiceRefs: [
        { uuid: newUuid, modelUuid: model.uuid, modelServiceUuid: uuid, isDefault: false },
      ],
      modelServiceImages: fullParams.architectureImages.map((image) => ({
        ...image,
        cpuArchitecture: image.cpuArchitecture.toLowerCase(),
        uuid: newUuid,
        modelServiceUuid: uuid,
        ...dates,
      })),
      ...dates,
    },
  });
  const partsOf = (service: InventoryOf<'ModelService'>) =>
    [...service.modelServiceImages, ...service.modelServiceRefs].map((part) => part.uuid);
  expect(partsOf(source)).not.toEqual(expect.arrayContaining(partsOf(body.inventory)));
  expect(storedField(server, 'service', uuid, 'zoneUuid', '')).toBe('zone');
  expect((await server.get(`${PATH}/${source.uuid}`)).body.inventories).toEqual([source]);
});

test('copies from a seed what no request can give (F38, F41)', async () => {
  const images = [{ cpuArchitecture: 'x86_64' }, { cpuArchitecture: 'x86_64' }];
  const source = { ...requiredServiceParams, uuid: newRandomUuid() };
  const odd = { vendorToSpecUuidsMap: { ' ': ['spec'] }, modelServiceImages: images };
  const clock = { newUuid: newRandomUuid, clock: () => START };
  const seed = parseSeedResources({ modelServices: [{ ...source, ...odd }] }, clock);
  await server().store.addResources(seed);

  const { status, body } = await server().post(`${PATH}/${source.uuid}`, { params: {} });

  expect({ status, inventory: body.inventory }).toMatchObject({ status: 200, inventory: odd });
});

test('does not make the clone a model’s default service', async () => {
  const { uuid } = await addModelService(server());
  const model = await addModel(server(), { defaultModelServiceUuid: uuid });

  const { body } = await server().post(`${PATH}/${uuid}`, { params: {} });

  const { modelServiceRefs } = body.inventory;
  expect(modelServiceRefs).toMatchObject([{ modelUuid: model.uuid, isDefault: false }]);
  const { body: read } = await server().get(`${API}/models/${model.uuid}`);
  expect(read.inventories[0].modelServiceRefs).toEqual([
    ...model.modelServiceRefs,
    ...modelServiceRefs,
  ]);
});

test('does not copy the tags', async () => {
  const { uuid } = await addModelService(server(), {
    systemTags: ['a'],
    userTags: ['b'],
    tagUuids: ['c'],
  });

  const { body } = await server().post(`${PATH}/${uuid}`, { params: {}, userTags: ['own'] });

  expect(storedTags(server(), body.inventory.uuid)).toMatchObject([{ type: 'User', tag: 'own' }]);
  expect(storedTags(server(), uuid)).toHaveLength(2);
  expect(storedField(server(), 'service', body.inventory.uuid, 'tagUuids', [])).toEqual([]);
});

describe('overrides', () => {
  test('fields by 0, false and the empty text', async () => {
    const empty = {
      description: '',
      size: 0,
      requestCpu: 0,
      requestMemory: 0,
      system: false,
      supportDistributed: false,
      yaml: '',
      containerArgs: '',
      vendorToSpecUuidsMap: {},
    };

    expect(await clone(empty)).toMatchObject(empty);
  });

  const arm = { cpuArchitecture: 'AARCH64', dockerImage: 'arm' };
  const loong = { cpuArchitecture: 'LOONGARCH64', vmImageUuid: 'loong' };
  test.each([
    [
      'by those given, then those of the copied images',
      { cpuArchitectures: ['MIPS64EL', 'X86_64'] },
      ['mips64el', 'x86_64', 'aarch64'],
    ],
    [
      'by those given, then those of the images given',
      { cpuArchitectures: ['MIPS64EL', 'mips64el'], architectureImages: [loong, arm] },
      ['mips64el', 'loongarch64', 'aarch64'],
    ],
    [
      'by those of the images where none are given',
      { cpuArchitectures: [], architectureImages: [arm] },
      ['aarch64'],
    ],
    [
      'by those of the images given',
      { architectureImages: [loong, arm] },
      ['loongarch64', 'aarch64'],
    ],
  ])('architectures %s', async (_, params, architectures) => {
    expect((await clone(params)).cpuArchitectures).toEqual(architectures);
  });

  test.each([
    ['the path', { installPath: '/apps/dify_1.12.0' }, '1.12.0'],
    ['another type', { type: 'Endpoint' }, undefined],
    ['nothing', {}, '1.11.1'],
  ])('the version of an app by %s', async (_, params, version) => {
    const app = { type: 'App', installPath: '/apps/dify_1.11.1' };
    const { uuid } = await addModelService(server(), app);

    const { body } = await server().post(`${PATH}/${uuid}`, { params });

    expect(body.inventory.version).toBe(version);
  });

  test('images by those given', async () => {
    const { uuid, modelServiceImages } = await clone({ architectureImages: [loong, arm] });

    const image = {
      uuid: newUuid,
      modelServiceUuid: uuid,
      createDate: START_DATE,
      lastOpDate: START_DATE,
    };
    expect(modelServiceImages).toEqual([
      { ...image, ...loong, cpuArchitecture: 'loongarch64' },
      { ...image, ...arm, cpuArchitecture: 'aarch64' },
    ]);
  });
});

test('with strict references accepts existing tags only', async () => {
  const strict = await startServer({ strictReferences: true });
  const { uuid: modelCenterUuid } = await addModelCenter(strict);
  const { uuid } = await addModelService(strict, { modelCenterUuid, userTags: ['tag'] });
  const tagUuids = strict.rows('tags').map((tag) => tag.uuid);
  const send = (params: object) => strict.post(`${PATH}/${uuid}`, { params });

  await expectRejected(
    strict,
    () => send({ tagUuids: [...tagUuids, 'no-such-tag'] }),
    noneFound('tagUuids', ['no-such-tag'], 'TagVO'),
  );
  expect((await send({ tagUuids })).status).toBe(200);
});
