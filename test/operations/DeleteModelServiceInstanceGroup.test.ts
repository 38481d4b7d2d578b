import { describe, expect, test } from 'vitest';
import { describeResourceDeletion, expectDone } from '../support/deletions.ts';
import { type ExpectedError, expectRejected } from '../support/errors.ts';
import { addModel, createDataset, deployModelService } from '../support/resources.ts';
import { API, type Server } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const server = sharedServer();
const GROUPS = `${API}/model-services/instances/groups`;

describeResourceDeletion('deployment', server);

/** What a deployment uses: its path, how it is added, how it is named, and how an answer shows that. */
const uses: {
  what: string;
  path: string;
  add: (server: Server) => Promise<{ uuid: string }>;
  params: (uuid: string) => object;
  shown: (uuid: string) => object;
  lost: object;
}[] = [
  {
    what: 'a model',
    path: `${API}/models`,
    add: addModel,
    params: (modelUuid) => ({ modelUuid }),
    shown: (modelUuid) => ({ modelUuid }),
    lost: { modelUuid: undefined },
  },
  {
    what: 'a dataset',
    path: `${API}/datasets`,
    add: createDataset,
    params: (uuid) => ({ datasetUuids: [uuid] }),
    shown: (datasetUuid) => ({ datasetRefInventories: [{ datasetUuid }] }),
    lost: { datasetRefInventories: [] },
  },
  {
    what: 'another deployment',
    path: GROUPS,
    add: deployModelService,
    params: (uuid) => ({ modelServiceGroupUuids: [uuid] }),
    shown: () => ({}),
    lost: {},
  },
];

describe.each(uses)('deleting $what that a deployment uses (F24)', (use) => {
  const { path, add, params, shown, lost } = use;
  const usedBy = (uuid: string): ExpectedError => ({
    status: 503,
    code: 'SYS.1006',
    details: `the resource[uuid:${uuid}] is used by a deployment: delete that first, or use deleteMode[Enforcing]`,
  });
  async function prepare() {
    const { uuid } = await add(server());
    const group = await deployModelService(server(), params(uuid));
    expect(group).toMatchObject(shown(uuid));
    const read = async () => (await server().get(`${GROUPS}/${group.uuid}`)).body.inventories[0];
    return { uuid, group, read };
  }
  const isThere = async (uuid: string) =>
    (await server().get(`${path}/${uuid}`)).body.inventories.length === 1;

  test.each([
    '',
    '?deleteMode=',
    '?deleteMode=Permissive',
  ])('is rejected, given "%s"', async (mode) => {
    const { uuid } = await prepare();
    await expectRejected(server(), () => server().delete(`${path}/${uuid}${mode}`), usedBy(uuid));
  });

  test('takes the use along in Enforcing, and moves no date', async () => {
    const { uuid, group, read } = await prepare();
    server().advance(1000);

    expectDone(await server().delete(`${path}/${uuid}?deleteMode=Enforcing`));

    expect(await isThere(uuid)).toBe(false);
    expect(await read()).toEqual(JSON.parse(JSON.stringify({ ...group, ...lost })));
    expect(server().rows('model_service_group_refs', `used_group_uuid = '${uuid}'`)).toEqual([]);
  });

  test('succeeds once the deployment is deleted', async () => {
    const { uuid, group } = await prepare();
    expectDone(await server().delete(`${GROUPS}/${group.uuid}`));

    expectDone(await server().delete(`${path}/${uuid}`));

    expect(await isThere(uuid)).toBe(false);
  });

  test('is an error for it alone among several, unless Enforcing', async () => {
    const [{ uuid }, { uuid: other }] = [await prepare(), await add(server())];
    const send = (mode: string) =>
      server().delete(`${path}?uuids=${uuid}&uuids=${other}&deleteMode=${mode}`);

    const { body, status } = await send('Permissive');
    expect(status).toBe(200);
    const { code, details } = usedBy(uuid);
    const error = { code, details, description: 'An operation failed' };
    expect(body.results).toEqual([
      { uuid, success: false, error },
      { uuid: other, success: true },
    ]);
    expect([await isThere(uuid), await isThere(other)]).toEqual([true, false]);

    expect((await send('Enforcing')).body.results).toEqual([
      { uuid, success: true },
      { uuid: other, success: true },
    ]);
    expect(await isThere(uuid)).toBe(false);
  });
});

test('a group and the one that uses it: the used one fails, whatever their order', async () => {
  for (const order of [1, -1]) {
    const used = await deployModelService(server());
    const user = await deployModelService(server(), { modelServiceGroupUuids: [used.uuid] });
    const uuids = [used.uuid, user.uuid].toSorted(() => order);

    const { body } = await server().delete(GROUPS, { uuids });

    const success = uuids.map((uuid) => uuid === user.uuid);
    expect(body.results.map((each: { success: boolean }) => each.success)).toEqual(success);
  }
});

test('deleting the service leaves the deployment, without the service', async () => {
  const group = await deployModelService(server());
  const { modelServiceUuid, ...others } = group;
  server().advance(1000);

  expectDone(await server().delete(`${API}/model-services/${modelServiceUuid}`));

  const { body } = await server().get(`${GROUPS}/${group.uuid}`);
  expect(body.inventories).toEqual([others]);
  expect((await server().query(GROUPS, [`modelServiceUuid=${modelServiceUuid}`])).body).toEqual({
    success: true,
    inventories: [],
  });
});

test('deleting a center in Enforcing takes its models and datasets along, also those in use', async () => {
  const center = '52c542f0c3384b6890e08570e611d52c';
  await server().post(`${API}/model-centers`, {
    param: {
      name: 'center',
      url: 'nfs://a',
      managementIp: 'a',
      managementPort: 1,
      resourceUuid: center,
    },
  });
  const model = await addModel(server(), { modelCenterUuid: center });
  const dataset = await createDataset(server(), { modelCenterUuid: center });
  const group = await deployModelService(server(), {
    modelUuid: model.uuid,
    datasetUuids: [dataset.uuid],
  });

  expectDone(await server().delete(`${API}/model-centers/${center}?deleteMode=Enforcing`));

  const { modelUuid: _, ...others } = group;
  const { body } = await server().get(`${GROUPS}/${group.uuid}`);
  expect(body.inventories).toEqual([{ ...others, datasetRefInventories: [] }]);
});
