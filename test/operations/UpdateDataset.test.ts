import { expect, test } from 'vitest';
import { expectRejected } from '../support/errors.ts';
import { createDataset } from '../support/resources.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { describeWrite } from '../support/writes.ts';

const PATH = `${API}/datasets`;

describeWrite({
  operation: 'UpdateDataset',
  list: PATH,
  prepare: async (server) => ({ path: `${PATH}/${(await createDataset(server)).uuid}` }),
  kind: 'dataset',
  tagged: 'DatasetVO',
  hidden: ['usageScenarios', 'dataType'],
  target: { field: 'uuid', type: 'DatasetVO', path: (uuid) => `${PATH}/${uuid}` },
  foreign: 'url',
});

const server = sharedServer();

test('changes name and description alone of what answers have', async () => {
  const before = await createDataset(server(), { token: 'a token', tagUuids: ['a tag'] });
  const [row] = server().rows('datasets', `uuid = '${before.uuid}'`);
  const changes = { name: 'a', description: 'b' };

  const { body } = await server().put(`${PATH}/${before.uuid}`, {
    updateDataset: { ...changes, url: 'x', system: true, size: 1, token: 'x', tagUuids: ['x'] },
  });

  expect(body).toEqual({ success: true, inventory: { ...before, ...changes } });
  expect(server().rows('datasets', `uuid = '${before.uuid}'`)).toEqual([{ ...row, ...changes }]);
});

test('of a system dataset is rejected', async () => {
  const { uuid } = await createDataset(server(), { system: true });
  await expectRejected(
    server(),
    () => server().put(`${PATH}/${uuid}`, { updateDataset: {}, userTags: ['a'] }),
    { status: 503, code: 'SYS.1006', details: `the dataset[uuid:${uuid}] is a system dataset` },
  );
});
