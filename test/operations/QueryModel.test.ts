import { expect, test } from 'vitest';
import { describeList } from '../support/lists.ts';
import { addModel, addModelService } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';

describeList('model');

test('lists each model with its own bindings', async () => {
  const server = await startServer();
  const services = [await addModelService(server), await addModelService(server)];
  const expected = [
    await addModel(server, { modelServiceUuids: services.map(({ uuid }) => uuid) }),
    await addModel(server),
    await addModel(server, { defaultModelServiceUuid: services[1]?.uuid }),
  ];

  const { body } = await server.get(`${API}/models`);

  const byUuid = (a: { uuid: string }, b: { uuid: string }) => (a.uuid < b.uuid ? -1 : 1);
  expect(body.inventories).toEqual(expected.sort(byUuid));
});
