import { describe, expect, test } from 'vitest';
import { expectRejected, invalidArgument, notFound } from '../support/errors.ts';
import { addModel, addModelService } from '../support/resources.ts';
import { API, type Server, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { storedTags } from '../support/stored.ts';
import { describeWrite } from '../support/writes.ts';

const SERVICES = `${API}/model-services`;
const pathOf = (modelUuid: string, serviceUuid: string) =>
  `${API}/models/${modelUuid}/model-services/${serviceUuid}`;

/** A new model and a new service, not bound to each other. */
async function pair(on: Server) {
  const [model, service] = [await addModel(on), await addModelService(on)];
  return { model, service, path: pathOf(model.uuid, service.uuid) };
}

describeWrite({
  operation: 'BindModelToService',
  list: SERVICES,
  prepare: async (server) => ({ path: (await pair(server)).path }),
  tagged: 'ModelServiceVO',
  foreign: 'isDefault',
});

const server = sharedServer();

describe('binds the model', () => {
  test('and answers the service with the binding', async () => {
    const { model, service, path } = await pair(server());

    const { body } = await server().post(path, { param: { isDefault: true } });

    const modelServiceRefs = [
      {
        uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
        modelUuid: model.uuid,
        modelServiceUuid: service.uuid,
        isDefault: false,
      },
    ];
    expect(body.inventory).toEqual({ ...service, modelServiceRefs });
    const { body: ofModel } = await server().get(`${API}/models/${model.uuid}`);
    expect(ofModel.inventories).toEqual([{ ...model, modelServiceRefs }]);
  });

  test('without changing any date', async () => {
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
    const { uuid } = await addModelService(server());
    const model = await addModel(server(), { defaultModelServiceUuid: uuid });
    const other = await addModelService(server());

    const again = await server().post(pathOf(model.uuid, uuid), {});
    await server().post(pathOf(model.uuid, other.uuid), {});

    expect(again.body.inventory.modelServiceRefs).toEqual(model.modelServiceRefs);
    const { body } = await server().get(`${API}/models/${model.uuid}`);
    expect(body.inventories[0].modelServiceRefs).toMatchObject([
      { modelServiceUuid: uuid, isDefault: true },
      { modelServiceUuid: other.uuid, isDefault: false },
    ]);
  });
});

test('attaches no tag to the model', async () => {
  const { model, path } = await pair(server());

  await server().post(path, { userTags: ['tag'] });

  expect(storedTags(server(), model.uuid)).toEqual([]);
});

describe('rejects', () => {
  test.each<[string, 'model' | 'service' | 'none', 'model' | 'service' | 'none']>([
    ['an unknown model', 'none', 'service'],
    ['an unknown service', 'model', 'none'],
    ['the model first where both are unknown', 'none', 'none'],
    ['a service for a model', 'service', 'service'],
    ['a model for a service', 'model', 'model'],
  ])('%s', async (_, first, second) => {
    const { model, service } = await pair(server());
    const uuids = { model: model.uuid, service: service.uuid, none: 'no-such' };
    const [modelUuid, serviceUuid] = [uuids[first], uuids[second]];

    await expectRejected(
      server(),
      () => server().post(pathOf(modelUuid, serviceUuid), { userTags: ['tag'] }),
      first === 'model'
        ? notFound('modelServiceUuid', serviceUuid, 'ModelServiceVO')
        : notFound('modelUuid', modelUuid, 'ModelVO'),
    );
  });

  test('arguments before unknown uuids', async () => {
    await expectRejected(
      server(),
      () => server().post(pathOf('a', 'b'), { systemTags: [null] }),
      invalidArgument('field[systemTags] cannot contain a NULL element'),
    );
  });
});
