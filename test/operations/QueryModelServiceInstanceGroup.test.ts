import { beforeAll, describe, expect, test } from 'vitest';
import { describeList } from '../support/lists.ts';
import { namedResources } from '../support/named-resources.ts';
import {
  addModel,
  addModelService,
  createDataset,
  deployModelService,
} from '../support/resources.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const PATH = `${API}/model-services/instances/groups`;

describeList('ModelServiceInstanceGroup');

const plain = sharedServer();

test('has a last slash too', async () => {
  const server = plain;
  const group = await deployModelService(server());
  const conditions = [`uuid=${group.uuid}`];
  for (const path of [PATH, `${PATH}/`]) {
    expect((await server().query(path, conditions)).body.inventories).toEqual([group]);
  }
  expect((await server().get(`${API}/datasets/`)).status).toBe(404);
});

const server = sharedServer({ deployments: { readyAfter: 10_000, url: 'http://mock/{name}' } });

describe('finds deployments', () => {
  const { add, found, uuidOf, uuids } = namedResources(server, PATH);
  const SERVICE = '52c542f0c3384b6890e08570e611d52a';

  beforeAll(async () => {
    await addModelService(server(), { name: 'service', resourceUuid: SERVICE });
    const model = await add(addModel, 'model');
    const dataset = await add(createDataset, 'dataset');
    await add(deployModelService, 'old', { description: 'first', type: 'BareMetal2' });
    server().advance(20_000);
    const on = (...[to, params]: Parameters<typeof deployModelService>) =>
      deployModelService(to, params, SERVICE);
    await add(on, 'fresh', { modelUuid: model, userTags: ['a'] });
    await add(on, 'Other', { datasetUuids: [dataset], type: 'Container', dockerImage: 'i' });
    uuids.set(
      'instance',
      (await server().get(`${PATH}/${uuidOf('fresh')}`)).body.inventories[0].instances[0].uuid,
    );
  });

  test.each([
    [['status=running'], 'old'],
    [['status!=Running'], 'fresh Other'],
    [['status=DEPLOYING'], 'fresh Other'],
    [['status~=Dep%'], 'fresh Other'],
    [['status!~=%ing'], ''],
    [['status?=Deploying,Failed'], 'fresh Other'],
    [['status!?=Deploying,Failed'], 'old'],
    [['status>Deploying'], 'old'],
    [['status is null'], ''],
    [['status not null'], 'old fresh Other'],
    [['instances.status=Deploying'], 'fresh Other'],
    [['instances.status!=Deploying'], 'old'],
    [['instances.url=http://mock/old'], 'old'],
    [['instances.url~=http://mock/%'], 'old'],
    [['instances.url is null'], 'fresh Other'],
    [['instances.url not null'], 'old'],
    [['instances.uuid={instance}'], 'fresh'],
    [['instances.name=other'], 'Other'],
    [['instances.modelServiceGroupUuid={old}'], 'old'],
    [['instances.vmInstanceUuid is null'], 'old Other'],
    [['instances.createDate<2025-11-25 11:52:00'], 'old'],
    [['datasetRefInventories.datasetUuid={dataset}'], 'Other'],
    [['datasetRefInventories.datasetUuid!={dataset}'], 'old fresh'],
    [['modelUuid={model}'], 'fresh'],
    [['modelUuid is null'], 'old Other'],
    [[`modelServiceUuid=${SERVICE}`], 'fresh Other'],
    [[`modelServiceUuid=${SERVICE}`, 'status=Running'], ''],
    [['type=container'], 'Other'],
    [['modelServiceType=endpoint', 'name=old'], 'old'],
    [['__userTag__=a'], 'fresh'],
    [['description=first', 'status=Running'], 'old'],
  ])('by their fields and relations: %j finds %s', async (conditions, expected) => {
    expect(await found(...conditions)).toBe(expected);
  });

  test.each([
    ['status', 'Other fresh old'],
    ['-status', 'old Other fresh'],
  ])('in the order of %s', async (sort, expected) => {
    const { body } = await server().query(PATH, ['uuid not null'], { sort, fields: 'name,status' });
    const names = body.inventories.map(({ name }: { name: string }) => name);
    // Those of one status are in the order of their age.
    const byAge = expected.replace('Other fresh', 'fresh Other');
    expect(names.join(' ')).toBe(byAge);
  });

  test('and shows the fields that were requested', async () => {
    const { body } = await server().query(PATH, ['name=fresh'], { fields: 'status' });
    expect(body.inventories).toEqual([{ status: 'Deploying' }]);
    const one = await server().get(`${PATH}/${uuidOf('old')}?fields=uuid,status`);
    expect(one.body.inventories).toEqual([{ uuid: uuidOf('old'), status: 'Running' }]);
    expect((await server().query(PATH, ['status=Running'], { count: 'true' })).body.total).toBe(1);
  });

  test.each([
    'supportMetrics=a',
    'instances=a',
    'outcome=Running',
    'instances.yaml=a',
    'zoneUuid=a',
  ])('not by %s', async (condition) => {
    const { status } = await server().query(PATH, [condition]);
    expect(status).toBe(503);
  });

  test('by another status once the time has passed', async () => {
    server().advance(20_000);
    expect(await found('status=Running')).toBe('old fresh Other');
    expect(await found('instances.url~=%/other')).toBe('Other');
  });
});
