import { describe, expect, test } from 'vitest';
import {
  describeDeletedUuid,
  describeDeletionRequest,
  expectDone,
  expectNothingToDo,
} from '../support/deletions.ts';
import { allUuids, populate, withoutRows } from '../support/fixtures.ts';
import { addModel, addModelService } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const pathOf = (modelUuid: string, serviceUuid: string) =>
  `${API}/models/${encodeURIComponent(modelUuid)}/model-services/${encodeURIComponent(serviceUuid)}`;

const server = sharedServer();

/** The uuids of a model and of a service that it is bound to. */
async function pair(on = server()): Promise<[model: string, service: string]> {
  const service = await addModelService(on);
  const model = await addModel(on, { modelServiceUuids: [service.uuid] });
  return [model.uuid, service.uuid];
}

describeDeletionRequest(server, async (on) => pathOf(...(await pair(on))));

describe('removes the binding', () => {
  test('and nothing else, changing no date', async () => {
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
