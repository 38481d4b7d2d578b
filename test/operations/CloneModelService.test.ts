import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelServiceInventory } from '../../src/contract/schemas/model-service.ts';
import { expectAllOrNothing } from '../support/halfway.ts';
import {
  cpuArchitectures,
  notAllowedInOrder,
  type Parameters,
  rejectedRows,
  serviceFields,
  TEXT_MAX,
  takenRows,
  word,
} from '../support/parameters.ts';
import {
  expectError,
  expectErrorWithoutChange,
  invalidArgument,
  noneFound,
  noRoute,
  notFound,
  tooLongText,
} from '../support/refusals.ts';
import { addModel, addModelCenter, addModelService } from '../support/resources.ts';
import {
  API,
  type CallOptions,
  openServer,
  type Server,
  START_DATE,
  startServer,
} from '../support/server.ts';
import { storedField, storedTags } from '../support/stored.ts';

const PATH = `${API}/model-services`;

const field = serviceFields;
/** In the order of F46. */
const parameters = {
  name: field.name,
  description: field.description,
  readme: field.readme,
  size: field.size,
  gpuComputeCapability: field.gpuComputeCapability,
  installPath: field.installPath,
  startCommand: field.startCommand,
  pythonVersion: field.pythonVersion,
  condaVersion: field.condaVersion,
  system: field.system,
  type: word('Endpoint', 'FineTune', 'App', 'ModelEval'),
  yaml: field.yaml,
  source: field.source,
  framework: field.framework,
  requestCpu: field.requestCpu,
  requestMemory: field.requestMemory,
  resourceUuid: field.resourceUuid,
  tagUuids: field.tagUuids,
  cpuArchitectures,
  architectureImages: field.architectureImages,
  supportDistributed: field.supportDistributed,
  containerCommand: field.containerCommand,
  containerArgs: field.containerArgs,
  vendorToSpecUuidsMap: field.vendorToSpecUuidsMap,
} satisfies Parameters;

/** Every parameter of Add that a clone could inherit, none of them its default. */
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
    { cpuArchitecture: 'X86_64' },
  ],
  supportDistributed: true,
  containerCommand: 'command',
  containerArgs: 'args',
  vendorToSpecUuidsMap: { NVIDIA: ['spec'] },
};

let server: Server;
let source: ModelServiceInventory;
beforeAll(async () => {
  server = await openServer();
  source = await addModelService(server, fullParams);
});
afterAll(() => server.close());

const clone = (params: object, extra: object = {}) =>
  server.post(`${PATH}/${source.uuid}`, { params, ...extra });

const newUuid = expect.stringMatching(/^[0-9a-f]{32}$/);

