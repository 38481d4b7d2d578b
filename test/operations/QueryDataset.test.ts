import { expect, test } from 'vitest';
import { describeList } from '../support/lists.ts';
import { namedResources } from '../support/named-resources.ts';
import { newUuid } from '../support/records.ts';
import { addModelCenter, createDataset } from '../support/resources.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

describeList('Dataset');

const server = sharedServer();

test.each([
  ['system=true', 'b'],
  ['installPath~=nfs:%/datasets/%', 'a'],
  ['installPath is null', 'b'],
  ['modelCenter.name=of datasets', 'a'],
  ['modelCenter.name is null', 'b'],
  ['__userTag__=chat', 'a'],
  ['__systemTag__ is null', 'a b'],
  ['url~=%questions%', 'a b'],
])('finds by %s', async (condition, expected) => {
  const { add, found } = namedResources(server, `${API}/datasets`);
  const { uuid } = await addModelCenter(server(), { name: 'of datasets' });
  const description = newUuid();
  await add(createDataset, 'a', { description, modelCenterUuid: uuid, userTags: ['chat'] });
  await add(createDataset, 'b', { description, system: true });
  expect(await found(condition, `description=${description}`)).toBe(expected);
});
