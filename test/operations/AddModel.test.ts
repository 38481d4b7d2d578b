import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAllOrNothing } from '../support/halfway.ts';
import {
  long,
  notAllowedInOrder,
  type Parameter,
  type Parameters,
  rejectedRows,
  serviceFields,
  TEXT_MAX,
  takenRows,
  text,
  verbatim,
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
  requiredModelParams,
} from '../support/resources.ts';
import {
  API,
  openServer,
  recordingLogger,
  type Server,
  START_DATE,
  startServer,
} from '../support/server.ts';
import { storedField, storedTags } from '../support/stored.ts';

const PATH = `${API}/models`;

const gpuNumbers = (...forms: [sent: unknown, kept: number[]][]) =>
  forms.map(([sent, stored]) => ({ what: JSON.stringify(sent), sent, stored }));

const gpuSentence = (sent: unknown) => (name: string) =>
  `field[${name}] must be a list of integers from 0 to 2147483647 such as 1,2,4 or [1,2,4], ` +
  `but [${sent}] found`;

/** F25. */
const recommendedGpuNum: Parameter = {
  taken: [
    ...gpuNumbers(
      ['1,2,4', [1, 2, 4]],
      [' 1 ,\t2, 4 ', [1, 2, 4]],
      ['8', [8]],
      ['[1,2,4]', [1, 2, 4]],
      [' [ 1 , 2 ] ', [1, 2]],
      ['0,2147483647,0', [0, 2147483647, 0]],
      ['', []],
      [' ', []],
      ['[]', []],
      ['[ ]', []],
    ),
    ...gpuNumbers(
      [
        [1, 2, 4],
        [1, 2, 4],
      ],
      [
        [0, 2147483647],
        [0, 2147483647],
      ],
      [
        ['1', ' 2 '],
        [1, 2],
      ],
      [[], []],
      [4, [4]],
    ),
    { what: 'its longest text', sent: `${'1,'.repeat(127)}1`, stored: Array(128).fill(1) },
  ],
  wrongType: [
    {
      what: 'an object',
      sent: {},
      details: (name) => `[${name}] field is excepted a string, but was [{}].`,
    },
    ...[1.5, true, 'a', [1]].map((member) => ({
      what: `a list of ${JSON.stringify(member)}`,
      sent: [2, member],
      details: (name: string) =>
        `[${name}[1]] field is excepted an int or long, but was [${typeof member === 'object' ? JSON.stringify(member) : member}].`,
    })),
    {
      what: 'a list of too large a number',
      sent: [2147483648],
      details: () => '2147483648 is Integer overflow, Integer.MAX_VALUE is 2147483647',
    },
  ],
  notAllowed: [
    ...['a', '1,', ',1', '1,,2', '1 2', '-1', '1.5', '[1,2', '1,2]', '[[1]]', '2147483648'].map(
      (sent) => ({ what: JSON.stringify(sent), sent, details: gpuSentence(sent) }),
    ),
    { what: 'a negative number', sent: -1, details: gpuSentence(-1) },
    { what: 'a fraction', sent: 1.5, details: gpuSentence(1.5) },
    { what: 'a boolean', sent: true, details: gpuSentence(true) },
    {
      what: 'a list of a negative number',
      sent: [-1],
      details: (name) => `field[${name}[0]] must be in range of [0, 2147483647]`,
    },
    {
      what: 'a list of null',
      sent: [null],
      details: (name) => `field[${name}] cannot contain a NULL element`,
    },
    ...text(255).notAllowed,
  ],
};

/** In the order of F46. */
const parameters = {
  name: text(255),
  installPath: text(2048),
  modelCenterUuid: text(255),
  description: text(2048),
  parameters: verbatim(TEXT_MAX),
  token: text(TEXT_MAX),
  logo: verbatim(TEXT_MAX),
  vendor: text(255),
  introduction: verbatim(TEXT_MAX),
  size: long(0),
  version: text(255),
  resourceUuid: serviceFields.resourceUuid,
  tagUuids: serviceFields.tagUuids,
  modelServiceUuids: serviceFields.modelUuids,
  recommendedGpuNum,
  gpuConstraintDescription: text(512),
  modelId: text(255),
  shareMode: word('Public'),
  defaultModelServiceUuid: { ...text(255), taken: [] },
} satisfies Parameters;

const hidden = new Set(['token', 'shareMode', 'tagUuids']);

let server: Server;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

const add = (params: object, extra: object = {}) =>
  server.post(PATH, { param: { ...requiredModelParams, ...params }, ...extra });

