import { beforeAll, describe, expect, test } from 'vitest';
import {
  describeDeletedUuid,
  describeDeletionRequest,
  expectDone,
  expectDoneOrNotFound,
  expectNothingToDo,
} from '../support/deletions.ts';
import { expectErrorWithoutChange, noRoute } from '../support/errors.ts';
import { failDeletionsFrom, internalError } from '../support/failing-deletions.ts';
import { allUuids, populate, rowsNaming, withoutRows } from '../support/fixtures.ts';
import { addModel, addModelService } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { noUuid } from '../support/uuids.ts';

const pathOf = (modelUuid: string, serviceUuid: string) =>
  `${API}/models/${encodeURIComponent(modelUuid)}/model-services/${encodeURIComponent(serviceUuid)}`;

const server = sharedServer();

/** The uuids of a model and of a service that it is bound to. */
async function pair(on = server()): Promise<[model: string, service: string]> {
  const service = await addModelService(on);
  const model = await addModel(on, { modelServiceUuids: [service.uuid] });
  return [model.uuid, service.uuid];
}

describeDeletionRequest('UnbindModelFromService', server, async (on) =>
  pathOf(...(await pair(on))),
);

describe('removes the binding', () => {
  test('and nothing else, moving no date', async () => {
    const { models, services } = await populate(server());
    const [model, service] = [models[0], services[1]];
    const before = server().snapshot();
    server().advance(60_000);

    expectDone(await server().delete(pathOf(model, service)));

    expect(server().snapshot()).toEqual(
      withoutRows(before, 'model_service_refs', { model_uuid: model, model_service_uuid: service }),
    );
    expect(before.model_service_refs?.length).toBe(server().rows('model_service_refs').length + 1);
  });

  test('from both inventories', async () => {
    const { models, services } = await populate(server());
    const read = async () => [
      ...(await server().get(`${API}/models/${models[0]}`)).body.inventories,
      ...(await server().get(`${API}/model-services/${services[0]}`)).body.inventories,
    ];
    const [model, service] = await read();

    await server().delete(pathOf(models[0], services[0]));

    expect(model.modelServiceRefs).toMatchObject([
      { modelServiceUuid: services[0], isDefault: true },
      { modelServiceUuid: services[1], isDefault: false },
    ]);
    expect(service.modelServiceRefs).toMatchObject([
      { modelUuid: models[0] },
      { modelUuid: models[1] },
    ]);
    expect(await read()).toEqual([
      { ...model, modelServiceRefs: model.modelServiceRefs.slice(1) },
      { ...service, modelServiceRefs: service.modelServiceRefs.slice(1) },
    ]);
  });

  test('so that binding again makes a new one, which is not the default', async () => {
    const { uuid: service } = await addModelService(server());
    const model = await addModel(server(), { defaultModelServiceUuid: service });
    await server().delete(pathOf(model.uuid, service));

    const { body } = await server().post(pathOf(model.uuid, service), {});

    const [ref] = body.inventory.modelServiceRefs;
    expect(ref).toMatchObject({ modelUuid: model.uuid, isDefault: false });
    expect(ref.uuid).not.toBe(model.modelServiceRefs[0]?.uuid);
  });

  test('so that another service may be the default', async () => {
    const { models, services } = await populate(server());
    await server().delete(pathOf(models[0], services[0]));

    const { body } = await server().put(`${API}/models/${models[0]}`, {
      updateModel: { defaultModelServiceUuid: services[1] },
    });

    expect(body.inventory.modelServiceRefs).toMatchObject([
      { modelServiceUuid: services[1], isDefault: true },
    ]);
  });

  test('of one of several models of the service at a time', async () => {
    const { uuid: service } = await addModelService(server());
    const params = { modelServiceUuids: [service] };
    const models = [
      await addModel(server(), params),
      await addModel(server(), params),
      await addModel(server(), params),
    ];

    await server().delete(pathOf(String(models[1]?.uuid), service));

    const { body } = await server().get(`${API}/model-services/${service}`);
    expect(body.inventories[0].modelServiceRefs).toEqual([
      models[0]?.modelServiceRefs[0],
      models[2]?.modelServiceRefs[0],
    ]);
  });

  test('or leaves it whole where the database fails', async () => {
    const path = pathOf(...(await pair()));
    await failDeletionsFrom(server(), 'model_service_refs');

    await expectErrorWithoutChange(server(), () => server().delete(path), internalError);
  });
});

