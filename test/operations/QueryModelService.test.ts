import { expect, test } from 'vitest';
import { describeList } from '../support/lists.ts';
import { addModel, addModelService } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';

describeList('service');

test('lists each service with its own images and bindings', async () => {
  const server = await startServer();
  const models = [await addModel(server), await addModel(server)];
  const expected = [
    await addModelService(server, {
      modelUuids: models.map(({ uuid }) => uuid),
      architectureImages: [{ cpuArchitecture: 'aarch64' }, { cpuArchitecture: 'x86_64' }],
    }),
    await addModelService(server),
    await addModelService(server, {
      modelUuids: [models[1]?.uuid],
      architectureImages: [{ cpuArchitecture: 'mips64el', dockerImage: 'image' }],
    }),
  ];

  const { body } = await server.get(`${API}/model-services`);

  const byUuid = (a: { uuid: string }, b: { uuid: string }) => (a.uuid < b.uuid ? -1 : 1);
  expect(body.inventories).toEqual(expected.sort(byUuid));
});
