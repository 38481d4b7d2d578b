import { describe, expect, test } from 'vitest';
import { expectRejected, invalidArgument, notFound } from '../support/errors.ts';
import { TEXT_MAX } from '../support/parameters.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  requiredModelParams,
} from '../support/resources.ts';
import { API, type Server, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { storedField } from '../support/stored.ts';
import { describeWrite } from '../support/writes.ts';

const PATH = `${API}/models`;
const SERVICES = `${API}/model-services`;

describeWrite({
  operation: 'UpdateModel',
  list: PATH,
  prepare: async (server) => ({ path: `${PATH}/${(await addModel(server)).uuid}` }),
  kind: 'model',
  tagged: 'ModelVO',
  hidden: ['modelClassifications'],
  special: ['defaultModelServiceUuid', 'clearDefaultModelService'],
  target: { field: 'uuid', type: 'ModelVO', path: (uuid) => `${PATH}/${uuid}` },
  foreign: 'token',
});

const uuid = expect.stringMatching(/^[0-9a-f]{32}$/);
const server = sharedServer();
const update = (model: { uuid: string }, updateModel: object) =>
  server().put(`${PATH}/${model.uuid}`, { updateModel });

/** The one member of `inventories`. */
async function read(on: Server, url: string) {
  const { body } = await on.get(url);
  expect(body.inventories).toHaveLength(1);
  return body.inventories[0];
}

test('does not change texts that are longer than an update accepts', async () => {
  const before = await addModel(server(), {
    installPath: 'i'.repeat(2048),
    description: 'd'.repeat(2048),
    parameters: 'p'.repeat(10_000),
  });

  const { body } = await update(before, { name: 'new' });

  expect(body).toEqual({ success: true, inventory: { ...before, name: 'new' } });
});

test('replaces the classifications, each as long as any text', async () => {
  const server = await startServer();
  const model = await addModel(server);
  const stored = () => storedField(server, 'model', model.uuid, 'modelClassifications', []);
  const classify = (modelClassifications: unknown) =>
    server.put(`${PATH}/${model.uuid}`, { updateModel: { modelClassifications } });

  await classify(['a', 'b', 'a']);
  expect(stored()).toEqual(['a', 'b', 'a']);
  await classify(['c']);
  expect(stored()).toEqual(['c']);
  await classify(null);
  expect(stored()).toEqual(['c']);
  await classify(['x'.repeat(TEXT_MAX)]);
  expect((stored() as string[])[0]).toHaveLength(TEXT_MAX);
});

test('looks up the model after all arguments and before the service', async () => {
  const put = (updateModel: object) => server().put(`${PATH}/no-such-model`, { updateModel });
  const params = { defaultModelServiceUuid: 'no-such-service' };

  await expectRejected(
    server(),
    () => put({ ...params, recommendedGpuNum: [-1] }),
    invalidArgument('field[recommendedGpuNum[0]] must be in range of [0, 2147483647]'),
  );
  await expectRejected(server(), () => put(params), notFound('uuid', 'no-such-model', 'ModelVO'));
});

describe('defaultModelServiceUuid', () => {
  /** A model bound to two services, the first of them its default. */
  async function bound(on = server()) {
    const [first, second] = [await addModelService(on), await addModelService(on)];
    const model = await addModel(on, {
      modelServiceUuids: [first.uuid, second.uuid],
      defaultModelServiceUuid: first.uuid,
    });
    return { model, first, second, url: `${PATH}/${model.uuid}` };
  }
  const setDefault = (url: string, defaultModelServiceUuid: unknown) =>
    server().put(url, { updateModel: { defaultModelServiceUuid } });

  test('binds a service that is not bound', async () => {
    const model = await addModel(server());
    const service = await addModelService(server());

    const { body } = await setDefault(`${PATH}/${model.uuid}`, ` ${service.uuid}\n`);

    const modelServiceRefs = [
      { uuid, modelUuid: model.uuid, modelServiceUuid: service.uuid, isDefault: true },
    ];
    expect(body).toEqual({ success: true, inventory: { ...model, modelServiceRefs } });
    expect(await read(server(), `${PATH}/${model.uuid}`)).toEqual(body.inventory);
    expect(await read(server(), `${SERVICES}/${service.uuid}`)).toEqual({
      ...service,
      modelServiceRefs: body.inventory.modelServiceRefs,
    });
  });

  test('moves a model back and forth without losing or adding a binding', async () => {
    const { model, first, second, url } = await bound();

    for (const { uuid } of [second, first, second, second, first]) {
      const { body } = await setDefault(url, uuid);
      expect(body.inventory.modelServiceRefs).toEqual(
        model.modelServiceRefs.map((ref) => ({
          ...ref,
          isDefault: ref.modelServiceUuid === uuid,
        })),
      );
    }
  });

  test.each([
    ['an unknown uuid', () => 'no-such-service'],
    ['the empty text', () => ''],
    ['a model’s uuid', async () => (await addModel(server())).uuid],
    ['a center’s uuid', async () => (await addModelCenter(server())).uuid],
    ['a uuid in capitals', async () => (await addModelService(server())).uuid.toUpperCase()],
    [
      'a service that is deleted',
      async () => {
        const { uuid } = await addModelService(server());
        await server().delete(`${SERVICES}/${uuid}`);
        return uuid;
      },
    ],
  ])('rejects %s, also with clearDefaultModelService', async (_, named) => {
    const { url } = await bound();
    const service = await named();

    for (const clearDefaultModelService of [undefined, false, true]) {
      await expectRejected(
        server(),
        () =>
          server().put(url, {
            updateModel: {
              name: 'new',
              defaultModelServiceUuid: service,
              clearDefaultModelService,
            },
            userTags: ['tag'],
          }),
        notFound('defaultModelServiceUuid', service, 'ModelServiceVO'),
      );
    }
  });
});

describe('clearDefaultModelService', () => {
  async function withDefault() {
    const { uuid: service } = await addModelService(server());
    const model = await addModel(server(), { defaultModelServiceUuid: service });
    return { model, service, url: `${PATH}/${model.uuid}` };
  }

  test.each([true, 'true', 'TRUE'])('%j leaves no default, but the binding', async (clear) => {
    const { model, service, url } = await withDefault();
    const [ref] = model.modelServiceRefs;

    const { body } = await server().put(url, { updateModel: { clearDefaultModelService: clear } });

    const modelServiceRefs = [{ ...ref, isDefault: false }];
    expect(body).toEqual({ success: true, inventory: { ...model, modelServiceRefs } });
    expect(await read(server(), url)).toEqual(body.inventory);
    expect(await read(server(), `${SERVICES}/${service}`)).toMatchObject({ modelServiceRefs });
  });

  test.each([false, 'False', null])('%j clears nothing', async (clear) => {
    const { model, url } = await withDefault();

    const { body } = await server().put(url, { updateModel: { clearDefaultModelService: clear } });

    expect(body).toEqual({ success: true, inventory: model });
    expect(await read(server(), url)).toEqual(model);
  });

  test('succeeds without a default, and without a binding', async () => {
    const { uuid: service } = await addModelService(server());
    for (const model of [
      await addModel(server(), { modelServiceUuids: [service] }),
      await addModel(server()),
    ]) {
      const { body } = await server().put(`${PATH}/${model.uuid}`, {
        updateModel: { clearDefaultModelService: true },
      });
      expect(body).toEqual({ success: true, inventory: model });
    }
  });

  test('is overridden by a default in the same request', async () => {
    const { model, service, url } = await withDefault();
    const other = await addModelService(server());

    for (const defaultModelServiceUuid of [service, other.uuid]) {
      const { body } = await server().put(url, {
        updateModel: { clearDefaultModelService: true, defaultModelServiceUuid },
      });
      const defaults = body.inventory.modelServiceRefs.filter(
        ({ isDefault }: { isDefault: boolean }) => isDefault,
      );
      expect(defaults).toMatchObject([
        { modelUuid: model.uuid, modelServiceUuid: defaultModelServiceUuid },
      ]);
    }
  });
});

describe('with strict references', () => {
  const strict = sharedServer({ strictReferences: true });

  async function centerAndModel() {
    const server = strict();
    const center = await addModelCenter(server);
    const model = await addModel(server, { modelCenterUuid: center.uuid });
    return { server, center, model, url: `${PATH}/${model.uuid}` };
  }

  test('accepts registered centers only', async () => {
    const { server, model, url } = await centerAndModel();

    for (const modelCenterUuid of ['no-such-center', '', model.uuid]) {
      await expectRejected(
        server,
        () => server.put(url, { updateModel: { name: 'new', modelCenterUuid }, userTags: ['tag'] }),
        notFound('modelCenterUuid', modelCenterUuid, 'ModelCenterVO'),
      );
    }
    const { uuid: modelCenterUuid } = await addModelCenter(server);
    const { body } = await server.put(url, { updateModel: { modelCenterUuid } });
    expect(body.inventory).toMatchObject({ modelCenterUuid });
  });

  test('rejects an unknown center before an unknown service, and after an unknown model', async () => {
    const { server, url } = await centerAndModel();
    const updateModel = { modelCenterUuid: 'x', defaultModelServiceUuid: 'y' };

    await expectRejected(
      server,
      () => server.put(url, { updateModel }),
      notFound('modelCenterUuid', 'x', 'ModelCenterVO'),
    );
    await expectRejected(
      server,
      () => server.put(`${PATH}/z`, { updateModel }),
      notFound('uuid', 'z', 'ModelVO'),
    );
  });

  test('does not check the center if an update does not change it', async () => {
    const lax = await startServer();
    const { uuid } = await addModel(lax, requiredModelParams);
    const strict = await startServer({ strictReferences: true, database: lax.database });

    const { status, body } = await strict.put(`${PATH}/${uuid}`, { updateModel: { name: 'new' } });

    expect({ status, name: body.inventory?.name }).toEqual({ status: 200, name: 'new' });
  });
});