describe('clones a service', () => {
  test('with every field, under a uuid and with dates of its own', async () => {
    const server = await startServer();
    const model = await addModel(server);
    const added = await addModelService(server, { ...fullParams, modelUuids: [model.uuid] });
    const { body: withReadme } = await server.post(`${PATH}/${added.uuid}`, {
      params: { readme: '# readme', size: 5, cpuArchitectures: ['mips64el'] },
    });
    const source = withReadme.inventory;
    server.advance(60_000);

    const { status, body } = await server.post(`${PATH}/${source.uuid}`, { params: {} });

    expect(status).toBe(200);
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
        cpuArchitectures: ['mips64el'],
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
    const partsOf = (service: ModelServiceInventory) =>
      [...service.modelServiceImages, ...service.modelServiceRefs].map((part) => part.uuid);
    expect(partsOf(source)).not.toEqual(expect.arrayContaining(partsOf(body.inventory)));
    expect(storedField(server, 'service', uuid, 'zoneUuid', '')).toBe('zone');
    const { body: read } = await server.get(`${PATH}/${uuid}`);
    expect(read.inventories).toEqual([body.inventory]);
    expect((await server.get(`${PATH}/${source.uuid}`)).body.inventories).toEqual([source]);
  });

  test('without making the clone a model’s default service', async () => {
    const { uuid } = await addModelService(server);
    const model = await addModel(server, { defaultModelServiceUuid: uuid });

    const { body } = await server.post(`${PATH}/${uuid}`, { params: {} });

    expect(body.inventory.modelServiceRefs).toEqual([
      {
        uuid: newUuid,
        modelUuid: model.uuid,
        modelServiceUuid: body.inventory.uuid,
        isDefault: false,
      },
    ]);
    const { body: read } = await server.get(`${API}/models/${model.uuid}`);
    expect(read.inventories[0].modelServiceRefs).toEqual([
      ...model.modelServiceRefs,
      ...body.inventory.modelServiceRefs,
    ]);
  });

  test('without its tags', async () => {
    const { uuid } = await addModelService(server, {
      systemTags: ['a'],
      userTags: ['b'],
      tagUuids: ['c'],
    });

    const { body } = await server.post(`${PATH}/${uuid}`, { params: {}, userTags: ['own'] });

    expect(storedTags(server, body.inventory.uuid)).toEqual([
      { type: 'User', tag: 'own', resourceType: 'ModelServiceVO' },
    ]);
    expect(storedTags(server, uuid)).toHaveLength(2);
    expect(storedField(server, 'service', body.inventory.uuid, 'tagUuids', [])).toEqual([]);
  });

  test.each([
    ['no body', undefined, {}],
    ['an empty JSON body', undefined, { raw: '' }],
    [
      'no body but its Content-Type',
      undefined,
      { headers: { 'content-type': 'application/json' } },
    ],
    ['null', null, {}],
    ['an empty object', {}, {}],
    ['an empty wrapper', { params: {} }, {}],
    ['a wrapper of null', { params: null }, {}],
    ['nulls', { params: Object.fromEntries(Object.keys(parameters).map((n) => [n, null])) }, {}],
  ] as [string, unknown, CallOptions][])('as it is, given %s', async (_, sent, options) => {
    const { status, body } = await server.post(`${PATH}/${source.uuid}`, sent, options);

    expect(status).toBe(200);
    const { uuid } = body.inventory;
    const modelServiceImages = source.modelServiceImages.map((image) => ({
      ...image,
      uuid: newUuid,
      modelServiceUuid: uuid,
    }));
    expect(body.inventory).toEqual({ ...source, uuid, modelServiceImages });
  });

  test('reading params, and param where there is none', async () => {
    const named = async (sent: object) =>
      (await server.post(`${PATH}/${source.uuid}`, sent)).body.inventory.name;

    expect(await named({ params: { name: 'a' }, param: { name: 'b' } })).toBe('a');
    expect(await named({ param: { name: 'b' } })).toBe('b');
    expect(await named({ params: null, param: { name: 'b' } })).toBe('b');
  });

  test('with tags beside the wrapper rather than those inside', async () => {
    const { body } = await clone(
      { systemTags: ['inside'], userTags: [' inside '] },
      { systemTags: ['beside', 'beside'] },
    );

    expect(storedTags(server, body.inventory.uuid)).toEqual([
      { type: 'System', tag: 'beside', resourceType: 'ModelServiceVO' },
      { type: 'User', tag: ' inside ', resourceType: 'ModelServiceVO' },
    ]);
  });

  test('under a resourceUuid', async () => {
    const resourceUuid = 'd76744cb53f9378abf42b907df3efb6e';

    const { body } = await clone({ resourceUuid: `\t${resourceUuid}` });

    expect(body.inventory.uuid).toBe(resourceUuid);
    expect(body.inventory.modelServiceImages[0].modelServiceUuid).toBe(resourceUuid);
  });

  test('under doubled slashes too', async () => {
    expect((await server.post(`//zstack/v1//ai/model-services//${source.uuid}`)).status).toBe(200);
  });
});

