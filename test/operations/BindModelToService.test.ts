import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAllOrNothing } from '../support/halfway.ts';
import {
  expectErrorWithoutChange,
  invalidArgument,
  messageOf,
  noRoute,
  notFound,
} from '../support/refusals.ts';
import { addModel, addModelService } from '../support/resources.ts';
import { API, type CallOptions, openServer, type Server, startServer } from '../support/server.ts';
import { storedTags } from '../support/stored.ts';

const pathOf = (modelUuid: string, serviceUuid: string) =>
  `${API}/models/${modelUuid}/model-services/${serviceUuid}`;

let server: Server;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

/** A model and a service that know nothing of each other yet. */
async function pair(on = server) {
  const [model, service] = [await addModel(on), await addModelService(on)];
  return { model, service, path: pathOf(model.uuid, service.uuid) };
}

describe('binds the model', () => {
  test('and answers the service with the binding', async () => {
    const { model, service, path } = await pair();

    const answer = await server.post(path, {});

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(answer.body).toEqual({
      success: true,
      inventory: {
        ...service,
        modelServiceRefs: [
          {
            uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
            modelUuid: model.uuid,
            modelServiceUuid: service.uuid,
            isDefault: false,
          },
        ],
      },
    });
    const { modelServiceRefs } = answer.body.inventory;
    const { body: ofService } = await server.get(`${API}/model-services/${service.uuid}`);
    expect(ofService.inventories).toEqual([answer.body.inventory]);
    const { body: ofModel } = await server.get(`${API}/models/${model.uuid}`);
    expect(ofModel.inventories).toEqual([{ ...model, modelServiceRefs }]);
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
    ['an empty param', { param: {} }, {}],
    ['an empty params', { params: {} }, {}],
    ['a param of null', { param: null }, {}],
    ['empty tags only', { systemTags: [], userTags: [] }, {}],
    ['tags of null', { systemTags: null, userTags: null }, {}],
  ] as [string, unknown, CallOptions][])('given %s', async (_, body, options) => {
    const { path } = await pair();

    const answer = await server.post(path, body, options);

    expect(answer.status).toBe(200);
    expect(answer.body.inventory.modelServiceRefs).toHaveLength(1);
  });

  test('once, however often it is asked to', async () => {
    const { path } = await pair();
    const first = await server.post(path, {});
    const before = server.snapshot();

    const second = await server.post(path, {});

    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(server.snapshot()).toEqual(before);
  });

  test('once, however many ask at the same time', async () => {
    const { service, path } = await pair();

    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => server.post(path, {})));

    for (const { status, body } of answers) {
      expect({ status, body }).toEqual({ status: 200, body: answers[0]?.body });
    }
    expect(
      server.rows('model_service_refs', `model_service_uuid = '${service.uuid}'`),
    ).toHaveLength(1);
  });

  test('without moving any date', async () => {
    const server = await startServer();
    const { model, service, path } = await pair(server);
    server.advance(60_000);

    const { body } = await server.post(path, { userTags: ['tag'] });

    const { createDate, lastOpDate } = service;
    expect(body.inventory).toMatchObject({ createDate, lastOpDate });
    const { body: read } = await server.get(`${API}/models/${model.uuid}`);
    expect(read.inventories).toMatchObject([{ createDate, lastOpDate: model.lastOpDate }]);
  });

  test('leaving its default service the default', async () => {
    const { uuid } = await addModelService(server);
    const model = await addModel(server, { defaultModelServiceUuid: uuid });
    const other = await addModelService(server);

    const again = await server.post(pathOf(model.uuid, uuid), {});
    await server.post(pathOf(model.uuid, other.uuid), {});

    expect(again.body.inventory.modelServiceRefs).toEqual(model.modelServiceRefs);
    const { body } = await server.get(`${API}/models/${model.uuid}`);
    expect(body.inventories[0].modelServiceRefs).toMatchObject([
      { modelServiceUuid: uuid, isDefault: true },
      { modelServiceUuid: other.uuid, isDefault: false },
    ]);
  });

  test('beside those bound before, in that order', async () => {
    const service = await addModelService(server);
    const models = [await addModel(server), await addModel(server), await addModel(server)];

    for (const { uuid } of models) await server.post(pathOf(uuid, service.uuid), {});

    const { body } = await server.get(`${API}/model-services/${service.uuid}`);
    expect(
      body.inventories[0].modelServiceRefs.map((ref: { modelUuid: string }) => ref.modelUuid),
    ).toEqual(models.map(({ uuid }) => uuid));
  });

  test('under doubled slashes too', async () => {
    const { path } = await pair();

    expect((await server.post(path.replaceAll('/', '//'), {})).status).toBe(200);
  });
});