describe('adds a model', () => {
  test('with its constants where only the required parameters are given', async () => {
    const { status, headers, body } = await server.post(PATH, { param: requiredModelParams });

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
    const { uuid } = body.inventory;
    expect(uuid).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect(body).toEqual({
      success: true,
      inventory: {
        ...requiredModelParams,
        uuid,
        modelId: uuid,
        description: '',
        size: 0,
        type: 'Custom',
        recommendedGpuNum: [],
        isLatestVersion: true,
        modelServiceRefs: [],
        extraGpuMemRequest: 4294967296,
        SAMPLE_SIZE: 1000,
        createDate: START_DATE,
        lastOpDate: START_DATE,
      },
    });
    expect(Object.keys(body)[0]).toBe('success');
  });

  test('taking null for absent', async () => {
    const optional = Object.keys(parameters).filter((name) => !(name in requiredModelParams));
    const nulls = Object.fromEntries(optional.map((name) => [name, null]));

    const given = (await add(nulls, { systemTags: null, userTags: null })).body.inventory;

    const plain = await addModel(server);
    expect(given).toEqual({ ...plain, uuid: given.uuid, modelId: given.uuid });
  });

  test.each(takenRows(parameters))('%s takes %s', async (field, _, { sent, stored }) => {
    const { status, body } = await add({ [field]: sent });

    expect(body).toMatchObject({ success: true });
    expect(status).toBe(200);
    expect(body.inventory[field]).toEqual(hidden.has(field) ? undefined : stored);
    expect(storedField(server, 'model', body.inventory.uuid, field, stored)).toEqual(stored);
    const { body: read } = await server.get(`${PATH}/${body.inventory.uuid}`);
    expect(read.inventories).toEqual([body.inventory]);
  });

  test('parameters takes 16777215 characters', async () => {
    const server = await startServer();
    const parameters = 'x'.repeat(TEXT_MAX);

    const { uuid } = await addModel(server, { parameters });

    expect(storedField(server, 'model', uuid, 'parameters', '') === parameters).toBe(true);
  });

  test('under a name and a modelId that are taken already', async () => {
    const [first, second] = [
      await addModel(server, { modelId: 'same' }),
      await addModel(server, { modelId: 'same' }),
    ];

    expect(second).toEqual({ ...first, uuid: expect.not.stringMatching(first.uuid) });
  });

  test('under a resourceUuid, which its modelId defaults to', async () => {
    const resourceUuid = '059d19eb310f36d4a7f43f51eaab87b8';

    const { uuid, modelId } = await addModel(server, { resourceUuid });

    expect({ uuid, modelId }).toEqual({ uuid: resourceUuid, modelId: resourceUuid });
    expect(server.rows('resources', `uuid = '${uuid}'`)).toEqual([{ uuid, type: 'ModelVO' }]);
  });

  test('whose hidden fields appear nowhere in the answers', async () => {
    const { body } = await add({ token: 'hidden-token', tagUuids: ['hidden-tag'] });

    const read = await server.get(`${PATH}/${body.inventory.uuid}`);
    const list = await server.get(PATH);
    for (const answer of [body, read.body, list.body]) {
      expect(JSON.stringify(answer)).not.toContain('hidden-');
    }
  });

  test('whose token is logged nowhere, also where the request is refused', async () => {
    const { logger, lines } = recordingLogger();
    const server = await startServer({ logger });
    const token = 'hidden-token';

    await addModel(server, { token, tokne: token });
    await server.post(PATH, { param: { token } });
    await server.post(PATH, { param: { token: { token } } });

    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(lines.join()).not.toContain(token);
  });

  test.each(['param', 'params'])('given in %s', async (wrapper) => {
    const other = wrapper === 'param' ? 'params' : 'param';

    expect((await server.post(PATH, { [wrapper]: requiredModelParams })).status).toBe(200);
    const { body } = await server.post(PATH, {
      [wrapper]: { ...requiredModelParams, vendor: wrapper },
      [other]: { ...requiredModelParams, vendor: other },
    });
    expect(body.inventory.vendor).toBe('param');
  });

  test('with tags beside the wrapper rather than those inside', async () => {
    const { body } = await add(
      { systemTags: ['inside'], userTags: [' inside ', 'inside', 'inside'] },
      { systemTags: ['beside', 'beside'] },
    );

    expect(storedTags(server, body.inventory.uuid)).toEqual([
      { type: 'System', tag: 'beside', resourceType: 'ModelVO' },
      { type: 'User', tag: ' inside ', resourceType: 'ModelVO' },
      { type: 'User', tag: 'inside', resourceType: 'ModelVO' },
    ]);
  });

  test('under doubled slashes too', async () => {
    const { status } = await server.post('//zstack//v1/ai///models', {
      param: requiredModelParams,
    });

    expect(status).toBe(200);
  });
});

