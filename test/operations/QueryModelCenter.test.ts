import { expect, test } from 'vitest';
import { describeList } from '../support/lists.ts';
import { addModel, addModelCenter } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';

const PATH = `${API}/model-centers`;

describeList('ModelCenter');

test('lists each center with what it holds now', async () => {
  const server = await startServer();
  const centers = [];
  for (const name of ['a', 'b', 'c']) {
    centers.push(await addModelCenter(server, { name }));
    server.advance(1000);
  }
  const [a, b] = centers.map(({ uuid }) => uuid);
  const { uuid } = await addModel(server, { modelCenterUuid: a, size: 100 });
  await addModel(server, { modelCenterUuid: a, size: 20 });
  await addModel(server, { modelCenterUuid: b, size: 3 });
  await addModel(server, { modelCenterUuid: 'not registered', size: 7 });
  const used = async (query: string) =>
    (await server.get(`${PATH}${query}`)).body.inventories.map(
      ({ capacity }: { capacity: { modelUsedCapacity: number } }) => capacity.modelUsedCapacity,
    );

  expect(await used('')).toEqual([120, 3, 0]);
  expect(await used('?sort=-name&limit=2')).toEqual([0, 3]);
  expect(await used('?q=name=a')).toEqual([120]);
  await server.delete(`${API}/models/${uuid}`);
  expect(await used('?sort=-name&limit=2&start=2')).toEqual([20]);
});
