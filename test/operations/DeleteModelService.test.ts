import { expect, test } from 'vitest';
import { describeResourceDeletion, kinds } from '../support/deletions.ts';
import { populate } from '../support/fixtures.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const { path } = kinds.service;

const server = sharedServer();

describeResourceDeletion('service', server);

test('is removed from its models, also as their default', async () => {
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

test('does not affect the clone of a service', async () => {
  const { services } = await populate(server());
  const { body } = await server().post(`${path}/${services[0]}`, {});

  await server().delete(`${path}/${services[0]}`);

  const read = await server().get(`${path}/${body.inventory.uuid}`);
  expect(read.body.inventories).toEqual([body.inventory]);
  expect(body.inventory.modelServiceRefs).toHaveLength(2);
  expect(body.inventory.modelServiceImages).toHaveLength(2);
});
