import { expect, test } from 'vitest';
import { addModel, deployModelService } from '../support/resources.ts';
import { API, ROOT } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { describeWrite } from '../support/writes.ts';

const PATH = `${ROOT}/model-service-instance-groups`;
const pathOf = (uuid: string) => `${PATH}/${uuid}`;

describeWrite({
  operation: 'UpdateModelServiceInstanceGroup',
  list: `${API}/model-services/instances/groups`,
  prepare: async (server) => ({ path: pathOf((await deployModelService(server)).uuid) }),
  kind: 'deployment',
  tagged: 'ModelServiceInstanceGroupVO',
  hidden: [
    ...['environmentVariables', 'startupParameters', 'serviceLivez', 'serviceReadyz'],
    'serviceBootupTime',
  ],
  target: { field: 'uuid', type: 'ModelServiceInstanceGroupVO', path: pathOf },
  foreign: 'zoneUuid',
});

const server = sharedServer();

test('changes what was given alone, and nothing of the instance', async () => {
  const model = await addModel(server());
  const before = await deployModelService(server(), {
    modelUuid: model.uuid,
    serviceBootUptime: 30,
    environmentVariables: { a: 'b', c: 'd' },
    startupParameters: { e: 'f' },
    serviceLivez: '/livez',
  });
  const row = () => server().rows('model_service_instance_groups', `uuid = '${before.uuid}'`)[0];
  const stored = row();
  const changes = { name: 'later', description: 'changed' };
  server().advance(1000);

  const { body } = await server().put(pathOf(before.uuid), {
    updateModelServiceInstanceGroup: {
      ...changes,
      environmentVariables: { g: 'h' },
      serviceBootupTime: 60,
      modelUuid: 'x',
      status: 'x',
      zoneUuid: 'x',
    },
  });

  const lastOpDate = body.inventory.lastOpDate;
  expect(body).toEqual({ success: true, inventory: { ...before, ...changes, lastOpDate } });
  expect(lastOpDate).not.toBe(before.lastOpDate);
  expect(row()).toEqual({
    ...stored,
    ...changes,
    environment_variables: '{"g":"h"}',
    service_bootup_time: 60,
    last_op_date: expect.anything(),
  });
});
