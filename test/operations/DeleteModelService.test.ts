import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  describeResourceDeletion,
  expectDone,
  expectDoneOrNotFound,
  kinds,
} from '../support/deletions.ts';
import { failDeletionsFrom, internalError } from '../support/failing-deletions.ts';
import { expectErrorWithoutChange } from '../support/refusals.ts';
import { addModel, addModelService } from '../support/resources.ts';
import { API, openServer, type Server } from '../support/server.ts';
import { lostRows, populate, rowsNaming, withoutResources } from '../support/world.ts';

const { path } = kinds.service;

let server: Server;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

describeResourceDeletion('service', () => server);

test.each([
  '',
  '?deleteMode=Permissive',
  '?deleteMode=Enforcing',
])('takes its images, bindings and tags with it and nothing else, given "%s"', async (query) => {
  const { services } = await populate(server);
  const [uuid] = services;
  const before = server.snapshot();
  server.advance(60_000);

  expectDone(await server.delete(`${path}/${uuid}${query}`));

  const after = server.snapshot();
  expect(after).toEqual(withoutResources(before, [uuid]));
  expect(lostRows(before, after)).toEqual({
    resources: 1,
    model_services: 1,
    model_service_images: 2,
    model_service_refs: 2,
    tags: 2,
  });
});

test('is gone from its models, also as their default', async () => {
  const { services, models } = await populate(server);
  const [deleted, left] = services;
  const read = async (uuid: string) => (await server.get(`${API}/models/${uuid}`)).body;
  const before = [await read(models[0]), await read(models[1])];

  await server.delete(`${path}/${deleted}`);

  for (const [index, uuid] of models.entries()) {
    const [model] = before[index].inventories;
    const refs = model.modelServiceRefs.filter(
      ({ modelServiceUuid }: { modelServiceUuid: string }) => modelServiceUuid === left,
    );
    expect(refs).toHaveLength(1);
    expect((await read(uuid)).inventories).toEqual([{ ...model, modelServiceRefs: refs }]);
  }
});

test('leaves a model that may have another default', async () => {
  const { services, models } = await populate(server);
  await server.delete(`${path}/${services[0]}`);

  const { status, body } = await server.put(`${API}/models/${models[0]}`, {
    updateModel: { defaultModelServiceUuid: services[1] },
  });

  expect(status).toBe(200);
  expect(body.inventory.modelServiceRefs).toMatchObject([
    { modelServiceUuid: services[1], isDefault: true },
  ]);
});

test('leaves the clone of a service whole', async () => {
  const { services } = await populate(server);
  const { body } = await server.post(`${path}/${services[0]}`, {});

  await server.delete(`${path}/${services[0]}`);

  const read = await server.get(`${path}/${body.inventory.uuid}`);
  expect(read.body.inventories).toEqual([body.inventory]);
  expect(body.inventory.modelServiceRefs).toHaveLength(2);
  expect(body.inventory.modelServiceImages).toHaveLength(2);
});

test('ends cleanly beside whatever else is done with the service', async () => {
  for (let round = 0; round < 5; round++) {
    const { uuid } = await addModelService(server);
    const model = await addModel(server);
    const binding = `${API}/models/${model.uuid}/model-services/${uuid}`;
    const byDefault = { defaultModelServiceUuid: uuid };
    const others = [
      () => server.put(`${path}/${uuid}`, { updateModelService: { name: 'x' }, userTags: ['t'] }),
      () => server.post(binding, { systemTags: ['t'] }),
      () => server.post(`${path}/${uuid}`, {}),
      () => server.put(`${API}/models/${model.uuid}`, { updateModel: byDefault }),
      () => server.delete(binding),
      () => server.get(`${path}/${uuid}`),
    ];
    const sent = [...others, ...others];
    sent.splice(round * 2, 0, () => server.delete(`${path}/${uuid}`));

    expectDoneOrNotFound(await Promise.all(sent.map((send) => send())));

    expect(rowsNaming(server, uuid)).toEqual([]);
  }
});

test.each([
  'model_service_images',
  'model_service_refs',
  'model_services',
  'resources',
])('stays whole where %s can’t be deleted from', async (table) => {
  const { services } = await populate(server);
  await failDeletionsFrom(server, table);

  await expectErrorWithoutChange(
    server,
    () => server.delete(`${path}/${services[0]}`),
    internalError,
  );
});
