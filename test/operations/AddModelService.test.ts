import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAllOrNothing } from '../support/halfway.ts';
import {
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
  mandatory,
  noneFound,
  noRoute,
  notFound,
  tooLongText,
} from '../support/refusals.ts';
import {
  addModel,
  addModelService,
  registerCenter,
  requiredServiceParams,
} from '../support/resources.ts';
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
const NEW_UUID = '6c1a5f6167944aa1886294842075279f';

const field = serviceFields;
/** In the order of F46. */
const parameters = {
  name: field.name,
  yaml: field.yaml,
  requestCpu: field.requestCpu,
  requestMemory: field.requestMemory,
  modelCenterUuid: field.modelCenterUuid,
  installPath: field.installPath,
  startCommand: field.startCommand,
  description: field.description,
  zoneUuid: field.zoneUuid,
  gpuComputeCapability: field.gpuComputeCapability,
  system: field.system,
  pythonVersion: field.pythonVersion,
  condaVersion: field.condaVersion,
  type: word('Endpoint', 'FineTune', 'ModelEval', 'App'),
  source: field.source,
  framework: field.framework,
  modelUuids: field.modelUuids,
  architectureImages: field.architectureImages,
  supportDistributed: field.supportDistributed,
  containerCommand: field.containerCommand,
  containerArgs: field.containerArgs,
  vendorToSpecUuidsMap: field.vendorToSpecUuidsMap,
  resourceUuid: field.resourceUuid,
  tagUuids: field.tagUuids,
} satisfies Parameters;

const hidden = new Set(['zoneUuid', 'tagUuids']);

let server: Server;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

const add = (params: object, extra: object = {}) =>
  server.post(PATH, { param: { ...requiredServiceParams, ...params }, ...extra });

