import { expect, test } from 'vitest';
import { expectRejected, invalidArgument, noneFound } from '../support/errors.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  requiredCenterParams,
} from '../support/resources.ts';
import { API, START_DATE } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { storedField } from '../support/stored.ts';
import { describeWrite } from '../support/writes.ts';

const PATH = `${API}/model-centers`;

describeWrite({
  operation: 'AddModelCenter',
  list: PATH,
  prepare: async () => ({ path: PATH, params: requiredCenterParams }),
  kind: 'center',
  tagged: 'ModelCenterVO',
  hidden: ['zoneUuid', 'tagUuids'],
  foreign: 'vendor',
});

const nothingUsed = {
  modelUsedCapacity: 0,
  modelServiceUsedCapacity: 0,
  datasetUsedCapacity: 0,
  fineTuneUsedCapacity: 0,
  modelEvaluationUsedCapacity: 0,
  temporaryUsedCapacity: 0,
  cacheUsedCapacity: 0,
  totalCapacity: 0,
  availableCapacity: 0,
};

const server = sharedServer();

test('answers a connected and empty center, whatever the request has for those fields', async () => {
  const { body } = await server().post(PATH, {
    param: { ...requiredCenterParams, status: 'Disconnected', capacity: { totalCapacity: 1 } },
  });

  const { uuid } = body.inventory;
  expect(body).toEqual({
    success: true,
    inventory: {
      ...requiredCenterParams,
      uuid,
      status: 'Connected',
      capacity: { uuid, ...nothingUsed },
      createDate: START_DATE,
      lastOpDate: START_DATE,
    },
  });
});

test('counts the models and services that refer to it already, and no others', async () => {
  const modelCenterUuid = '52c542f0c3384b6890e08570e611d52b';
  const model = await addModel(server(), { modelCenterUuid, size: 102_400 });
  await addModel(server(), { modelCenterUuid, size: 24 });
  await addModel(server(), { size: 1 });
  const { uuid } = await addModelService(server(), { modelCenterUuid });
  await server().post(`${API}/model-services/${uuid}`, { params: { size: 7 } });

  const center = await addModelCenter(server(), { resourceUuid: modelCenterUuid });

  expect(center.capacity).toEqual({
    ...nothingUsed,
    uuid: modelCenterUuid,
    modelUsedCapacity: 102_424,
    modelServiceUsedCapacity: 7,
  });
  const { body } = await server().get(`${API}/models/${model.uuid}`);
  expect(body.inventories).toEqual([model]);
});

const strictServer = sharedServer({ strictReferences: true });

test('with strict references accepts existing tags, and any zones and networks', async () => {
  const strict = strictServer();
  await addModelCenter(strict, { userTags: ['a'], systemTags: ['b'] });
  const tagUuids = strict.rows('tags', "tag IN ('a', 'b')").map(({ uuid }) => uuid);

  const center = await addModelCenter(strict, {
    tagUuids,
    zoneUuid: 'not owned here',
    storageNetworkUuid: 'not owned here',
    serviceNetworkUuid: 'not owned here',
  });

  expect(tagUuids).toHaveLength(2);
  expect(storedField(strict, 'center', center.uuid, 'tagUuids', [])).toEqual(tagUuids);
});

test('with strict references rejects other tags, after all arguments', async () => {
  const strict = strictServer();
  const { uuid } = await addModelCenter(strict, { userTags: ['c'] });
  const [tag] = strict.rows('tags', "tag = 'c'").map((row) => String(row.uuid));
  const add = (params: object) =>
    strict.post(PATH, { param: { ...requiredCenterParams, ...params }, userTags: ['d'] });

  await expectRejected(
    strict,
    () => add({ tagUuids: [uuid, tag, 'no-such-tag'] }),
    noneFound('tagUuids', [uuid, 'no-such-tag'], 'TagVO'),
  );
  await expectRejected(
    strict,
    () => add({ managementPort: 0, tagUuids: ['no-such-tag'] }),
    invalidArgument('field[managementPort] must be in range of [1, 65535]'),
  );
});
