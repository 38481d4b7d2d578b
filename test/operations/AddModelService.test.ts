import { describe, expect, test } from 'vitest';
import { contractParameters } from '../support/contract-parameters.ts';
import {
  expectRejected,
  invalidArgument,
  noneFound,
  notFound,
  tooLongText,
} from '../support/errors.ts';
import { acceptedRows, TEXT_MAX } from '../support/parameters.ts';
import {
  addModel,
  addModelService,
  registerCenter,
  requiredServiceParams,
} from '../support/resources.ts';
import { API, type Server, START_DATE, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { storedField } from '../support/stored.ts';
import { describeWrite } from '../support/writes.ts';

const PATH = `${API}/model-services`;
const hidden = ['zoneUuid', 'tagUuids'];
const { required, optional } = contractParameters.AddModelService;

describeWrite({
  operation: 'AddModelService',
  list: PATH,
  prepare: async () => ({ path: PATH, params: requiredServiceParams }),
  tagged: 'ModelServiceVO',
  hidden,
  foreign: 'readme',
});

const server = sharedServer();
const post = (on: Server, params: object, beside: object = {}) =>
  on.post(PATH, { param: { ...requiredServiceParams, ...params }, ...beside });
const add = (params: object, beside: object = {}) => post(server(), params, beside);

test('answers the defaults where only the required parameters are given', async () => {
  const { body } = await server().post(PATH, { param: requiredServiceParams });

  expect(Object.keys(requiredServiceParams)).toEqual(Object.keys(required));
  expect(body).toEqual({
    success: true,
    inventory: {
      ...requiredServiceParams,
      uuid: expect.any(String),
      type: 'Endpoint',
      framework: 'Other',
      source: 'Other',
      size: 0,
      system: false,
      hasNewVersion: false,
      supportDistributed: false,
      cpuArchitectures: [],
      vendorToSpecUuidsMap: {},
      modelServiceRefs: [],
      modelServiceImages: [],
      createDate: START_DATE,
      lastOpDate: START_DATE,
    },
  });
});

// The tests of the contract's parameters have those that are rejected.
describe('every value of every parameter, over HTTP', () => {
  const { modelUuids: _, architectureImages: __, resourceUuid: ___, ...plain } = optional;

  test.each(acceptedRows({ ...required, ...plain }))('%s accepts %s', async (field, _, value) => {
    const { status, body } = await add({ [field]: value.sent });

    expect(body).toMatchObject({ success: true });
    expect(status).toBe(200);
    const { uuid } = body.inventory;
    expect(body.inventory[field]).toEqual(hidden.includes(field) ? undefined : value.stored);
    expect(storedField(server(), 'service', uuid, field, value.stored)).toEqual(value.stored);
    const { body: read } = await server().get(`${PATH}/${uuid}`);
    expect(read.inventories).toEqual([body.inventory]);
  });

  test('yaml accepts 16777215 characters and rejects one more', async () => {
    const server = await startServer();
    const yaml = 'y'.repeat(TEXT_MAX);

    expect((await addModelService(server, { yaml })).yaml === yaml).toBe(true);
    await expectRejected(
      server,
      () => post(server, { yaml: `${yaml}y` }),
      tooLongText('AddModelService', 'yaml'),
    );
  });
});

test('measures a text after trimming it', async () => {
  const { body } = await add({ pythonVersion: `  ${'3'.repeat(32)}\n` });

  expect(body.inventory.pythonVersion).toBe('3'.repeat(32));
});

test.each<[string, string, string | undefined]>([
  ['/apps/dify_1.11.1', 'App', '1.11.1'],
  ['a_b/my_app_0.10-rc 1', 'App', '0.10-rc 1'],
  ['/apps/dify_1.11.1', 'Endpoint', undefined],
  ...[
    '/apps/dify',
    '/apps/dify_1',
    '/apps/dify_v1.2',
    '/a_1.2/b',
    '/a_1.2/',
    '1.2',
    '/a_1.2_b',
  ].map((installPath): [string, string, undefined] => [installPath, 'App', undefined]),
])('computes the version of %s as %s: %s', async (installPath, type, version) => {
  const service = await addModelService(server(), { installPath, type });

  expect(service.version).toBe(version);
  const { body } = await server().get(`${PATH}?q=version=${version}&q=uuid=${service.uuid}`);
  expect(body.inventories).toEqual(version === undefined ? [] : [service]);
});

test('adds images with architectures in any case, in the order given', async () => {
  const architectureImages = [
    { cpuArchitecture: 'LoongArch64', vmImageUuid: 'vm', dockerImage: 'first' },
    { cpuArchitecture: 'MIPS64EL', vmImageUuid: ' ', dockerImage: ' in spaces ' },
    { cpuArchitecture: 'x86_64', vmImageUuid: 'vm', dockerImage: null },
    { cpuArchitecture: 'AArch64', vmImageUuid: 7, dockerImage: 'd'.repeat(255) },
  ];

  const { uuid, ...service } = await addModelService(server(), { architectureImages });

  expect(service.cpuArchitectures).toEqual(['loongarch64', 'mips64el', 'x86_64', 'aarch64']);
  const image = {
    uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
    modelServiceUuid: uuid,
    createDate: START_DATE,
    lastOpDate: START_DATE,
  };
  expect(service.modelServiceImages).toEqual([
    { ...image, cpuArchitecture: 'loongarch64', vmImageUuid: 'vm', dockerImage: 'first' },
    { ...image, cpuArchitecture: 'mips64el', dockerImage: ' in spaces ' },
    { ...image, cpuArchitecture: 'x86_64', vmImageUuid: 'vm' },
    { ...image, cpuArchitecture: 'aarch64', vmImageUuid: '7', dockerImage: 'd'.repeat(255) },
  ]);
  expect(new Set(service.modelServiceImages.map((each) => each.uuid)).size).toBe(4);
  const { body } = await server().get(`${PATH}/${uuid}`);
  expect(body.inventories).toEqual([{ uuid, ...service }]);
});

describe('modelUuids', () => {
  test('binds each model once, in the order given', async () => {
    const [first, second] = [await addModel(server()), await addModel(server())];

    const service = await addModelService(server(), {
      modelUuids: [second.uuid, first.uuid, second.uuid],
    });

    const ref = {
      uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
      modelServiceUuid: service.uuid,
      isDefault: false,
    };
    expect(service.modelServiceRefs).toEqual([
      { ...ref, modelUuid: second.uuid },
      { ...ref, modelUuid: first.uuid },
    ]);
    const { body } = await server().get(`${API}/models/${first.uuid}`);
    expect(body.inventories[0].modelServiceRefs).toEqual([service.modelServiceRefs[1]]);
  });

  test('rejects uuids of no model, of which the sentence names all', async () => {
    const { uuid: service } = await addModelService(server());
    const { uuid: model } = await addModel(server());

    for (const unknown of [['no-such-model'], [''], ['first', 'second'], [service]]) {
      await expectRejected(
        server(),
        () => add({ modelUuids: [model, ...unknown] }, { userTags: ['tag'] }),
        noneFound('modelUuids', unknown, 'ModelVO'),
      );
    }
  });

  test('is looked up after all arguments', async () => {
    await expectRejected(
      server(),
      () => add({ modelUuids: ['no-such-model'], tagUuids: [null] }),
      invalidArgument('field[tagUuids] cannot contain a NULL element'),
    );
  });
});

test('rejects the types of tags before missing arguments', async () => {
  await expectRejected(
    server(),
    () => add({ name: null }, { userTags: 'x' }),
    invalidArgument('[userTags] field is excepted a list, but was [x].'),
  );
});

describe('unknown fields of an image', () => {
  const architectureImages = [{ cpuArchitecture: 'x86_64', size: 1 }];

  test('are rejected where the settings say so, unlike keys of a map', async () => {
    const strict = await startServer({ unknownFields: 'reject' });

    await expectRejected(
      strict,
      () => post(strict, { architectureImages }),
      invalidArgument(expect.stringContaining('field[architectureImages[0].size]')),
    );
    expect((await post(strict, { vendorToSpecUuidsMap: { anything: [] } })).status).toBe(200);
  });
});

describe('with strict references', () => {
  const CENTER = requiredServiceParams.modelCenterUuid;

  test('accepts a registered center and existing tags, and any zone', async () => {
    const strict = await startServer({ strictReferences: true });
    await registerCenter(strict, CENTER);
    await addModelService(strict, { userTags: ['tag'] });
    const tagUuids = strict.rows('tags').map(({ uuid }) => uuid);

    const service = await addModelService(strict, { tagUuids, zoneUuid: 'not owned here' });

    expect(tagUuids).toHaveLength(1);
    expect(storedField(strict, 'service', service.uuid, 'tagUuids', [])).toEqual(tagUuids);
  });

  test('rejects what is no registered center, and tagUuids that are no tags', async () => {
    const strict = await startServer({ strictReferences: true });
    await registerCenter(strict, CENTER);
    const { uuid } = await addModelService(strict);

    for (const modelCenterUuid of ['no-such-center', uuid]) {
      await expectRejected(
        strict,
        () => post(strict, { modelCenterUuid }),
        notFound('modelCenterUuid', modelCenterUuid, 'ModelCenterVO'),
      );
    }
    await expectRejected(
      strict,
      () => post(strict, { tagUuids: [CENTER, 'x'] }),
      noneFound('tagUuids', [CENTER, 'x'], 'TagVO'),
    );
  });
});
