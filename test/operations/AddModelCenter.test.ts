import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAllOrNothing } from '../support/halfway.ts';
import {
  notAllowedInOrder,
  type Parameters,
  port,
  rejectedRows,
  resourceUuid,
  takenRows,
  text,
  uuids,
  verbatim,
} from '../support/parameters.ts';
import {
  expectError,
  expectErrorWithoutChange,
  invalidArgument,
  mandatory,
  noneFound,
  noRoute,
} from '../support/refusals.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  requiredCenterParams,
} from '../support/resources.ts';
import {
  API,
  openServer,
  recordingLogger,
  type Server,
  START_DATE,
  startServer,
} from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { storedField, storedTags } from '../support/stored.ts';

const PATH = `${API}/model-centers`;
const NEW_UUID = '6c1a5f6167944aa1886294842075279f';

/** In the order of F46. */
const parameters = {
  name: text(128),
  url: text(2048),
  managementIp: text(128),
  managementPort: port,
  description: text(2048),
  parameters: verbatim(128),
  zoneUuid: text(32),
  storageNetworkUuid: text(32),
  serviceNetworkUuid: text(32),
  containerRegistry: text(2048),
  containerNetwork: text(2048),
  containerStorageNetwork: text(2048),
  resourceUuid,
  tagUuids: uuids,
} satisfies Parameters;

const hidden = new Set(['zoneUuid', 'tagUuids']);

const zeroUsage = {
  modelUsedCapacity: 0,
  modelServiceUsedCapacity: 0,
  datasetUsedCapacity: 0,
  fineTuneUsedCapacity: 0,
  modelEvaluationUsedCapacity: 0,
  temporaryUsedCapacity: 0,
  cacheUsedCapacity: 0,
  totalCapacity: 0,
  availableCapacity: 0,
};

let server: Server;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

const add = (params: object, extra: object = {}) =>
  server.post(PATH, { param: { ...requiredCenterParams, ...params }, ...extra });

