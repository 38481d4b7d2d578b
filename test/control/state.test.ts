import { describe, expect, test } from 'vitest';
import { expectDone, reset, setClock, sharedSteered } from '../support/control.ts';
import { expectFailure } from '../support/failures.ts';
import { newUuid } from '../support/records.ts';
import {
  addModel,
  createDataset,
  deployModelService,
  requiredDeploymentParams,
} from '../support/resources.ts';
import { API, ROOT, type Server } from '../support/server.ts';

const STATE = '/_aios/state';
const shared = sharedSteered();

const time = '2025-11-25T11:51:50.000Z';
const times = { createDate: time, lastOpDate: time };
const center = {
  uuid: newUuid(),
  name: 'center',
  url: 'nfs://10.0.0.1/ai',
  managementIp: '10.0.0.1',
  managementPort: 8989,
  ...times,
};
const model = (name: string) => ({
  uuid: newUuid(),
  name,
  installPath: '/ai/a',
  modelCenterUuid: center.uuid,
  ...times,
});
const names = async (server: Server) => {
  const { body } = await server.get(`${API}/models?fields=name&sort=+name`);
  return body.inventories.map(({ name }: { name: string }) => name);
};

describe('PUT of a state', () => {
  test('replaces everything, and is what resets go back to', async () => {
    const server = shared();
    await addModel(server, { name: 'before' });
    await setClock(server, { now: '2020-01-01T00:00:00Z' });
    expectDone(await server.put(STATE, { modelCenters: [center], models: [model('given')] }));
    expect(await names(server)).toEqual(['given']);
    const { body } = await server.get(STATE);
    expect(body).toMatchObject({ modelCenters: [center], models: [{ name: 'given' }] });
    expect((await server.get('/_aios/dump')).body).toEqual(body);

    await addModel(server, { name: 'after' });
    await reset(server);
    expect((await server.get(STATE)).body).toEqual(body);
  });

  test('takes what GET answers', async () => {
    const server = shared();
    const { uuid } = await addModel(server);
    const tag = { resourceType: 'ModelVO', resourceUuid: uuid, tag: 'a' };
    await server.post(`${ROOT}/user-tags`, { params: tag });
    const datasetUuids = [(await createDataset(server)).uuid];
    const used = (await deployModelService(server)).uuid;
    await deployModelService(server, {
      modelUuid: uuid,
      datasetUuids,
      modelServiceGroupUuids: [used],
    });
    const { body } = await server.get(STATE);
    expectDone(await server.put(STATE, body));
    expect((await server.get(STATE)).body).toEqual(body);
  });
});

test('POST of a state adds what is not there, and a reset removes it', async () => {
  const server = shared();
  const [first, second] = [model('first'), model('second')];
  expectDone(await server.put(STATE, { models: [first] }));
  expectDone(await server.post(STATE, { models: [{ ...first, name: 'changed' }, second] }));
  expect(await names(server)).toEqual(['first', 'second']);
  await reset(server);
  expect(await names(server)).toEqual(['first']);
});

test.each<[string, unknown, number, 'SYS.1003' | 'SYS.1007', string]>([
  ['no seed', [], 400, 'SYS.1007', 'a seed is an object'],
  ['a missing member', { models: [{}] }, 400, 'SYS.1007', 'field[models[0].uuid]'],
  ['an unknown member', { model: [] }, 400, 'SYS.1007', 'field[model] is unknown'],
  [
    'a binding of a missing model',
    {
      models: [model('new')],
      modelServiceRefs: [{ modelUuid: newUuid(), modelServiceUuid: newUuid() }],
    },
    503,
    'SYS.1003',
    'modelServiceRefs[0].modelUuid',
  ],
  ...Object.entries({
    modelServiceUuid: newUuid(),
    modelUuid: newUuid(),
    datasetUuids: [newUuid()],
    modelServiceGroupUuids: [newUuid()],
  }).map(([field, unknown]): [string, object, 503, 'SYS.1003', string] => [
    `a deployment with an unknown ${field}`,
    {
      modelServiceInstanceGroups: [
        { ...requiredDeploymentParams, uuid: newUuid(), [field]: unknown },
      ],
    },
    503,
    'SYS.1003',
    `modelServiceInstanceGroups[0].${field}`,
  ]),
])('%s is rejected with its place, and nothing changes', async (_, state, status, code, place) => {
  const server = shared();
  await server.put(STATE, { models: [model('given')] });
  await addModel(server, { name: 'added' });
  await setClock(server, { now: '2020-01-01T00:00:00Z' });
  const before = await server.get(STATE);
  for (const verb of ['PUT', 'POST']) {
    const answer = await server.call(verb, STATE, state);
    expectFailure(answer, status, code, expect.stringContaining(place));
    expect((await server.get(STATE)).body).toEqual(before.body);
  }
  const { body } = await server.put('/_aios/clock', {});
  expect(body.success).toBe(true);
  await reset(server);
  expect(await names(server)).toEqual(['given']);
});