describe('attaches tags to the service', () => {
  test.each([
    ['beside the wrapper', { systemTags: ['a', 'a'], userTags: [' b '] }, ['a', ' b ']],
    ['inside it', { param: { systemTags: ['a'], userTags: ['b'] } }, ['a', 'b']],
    [
      'beside it where they are in both',
      { params: { systemTags: ['x'], userTags: ['b'] }, systemTags: ['a'] },
      ['a', 'b'],
    ],
  ])('%s', async (_, body, [system, user]) => {
    const { model, service, path } = await pair();

    expect((await server.post(path, body)).status).toBe(200);

    const resourceType = 'ModelServiceVO';
    expect(storedTags(server, service.uuid)).toEqual([
      { type: 'System', tag: system, resourceType },
      { type: 'User', tag: user, resourceType },
    ]);
    expect(storedTags(server, model.uuid)).toEqual([]);
  });

  test('also where the model is bound already, each tag once', async () => {
    const { service, path } = await pair();
    await server.post(path, { userTags: ['a'] });

    await server.post(path, { userTags: ['b', 'a'] });

    expect(storedTags(server, service.uuid).map(({ tag }) => tag)).toEqual(['a', 'b']);
  });
});

describe('refuses, storing nothing', () => {
  test.each([
    [
      'an unknown model',
      async () => ['no-such-model', (await addModelService(server)).uuid] as const,
      'modelUuid',
    ],
    [
      'an unknown service',
      async () => [(await addModel(server)).uuid, 'no-such-service'] as const,
      'modelServiceUuid',
    ],
    ['the model first where both are unknown', async () => ['a', 'b'] as const, 'modelUuid'],
    [
      'a service for a model',
      async () => {
        const { uuid } = await addModelService(server);
        return [uuid, uuid] as const;
      },
      'modelUuid',
    ],
    [
      'a model for a service',
      async () => {
        const { uuid } = await addModel(server);
        return [uuid, uuid] as const;
      },
      'modelServiceUuid',
    ],
  ])('%s', async (_, name, field) => {
    const [modelUuid, serviceUuid] = await name();

    await expectErrorWithoutChange(
      server,
      () => server.post(pathOf(modelUuid, serviceUuid), { userTags: ['tag'] }),
      field === 'modelUuid'
        ? notFound(field, modelUuid, 'ModelVO')
        : notFound(field, serviceUuid, 'ModelServiceVO'),
    );
  });

  test.each([
    [
      'a wrapper that is a text',
      { param: 'x' },
      '[param] field is excepted an object, but was [x].',
    ],
    ['a body that is a list', [], '[body] field is excepted an object, but was [[]].'],
    [
      'tags that are a text',
      { userTags: 'a' },
      '[userTags] field is excepted a list, but was [a].',
    ],
    ['a tag of null', { systemTags: [null] }, 'field[systemTags] cannot contain a NULL element'],
    [
      'a tag that is too long',
      { param: { userTags: ['t'.repeat(4097)] } },
      `field[userTags[0]] of message[${messageOf('BindModelToService')}] exceeds max length of string. ` +
        'expected was <= 4096, actual was 4097',
    ],
  ])('%s', async (_, body, details) => {
    const { path } = await pair();

    await expectErrorWithoutChange(server, () => server.post(path, body), invalidArgument(details));
    // Arguments come before existence.
    await expectErrorWithoutChange(
      server,
      () => server.post(pathOf('a', 'b'), body),
      invalidArgument(details),
    );
  });

  test('a trailing slash, and a missing uuid', async () => {
    const { model, path } = await pair();
    for (const url of [`${path}/`, `${API}/models/${model.uuid}/model-services/`]) {
      await expectErrorWithoutChange(
        server,
        () => server.post(url, {}),
        noRoute(url.slice('/zstack'.length)),
      );
    }
  });
});

test('leaves nothing of a binding whose tags could not all be stored', async () => {
  await expectAllOrNothing(async (server) => {
    const { path } = await pair(server);
    return () => server.post(path, { userTags: ['a', 'b'] });
  });
});

describe('with unknown fields', () => {
  test('ignores them', async () => {
    const { path } = await pair();

    const { status, body } = await server.post(path, { param: { isDefault: true }, other: 1 });

    expect(status).toBe(200);
    expect(body.inventory.modelServiceRefs).toMatchObject([{ isDefault: false }]);
  });

  test('refuses them where the settings say so', async () => {
    const strict = await startServer({ unknownFields: 'reject' });
    const { path } = await pair(strict);

    for (const [body, field] of [
      [{ param: { isDefault: true } }, 'isDefault'],
      [{ other: null }, 'other'],
    ] as const) {
      await expectErrorWithoutChange(
        strict,
        () => strict.post(path, body),
        invalidArgument(expect.stringContaining(`field[${field}]`)),
      );
    }
    const known = { param: { userTags: [] }, params: {}, systemTags: [], userTags: [] };
    expect(await strict.post(path, known)).toMatchObject({ status: 200 });
  });
});
