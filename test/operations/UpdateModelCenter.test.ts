import { expect, test } from 'vitest';
import { addModel, addModelCenter, addModelService } from '../support/resources.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { describeWrite } from '../support/writes.ts';

const PATH = `${API}/model-centers`;

describeWrite({
  operation: 'UpdateModelCenter',
  list: PATH,
  prepare: async (server) => ({ path: `${PATH}/${(await addModelCenter(server)).uuid}` }),
  kind: 'center',
  tagged: 'ModelCenterVO',
  target: { field: 'uuid', type: 'ModelCenterVO', path: (uuid) => `${PATH}/${uuid}` },
  foreign: 'zoneUuid',
});

const server = sharedServer();

test('changes all parameters at once', async () => {
  const before = await addModelCenter(server());
  const updateModelCenter = {
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

  const { body } = await server().put(`${PATH}/${before.uuid}`, { updateModelCenter });

  expect(body).toEqual({ success: true, inventory: { ...before, ...updateModelCenter } });
});

test('ignores parameters of AddModelCenter alone and read-only fields', async () => {
  const before = await addModelCenter(server(), { zoneUuid: 'a zone', tagUuids: ['a tag'] });
  const [row] = server().rows('model_centers', `uuid = '${before.uuid}'`);

  const { body } = await server().put(`${PATH}/${before.uuid}`, {
    updateModelCenter: {
      zoneUuid: 'other',
      tagUuids: ['other'],
      resourceUuid: '6c1a5f6167944aa1886294842075279f',
      status: 'Disconnected',
      capacity: { totalCapacity: 1 },
      description: 'new',
    },
  });

  expect(body).toEqual({ success: true, inventory: { ...before, description: 'new' } });
  expect(server().rows('model_centers', `uuid = '${before.uuid}'`)).toEqual([
    { ...row, description: 'new' },
  ]);
});

test('does not change texts that are longer than an update accepts', async () => {
  const long = { url: 'u'.repeat(2048), description: 'd'.repeat(2048) };
  const before = await addModelCenter(server(), long);

  const { body } = await server().put(`${PATH}/${before.uuid}`, {
    updateModelCenter: { name: 'n'.repeat(255) },
  });

  expect(body).toEqual({ success: true, inventory: { ...before, name: 'n'.repeat(255) } });
});

test('sums the sizes of the center’s models and of its services', async () => {
  const { uuid, capacity } = await addModelCenter(server());
  await addModel(server(), { modelCenterUuid: uuid, size: 102_400 });
  await addModel(server(), { modelCenterUuid: uuid, size: 24 });
  const service = await addModelService(server(), { modelCenterUuid: uuid });
  await server().post(`${API}/model-services/${service.uuid}`, { params: { size: 7 } });

  const { body } = await server().put(`${PATH}/${uuid}`, {});

  const used = { modelUsedCapacity: 102_424, modelServiceUsedCapacity: 7 };
  expect(body.inventory.capacity).toEqual({ ...capacity, ...used });
  const { body: read } = await server().get(`${PATH}/${uuid}`);
  expect(read.inventories).toEqual([body.inventory]);
});
