import { beforeAll, describe, expect, test } from 'vitest';
import { describeList } from '../support/lists.ts';
import { namedResources } from '../support/named-resources.ts';
import { addModel, addModelCenter, addModelService } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { describeTagConditions } from '../support/tag-conditions.ts';

const PATH = `${API}/models`;

describeList('Model');
describeTagConditions('Model');

test('lists each model with its own bindings', async () => {
  const server = await startServer();
  const services = [await addModelService(server), await addModelService(server)];
  const expected = [
    await addModel(server, { modelServiceUuids: services.map(({ uuid }) => uuid) }),
    await addModel(server),
    await addModel(server, { defaultModelServiceUuid: services[1]?.uuid }),
  ];

  const { body } = await server.get(PATH);

  const byUuid = (a: { uuid: string }, b: { uuid: string }) => (a.uuid < b.uuid ? -1 : 1);
  expect(body.inventories).toEqual(expected.sort(byUuid));
});

describe('finds models', () => {
  const server = sharedServer();
  const { add, found, uuidOf } = namedResources(server, PATH);

  beforeAll(async () => {
    const north = await add(addModelCenter, 'north', { description: 'cold', managementPort: 8989 });
    const south = await add(addModelCenter, 'South', { managementPort: 80 });
    const first = await add(addModelService, 'first');
    const second = await add(addModelService, 'second');
    await add(addModelService, 'unused');
    await add(addModel, 'bare', { modelCenterUuid: 'not registered' });
    await add(addModel, 'single', { modelCenterUuid: north, modelServiceUuids: [first] });
    await add(addModel, 'double', {
      modelCenterUuid: south,
      modelServiceUuids: [first, second],
      defaultModelServiceUuid: second,
    });
    await add(addModel, 'unbound', { modelCenterUuid: north.toUpperCase() });
  });

  const all = 'bare single double unbound';
  test.each([
    ['modelServiceRefs.modelServiceUuid={first}', 'single double'],
    ['modelServiceRefs.modelServiceUuid={second}', 'double'],
    ['modelServiceRefs.modelServiceUuid={unused}', ''],
    ['modelServiceRefs.modelServiceUuid!={first}', 'bare unbound'],
    ['modelServiceRefs.modelServiceUuid!={second}', 'bare single unbound'],
    ['modelServiceRefs.modelServiceUuid!={unused}', all],
    ['modelServiceRefs.modelServiceUuid?={unused},{second}', 'double'],
    ['modelServiceRefs.modelServiceUuid!?={unused},{second}', 'bare single unbound'],
    ['modelServiceRefs.modelServiceUuid~=%', 'single double'],
    ['modelServiceRefs.modelServiceUuid!~=%', 'bare unbound'],
    ['modelServiceRefs.modelServiceUuid is null', 'bare unbound'],
    ['modelServiceRefs.modelServiceUuid not null', 'single double'],
    ['modelServiceRefs.modelUuid={double}', 'double'],
    ['modelServiceRefs.modelUuid!={double}', 'bare single unbound'],
    ['modelServiceRefs.isDefault=true', 'double'],
    ['modelServiceRefs.isDefault=false', 'single double'],
    ['modelServiceRefs.isDefault!=true', 'bare single unbound'],
    ['modelServiceRefs.isDefault is null', 'bare unbound'],
    ['modelServiceRefs.uuid not null', 'single double'],
  ])('by their bindings: %s finds %s', async (condition, expected) => {
    expect(await found(condition)).toBe(expected);
  });

  test.each([
    ['modelCenter.name=NORTH', 'single unbound'],
    ['modelCenter.name!=north', 'double'],
    ['modelCenter.name?=south,west', 'double'],
    ['modelCenter.name!?=south,west', 'single unbound'],
    ['modelCenter.name~=%TH', 'single double unbound'],
    ['modelCenter.name!~=n%', 'double'],
    ['modelCenter.name is null', 'bare'],
    ['modelCenter.name not null', 'single double unbound'],
    ['modelCenter.description!=warm', 'single unbound'],
    ['modelCenter.description is null', 'bare double'],
    ['modelCenter.uuid={South}', 'double'],
    ['modelCenter.managementPort<100', 'double'],
    ['modelCenter.managementPort!=80', 'single unbound'],
    ['modelCenter.createDate<=2025-11-25 11:51:51', 'single unbound'],
    ['modelCenter.createDate!=2025-11-25 11:51:51', 'double'],
    ['modelCenter.lastOpDate is null', 'bare'],
  ])('by their centers: %s finds %s', async (condition, expected) => {
    expect(await found(condition)).toBe(expected);
  });

  test('by both', async () => {
    expect(await found('modelCenter.name=north', 'modelServiceRefs.modelUuid is null')).toBe(
      'unbound',
    );
    expect(await found('modelServiceRefs.modelServiceUuid={first}', 'modelCenter.name~=s%')).toBe(
      'double',
    );
  });

  test('by the default service no longer once it is another, or none', async () => {
    const change = (params: object) =>
      server().put(`${PATH}/${uuidOf('double')}`, { updateModel: params });
    const defaultOf = 'modelServiceRefs.isDefault=true';
    try {
      await change({ clearDefaultModelService: true });
      expect(await found(defaultOf)).toBe('');
      expect(await found('modelServiceRefs.modelServiceUuid={second}')).toBe('double');
    } finally {
      await change({ defaultModelServiceUuid: uuidOf('second') });
    }
    expect(await found(defaultOf)).toBe('double');
  });
});

describe('finds models as they have become, when', () => {
  const server = sharedServer();
  const { add, found, uuidOf } = namedResources(server, PATH);

  test('the bound service is deleted', async () => {
    const service = await add(addModelService, 's1');
    await add(addModel, 'm1', { modelServiceUuids: [service] });
    expect(await found('modelServiceRefs.modelServiceUuid={s1}')).toBe('m1');

    await server().delete(`${API}/model-services/${service}`);

    expect(await found('modelServiceRefs.modelServiceUuid={s1}')).toBe('');
    expect(await found('modelServiceRefs.modelServiceUuid is null', 'name=m1')).toBe('m1');
  });

  test('the model moves to another center', async () => {
    await add(addModelCenter, 'old');
    await add(addModelCenter, 'new');
    await add(addModel, 'm2', { modelCenterUuid: uuidOf('old') });
    expect(await found('modelCenter.name=old')).toBe('m2');

    const updateModel = { modelCenterUuid: uuidOf('new') };
    await server().put(`${PATH}/${uuidOf('m2')}`, { updateModel });

    expect(await found('modelCenter.name=old')).toBe('');
    expect(await found('modelCenter.name=new')).toBe('m2');
  });

  test('the model goes with its center, or with several', async () => {
    await add(addModelCenter, 'going');
    await add(addModel, 'm3', { modelCenterUuid: uuidOf('going') });
    await add(addModel, 'm4');
    await add(addModel, 'm5');
    expect(await found('name?=m3,m4,m5')).toBe('m3 m4 m5');

    await server().delete(`${API}/model-centers/${uuidOf('going')}?deleteMode=Enforcing`);
    expect(await found('name?=m3,m4,m5')).toBe('m4 m5');
    await server().delete(`${PATH}?uuids=${uuidOf('m4')}&uuids=${uuidOf('m5')}`);
    expect(await found('name?=m3,m4,m5')).toBe('');
  });
});