describe('succeeds and changes nothing', () => {
  test('where the two are not bound', async () => {
    const [model, service] = [await addModel(server()), await addModelService(server())];
    await pair();

    await expectNothingToDo(server(), () => server().delete(pathOf(model.uuid, service.uuid)));
  });
});

describe('the uuid', () => {
  const OTHER = '6c1a5f6167944aa1886294842075279f';

  describe('of the model', () =>
    describeDeletedUuid(
      (uuid) => `${API}/models/${uuid}/model-services/${OTHER}`,
      'models',
      'modelUuid',
    ));
  describe('of the service', () =>
    describeDeletedUuid(
      (uuid) => `${API}/models/${OTHER}/model-services/${uuid}`,
      'model_services',
      'modelServiceUuid',
    ));
});

test('succeeds and changes nothing where one uuid is that of anything else', async () => {
  // Of its own, so that there are few uuids to try.
  const server = await startServer();
  const [model, service] = await pair(server);
  const others = allUuids(server).filter((uuid) => uuid !== model && uuid !== service);

  await expectNothingToDo(server, () => server.delete(pathOf(service, model)));
  for (const other of others) {
    await expectNothingToDo(server, () => server.delete(pathOf(model, other)));
    await expectNothingToDo(server, () => server.delete(pathOf(other, service)));
  }
});

describe('refuses, changing nothing,', () => {
  let model: string;
  let service: string;
  beforeAll(async () => {
    [model, service] = await pair();
  });

  test('the uuids of the two in capitals, the model’s first', async () => {
    const [bigModel, bigService] = [model.toUpperCase(), service.toUpperCase()];

    await expectErrorWithoutChange(
      server(),
      () => server().delete(pathOf(bigModel, bigService)),
      noUuid(bigModel, 'modelUuid'),
    );
    await expectErrorWithoutChange(
      server(),
      () => server().delete(pathOf(model, bigService)),
      noUuid(bigService, 'modelServiceUuid'),
    );
  });

  test('a missing uuid', async () => {
    const path = `${API}/models/${model}/model-services`;

    for (const url of [path, `${path}/`]) {
      await expectErrorWithoutChange(
        server(),
        () => server().delete(url),
        noRoute(url.slice('/zstack'.length)),
      );
    }
  });
});

test('ends cleanly beside whatever else is done with the two', async () => {
  for (let round = 0; round < 4; round++) {
    const [model, service] = await pair();
    const path = pathOf(model, service);
    const byDefault = { defaultModelServiceUuid: service };
    const sent = [
      () => server().post(path, {}),
      () => server().delete(path),
      () => server().put(`${API}/models/${model}`, { updateModel: byDefault }),
      () => server().delete(path),
      () => server().put(`${API}/model-services/${service}`, { updateModelService: { name: 'x' } }),
    ];

    expectDoneOrNotFound(await Promise.all([...sent.slice(round), ...sent].map((send) => send())));
    expectDone(await server().delete(path));

    expect(server().rows('model_service_refs', `model_uuid = '${model}'`)).toEqual([]);
    expectDoneOrNotFound(
      await Promise.all([
        server().delete(path),
        server().delete(`${API}/models/${model}`),
        server().post(path, {}),
        server().delete(`${API}/model-services/${service}`),
        server().delete(path),
      ]),
    );
    expect([...rowsNaming(server(), model), ...rowsNaming(server(), service)]).toEqual([]);
  }
});
