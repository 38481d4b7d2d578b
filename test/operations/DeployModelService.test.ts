import { describe, expect, test } from 'vitest';
import {
  expectRejected,
  invalidArgument,
  mandatory,
  noneFound,
  notFound,
} from '../support/errors.ts';
import { newUuid } from '../support/records.ts';
import {
  addModel,
  addModelService,
  createDataset,
  deployModelService,
  requiredDeploymentParams,
} from '../support/resources.ts';
import { API, type Server, START_DATE, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { describeWrite } from '../support/writes.ts';

const SERVICES = `${API}/model-services`;
const GROUPS = `${SERVICES}/instances/groups`;
const hidden = [
  ...['zoneUuid', 'vmImageUuid', 'dockerImage', 'primaryStorageUuid', 'cpuNum', 'requestCpuNum'],
  ...['memorySize', 'requestMemorySize', 'l3NetworkUuids', 'environmentVariables'],
  ...['startupParameters', 'serviceLivez', 'serviceReadyz', 'clusterUuid'],
  ...['rootDiskOfferingUuid', 'rootDiskSize', 'projectUuid', 'tagUuids'],
];

describeWrite({
  operation: 'DeployModelService',
  list: GROUPS,
  prepare: async (server) => ({
    path: `${SERVICES}/${(await addModelService(server)).uuid}`,
    params: { ...requiredDeploymentParams, type: 'BareMetal2' },
  }),
  kind: 'deployment',
  tagged: 'ModelServiceInstanceGroupVO',
  hidden,
  special: [
    'serviceBootUptime',
    'type',
    'name',
    'modelUuid',
    'datasetUuids',
    'modelServiceGroupUuids',
  ],
  target: { field: 'uuid', type: 'ModelServiceVO', path: (uuid) => `${SERVICES}/${uuid}` },
  foreign: 'startCommand',
});

const server = sharedServer();
const uuid = expect.stringMatching(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
const deploy = (on: Server, service: string, params: object) =>
  on.put(`${SERVICES}/${service}`, { deployModelService: params });

test('answers a group with one instance, which runs at once', async () => {
  const model = await addModel(server());
  const [dataset, other] = [await createDataset(server()), await createDataset(server())];
  const service = await addModelService(server(), {
    type: 'App',
    architectureImages: [
      { cpuArchitecture: 'aarch64', dockerImage: 'a' },
      { cpuArchitecture: 'x86_64', dockerImage: 'b' },
    ],
  });
  const used = await deployModelService(server());

  const group = await deployModelService(
    server(),
    {
      description: 'for chats',
      modelUuid: model.uuid,
      datasetUuids: [dataset.uuid, other.uuid, dataset.uuid],
      modelServiceGroupUuids: [used.uuid, used.uuid],
    },
    service.uuid,
  );

  const dates = { createDate: START_DATE, lastOpDate: START_DATE };
  const { name, type } = requiredDeploymentParams;
  const { yaml } = service;
  expect(group).toEqual({
    uuid,
    modelServiceUuid: service.uuid,
    modelUuid: model.uuid,
    instances: [
      {
        uuid,
        name,
        modelServiceGroupUuid: group.uuid,
        yaml,
        status: 'Running',
        vmInstanceUuid: uuid,
        architecture: 'aarch64',
        ...dates,
      },
    ],
    datasetRefInventories: [dataset, other].map(({ uuid: datasetUuid }) => ({
      uuid,
      datasetUuid,
      modelServiceInstanceGroupUuid: group.uuid,
    })),
    status: 'Running',
    modelServiceType: 'App',
    type,
    name,
    description: 'for chats',
    yaml,
    supportMetrics: [],
    ...dates,
  });
  const rows = server().rows('model_service_group_refs');
  expect(rows.map((row) => [row.model_service_instance_group_uuid, row.used_group_uuid])).toEqual([
    [group.uuid, used.uuid],
  ]);
});

test('only a VM has a UUID, and an architecture only a service that has images', async () => {
  for (const type of ['Container', 'BareMetal2']) {
    const { instances } = await deployModelService(server(), { type, dockerImage: 'a' });
    expect(instances[0]).not.toHaveProperty('vmInstanceUuid');
    expect(instances[0]).not.toHaveProperty('architecture');
  }
});

test('stores the boot time under the name that an update gives it', async () => {
  const { uuid } = await deployModelService(server(), { serviceBootUptime: 30 });
  const [row] = server().rows('model_service_instance_groups', `uuid = '${uuid}'`);
  expect(row).toMatchObject({ service_bootup_time: 30 });
});

test('keeps the yaml of the moment', async () => {
  const service = await addModelService(server());
  const group = await deployModelService(server(), {}, service.uuid);

  await server().put(`${SERVICES}/${service.uuid}`, { updateModelService: { yaml: 'a: later' } });

  const { body } = await server().get(`${GROUPS}/${group.uuid}`);
  expect(body.inventories).toEqual([group]);
  expect(group.yaml).toBe(service.yaml);
});

describe('rejects', () => {
  const service = async () => (await addModelService(server())).uuid;
  const params = (given: object) => ({ ...requiredDeploymentParams, ...given });

  test.each([undefined, null, '', ' '])('a container with the image %j', async (dockerImage) => {
    const of = await service();
    await expectRejected(
      server(),
      () => deploy(server(), of, params({ type: 'Container', dockerImage })),
      mandatory('DeployModelService', 'dockerImage'),
    );
  });

  const unknown = newUuid();
  test.each([
    [{ modelUuid: unknown }, notFound('modelUuid', unknown, 'ModelVO')],
    [{ datasetUuids: [unknown] }, noneFound('datasetUuids', [unknown], 'DatasetVO')],
    [
      { modelServiceGroupUuids: [unknown] },
      noneFound('modelServiceGroupUuids', [unknown], 'ModelServiceInstanceGroupVO'),
    ],
    [
      { modelUuid: unknown, datasetUuids: [unknown], modelServiceGroupUuids: [unknown] },
      notFound('modelUuid', unknown, 'ModelVO'),
    ],
    [
      { datasetUuids: [unknown], modelServiceGroupUuids: [unknown] },
      noneFound('datasetUuids', [unknown], 'DatasetVO'),
    ],
  ])('what does not exist, in order: %j', async (given, error) => {
    const of = await service();
    await expectRejected(server(), () => deploy(server(), of, params(given)), error);
  });

  test('resources of another kind', async () => {
    const of = await service();
    const { uuid: model } = await addModel(server());
    const type = 'ModelServiceInstanceGroupVO';
    await expectRejected(
      server(),
      () => deploy(server(), of, params({ modelServiceGroupUuids: [model] })),
      noneFound('modelServiceGroupUuids', [model], type),
    );
  });
});

describe('the action in the body', () => {
  const SENTENCE = "the body doesn't contain action mapping to the URL";
  const bodies = {
    updateModelService: { name: 'later' },
    deployModelService: requiredDeploymentParams,
  };

  test.each(['', '/actions'])('decides between update and deployment at "%s"', async (suffix) => {
    const { uuid } = await addModelService(server());
    const path = `${SERVICES}/${uuid}${suffix}`;
    const groups = () => server().rows('model_service_instance_groups').length;
    const before = groups();

    const updated = await server().put(path, { updateModelService: bodies.updateModelService });
    expect(updated.body.inventory).toMatchObject({ uuid, name: 'later' });
    const deployed = await server().put(path, { deployModelService: bodies.deployModelService });
    expect(deployed.body.inventory).toMatchObject({ modelServiceUuid: uuid, status: 'Running' });
    // An update with both names, as it comes first in the catalogue.
    expect((await server().put(path, bodies)).body.inventory.uuid).toBe(uuid);

    expect(groups()).toBe(before + 1);
  });

  test('is named even by null, which gives no parameter', async () => {
    const { uuid } = await addModelService(server());
    const path = `${SERVICES}/${uuid}`;
    await expectRejected(
      server(),
      () => server().put(path, { deployModelService: null }),
      mandatory('DeployModelService', 'zoneUuid'),
    );
    for (const body of [undefined, {}, [], { deploymodelservice: {} }]) {
      const { status, body: answer } = await server().put(path, body);
      expect(status).toBe(400);
      if (!Array.isArray(body)) {
        expect(answer.error.details).toBe(`${SENTENCE}[${path.slice('/zstack'.length)}]`);
      }
    }
  });

  test('labels jobs and metrics', async () => {
    const server = await startServer();
    const { uuid } = await addModelService(server);
    const path = `${SERVICES}/${uuid}`;
    const headers = { 'x-job-uuid': newUuid() };
    await server.put(path, { deployModelService: requiredDeploymentParams }, { headers });
    await server.put(path, { deployModelService: {} });

    expect(server.rows('jobs')).toMatchObject([{ operation: 'DeployModelService' }]);
    const metrics = await fetch(`${server.url}/_aios/metrics`, {
      headers: { authorization: 'OAuth b86c9016b4f24953a9edefb53ca0678c' },
    });
    const text = await metrics.text();
    expect(text).toContain('aios_requests_total{operation="DeployModelService",code="202"} 1');
    expect(text).toContain('aios_requests_total{operation="DeployModelService",code="400"} 1');
    expect(text).not.toContain('operation="UpdateModelService"');
  });
});

describe('with AIOS_DEPLOY_TIME and AIOS_DEPLOY_URL', () => {
  const url = 'http://mock:9000/{name}/{group}?i={instance}';
  const slow = sharedServer({ deployments: { readyAfter: 30_000, url } });

  test('deploys until the time has passed, and then has the URL', async () => {
    const group = await deployModelService(slow(), { name: 'a b/ü' });
    const [instance] = group.instances;
    const read = async () => (await slow().get(`${GROUPS}/${group.uuid}`)).body.inventories[0];
    expect([group.status, instance?.status]).toEqual(['Deploying', 'Deploying']);
    expect(instance).not.toHaveProperty('url');

    slow().advance(29_999);
    expect(await read()).toEqual(group);
    slow().advance(1);

    await slow().put(`/zstack/v1/model-service-instance-groups/${group.uuid}`, {
      updateModelServiceInstanceGroup: { name: 'later' },
    });
    const running = await read();
    expect(running).toMatchObject({ status: 'Running', name: 'later' });
    expect(running.instances).toEqual([
      {
        ...instance,
        status: 'Running',
        url: `http://mock:9000/a%20b%2F%C3%BC/${group.uuid}?i=${instance?.uuid}`,
      },
    ]);
  });
});

test('with strict references needs its tags', async () => {
  const strict = await startServer({ strictReferences: true });
  const { uuid } = await addModelService(await startServer({ database: strict.database }), {});
  await expectRejected(
    strict,
    () => deploy(strict, uuid, { ...requiredDeploymentParams, tagUuids: ['none'] }),
    noneFound('tagUuids', ['none'], 'TagVO'),
  );
});

test('names an unknown service after all arguments', async () => {
  await expectRejected(
    server(),
    () => deploy(server(), 'none', { ...requiredDeploymentParams, cpuNum: 0 }),
    invalidArgument('field[cpuNum] must be in range of [1, 2147483647]'),
  );
});