describe('adds a service', () => {
  test('with its defaults where only the required parameters are given', async () => {
    const { status, headers, body } = await server.post(PATH, { param: requiredServiceParams });

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(body).toEqual({
      success: true,
      inventory: {
        ...requiredServiceParams,
        uuid: expect.stringMatching(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/),
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
    expect(Object.keys(body)[0]).toBe('success');
  });

  test('taking null for absent', async () => {
    const optional = Object.keys(parameters).filter((name) => !(name in requiredServiceParams));
    const nulls = Object.fromEntries(optional.map((name) => [name, null]));

    const given = (await add(nulls, { systemTags: null, userTags: null })).body.inventory;

    const plain = await addModelService(server);
    expect(given).toEqual({ ...plain, uuid: given.uuid });
  });

  test.each(takenRows(parameters))('%s takes %s', async (field, _, { sent, stored }) => {
    const { status, body } = await add({ [field]: sent });

    expect(body).toMatchObject({ success: true });
    expect(status).toBe(200);
    expect(body.inventory[field]).toEqual(hidden.has(field) ? undefined : stored);
    expect(storedField(server, 'service', body.inventory.uuid, field, stored)).toEqual(stored);
    const { body: read } = await server.get(`${PATH}/${body.inventory.uuid}`);
    expect(read.inventories).toEqual([body.inventory]);
  });

  test('yaml takes 16777215 characters', async () => {
    const server = await startServer();
    const yaml = 'y'.repeat(TEXT_MAX);

    expect((await addModelService(server, { yaml })).yaml === yaml).toBe(true);
  });

  test('measuring a text after trimming it', async () => {
    const { body } = await add({ pythonVersion: `  ${'3'.repeat(32)}\n` });

    expect(body.inventory.pythonVersion).toBe('3'.repeat(32));
  });

  test('keeping yaml as sent, whatever its syntax', async () => {
    const yaml = '\r\n\tservices: [ *nowhere\r\n- x: {\n\n  ';

    expect((await addModelService(server, { yaml })).yaml).toBe(yaml);
  });

  test('under a name that is taken already', async () => {
    const [first, second] = [await addModelService(server), await addModelService(server)];

    expect(second).toEqual({ ...first, uuid: expect.not.stringMatching(first.uuid) });
  });

  test.each(['1', '2', '3', '4', '5'])('under a resourceUuid of version %s', async (version) => {
    const resourceUuid = `0123456789ab${version}fff9fff0123456789ab`;

    const { body } = await add({ resourceUuid: ` ${resourceUuid} ` });

    expect(body.inventory.uuid).toBe(resourceUuid);
    expect(server.rows('resources', `uuid = '${resourceUuid}'`)).toEqual([
      { uuid: resourceUuid, type: 'ModelServiceVO' },
    ]);
  });

  test('whose hidden fields appear nowhere in the answers', async () => {
    const hiddenValues = { zoneUuid: 'hidden-zone', tagUuids: ['hidden-tag'] };

    const { body } = await add(hiddenValues);

    const read = await server.get(`${PATH}/${body.inventory.uuid}`);
    const list = await server.get(`${PATH}?limit=1000`);
    for (const answer of [body, read.body, list.body]) {
      expect(JSON.stringify(answer)).not.toContain('hidden-');
    }
  });
});

describe('adds images', () => {
  test('with architectures in any case, answered in lower case and in the order given', async () => {
    const architectureImages = [
      { cpuArchitecture: 'LoongArch64', vmImageUuid: 'vm', dockerImage: 'first' },
      { cpuArchitecture: 'MIPS64EL' },
      { cpuArchitecture: 'x86_64', vmImageUuid: null, dockerImage: '' },
      { cpuArchitecture: 'loongarch64', dockerImage: ' in spaces ' },
      { cpuArchitecture: 'AArch64', vmImageUuid: 7, dockerImage: 'd'.repeat(255) },
    ];

    const { uuid, ...service } = await addModelService(server, { architectureImages });

    expect(service.cpuArchitectures).toEqual(['loongarch64', 'mips64el', 'x86_64', 'aarch64']);
    const image = {
      uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
      modelServiceUuid: uuid,
      createDate: START_DATE,
      lastOpDate: START_DATE,
    };
    expect(service.modelServiceImages).toEqual([
      { ...image, cpuArchitecture: 'loongarch64', vmImageUuid: 'vm', dockerImage: 'first' },
      { ...image, cpuArchitecture: 'mips64el' },
      { ...image, cpuArchitecture: 'x86_64', dockerImage: '' },
      { ...image, cpuArchitecture: 'loongarch64', dockerImage: ' in spaces ' },
      { ...image, cpuArchitecture: 'aarch64', vmImageUuid: '7', dockerImage: 'd'.repeat(255) },
    ]);
    expect(new Set(service.modelServiceImages.map((each) => each.uuid)).size).toBe(5);
    const { body } = await server.get(`${PATH}/${uuid}`);
    expect(body.inventories).toEqual([{ uuid, ...service }]);
  });
});

describe('binds the models named', () => {
  test('each once, in the order given', async () => {
    const [first, second] = [await addModel(server), await addModel(server)];

    const service = await addModelService(server, {
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
    const { body } = await server.get(`${API}/models/${first.uuid}`);
    expect(body.inventories[0].modelServiceRefs).toEqual([service.modelServiceRefs[1]]);
  });

  test.each([
    ['an unknown uuid', () => ['no-such-model']],
    ['a uuid that is never pattern-checked', () => ['']],
    ['unknown uuids', () => ['first', 'second']],
    ['a service’s uuid', async () => [(await addModelService(server)).uuid]],
  ])('refusing %s', async (_, named) => {
    const modelUuids = await named();

    await expectErrorWithoutChange(
      server,
      () => add({ modelUuids }, { userTags: ['tag'] }),
      noneFound('modelUuids', modelUuids, 'ModelVO'),
    );
  });

  test('refusing all of them where one is unknown, which the sentence names', async () => {
    const { uuid } = await addModel(server);

    await expectErrorWithoutChange(
      server,
      () => add({ modelUuids: [uuid, 'no-such-model'] }),
      noneFound('modelUuids', ['no-such-model'], 'ModelVO'),
    );
  });
});

describe('attaches tags', () => {
  test.each([
    ['beside the wrapper', { outer: ['a'] }, ['a']],
    ['inside the wrapper', { inner: ['a'] }, ['a']],
    ['beside it where they are in both', { outer: ['a'], inner: ['b'] }, ['a']],
    ['none where those beside it are an empty list', { outer: [], inner: ['b'] }, []],
    ['inside it where null is beside', { outer: null, inner: ['b'] }, ['b']],
    ['once each', { outer: ['b', 'a', 'b', 'B'] }, ['b', 'a', 'B']],
    ['as sent', { outer: [' a ', '', 'a::{b}'] }, [' a ', '', 'a::{b}']],
    ['of other types, as text', { outer: [1, true, '1'] }, ['1', 'true']],
    ['of 4096 characters', { outer: ['😀'.repeat(4096)] }, ['😀'.repeat(4096)]],
  ] as [string, { outer?: unknown; inner?: unknown }, string[]][])('%s', async (_, {
    outer,
    inner,
  }, tags) => {
    const tagged = (value: unknown) =>
      value === undefined ? {} : { systemTags: value, userTags: value };

    const { body } = await add(tagged(inner), tagged(outer));

    const stored = (type: string) =>
      tags.map((tag) => ({ type, tag, resourceType: 'ModelServiceVO' }));
    expect(storedTags(server, body.inventory.uuid)).toEqual([
      ...stored('System'),
      ...stored('User'),
    ]);
    expect(body.inventory).not.toHaveProperty('userTags');
  });

  test('of the two kinds, each from where it is', async () => {
    const { body } = await add({ systemTags: ['inside'] }, { userTags: ['beside'] });

    expect(storedTags(server, body.inventory.uuid)).toEqual([
      { type: 'System', tag: 'inside', resourceType: 'ModelServiceVO' },
      { type: 'User', tag: 'beside', resourceType: 'ModelServiceVO' },
    ]);
  });
});

describe('reads the wrapper', () => {
  const named = (name: string) => ({ ...requiredServiceParams, name });

  test.each([
    ['param', { param: named('a') }],
    ['params', { params: named('a') }],
    ['param where both are there', { param: named('a'), params: named('b') }],
    ['params where param is null', { param: null, params: named('a') }],
  ])('%s', async (_, sent) => {
    const { status, body } = await server.post(PATH, sent);

    expect(status).toBe(200);
    expect(body.inventory.name).toBe('a');
  });

  test.each([
    ['no body', undefined, {}],
    ['an empty body', undefined, { raw: '' }],
    [
      'no body but its Content-Type',
      undefined,
      { headers: { 'content-type': 'application/json' } },
    ],
    ['null', null, {}],
    ['an object without a wrapper', {}, {}],
    ['an empty wrapper', { param: {} }, {}],
    ['parameters outside of the wrapper', requiredServiceParams, {}],
  ] as [
    string,
    unknown,
    CallOptions,
  ][])('and misses the first argument where there is %s', async (_, body, options) => {
    await expectErrorWithoutChange(
      server,
      () => server.post(PATH, body, options),
      mandatory('AddModelService', 'name'),
    );
  });

  test.each([
    [
      'a wrapper that is a text',
      { param: 'x' },
      '[param] field is excepted an object, but was [x].',
    ],
    [
      'a wrapper that is a list',
      { param: [] },
      '[param] field is excepted an object, but was [[]].',
    ],
    [
      'an alias that is a number',
      { params: 1 },
      '[params] field is excepted an object, but was [1].',
    ],
    ['a body that is a list', [1], '[body] field is excepted an object, but was [[1]].'],
    ['a body that is a text', 'x', '[body] field is excepted an object, but was [x].'],
  ])('refusing %s', async (_, body, details) => {
    await expectErrorWithoutChange(server, () => server.post(PATH, body), invalidArgument(details));
  });
});

describe('refuses, storing nothing', () => {
  // Of its own, so that comparing all of the database stays quick.
  let server: Server;
  beforeAll(async () => {
    server = await openServer();
  });
  afterAll(() => server.close());
  const add = (params: object, extra: object = {}) =>
    server.post(PATH, { param: { ...requiredServiceParams, ...params }, ...extra });

  test.each(rejectedRows('AddModelService', parameters))('%s: %s', async (name, _, {
    sent,
    details,
  }) => {
    await expectErrorWithoutChange(
      server,
      () => add({ [name]: sent }, { userTags: ['tag'] }),
      invalidArgument(details),
    );
  });

  test('yaml: one character more than its longest', async () => {
    await expectErrorWithoutChange(
      server,
      () => add({ yaml: 'y'.repeat(TEXT_MAX + 1) }),
      tooLongText('AddModelService', 'yaml'),
    );
  });

  const tagParameters: Parameters = {
    systemTags: {
      ...field.tagUuids,
      notAllowed: [
        {
          what: 'a tag that is too long',
          sent: ['a', 't'.repeat(4097)],
          details: (name, message) =>
            `field[${name}[1]] of message[${message}] exceeds max length of string. ` +
            'expected was <= 4096, actual was 4097',
        },
        {
          what: 'a tag of null',
          sent: [null],
          details: (name) => `field[${name}] cannot contain a NULL element`,
        },
      ],
    },
  };
  test.each(rejectedRows('AddModelService', tagParameters))('%s: %s', async (name, _, {
    sent,
    details,
  }) => {
    for (const tags of ['systemTags', 'userTags']) {
      const expectedError = invalidArgument(details.replaceAll(name, tags));
      await expectErrorWithoutChange(server, () => add({}, { [tags]: sent }), expectedError);
      await expectErrorWithoutChange(server, () => add({ [tags]: sent }), expectedError);
    }
  });

  test.each(Object.keys(requiredServiceParams))('a missing or null %s', async (name) => {
    for (const value of [undefined, null]) {
      await expectErrorWithoutChange(
        server,
        () => add({ [name]: value }),
        mandatory('AddModelService', name),
      );
    }
  });

  test('the first of several missing arguments, in the order of F46', async () => {
    const given: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(requiredServiceParams)) {
      expectError(await server.post(PATH, { param: given }), mandatory('AddModelService', name));
      given[name] = value;
    }
  });

  test('the first of several arguments, in the order of F46', async () => {
    const wrong = notAllowedInOrder('AddModelService', parameters);
    for (const [index, { details }] of wrong.entries()) {
      const left = wrong.slice(index).reverse();
      const params = Object.fromEntries(left.map(({ field, sent }) => [field, sent]));
      expectError(await add(params), invalidArgument(details));
    }
  });

  test('types before arguments', async () => {
    const sentence = '[tagUuids] field is excepted a list, but was [x].';

    await expectErrorWithoutChange(
      server,
      () => add({ name: null, requestCpu: -1, tagUuids: 'x' }),
      invalidArgument(sentence),
    );
  });

  test('types of tags before arguments', async () => {
    await expectErrorWithoutChange(
      server,
      () => add({ name: null }, { userTags: 'x' }),
      invalidArgument('[userTags] field is excepted a list, but was [x].'),
    );
  });

  test('arguments before what they name', async () => {
    await expectErrorWithoutChange(
      server,
      () => add({ modelUuids: ['no-such-model'], tagUuids: [null] }),
      invalidArgument('field[tagUuids] cannot contain a NULL element'),
    );
  });

  test.each([
    ['a service', async () => (await addModelService(server)).uuid],
    ['a model', async () => (await addModel(server)).uuid],
  ])('the resourceUuid of %s', async (_, use) => {
    const resourceUuid = await use();

    await expectErrorWithoutChange(
      server,
      () =>
        add(
          { resourceUuid, architectureImages: [{ cpuArchitecture: 'x86_64' }] },
          { userTags: ['tag'] },
        ),
      invalidArgument(`resourceUuid[${resourceUuid}] is already used`),
    );
  });

  test.each([`${PATH}/`, `${PATH}//`])('the path %s', async (path) => {
    await expectErrorWithoutChange(
      server,
      () => server.post(path, { param: requiredServiceParams }),
      noRoute('/v1/ai/model-services/'),
    );
  });
});

test('is served under doubled slashes too', async () => {
  const { status } = await server.post('//zstack///v1//ai/model-services', {
    param: requiredServiceParams,
  });

  expect(status).toBe(200);
});

test('leaves nothing of a service whose parts could not all be stored', async () => {
  await expectAllOrNothing(async (server) => {
    const { uuid } = await addModel(server);
    const param = {
      ...requiredServiceParams,
      modelUuids: [uuid],
      architectureImages: [{ cpuArchitecture: 'x86_64' }, { cpuArchitecture: 'aarch64' }],
    };
    return () => server.post(PATH, { param, userTags: ['tag'] });
  });
});

describe('with unknown fields', () => {
  const unknown = {
    param: {
      ...requiredServiceParams,
      nmae: 'typo',
      architectureImages: [{ cpuArchitecture: 'x86_64', size: 1 }],
    },
    other: { deep: [1] },
  };

  test('ignores them', async () => {
    const { status, body } = await server.post(PATH, unknown);

    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toMatch(/typo|deep/);
    expect(body.inventory.modelServiceImages[0]).not.toHaveProperty('size');
  });

  test.each([
    ['beside the wrapper', { param: requiredServiceParams, other: 1 }, 'other'],
    ['in the wrapper', { param: { ...requiredServiceParams, nmae: null } }, 'nmae'],
    [
      'in an image',
      {
        param: {
          ...requiredServiceParams,
          architectureImages: [{ cpuArchitecture: 'x86_64', size: 1 }],
        },
      },
      'architectureImages[0].size',
    ],
    ['of another operation', { param: { ...requiredServiceParams, readme: 'x' } }, 'readme'],
  ])('refuses those %s where the settings say so', async (_, body, name) => {
    const strict = await startServer({ unknownFields: 'reject' });

    await expectErrorWithoutChange(
      strict,
      () => strict.post(PATH, body),
      invalidArgument(expect.stringContaining(`field[${name}]`)),
    );
  });

  test('takes all that are known where the settings refuse others', async () => {
    const strict = await startServer({ unknownFields: 'reject' });
    const everything = Object.fromEntries(Object.keys(parameters).map((name) => [name, null]));
    const param = { ...everything, ...requiredServiceParams, systemTags: [], userTags: [] };

    for (const body of [
      { param: { ...param, vendorToSpecUuidsMap: { anything: [] } }, systemTags: [], userTags: [] },
      { params: param },
      { param, params: {} },
    ]) {
      expect(await strict.post(PATH, body)).toMatchObject({ status: 200 });
    }
  });
});

describe('with strict references', () => {
  const CENTER = '52c542f0c3384b6890e08570e611d52a';

  test('takes a registered center and tags that are here', async () => {
    const strict = await startServer({ strictReferences: true });
    await registerCenter(strict, CENTER);
    await addModelService(strict, { userTags: ['tag'] });
    const tagUuids = strict.rows('tags').map(({ uuid }) => uuid);

    const service = await addModelService(strict, { tagUuids, zoneUuid: 'not owned here' });

    expect(tagUuids).toHaveLength(1);
    expect(storedField(strict, 'service', service.uuid, 'tagUuids', [])).toEqual(tagUuids);
  });

  test('refuses a center that is not registered, and one that is no center', async () => {
    const strict = await startServer({ strictReferences: true });
    await registerCenter(strict, CENTER);
    const { uuid } = await addModelService(strict);

    for (const modelCenterUuid of ['no-such-center', uuid]) {
      await expectErrorWithoutChange(
        strict,
        () => strict.post(PATH, { param: { ...requiredServiceParams, modelCenterUuid } }),
        notFound('modelCenterUuid', modelCenterUuid, 'ModelCenterVO'),
      );
    }
  });

  test('refuses tagUuids that are no tags', async () => {
    const strict = await startServer({ strictReferences: true });
    await registerCenter(strict, CENTER);

    await expectErrorWithoutChange(
      strict,
      () => strict.post(PATH, { param: { ...requiredServiceParams, tagUuids: [CENTER, 'x'] } }),
      noneFound('tagUuids', [CENTER, 'x'], 'TagVO'),
    );
  });

  test('refuses the resourceUuid of a center', async () => {
    const strict = await startServer();
    await registerCenter(strict, NEW_UUID);

    await expectErrorWithoutChange(
      strict,
      () => strict.post(PATH, { param: { ...requiredServiceParams, resourceUuid: NEW_UUID } }),
      invalidArgument(`resourceUuid[${NEW_UUID}] is already used`),
    );
  });
});
