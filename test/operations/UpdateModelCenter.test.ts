import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAllOrNothing } from '../support/halfway.ts';
import {
  LONG_MAX,
  notAllowedInOrder,
  type Parameters,
  port,
  rejectedRows,
  takenRows,
  text,
  verbatim,
} from '../support/parameters.ts';
import {
  expectError,
  expectErrorWithoutChange,
  invalidArgument,
  noRoute,
  notFound,
} from '../support/refusals.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  requiredCenterParams,
} from '../support/resources.ts';
import { API, type CallOptions, openServer, type Server, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { storedField, storedTags } from '../support/stored.ts';

const PATH = `${API}/model-centers`;

/** In the order of F46. */
const parameters = {
  name: text(255),
  url: text(255),
  managementIp: text(255),
  managementPort: port,
  description: text(255),
  parameters: verbatim(255),
  storageNetworkUuid: text(255),
  serviceNetworkUuid: text(255),
  containerRegistry: text(255),
  containerNetwork: text(255),
  containerStorageNetwork: text(255),
} satisfies Parameters;

let server: Server;
let path: string;
beforeAll(async () => {
  server = await openServer();
  path = `${PATH}/${(await addModelCenter(server)).uuid}`;
});
afterAll(() => server.close());

const update = (params: object, extra: object = {}) =>
  server.put(path, { updateModelCenter: params, ...extra });

/** The one member of `inventories`. */
async function read(on: Server, url: string) {
  const { body } = await on.get(url);
  expect(body.inventories).toHaveLength(1);
  return body.inventories[0];
}

describe('changes what is given and nothing else', () => {
  test.each(takenRows(parameters))('%s takes %s', async (field, _, { sent, stored }) => {
    const before = await read(server, path);

    const { status, headers, body } = await update({ [field]: sent });

    expect(body).toEqual({ success: true, inventory: { ...before, [field]: stored } });
    expect(Object.keys(body)[0]).toBe('success');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(storedField(server, 'center', before.uuid, field, stored)).toEqual(stored);
    expect(await read(server, path)).toEqual(body.inventory);
  });

  test('all of it at once', async () => {
    const before = await addModelCenter(server);
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

    const { body } = await server.put(`${PATH}/${before.uuid}`, { updateModelCenter: reported });

    expect(body).toEqual({ success: true, inventory: { ...before, ...reported } });
  });

  test.each([
    ['an empty wrapper', { updateModelCenter: {} }, {}],
    ['a wrapper of null', { updateModelCenter: null }, {}],
    [
      'nulls',
      {
        updateModelCenter: Object.fromEntries(Object.keys(parameters).map((name) => [name, null])),
      },
      {},
    ],
    ['an empty object', {}, {}],
    ['null', null, {}],
    ['no body', undefined, {}],
    ['an empty JSON body', undefined, { raw: '' }],
    [
      'no body but its Content-Type',
      undefined,
      { headers: { 'content-type': 'application/json' } },
    ],
    ['tags of null', { systemTags: null, userTags: null }, {}],
    ['another wrapper', { param: { name: 'no' }, params: { name: 'no' } }, {}],
    ['the wrapper of another operation', { updateModel: { name: 'no' } }, {}],
    ['the wrapper in another case', { updatemodelcenter: { name: 'no' } }, {}],
    ['parameters without a wrapper', { name: 'no', managementPort: 2 }, {}],
    ['inherited names', undefined, { raw: '{"updateModelCenter":{"__proto__":{"name":"no"}}}' }],
  ] as [string, unknown, CallOptions][])('nothing at all for %s', async (_, body, options) => {
    const before = await read(server, path);

    for (const url of [path, `${path}/actions`]) {
      const answer = await server.put(url, body, options);
      expect({ status: answer.status, body: answer.body }).toEqual({
        status: 200,
        body: { success: true, inventory: before },
      });
    }
    expect(await read(server, path)).toEqual(before);
  });

  test('leaving alone what only Add sets and what nobody sets, also where it is sent', async () => {
    const before = await addModelCenter(server, { zoneUuid: 'a zone', tagUuids: ['a tag'] });
    const [row] = server.rows('model_centers', `uuid = '${before.uuid}'`);

    const { body } = await server.put(`${PATH}/${before.uuid}`, {
      updateModelCenter: {
        zoneUuid: 'other',
        tagUuids: ['other'],
        resourceUuid: '6c1a5f6167944aa1886294842075279f',
        uuid: 'other',
        status: 'Disconnected',
        capacity: { totalCapacity: 1 },
        createDate: 'other',
        description: 'new',
      },
    });

    expect(body).toEqual({ success: true, inventory: { ...before, description: 'new' } });
    expect(server.rows('model_centers', `uuid = '${before.uuid}'`)).toEqual([
      { ...row, description: 'new' },
    ]);
  });

  test('leaving texts alone that are longer than an update may send', async () => {
    const long = { url: 'u'.repeat(2048), description: 'd'.repeat(2048) };
    const before = await addModelCenter(server, long);

    const { body } = await server.put(`${PATH}/${before.uuid}`, {
      updateModelCenter: { name: 'n'.repeat(255) },
    });

    expect(body).toEqual({ success: true, inventory: { ...before, name: 'n'.repeat(255) } });
  });

  test('leaving other centers and their models alone', async () => {
    const other = await addModelCenter(server, { userTags: ['a'] });
    const model = await addModel(server, { modelCenterUuid: other.uuid });

    await update({ name: other.name, url: other.url }, { userTags: ['b'] });

    expect(await read(server, `${PATH}/${other.uuid}`)).toEqual(other);
    expect(await read(server, `${API}/models/${model.uuid}`)).toEqual(model);
    expect(storedTags(server, other.uuid)).toMatchObject([{ tag: 'a' }]);
  });

  test('of many at once: each as it asked, one after the other', async () => {
    const { uuid } = await addModelCenter(server);
    const url = `${PATH}/${uuid}`;
    const names = ['a', 'b', 'c', 'd', 'e'];

    const answers = await Promise.all(
      names.map((name, index) =>
        server.put(url, { updateModelCenter: { name, url: name, managementPort: index + 1 } }),
      ),
    );

    for (const [index, { body }] of answers.entries()) {
      const name = names[index];
      expect(body.inventory).toMatchObject({ name, url: name, managementPort: index + 1 });
    }
    const last = await read(server, url);
    expect(answers.map(({ body }) => body.inventory)).toContainEqual(last);
  });
});

/** Copies a model's row so many times, past the server: adding as many would take long. */
async function copyModel(uuid: string, times: number): Promise<void> {
  const columns = Object.keys(server.rows('models')[0] as object).filter((name) => name !== 'uuid');
  const copies = Array.from({ length: times }, () => {
    const copied = crypto.randomUUID().replaceAll('-', '');
    return `INSERT INTO resources (uuid, type) VALUES ('${copied}', 'ModelVO');
      INSERT INTO models (uuid, ${columns})
        SELECT '${copied}', ${columns} FROM models WHERE uuid = '${uuid}';`;
  });
  await server.execute(copies.join('\n'));
}

describe('capacity', () => {
  /** A center with what adds models and services of a size to it, and what tells their sums. */
  async function center() {
    const { uuid } = await addModelCenter(server);
    const addService = async (size: number) => {
      const source = await addModelService(server, { modelCenterUuid: uuid });
      const { body } = await server.post(`${API}/model-services/${source.uuid}`, {
        params: { size },
      });
      return body.inventory;
    };
    return {
      uuid,
      addModel: (size: number) => addModel(server, { modelCenterUuid: uuid, size }),
      addService,
      used: async () => {
        const { body } = await server.put(`${PATH}/${uuid}`, {});
        expect(await read(server, `${PATH}/${uuid}`)).toEqual(body.inventory);
        const { modelUsedCapacity, modelServiceUsedCapacity, ...others } = body.inventory.capacity;
        expect(others).toEqual({
          uuid,
          datasetUsedCapacity: 0,
          fineTuneUsedCapacity: 0,
          modelEvaluationUsedCapacity: 0,
          temporaryUsedCapacity: 0,
          cacheUsedCapacity: 0,
          totalCapacity: 0,
          availableCapacity: 0,
        });
        return [modelUsedCapacity, modelServiceUsedCapacity];
      },
    };
  }

  test('sums the sizes of the center’s models and of its services', async () => {
    const { addModel, addService, used } = await center();
    expect(await used()).toEqual([0, 0]);

    await addModel(102_400);
    expect(await used()).toEqual([102_400, 0]);
    await addModel(24);
    await addModel(0);
    await addService(7);
    await addService(8);
    expect(await used()).toEqual([102_424, 15]);
  });

  test('follows a model that moves to another center', async () => {
    const [from, to] = [await center(), await center()];
    const { uuid } = await from.addModel(5);
    const move = (modelCenterUuid: string) =>
      server.put(`${API}/models/${uuid}`, { updateModel: { modelCenterUuid } });

    await move(to.uuid);
    expect([await from.used(), await to.used()]).toEqual([
      [0, 0],
      [5, 0],
    ]);
    await move('nowhere');
    expect(await to.used()).toEqual([0, 0]);
  });

  test('forgets what is deleted', async () => {
    const { addModel, addService, used } = await center();
    const [model, service] = [await addModel(5), await addService(7)];
    await addModel(1);
    await addService(2);

    await server.delete(`${API}/models/${model.uuid}`);
    await server.delete(`${API}/model-services/${service.uuid}`);

    expect(await used()).toEqual([1, 2]);
  });

  test('is exact as far as a Long goes, and ends there', async () => {
    const { addModel, addService, used } = await center();
    await addModel(LONG_MAX - 1);
    expect(await used()).toEqual([LONG_MAX - 1, 0]);
    await addModel(1);
    expect(await used()).toEqual([LONG_MAX, 0]);
    await addModel(LONG_MAX);
    expect(await used()).toEqual([LONG_MAX, 0]);

    for (const size of [-LONG_MAX, -LONG_MAX]) await addService(size);
    expect(await used()).toEqual([LONG_MAX, -LONG_MAX]);
  });

  test('of sizes below zero is exact where parts of the sum are beyond a Long', async () => {
    const { addService, used } = await center();

    for (const size of [LONG_MAX, 1, 1, 1, -LONG_MAX]) await addService(size);

    expect(await used()).toEqual([0, 3]);
  });

  test('sums more than 64 bits hold', async () => {
    const { uuid, addModel, used } = await center();
    const model = await addModel(LONG_MAX);

    await copyModel(model.uuid, 1024);

    expect(server.rows('models', `model_center_uuid = '${uuid}'`)).toHaveLength(1025);
    expect(await used()).toEqual([LONG_MAX, 0]);
  });

  test('counts what was added under the center’s uuid in capitals', async () => {
    const { uuid, used } = await center();

    await addModel(server, { modelCenterUuid: uuid.toUpperCase(), size: 3 });

    expect(await used()).toEqual([3, 0]);
  });
});

describe('dates', () => {
  test('lastOpDate moves with every success, createDate never', async () => {
    const server = await startServer();
    const { uuid, createDate } = await addModelCenter(server);
    const bodies = [
      undefined,
      {},
      { updateModelCenter: { name: 'a' } },
      { updateModelCenter: { name: 'a' } },
      { userTags: ['a'] },
    ];

    for (const [second, body] of bodies.entries()) {
      server.advance(1000);
      const answer = await server.put(`${PATH}/${uuid}`, body);
      expect(answer.body.inventory).toMatchObject({
        createDate,
        lastOpDate: `Nov 25, 2025 11:51:5${second + 1} AM`,
      });
      expect(await read(server, `${PATH}/${uuid}`)).toEqual(answer.body.inventory);
    }
  });

  test('neither moves with a refused update, nor with the center’s models', async () => {
    const server = await startServer();
    const center = await addModelCenter(server);
    server.advance(1000);

    await server.put(`${PATH}/${center.uuid}`, {
      updateModelCenter: { managementPort: 0 },
      userTags: ['a'],
    });
    await addModel(server, { modelCenterUuid: center.uuid });

    expect(await read(server, `${PATH}/${center.uuid}`)).toEqual(center);
    expect(storedTags(server, center.uuid)).toEqual([]);
  });
});

describe('attaches tags', () => {
  test('to those that are there, each once, beside the wrapper before inside it', async () => {
    const center = await addModelCenter(server, { systemTags: ['a'], userTags: ['b'] });
    const rows = () => server.rows('tags', `resource_uuid = '${center.uuid}' ORDER BY position`);
    const before = rows();

    await server.put(`${PATH}/${center.uuid}`, {
      updateModelCenter: { userTags: ['unheard'] },
      systemTags: ['b', 'a', ' a ', 'b'],
      userTags: ['b'],
    });

    const tag = (type: string, text: string) => ({
      type,
      tag: text,
      resourceType: 'ModelCenterVO',
    });
    expect(storedTags(server, center.uuid)).toEqual([
      ...[tag('System', 'a'), tag('User', 'b'), tag('System', 'b'), tag('System', ' a ')],
    ]);
    expect(rows().slice(0, 2)).toEqual(before);
  });

  test.each([
    ['inside the wrapper', { updateModelCenter: { systemTags: ['a'], userTags: ['b'] } }],
    ['without a wrapper', { systemTags: ['a'], userTags: ['b'] }],
  ])('that are %s', async (_, body) => {
    const { uuid } = await addModelCenter(server);

    expect((await server.put(`${PATH}/${uuid}`, body)).status).toBe(200);

    expect(storedTags(server, uuid)).toMatchObject([
      { type: 'System', tag: 'a' },
      { type: 'User', tag: 'b' },
    ]);
  });
});

describe('its path', () => {
  test.each(['', '/actions'])('may end in "%s", and its slashes may be doubled', async (suffix) => {
    const doubled = `${path.replaceAll('/', '//')}${suffix.replace('/', '///')}`;
    for (const [name, url] of [
      ['a', path + suffix],
      ['b', doubled],
    ] as const) {
      const { status, body } = await server.put(url, { updateModelCenter: { name } });
      expect({ status, name: body.inventory.name }).toEqual({ status: 200, name });
    }
  });

  test('is another one with a trailing slash', async () => {
    for (const url of [`${path}/`, `${path}/actions/`, `${PATH}/`]) {
      await expectErrorWithoutChange(
        server,
        () => server.put(url, { updateModelCenter: { name: 'a' } }),
        noRoute(url.slice('/zstack'.length)),
      );
    }
  });
});

describe('refuses, storing nothing', () => {
  // Of its own, so that comparing all of the database stays quick.
  let server: Server;
  let path: string;
  beforeAll(async () => {
    server = await openServer();
    path = `${PATH}/${(await addModelCenter(server)).uuid}`;
  });
  afterAll(() => server.close());
  const update = (params: object, extra: object = {}) =>
    server.put(path, { updateModelCenter: params, ...extra });

  test.each(rejectedRows('UpdateModelCenter', parameters))('%s: %s', async (name, _, row) => {
    await expectErrorWithoutChange(
      server,
      () => update({ [name]: row.sent }, { userTags: ['tag'] }),
      invalidArgument(row.details),
    );
  });

  test('the first of several arguments, in the order of F46', async () => {
    const wrong = notAllowedInOrder('UpdateModelCenter', parameters);
    for (const [index, { details }] of wrong.entries()) {
      const left = wrong.slice(index).reverse();
      const params = Object.fromEntries(left.map(({ field, sent }) => [field, sent]));
      expectError(await update(params), invalidArgument(details));
    }
  });

  test('types before arguments', async () => {
    await expectErrorWithoutChange(
      server,
      () => update({ name: 'n'.repeat(256), containerStorageNetwork: [] }),
      invalidArgument('[containerStorageNetwork] field is excepted a string, but was [[]].'),
    );
  });

  test('arguments before existence', async () => {
    await expectErrorWithoutChange(
      server,
      () => server.put(`${PATH}/no-such-center`, { updateModelCenter: { managementPort: 0 } }),
      invalidArgument('field[managementPort] must be in range of [1, 65535]'),
    );
  });

  test.each([
    ['an unknown uuid', () => '6c1a5f6167944aa1886294842075279f'],
    ['what is no uuid', () => 'no-such-center'],
    ['a service’s uuid', async () => (await addModelService(server)).uuid],
    ['a model’s uuid', async () => (await addModel(server)).uuid],
    [
      'a uuid that models name but no center has',
      async () => (await addModel(server, { modelCenterUuid: 'named' })).modelCenterUuid,
    ],
    ['a uuid in capitals', () => path.slice(PATH.length + 1).toUpperCase()],
    ['a uuid that is percent-encoded', () => "no such' center/%"],
    ['a uuid with U+0000', () => 'a\0b'],
    ['a very long uuid', () => 'u'.repeat(3000)],
    [
      'a center that is deleted',
      async () => {
        const { uuid } = await addModelCenter(server);
        await server.delete(`${PATH}/${uuid}`);
        return uuid;
      },
    ],
  ])('%s', async (_, named) => {
    const uuid = await named();

    for (const suffix of ['', '/actions']) {
      for (const body of [
        { updateModelCenter: requiredCenterParams, userTags: ['tag'] },
        undefined,
      ]) {
        await expectErrorWithoutChange(
          server,
          () => server.put(`${PATH}/${encodeURIComponent(uuid)}${suffix}`, body),
          notFound('uuid', uuid, 'ModelCenterVO'),
        );
      }
    }
  });

  test.each([
    [
      'a wrapper that is a text',
      { updateModelCenter: 'x' },
      '[updateModelCenter] field is excepted an object, but was [x].',
    ],
    [
      'a wrapper that is a list',
      { updateModelCenter: [] },
      '[updateModelCenter] field is excepted an object, but was [[]].',
    ],
    [
      'a wrapper that is a number',
      { updateModelCenter: 0 },
      '[updateModelCenter] field is excepted an object, but was [0].',
    ],
    ['a body that is a list', [], '[body] field is excepted an object, but was [[]].'],
    [
      'tags that are a text',
      { systemTags: 'a' },
      '[systemTags] field is excepted a list, but was [a].',
    ],
    [
      'a tag of null',
      { updateModelCenter: { userTags: [null] } },
      'field[userTags] cannot contain a NULL element',
    ],
  ])('%s', async (_, body, details) => {
    await expectErrorWithoutChange(server, () => server.put(path, body), invalidArgument(details));
  });
});

test('leaves the center as it was where the new tags could not all be stored', async () => {
  await expectAllOrNothing(async (server) => {
    const { uuid } = await addModelCenter(server);
    server.advance(1000);
    const updateModelCenter = { name: 'new', managementPort: 1 };
    return () => server.put(`${PATH}/${uuid}`, { updateModelCenter, userTags: ['a', 'b'] });
  });
});

describe('with unknown fields', () => {
  const rejecting = sharedServer({ unknownFields: 'reject' });

  test.each([
    ['beside the wrapper', { updateModelCenter: {}, other: 1 }, 'other'],
    ['in the wrapper', { updateModelCenter: { nmae: null } }, 'nmae'],
    ['of Add', { updateModelCenter: { zoneUuid: 'a' } }, 'zoneUuid'],
    ['as wrappers', { params: {} }, 'params'],
  ])('refuses those %s where the settings say so', async (_, body, name) => {
    const strict = rejecting();
    const { uuid } = await addModelCenter(strict);

    await expectErrorWithoutChange(
      strict,
      () => strict.put(`${PATH}/${uuid}`, body),
      invalidArgument(expect.stringContaining(`field[${name}]`)),
    );
  });

  test('takes all that are known where the settings refuse others', async () => {
    const strict = rejecting();
    const { uuid } = await addModelCenter(strict);
    const nulls = Object.fromEntries(Object.keys(parameters).map((name) => [name, null]));
    const updateModelCenter = { ...nulls, systemTags: [], userTags: [] };

    expect(
      await strict.put(`${PATH}/${uuid}`, { updateModelCenter, systemTags: [], userTags: [] }),
    ).toMatchObject({ status: 200 });
  });
});

test('with strict references takes networks that nobody knows', async () => {
  const strict = await startServer({ strictReferences: true });
  const { uuid } = await addModelCenter(strict);
  const networks = { storageNetworkUuid: 'not owned here', serviceNetworkUuid: 'not owned here' };

  const { body } = await strict.put(`${PATH}/${uuid}`, { updateModelCenter: networks });

  expect(body.inventory).toMatchObject(networks);
});