describe('binds the services named', () => {
  const uuid = expect.stringMatching(/^[0-9a-f]{32}$/);

  test('each once, in the order given, none of them the default', async () => {
    const [first, second] = [await addModelService(server), await addModelService(server)];

    const model = await addModel(server, {
      modelServiceUuids: [second.uuid, first.uuid, second.uuid],
    });

    const ref = { uuid, modelUuid: model.uuid, isDefault: false };
    expect(model.modelServiceRefs).toEqual([
      { ...ref, modelServiceUuid: second.uuid },
      { ...ref, modelServiceUuid: first.uuid },
    ]);
    const { body } = await server.get(`${API}/model-services/${first.uuid}`);
    expect(body.inventories[0].modelServiceRefs).toEqual([model.modelServiceRefs[1]]);
    expect(body.inventories[0].lastOpDate).toBe(first.lastOpDate);
  });

  test('and the default one, which need not be among them', async () => {
    const [first, second] = [await addModelService(server), await addModelService(server)];

    const model = await addModel(server, {
      modelServiceUuids: [first.uuid],
      defaultModelServiceUuid: ` ${second.uuid} `,
    });

    const ref = { uuid, modelUuid: model.uuid };
    expect(model.modelServiceRefs).toEqual([
      { ...ref, modelServiceUuid: first.uuid, isDefault: false },
      { ...ref, modelServiceUuid: second.uuid, isDefault: true },
    ]);
  });

  test('and the default one once where it is among them', async () => {
    const { uuid: service } = await addModelService(server);

    const model = await addModel(server, {
      modelServiceUuids: [service],
      defaultModelServiceUuid: service,
    });

    expect(model.modelServiceRefs).toEqual([
      { uuid, modelUuid: model.uuid, modelServiceUuid: service, isDefault: true },
    ]);
  });

  test.each([
    ['an unknown uuid', () => 'no-such-service'],
    ['the empty text', () => ''],
    ['a model’s uuid', async () => (await addModel(server)).uuid],
  ])('refusing %s', async (_, named) => {
    const service = await named();

    await expectErrorWithoutChange(
      server,
      () => add({ modelServiceUuids: [service] }, { userTags: ['tag'] }),
      noneFound('modelServiceUuids', [service], 'ModelServiceVO'),
    );
    await expectErrorWithoutChange(
      server,
      () => add({ defaultModelServiceUuid: service }, { userTags: ['tag'] }),
      notFound('defaultModelServiceUuid', service, 'ModelServiceVO'),
    );
  });

  test('refusing all of them where some are unknown, which the sentence names', async () => {
    const { uuid } = await addModelService(server);

    await expectErrorWithoutChange(
      server,
      () => add({ modelServiceUuids: ['a', uuid, 'b'], defaultModelServiceUuid: uuid }),
      noneFound('modelServiceUuids', ['a', 'b'], 'ModelServiceVO'),
    );
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
    server.post(PATH, { param: { ...requiredModelParams, ...params }, ...extra });

  test.each(rejectedRows('AddModel', parameters))('%s: %s', async (name, _, { sent, details }) => {
    await expectErrorWithoutChange(
      server,
      () => add({ [name]: sent }, { userTags: ['tag'] }),
      invalidArgument(details),
    );
  });

  test.each([
    'parameters',
    'token',
    'logo',
    'introduction',
  ])('%s: one character more than its longest', async (name) => {
    await expectErrorWithoutChange(
      server,
      () => add({ [name]: 'x'.repeat(TEXT_MAX + 1) }),
      tooLongText('AddModel', name),
    );
  });

  test.each(Object.keys(requiredModelParams))('a missing or null %s', async (name) => {
    for (const value of [undefined, null]) {
      await expectErrorWithoutChange(
        server,
        () => add({ [name]: value }),
        mandatory('AddModel', name),
      );
    }
  });

  test.each([
    ['no body', undefined],
    ['an empty object', {}],
    ['an empty wrapper', { param: {} }],
    ['nulls', { param: null, params: null }],
  ])('the first argument missing of %s', async (_, body) => {
    await expectErrorWithoutChange(
      server,
      () => server.post(PATH, body),
      mandatory('AddModel', 'name'),
    );
  });

  test('the first argument missing of an empty JSON body', async () => {
    await expectErrorWithoutChange(
      server,
      () => server.post(PATH, undefined, { raw: '' }),
      mandatory('AddModel', 'name'),
    );
  });

  test('the first of several missing arguments, in the order of F46', async () => {
    const given: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(requiredModelParams)) {
      expectError(await server.post(PATH, { param: given }), mandatory('AddModel', name));
      given[name] = value;
    }
  });

  test('the first of several arguments, in the order of F46', async () => {
    const wrong = notAllowedInOrder('AddModel', parameters);
    for (const [index, { details }] of wrong.entries()) {
      const left = wrong.slice(index).reverse();
      const params = Object.fromEntries(left.map(({ field, sent }) => [field, sent]));
      expectError(await add(params), invalidArgument(details));
    }
  });

  test('types before arguments', async () => {
    await expectErrorWithoutChange(
      server,
      () => add({ name: null, size: -1, shareMode: {} }),
      invalidArgument('[shareMode] field is excepted a string, but was [{}].'),
    );
  });

  test('arguments before what they name', async () => {
    await expectErrorWithoutChange(
      server,
      () => add({ modelServiceUuids: ['no-such-service'], shareMode: 'Private' }),
      invalidArgument(
        'valid value for field[shareMode] of message[org.zstack.ai.message.APIAddModelMsg] are [Public], but Private found',
      ),
    );
  });

  test.each([
    ['a service', async () => (await addModelService(server)).uuid],
    ['a model', async () => (await addModel(server)).uuid],
  ])('the resourceUuid of %s', async (_, use) => {
    const resourceUuid = await use();
    const { uuid } = await addModelService(server);

    await expectErrorWithoutChange(
      server,
      () => add({ resourceUuid, defaultModelServiceUuid: uuid }, { userTags: ['tag'] }),
      invalidArgument(`resourceUuid[${resourceUuid}] is already used`),
    );
  });

  test('a path with a trailing slash', async () => {
    await expectErrorWithoutChange(
      server,
      () => server.post(`${PATH}/`, { param: requiredModelParams }),
      noRoute('/v1/ai/models/'),
    );
  });
});

test('leaves nothing of a model whose parts could not all be stored', async () => {
  await expectAllOrNothing(async (server) => {
    const services = [await addModelService(server), await addModelService(server)];
    const param = { ...requiredModelParams, modelServiceUuids: services.map(({ uuid }) => uuid) };
    return () => server.post(PATH, { param, userTags: ['tag'] });
  });
});

describe('with unknown fields', () => {
  test('ignores them', async () => {
    const { status, body } = await server.post(PATH, {
      param: { ...requiredModelParams, type: 'LLM', vednor: 'typo' },
      other: 1,
    });

    expect(status).toBe(200);
    expect(body.inventory.type).toBe('Custom');
    expect(JSON.stringify(body)).not.toContain('typo');
  });

  test.each([
    ['beside the wrapper', { param: requiredModelParams, tags: [] }, 'tags'],
    ['in the wrapper', { param: { ...requiredModelParams, vednor: '' } }, 'vednor'],
    ['of another operation', { params: { ...requiredModelParams, yaml: '' } }, 'yaml'],
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
    const param = { ...everything, ...requiredModelParams, systemTags: [], userTags: [] };

    expect(await strict.post(PATH, { param, systemTags: [], userTags: [] })).toMatchObject({
      status: 200,
    });
  });
});

describe('with strict references', () => {
  test('takes a registered center and tags that are here', async () => {
    const strict = await startServer({ strictReferences: true });
    await registerCenter(strict, requiredModelParams.modelCenterUuid);
    await addModel(strict, { userTags: ['tag'] });
    const tagUuids = strict.rows('tags').map(({ uuid }) => uuid);

    const model = await addModel(strict, { tagUuids });

    expect(tagUuids).toHaveLength(1);
    expect(storedField(strict, 'model', model.uuid, 'tagUuids', [])).toEqual(tagUuids);
  });

  test('refuses a center that is not registered, and tags that are not here', async () => {
    const strict = await startServer({ strictReferences: true });
    await registerCenter(strict, requiredModelParams.modelCenterUuid);
    const add = (params: object) =>
      strict.post(PATH, { param: { ...requiredModelParams, ...params } });

    await expectErrorWithoutChange(
      strict,
      () => add({ modelCenterUuid: 'no-such-center' }),
      notFound('modelCenterUuid', 'no-such-center', 'ModelCenterVO'),
    );
    await expectErrorWithoutChange(
      strict,
      () => add({ tagUuids: ['no-such-tag'] }),
      noneFound('tagUuids', ['no-such-tag'], 'TagVO'),
    );
  });
});