describe('adds a center', () => {
  test('connected and empty where only the required parameters are given', async () => {
    const { status, headers, body } = await server.post(PATH, { param: requiredCenterParams });

    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
    const { uuid } = body.inventory;
    expect(uuid).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect(body).toEqual({
      success: true,
      inventory: {
        ...requiredCenterParams,
        uuid,
        status: 'Connected',
        capacity: { uuid, ...zeroUsage },
        createDate: START_DATE,
        lastOpDate: START_DATE,
      },
    });
    expect(Object.keys(body)[0]).toBe('success');
  });

  test('with all that is given', async () => {
    const reported = {
      name: 'a',
      url: 'b',
      managementIp: 'c',
      managementPort: 1,
      description: 'd',
      parameters: ' e ',
      storageNetworkUuid: 'f',
      serviceNetworkUuid: 'g',
      containerRegistry: 'h',
      containerNetwork: 'i',
      containerStorageNetwork: 'j',
    };

    const { body } = await add({ ...reported, zoneUuid: 'k', tagUuids: ['l'] });

    const { uuid } = body.inventory;
    expect(body.inventory).toEqual({
      ...reported,
      uuid,
      status: 'Connected',
      capacity: { uuid, ...zeroUsage },
      createDate: START_DATE,
      lastOpDate: START_DATE,
    });
    expect(storedField(server, 'center', uuid, 'zoneUuid', '')).toBe('k');
    expect(storedField(server, 'center', uuid, 'tagUuids', [])).toEqual(['l']);
  });

  test('taking null for absent', async () => {
    const optional = Object.keys(parameters).filter((name) => !(name in requiredCenterParams));
    const nulls = Object.fromEntries(optional.map((name) => [name, null]));

    const given = (await add(nulls, { systemTags: null, userTags: null })).body.inventory;

    const plain = await addModelCenter(server);
    const { uuid } = given;
    expect(given).toEqual({ ...plain, uuid, capacity: { ...plain.capacity, uuid } });
    expect(storedTags(server, uuid)).toEqual([]);
  });

  test.each(takenRows(parameters))('%s takes %s', async (field, _, { sent, stored }) => {
    const { status, body } = await add({ [field]: sent });

    expect(body).toMatchObject({ success: true });
    expect(status).toBe(200);
    expect(body.inventory[field]).toEqual(hidden.has(field) ? undefined : stored);
    expect(storedField(server, 'center', body.inventory.uuid, field, stored)).toEqual(stored);
    const { body: read } = await server.get(`${PATH}/${body.inventory.uuid}`);
    expect(read.inventories).toEqual([body.inventory]);
  });

  test('under a name, an address and a url that are taken already', async () => {
    const [first, second] = [await addModelCenter(server), await addModelCenter(server)];

    expect(first.uuid).not.toBe(second.uuid);
    expect(second).toMatchObject(requiredCenterParams);
  });

  test('under a resourceUuid, without the spaces around it', async () => {
    const { body } = await add({ resourceUuid: ` ${NEW_UUID}\n` });

    expect(body.inventory).toMatchObject({ uuid: NEW_UUID, capacity: { uuid: NEW_UUID } });
    expect(server.rows('resources', `uuid = '${NEW_UUID}'`)).toEqual([
      { uuid: NEW_UUID, type: 'ModelCenterVO' },
    ]);
  });

  test('under the uuid of a resource that is deleted', async () => {
    const { uuid } = await addModelService(server);
    await server.delete(`${API}/model-services/${uuid}`);

    expect((await addModelCenter(server, { resourceUuid: uuid })).uuid).toBe(uuid);
  });

  test('under one resourceUuid once, however many ask at the same time', async () => {
    const resourceUuid = '059d19eb310f36d4a7f43f51eaab87b8';

    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => add({ name, resourceUuid })),
    );

    const [winner, ...others] = answers.filter(({ status }) => status === 200);
    expect(others).toEqual([]);
    for (const answer of answers.filter((each) => each !== winner)) {
      expectError(answer, invalidArgument(`resourceUuid[${resourceUuid}] is already used`));
    }
    const { body } = await server.get(`${PATH}/${resourceUuid}`);
    expect(body.inventories).toEqual([winner?.body.inventory]);
  });

  test('whose hidden fields appear nowhere in the answers', async () => {
    const { body } = await add({ zoneUuid: 'hidden-zone', tagUuids: ['hidden-tag'] });

    const read = await server.get(`${PATH}/${body.inventory.uuid}`);
    const list = await server.get(PATH);
    for (const answer of [body, read.body, list.body]) {
      expect(JSON.stringify(answer)).not.toMatch(/hidden-|zoneUuid|tagUuids/);
    }
  });

  test('whose tagUuids are logged nowhere, also where the request is refused', async () => {
    const { logger, lines } = recordingLogger();
    const server = await startServer({ logger });
    const tagUuids = ['hidden-tag'];

    await addModelCenter(server, { tagUuids, tagUids: tagUuids });
    await server.post(PATH, { param: { tagUuids } });
    await server.post(PATH, { param: { ...requiredCenterParams, tagUuids: { tagUuids } } });

    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(lines.join()).not.toContain('hidden-tag');
  });

  test.each(['param', 'params'])('given in %s', async (wrapper) => {
    const other = wrapper === 'param' ? 'params' : 'param';

    for (const extra of [{}, { [other]: null }]) {
      const alone = await server.post(PATH, { [wrapper]: requiredCenterParams, ...extra });
      expect(alone.status).toBe(200);
    }
    const { body } = await server.post(PATH, {
      [wrapper]: { ...requiredCenterParams, name: wrapper },
      [other]: { ...requiredCenterParams, name: other },
    });
    expect(body.inventory.name).toBe('param');
  });

  test('with tags beside the wrapper rather than those inside', async () => {
    const { body } = await add(
      { systemTags: ['inside'], userTags: [' inside ', 'inside', 'inside'] },
      { systemTags: ['beside', 'beside'] },
    );

    expect(storedTags(server, body.inventory.uuid)).toEqual([
      { type: 'System', tag: 'beside', resourceType: 'ModelCenterVO' },
      { type: 'User', tag: ' inside ', resourceType: 'ModelCenterVO' },
      { type: 'User', tag: 'inside', resourceType: 'ModelCenterVO' },
    ]);
  });

  test('under doubled slashes too', async () => {
    const { status } = await server.post('//zstack//v1/ai///model-centers', {
      param: requiredCenterParams,
    });

    expect(status).toBe(200);
  });
});

test('its capacity counts the models and services that name it already, and no others', async () => {
  const modelCenterUuid = '52c542f0c3384b6890e08570e611d52b';
  const model = await addModel(server, { modelCenterUuid, size: 102_400 });
  await addModel(server, { modelCenterUuid, size: 24 });
  await addModel(server, { size: 1 });
  const { uuid } = await addModelService(server, { modelCenterUuid });
  await server.post(`${API}/model-services/${uuid}`, { params: { size: 7 } });

  const center = await addModelCenter(server, { resourceUuid: modelCenterUuid });

  expect(center.capacity).toEqual({
    ...zeroUsage,
    uuid: modelCenterUuid,
    modelUsedCapacity: 102_424,
    modelServiceUsedCapacity: 7,
  });
  const { body } = await server.get(`${API}/models/${model.uuid}`);
  expect(body.inventories).toEqual([model]);
});

