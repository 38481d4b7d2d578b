import { describe, expect, test } from 'vitest';
import { expectRejected, invalidArgument, noneFound, notFound } from '../support/errors.ts';
import {
  addModel,
  addModelService,
  registerCenter,
  requiredModelParams,
} from '../support/resources.ts';
import { API, START_DATE, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { storedField } from '../support/stored.ts';
import { describeWrite } from '../support/writes.ts';

const PATH = `${API}/models`;

describeWrite({
  operation: 'AddModel',
  list: PATH,
  prepare: async () => ({ path: PATH, params: requiredModelParams }),
  kind: 'model',
  tagged: 'ModelVO',
  hidden: ['token', 'shareMode', 'tagUuids'],
  special: ['modelServiceUuids', 'defaultModelServiceUuid'],
  foreign: 'yaml',
});

const server = sharedServer();
const add = (params: object, beside: object = {}) =>
  server().post(PATH, { param: { ...requiredModelParams, ...params }, ...beside });

test('answers the constants where only the required parameters are given', async () => {
  const { body } = await server().post(PATH, { param: requiredModelParams });

  const { uuid } = body.inventory;
  expect(body).toEqual({
    success: true,
    inventory: {
      ...requiredModelParams,
      uuid,
      modelId: uuid,
      description: '',
      size: 0,
      type: 'Custom',
      recommendedGpuNum: [],
      isLatestVersion: true,
      modelServiceRefs: [],
      extraGpuMemRequest: 4294967296,
      SAMPLE_SIZE: 1000,
      createDate: START_DATE,
      lastOpDate: START_DATE,
    },
  });
});

test.each([
  [1024000, 4295991296],
  [9_007_194_959_773_695, 9_007_199_254_740_991],
  [9_007_194_959_773_696, undefined],
  [0, undefined],
])('computes the GPU memory of a model of %d bytes as %d', async (size, sum) => {
  const model = await addModel(server(), { size });

  expect([model.minGpuMemory, model.recommendedGpuMemory]).toEqual([sum, sum]);
  const { body } = await server().get(`${PATH}?q=minGpuMemory=${sum ?? 0}&q=uuid=${model.uuid}`);
  expect(body.inventories).toEqual(sum === undefined ? [] : [model]);
});

test('defaults the modelId to the resourceUuid', async () => {
  const resourceUuid = '0123456789ab1fff9fff0123456789ab';

  const { uuid, modelId } = await addModel(server(), { resourceUuid });

  expect({ uuid, modelId }).toEqual({ uuid: resourceUuid, modelId: resourceUuid });
});

test('ignores the type, which is constant', async () => {
  expect((await addModel(server(), { type: 'LLM' })).type).toBe('Custom');
});

describe('binds services', () => {
  const uuid = expect.stringMatching(/^[0-9a-f]{32}$/);

  test('each once, in the order given, none of them the default', async () => {
    const [first, second] = [await addModelService(server()), await addModelService(server())];

    const model = await addModel(server(), {
      modelServiceUuids: [second.uuid, first.uuid, second.uuid],
    });

    const ref = { uuid, modelUuid: model.uuid, isDefault: false };
    expect(model.modelServiceRefs).toEqual([
      { ...ref, modelServiceUuid: second.uuid },
      { ...ref, modelServiceUuid: first.uuid },
    ]);
    const { body } = await server().get(`${API}/model-services/${first.uuid}`);
    expect(body.inventories[0].modelServiceRefs).toEqual([model.modelServiceRefs[1]]);
    expect(body.inventories[0].lastOpDate).toBe(first.lastOpDate);
  });

  test('and the default one once, whether it is among them or not', async () => {
    const [first, second] = [await addModelService(server()), await addModelService(server())];
    const defaultModelServiceUuid = ` ${second.uuid} `;

    for (const others of [[first.uuid], [first.uuid, second.uuid]]) {
      const model = await addModel(server(), {
        modelServiceUuids: others,
        defaultModelServiceUuid,
      });

      const ref = { uuid, modelUuid: model.uuid };
      expect(model.modelServiceRefs).toEqual([
        { ...ref, modelServiceUuid: first.uuid, isDefault: false },
        { ...ref, modelServiceUuid: second.uuid, isDefault: true },
      ]);
    }
  });

  test('rejecting what is no service, after all arguments', async () => {
    const { uuid: model } = await addModel(server());

    for (const service of ['no-such-service', '', model]) {
      await expectRejected(
        server(),
        () => add({ modelServiceUuids: [service] }, { userTags: ['tag'] }),
        noneFound('modelServiceUuids', [service], 'ModelServiceVO'),
      );
      await expectRejected(
        server(),
        () => add({ defaultModelServiceUuid: service }, { userTags: ['tag'] }),
        notFound('defaultModelServiceUuid', service, 'ModelServiceVO'),
      );
    }
    await expectRejected(
      server(),
      () => add({ modelServiceUuids: ['no-such-service'], size: -1 }),
      invalidArgument('field[size] must be in range of [0, 9007199254740991]'),
    );
  });
});

test('with strict references accepts registered centers and existing tags only', async () => {
  const strict = await startServer({ strictReferences: true });
  await registerCenter(strict, requiredModelParams.modelCenterUuid);
  await addModel(strict, { userTags: ['tag'] });
  const tagUuids = strict.rows('tags').map(({ uuid }) => uuid);
  const add = (params: object) =>
    strict.post(PATH, { param: { ...requiredModelParams, ...params } });

  const model = await addModel(strict, { tagUuids });

  expect(tagUuids).toHaveLength(1);
  expect(storedField(strict, 'model', model.uuid, 'tagUuids', [])).toEqual(tagUuids);
  await expectRejected(
    strict,
    () => add({ modelCenterUuid: 'no-such-center' }),
    notFound('modelCenterUuid', 'no-such-center', 'ModelCenterVO'),
  );
  await expectRejected(
    strict,
    () => add({ tagUuids: ['no-such-tag'] }),
    noneFound('tagUuids', ['no-such-tag'], 'TagVO'),
  );
});
