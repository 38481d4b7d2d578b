import { beforeAll, describe, expect, test } from 'vitest';
import { describeList } from '../support/lists.ts';
import { namedResources } from '../support/named-resources.ts';
import { addModel, addModelCenter, addModelService } from '../support/resources.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const PATH = `${API}/models`;

describeList('Model');

describe('finds models', () => {
  const server = sharedServer();
  const { add, found, uuidOf } = namedResources(server, PATH);
  const update = (name: string, updateModel: object) =>
    server().put(`${PATH}/${uuidOf(name)}`, { updateModel });

  beforeAll(async () => {
    const north = await add(addModelCenter, 'north', { description: 'cold', managementPort: 8989 });
    const south = await add(addModelCenter, 'South', { managementPort: 80 });
    const first = await add(addModelService, 'first');
    const second = await add(addModelService, 'second');
    await add(addModel, 'bare', { modelCenterUuid: 'not registered' });
    await add(addModel, 'single', { modelCenterUuid: north, modelServiceUuids: [first] });
    await add(addModel, 'double', {
      modelCenterUuid: south,
      modelServiceUuids: [first, second],
      defaultModelServiceUuid: second,
      userTags: ['a'],
    });
    await add(addModel, 'unbound', { modelCenterUuid: north.toUpperCase() });
  });

  test.each([
    [['modelServiceRefs.modelServiceUuid={first}'], 'single double'],
    [['modelServiceRefs.modelServiceUuid!={second}'], 'bare single unbound'],
    [['modelServiceRefs.isDefault!=true'], 'bare single unbound'],
    [['modelServiceRefs.modelUuid={double}'], 'double'],
    [['modelServiceRefs.uuid is null'], 'bare unbound'],
    [['modelCenter.name=NORTH'], 'single unbound'],
    [['modelCenter.managementPort!=80'], 'single unbound'],
    [['modelCenter.description is null'], 'bare double'],
    [['modelCenter.createDate<=2025-11-25 11:51:51'], 'single unbound'],
    [['__userTag__=a'], 'double'],
    [['__systemTag__=a'], ''],
    [['modelCenter.name=north', 'modelServiceRefs.modelUuid is null'], 'unbound'],
    [['modelServiceRefs.modelServiceUuid={first}', 'modelCenter.name~=s%'], 'double'],
  ])('by related resources: %j finds %s', async (conditions, expected) => {
    expect(await found(...conditions)).toBe(expected);
  });

  test('by their default service as long as it is the default', async () => {
    await update('double', { clearDefaultModelService: true });
    expect(await found('modelServiceRefs.isDefault=true')).toBe('');
    await update('double', { defaultModelServiceUuid: uuidOf('second') });
    expect(await found('modelServiceRefs.isDefault=true')).toBe('double');
  });

  test('by a bound service until it is deleted', async () => {
    const service = await add(addModelService, 's1');
    await add(addModel, 'm1', { modelServiceUuids: [service] });
    expect(await found('modelServiceRefs.modelServiceUuid={s1}')).toBe('m1');

    await server().delete(`${API}/model-services/${service}`);

    expect(await found('modelServiceRefs.modelServiceUuid is null', 'name=m1')).toBe('m1');
  });

  test('by the center that they moved to, until they are deleted', async () => {
    await add(addModelCenter, 'old');
    await add(addModelCenter, 'new');
    for (const name of ['m2', 'm3', 'm4']) await add(addModel, name);
    await update('m2', { modelCenterUuid: uuidOf('old') });
    expect(await found('modelCenter.name=old')).toBe('m2');

    await update('m2', { modelCenterUuid: uuidOf('new') });
    expect(await found('modelCenter.name=old')).toBe('');
    expect(await found('modelCenter.name=new')).toBe('m2');

    await server().delete(`${API}/model-centers/${uuidOf('new')}?deleteMode=Enforcing`);
    expect(await found('name?=m2,m3,m4')).toBe('m3 m4');
    await server().delete(`${PATH}?uuids=${uuidOf('m3')}&uuids=${uuidOf('m4')}`);
    expect(await found('name?=m2,m3,m4')).toBe('');
  });
});