describe('overrides', () => {
  test.each(takenRows(parameters))('%s by %s', async (field, _, { sent, stored }) => {
    const { status, body } = await clone({ [field]: sent });

    expect(body).toMatchObject({ success: true });
    expect(status).toBe(200);
    const { uuid } = body.inventory;
    const shown = field === 'tagUuids' ? {} : { [field]: stored };
    const modelServiceImages = source.modelServiceImages.map((image) => ({
      ...image,
      uuid: newUuid,
      modelServiceUuid: uuid,
    }));
    expect(body.inventory).toEqual({ ...source, uuid, modelServiceImages, ...shown });
    expect(storedField(server, 'service', uuid, field, stored)).toEqual(stored);
    const { body: read } = await server.get(`${PATH}/${uuid}`);
    expect(read.inventories).toEqual([body.inventory]);
  });

  test('what the source has by 0, false and the empty text', async () => {
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

    expect((await clone(empty)).body.inventory).toMatchObject(empty);
  });

  test('readme by 16777215 characters', async () => {
    const server = await startServer();
    const { uuid } = await addModelService(server);
    const readme = 'x'.repeat(TEXT_MAX);

    const { body } = await server.post(`${PATH}/${uuid}`, { params: { readme } });

    expect(body.inventory.readme === readme).toBe(true);
  });

  const arm = { cpuArchitecture: 'AARCH64', dockerImage: 'arm' };
  const loong = { cpuArchitecture: 'LOONGARCH64', vmImageUuid: 'loong' };
  test.each([
    ['by those given, whatever the images', { cpuArchitectures: ['MIPS64EL'] }, ['mips64el']],
    [
      'by those given rather than those of the images given',
      { cpuArchitectures: ['MIPS64EL', 'mips64el'], architectureImages: [arm] },
      ['mips64el'],
    ],
    ['by none where none are given', { cpuArchitectures: [], architectureImages: [arm] }, []],
    [
      'by those of the images given, once each',
      { architectureImages: [loong, arm, loong] },
      ['loongarch64', 'aarch64'],
    ],
    ['by none where no images are given', { architectureImages: [] }, []],
  ])('architectures %s', async (_, params, architectures) => {
    const { body } = await clone(params);

    expect(body.inventory.cpuArchitectures).toEqual(architectures);
  });

  test('images by those given', async () => {
    const { body } = await clone({ architectureImages: [loong, arm] });

    const image = {
      uuid: newUuid,
      modelServiceUuid: body.inventory.uuid,
      createDate: START_DATE,
      lastOpDate: START_DATE,
    };
    expect(body.inventory.modelServiceImages).toEqual([
      { ...image, ...loong, cpuArchitecture: 'loongarch64' },
      { ...image, ...arm, cpuArchitecture: 'aarch64' },
    ]);
  });
});

describe('refuses, storing nothing', () => {
  // Of its own, so that comparing all of the database stays quick.
  let server: Server;
  let path: string;
  beforeAll(async () => {
    server = await openServer();
    path = `${PATH}/${(await addModelService(server, fullParams)).uuid}`;
  });
  afterAll(() => server.close());
  const clone = (params: object, extra: object = {}) => server.post(path, { params, ...extra });

  test.each(rejectedRows('CloneModelService', parameters))('%s: %s', async (name, _, {
    sent,
    details,
  }) => {
    await expectErrorWithoutChange(
      server,
      () => clone({ [name]: sent }, { userTags: ['tag'] }),
      invalidArgument(details),
    );
  });

  test.each(['readme', 'yaml'])('%s: one character more than its longest', async (name) => {
    await expectErrorWithoutChange(
      server,
      () => clone({ [name]: 'x'.repeat(TEXT_MAX + 1) }),
      tooLongText('CloneModelService', name),
    );
  });

  test('the first of several arguments, in the order of F46', async () => {
    const wrong = notAllowedInOrder('CloneModelService', parameters);
    for (const [index, { details }] of wrong.entries()) {
      const left = wrong.slice(index).reverse();
      const params = Object.fromEntries(left.map(({ field, sent }) => [field, sent]));
      expectError(await clone(params), invalidArgument(details));
    }
  });

  test('types before arguments', async () => {
    await expectErrorWithoutChange(
      server,
      () => clone({ requestCpu: -1, supportDistributed: 'maybe' }),
      invalidArgument(
        'Invalid value for boolean field [supportDistributed], [maybe] is not a valid boolean string[true, false].',
      ),
    );
  });

  test('arguments before existence', async () => {
    await expectErrorWithoutChange(
      server,
      () => server.post(`${PATH}/no-such-service`, { params: { requestCpu: -1 } }),
      invalidArgument('field[requestCpu] must be in range of [0, 2147483647]'),
    );
  });

  test.each([
    ['an unknown uuid', () => 'no-such-service'],
    ['a model’s uuid', async () => (await addModel(server)).uuid],
    ['a uuid in capitals', () => path.slice(PATH.length + 1).toUpperCase()],
  ])('%s', async (_, named) => {
    const uuid = await named();

    await expectErrorWithoutChange(
      server,
      () => server.post(`${PATH}/${uuid}`, { params: {}, userTags: ['tag'] }),
      notFound('uuid', uuid, 'ModelServiceVO'),
    );
  });

  test.each([
    ['its source', async () => path.slice(PATH.length + 1)],
    ['a service', async () => (await addModelService(server)).uuid],
    ['a model', async () => (await addModel(server)).uuid],
  ])('the resourceUuid of %s', async (_, use) => {
    const resourceUuid = await use();

    await expectErrorWithoutChange(
      server,
      () => clone({ resourceUuid }, { userTags: ['tag'] }),
      invalidArgument(`resourceUuid[${resourceUuid}] is already used`),
    );
  });

  test.each([
    [
      'a wrapper that is a text',
      { params: 'x' },
      '[params] field is excepted an object, but was [x].',
    ],
    [
      'an alias that is a list',
      { param: [] },
      '[param] field is excepted an object, but was [[]].',
    ],
    ['a body that is a list', [], '[body] field is excepted an object, but was [[]].'],
  ])('%s', async (_, body, details) => {
    await expectErrorWithoutChange(server, () => server.post(path, body), invalidArgument(details));
  });

  test('a path with a trailing slash', async () => {
    await expectErrorWithoutChange(
      server,
      () => server.post(`${path}/`, {}),
      noRoute(`${path.slice('/zstack'.length)}/`),
    );
  });
});

