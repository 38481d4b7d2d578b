import { expect, test } from 'vitest';
import { describeResourceDeletion, expectDoneOrNotFound, kinds } from '../support/deletions.ts';
import { populate, rowsNaming } from '../support/fixtures.ts';
import { addModel, addModelService } from '../support/resources.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const { path } = kinds.service;

const server = sharedServer();

describeResourceDeletion('service', server);

test('is gone from its models, also as their default', async () => {
  const { services, models } = await populate(server());
  const [deleted, left] = services;
  const read = async (uuid: string) => (await server().get(`${API}/models/${uuid}`)).body;
  const before = [await read(models[0]), await read(models[1])];

  await server().delete(`${path}/${deleted}`);

  for (const [index, uuid] of models.entries()) {
    const [model] = before[index].inventories;
    const refs = model.modelServiceRefs.filter(
      ({ modelServiceUuid }: { modelServiceUuid: string }) => modelServiceUuid === left,
    );
    expect(refs).toHaveLength(1);
    expect((await read(uuid)).inventories).toEqual([{ ...model, modelServiceRefs: refs }]);
  }
});

test('leaves the clone of a service whole', async () => {
  const { services } = await populate(server());
  const { body } = await server().post(`${path}/${services[0]}`, {});

  await server().delete(`${path}/${services[0]}`);

  const read = await server().get(`${path}/${body.inventory.uuid}`);
  expect(read.body.inventories).toEqual([body.inventory]);
  expect(body.inventory.modelServiceRefs).toHaveLength(2);
  expect(body.inventory.modelServiceImages).toHaveLength(2);
});

test('ends cleanly beside whatever else is done with the service', async () => {
  for (let round = 0; round < 5; round++) {
    const { uuid } = await addModelService(server());
    const model = await addModel(server());
    const binding = `${API}/models/${model.uuid}/model-services/${uuid}`;
    const byDefault = { defaultModelServiceUuid: uuid };
    const others = [
      () => server().put(`${path}/${uuid}`, { updateModelService: { name: 'x' }, userTags: ['t'] }),
      () => server().post(binding, { systemTags: ['t'] }),
      () => server().post(`${path}/${uuid}`, {}),
      () => server().put(`${API}/models/${model.uuid}`, { updateModel: byDefault }),
      () => server().delete(binding),
      () => server().get(`${path}/${uuid}`),
    ];
    const sent = [...others, ...others];
    sent.splice(round * 2, 0, () => server().delete(`${path}/${uuid}`));

    expectDoneOrNotFound(await Promise.all(sent.map((send) => send())));

    expect(rowsNaming(server(), uuid)).toEqual([]);
  }
});