describe('refuses, storing nothing', () => {
  // Of its own, so that comparing all of the database stays quick.
  let server: Server;
  beforeAll(async () => {
    server = await openServer();
  });
  afterAll(() => server.close());
  const add = (params: object, extra: object = {}) =>
    server.post(PATH, { param: { ...requiredCenterParams, ...params }, ...extra });

  test.each(rejectedRows('AddModelCenter', parameters))('%s: %s', async (name, _, {
    sent,
    details,
  }) => {
    await expectErrorWithoutChange(
      server,
      () => add({ [name]: sent }, { userTags: ['tag'] }),
      invalidArgument(details),
    );
  });

  test.each(Object.keys(requiredCenterParams))('a missing or null %s', async (name) => {
    for (const value of [undefined, null]) {
      await expectErrorWithoutChange(
        server,
        () => add({ [name]: value }),
        mandatory('AddModelCenter', name),
      );
    }
  });

  test.each([
    ['no body', undefined],
    ['null', null],
    ['an empty object', {}],
    ['an empty wrapper', { param: {} }],
    ['nulls', { param: null, params: null }],
    ['parameters without a wrapper', requiredCenterParams],
    ['the wrapper of another operation', { updateModelCenter: requiredCenterParams }],
    ['tags alone', { userTags: ['tag'] }],
  ])('the first argument missing of %s', async (_, body) => {
    await expectErrorWithoutChange(
      server,
      () => server.post(PATH, body),
      mandatory('AddModelCenter', 'name'),
    );
  });

  test.each([
    ['an empty JSON body', ''],
    ['inherited names', `{"param":{"__proto__":${JSON.stringify(requiredCenterParams)}}}`],
  ])('the first argument missing of %s', async (_, raw) => {
    await expectErrorWithoutChange(
      server,
      () => server.post(PATH, undefined, { raw }),
      mandatory('AddModelCenter', 'name'),
    );
  });

  test('the first of several missing arguments, in the order of F46', async () => {
    const given: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(requiredCenterParams)) {
      expectError(await server.post(PATH, { param: given }), mandatory('AddModelCenter', name));
      given[name] = value;
    }
  });

  test('the first of several arguments, in the order of F46', async () => {
    const wrong = notAllowedInOrder('AddModelCenter', parameters);
    for (const [index, { details }] of wrong.entries()) {
      const left = wrong.slice(index).reverse();
      const params = Object.fromEntries(left.map(({ field, sent }) => [field, sent]));
      expectError(await add(params), invalidArgument(details));
    }
  });

  test('types before arguments', async () => {
    await expectErrorWithoutChange(
      server,
      () => add({ name: null, managementPort: 0, tagUuids: 'a' }),
      invalidArgument('[tagUuids] field is excepted a list, but was [a].'),
    );
  });

  test.each([
    ['a service', async () => (await addModelService(server)).uuid],
    ['a model', async () => (await addModel(server)).uuid],
    ['a center', async () => (await addModelCenter(server)).uuid],
  ])('the resourceUuid of %s', async (_, use) => {
    const resourceUuid = await use();

    await expectErrorWithoutChange(
      server,
      () => add({ resourceUuid }, { userTags: ['tag'] }),
      invalidArgument(`resourceUuid[${resourceUuid}] is already used`),
    );
  });

  test.each([
    [
      'a wrapper that is a text',
      { param: 'x' },
      '[param] field is excepted an object, but was [x].',
    ],
    [
      'a wrapper that is a list, by its other name',
      { params: [] },
      '[params] field is excepted an object, but was [[]].',
    ],
    ['a body that is a list', [], '[body] field is excepted an object, but was [[]].'],
    [
      'tags that are a text',
      { param: requiredCenterParams, userTags: 'a' },
      '[userTags] field is excepted a list, but was [a].',
    ],
    [
      'a tag of null',
      { param: { ...requiredCenterParams, systemTags: [null] } },
      'field[systemTags] cannot contain a NULL element',
    ],
    [
      'a tag with half a surrogate pair',
      { param: requiredCenterParams, userTags: ['\udc00'] },
      'field[userTags[0]] cannot contain a NUL character or a lone surrogate',
    ],
    [
      'a tag that is too long',
      { param: requiredCenterParams, userTags: ['a', 't'.repeat(4097)] },
      'field[userTags[1]] of message[org.zstack.ai.message.APIAddModelCenterMsg] exceeds max length ' +
        'of string. expected was <= 4096, actual was 4097',
    ],
  ])('%s', async (_, body, details) => {
    await expectErrorWithoutChange(server, () => server.post(PATH, body), invalidArgument(details));
  });

  test('a path with a trailing slash', async () => {
    await expectErrorWithoutChange(
      server,
      () => server.post(`${PATH}/`, { param: requiredCenterParams }),
      noRoute('/v1/ai/model-centers/'),
    );
  });
});