test('leaves nothing of a clone whose parts could not all be stored', async () => {
  await expectAllOrNothing(async (server) => {
    const { uuid } = await addModelService(server, fullParams);
    return () => server.post(`${PATH}/${uuid}`, { params: {}, userTags: ['tag'] });
  });
});

describe('with unknown fields', () => {
  const unknown = { params: { name: 'a', modelCenterUuid: 'b', modelUuids: ['c'] }, other: 1 };

  test('ignores them', async () => {
    const { status, body } = await server.post(`${PATH}/${source.uuid}`, unknown);

    expect(status).toBe(200);
    expect(body.inventory).toMatchObject({
      name: 'a',
      modelCenterUuid: source.modelCenterUuid,
      modelServiceRefs: [],
    });
  });

  test('refuses them where the settings say so', async () => {
    const strict = await startServer({ unknownFields: 'reject' });
    const { uuid } = await addModelService(strict);

    for (const [body, name] of [
      [{ params: { modelCenterUuid: null } }, 'modelCenterUuid'],
      [{ other: 1 }, 'other'],
    ] as const) {
      await expectErrorWithoutChange(
        strict,
        () => strict.post(`${PATH}/${uuid}`, body),
        invalidArgument(expect.stringContaining(`field[${name}]`)),
      );
    }
  });

  test('takes all that are known where the settings refuse others', async () => {
    const strict = await startServer({ unknownFields: 'reject' });
    const { uuid } = await addModelService(strict);
    const params = Object.fromEntries(Object.keys(parameters).map((name) => [name, null]));

    for (const body of [{ params, systemTags: [], userTags: [] }, { param: { systemTags: [] } }]) {
      expect(await strict.post(`${PATH}/${uuid}`, body)).toMatchObject({ status: 200 });
    }
  });
});

describe('with strict references', () => {
  test('refuses tagUuids that are no tags, and takes those that are', async () => {
    const strict = await startServer({ strictReferences: true });
    const { uuid: modelCenterUuid } = await addModelCenter(strict);
    const { uuid } = await addModelService(strict, {
      modelCenterUuid,
      userTags: ['tag'],
    });
    const tagUuids = strict.rows('tags').map((tag) => tag.uuid);

    await expectErrorWithoutChange(
      strict,
      () => strict.post(`${PATH}/${uuid}`, { params: { tagUuids: [...tagUuids, 'no-such-tag'] } }),
      noneFound('tagUuids', ['no-such-tag'], 'TagVO'),
    );
    expect(await strict.post(`${PATH}/${uuid}`, { params: { tagUuids } })).toMatchObject({
      status: 200,
    });
  });
});
