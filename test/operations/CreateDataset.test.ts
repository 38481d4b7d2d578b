import { expect, test } from 'vitest';
import { expectRejected, noneFound, notFound } from '../support/errors.ts';
import { addModelCenter, createDataset, requiredDatasetParams } from '../support/resources.ts';
import { API, START_DATE } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { describeWrite } from '../support/writes.ts';

const PATH = `${API}/datasets`;

describeWrite({
  operation: 'CreateDataset',
  list: PATH,
  prepare: async () => ({ path: PATH, params: requiredDatasetParams }),
  kind: 'dataset',
  tagged: 'DatasetVO',
  hidden: ['token', 'tagUuids'],
  foreign: 'dataType',
});

const server = sharedServer();

test('answers what was given, with a path in its center, whatever the request has for read-only fields', async () => {
  const { uuid: modelCenterUuid, url } = await addModelCenter(server());
  const sent = { ...requiredDatasetParams, modelCenterUuid };
  const { body } = await server().post(PATH, {
    params: { ...sent, size: 7, installPath: 'x', createDate: 'x', dataType: 'Text' },
  });

  const { uuid } = body.inventory;
  expect(body).toEqual({
    success: true,
    inventory: {
      ...sent,
      uuid,
      installPath: `${url}/datasets/${uuid}`,
      size: 0,
      system: false,
      createDate: START_DATE,
      lastOpDate: START_DATE,
    },
  });
});

test('leaves the path out where the center is not known, also when it is added later', async () => {
  const modelCenterUuid = '52c542f0c3384b6890e08570e611d52c';
  const before = await createDataset(server(), { modelCenterUuid });
  const { url } = await addModelCenter(server(), { resourceUuid: modelCenterUuid });
  const after = await createDataset(server(), { modelCenterUuid });

  expect(before).not.toHaveProperty('installPath');
  expect(after.installPath).toBe(`${url}/datasets/${after.uuid}`);
  const { body } = await server().get(`${PATH}/${before.uuid}`);
  expect(body.inventories).toEqual([before]);
});

test('keeps the path when its center moves', async () => {
  const { uuid: modelCenterUuid } = await addModelCenter(server());
  const created = await createDataset(server(), { modelCenterUuid });
  await server().put(`${API}/model-centers/${modelCenterUuid}`, {
    updateModelCenter: { url: 'x' },
  });

  const { body } = await server().get(`${PATH}/${created.uuid}`);

  expect(body.inventories).toEqual([created]);
});

const strictServer = sharedServer({ strictReferences: true });

test('with strict references needs its center and its tags, in this order', async () => {
  const strict = strictServer();
  const { uuid: modelCenterUuid } = await addModelCenter(strict, { userTags: ['a'] });
  const [tag] = strict.rows('tags').map(({ uuid }) => String(uuid));
  const create = (params: object) =>
    strict.post(PATH, { params: { ...requiredDatasetParams, ...params }, userTags: ['b'] });

  expect((await create({ modelCenterUuid, tagUuids: [tag] })).status).toBe(200);
  await expectRejected(
    strict,
    () => create({ modelCenterUuid: 'none', tagUuids: ['none'] }),
    notFound('modelCenterUuid', 'none', 'ModelCenterVO'),
  );
  await expectRejected(
    strict,
    () => create({ modelCenterUuid, tagUuids: [tag, 'none'] }),
    noneFound('tagUuids', ['none'], 'TagVO'),
  );
});