test('leaves nothing of a center whose parts could not all be stored', async () => {
  await expectAllOrNothing(
    async (server) => () =>
      server.post(PATH, { param: requiredCenterParams, userTags: ['a'], systemTags: ['b'] }),
  );
});

describe('with unknown fields', () => {
  const rejecting = sharedServer({ unknownFields: 'reject' });

  test('ignores them, among them those that are not for the client to say', async () => {
    const { status, body } = await server.post(PATH, {
      param: {
        ...requiredCenterParams,
        status: 'Disconnected',
        capacity: { totalCapacity: 1 },
        uuid: NEW_UUID,
        createDate: 'a date',
        nmae: 'typo',
      },
      other: 1,
    });

    expect(status).toBe(200);
    const { uuid, ...center } = body.inventory;
    expect(uuid).not.toBe(NEW_UUID);
    expect(center).toEqual({
      ...requiredCenterParams,
      status: 'Connected',
      capacity: { uuid, ...zeroUsage },
      createDate: START_DATE,
      lastOpDate: START_DATE,
    });
  });

  test.each([
    ['beside the wrapper', { param: requiredCenterParams, other: [] }, 'other'],
    ['in the wrapper', { param: { ...requiredCenterParams, status: '' } }, 'status'],
    ['of another operation', { params: { ...requiredCenterParams, vendor: '' } }, 'vendor'],
  ])('refuses those %s where the settings say so', async (_, body, name) => {
    const strict = rejecting();

    await expectErrorWithoutChange(
      strict,
      () => strict.post(PATH, body),
      invalidArgument(expect.stringContaining(`field[${name}]`)),
    );
  });

  test('takes all that are known where the settings refuse others', async () => {
    const strict = rejecting();
    const everything = Object.fromEntries(Object.keys(parameters).map((name) => [name, null]));
    const param = { ...everything, ...requiredCenterParams, systemTags: [], userTags: [] };

    for (const body of [{ param, systemTags: [], userTags: [] }, { params: param }]) {
      expect(await strict.post(PATH, body)).toMatchObject({ status: 200 });
    }
  });
});

describe('with strict references', () => {
  const server = sharedServer({ strictReferences: true });

  test('takes tags that are here, and zones and networks that nobody knows', async () => {
    const strict = server();
    await addModelCenter(strict, { userTags: ['a'], systemTags: ['b'] });
    const tagUuids = strict.rows('tags', "tag IN ('a', 'b')").map(({ uuid }) => uuid);

    const center = await addModelCenter(strict, {
      tagUuids,
      zoneUuid: 'not owned here',
      storageNetworkUuid: 'not owned here',
      serviceNetworkUuid: 'not owned here',
    });

    expect(tagUuids).toHaveLength(2);
    expect(storedField(strict, 'center', center.uuid, 'tagUuids', [])).toEqual(tagUuids);
  });

  test('refuses tags that are not here, which the sentence names', async () => {
    const strict = server();
    const { uuid } = await addModelCenter(strict, { userTags: ['c'] });
    const [tag] = strict.rows('tags', "tag = 'c'").map((row) => String(row.uuid));

    await expectErrorWithoutChange(
      strict,
      () =>
        strict.post(PATH, {
          param: { ...requiredCenterParams, tagUuids: [uuid, tag, 'no-such-tag'] },
          userTags: ['d'],
        }),
      noneFound('tagUuids', [uuid, 'no-such-tag'], 'TagVO'),
    );
  });

  test('refuses arguments before what they name', async () => {
    const strict = server();

    await expectErrorWithoutChange(
      strict,
      () =>
        strict.post(PATH, {
          param: { ...requiredCenterParams, resourceUuid: 'x', tagUuids: ['no-such-tag'] },
        }),
      invalidArgument(
        "resourceUuid[x] is not a valid uuid. A valid uuid is a UUID(v4 recommended) with '-' stripped.",
      ),
    );
  });
});
