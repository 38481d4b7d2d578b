import { beforeAll, describe, expect, test } from 'vitest';
import { dateFormatter, dateParser } from '../../src/contract/dates.ts';
import { describeConditions } from '../support/conditions.ts';
import { expectError, invalidArgument } from '../support/errors.ts';
import { describeFields } from '../support/fields.ts';
import { kinds } from '../support/kinds.ts';
import { describeList } from '../support/lists.ts';
import { namedResources } from '../support/named-resources.ts';
import { addModel, addModelCenter, addModelService } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { describeTagConditions } from '../support/tag-conditions.ts';

const PATH = `${API}/model-services`;

describeList('ModelService');
describeConditions('ModelService', {
  text: 'description',
  integer: 'requestCpu',
  long: 'requestMemory',
  boolean: 'system',
});
describeFields('ModelService');
describeTagConditions('ModelService');

test('lists each service with its own images and bindings', async () => {
  const server = await startServer();
  const models = [await addModel(server), await addModel(server)];
  const expected = [
    await addModelService(server, {
      modelUuids: models.map(({ uuid }) => uuid),
      architectureImages: [{ cpuArchitecture: 'aarch64' }, { cpuArchitecture: 'x86_64' }],
    }),
    await addModelService(server),
    await addModelService(server, {
      modelUuids: [models[1]?.uuid],
      architectureImages: [{ cpuArchitecture: 'mips64el', dockerImage: 'image' }],
    }),
  ];

  const { body } = await server.get(PATH);

  const byUuid = (a: { uuid: string }, b: { uuid: string }) => (a.uuid < b.uuid ? -1 : 1);
  expect(body.inventories).toEqual(expected.sort(byUuid));
});

test('ignores parameters it does not know, also where unknown fields are refused', async () => {
  const server = await startServer({ unknownFields: 'reject' });
  const service = await addModelService(server);

  const { body } = await server.get(`${PATH}?nowhere=1&q[]=x&systemTags=y&uuid=z`);

  expect(body).toEqual({ success: true, inventories: [service] });
});

test('finds texts by a pattern that begins with any character', async () => {
  const server = await startServer();
  const ascii = Array.from({ length: 127 }, (_, index) => String.fromCharCode(index + 1));
  const others = ['\x80', 'É', 'é', 'ÿ', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}'];
  const firsts = [...ascii, ...others];
  for (const first of firsts) await kinds.ModelService.put(server, { name: `${first}x` });
  const lower = (text: string) => (/^[A-Z]$/.test(text) ? text.toLowerCase() : text);

  for (const first of firsts) {
    const escaped = /[%_\\]/.test(first) ? `\\${first}` : first;
    const expected = firsts.filter((other) => lower(other) === lower(first)).map((c) => `${c}x`);
    for (const pattern of [`${escaped}%`, `${escaped}x`]) {
      const { body } = await server.query(PATH, [`name~=${pattern}`], { fields: 'name' });
      const found = body.inventories.map(({ name }: { name: string }) => name);
      expect(found.toSorted(), JSON.stringify(pattern)).toEqual(expected.toSorted());
    }
  }
});

describe('finds services', () => {
  const server = sharedServer();
  const { add, found, uuidOf } = namedResources(server, PATH);

  beforeAll(async () => {
    const north = await add(addModelCenter, 'north', { description: 'cold', managementPort: 8989 });
    const south = await add(addModelCenter, 'South', { managementPort: 80, url: 'nfs://south' });
    const chat = await add(addModel, 'chat');
    const draw = await add(addModel, 'draw');
    await add(addModel, 'unused');
    await add(addModelService, 'bare', { modelCenterUuid: 'not registered' });
    await add(addModelService, 'single', {
      modelUuids: [chat],
      modelCenterUuid: north,
      architectureImages: [
        { cpuArchitecture: 'x86_64', dockerImage: 'img:1' },
        { cpuArchitecture: 'aarch64', vmImageUuid: 'vm' },
      ],
    });
    await add(addModelService, 'double', {
      modelUuids: [chat, draw],
      modelCenterUuid: south,
      architectureImages: [{ cpuArchitecture: 'x86_64', dockerImage: 'IMG:1' }],
    });
    await add(addModelService, 'empty', {
      modelCenterUuid: north.toUpperCase(),
      architectureImages: [{ cpuArchitecture: 'loongarch64' }],
    });
    await server().put(`${API}/models/${draw}`, {
      updateModel: { defaultModelServiceUuid: uuidOf('double') },
    });
  });

  const all = 'bare single double empty';
  test.each([
    ['modelServiceRefs.modelUuid={chat}', 'single double'],
    ['modelServiceRefs.modelUuid={draw}', 'double'],
    ['modelServiceRefs.modelUuid={unused}', ''],
    ['modelServiceRefs.modelUuid=', ''],
    ['modelServiceRefs.modelUuid!={chat}', 'bare empty'],
    ['modelServiceRefs.modelUuid!={draw}', 'bare single empty'],
    ['modelServiceRefs.modelUuid!={unused}', all],
    ['modelServiceRefs.modelUuid?={draw},{unused}', 'double'],
    ['modelServiceRefs.modelUuid!?={draw},{unused}', 'bare single empty'],
    ['modelServiceRefs.modelUuid~={draw}', 'double'],
    ['modelServiceRefs.modelUuid~=%', 'single double'],
    ['modelServiceRefs.modelUuid!~=%', 'bare empty'],
    ['modelServiceRefs.modelUuid>=0', 'single double'],
    ['modelServiceRefs.modelUuid<g', 'single double'],
    ['modelServiceRefs.modelUuid>g', ''],
    ['modelServiceRefs.modelUuid is null', 'bare empty'],
    ['modelServiceRefs.modelUuid not null', 'single double'],
    ['modelServiceRefs.modelServiceUuid={single}', 'single'],
    ['modelServiceRefs.modelServiceUuid={bare}', ''],
    ['modelServiceRefs.modelServiceUuid!={single}', 'bare double empty'],
    ['modelServiceRefs.isDefault=true', 'double'],
    ['modelServiceRefs.isDefault=FALSE', 'single double'],
    ['modelServiceRefs.isDefault!=true', 'bare single empty'],
    ['modelServiceRefs.isDefault!=false', 'bare empty'],
    ['modelServiceRefs.isDefault?=true,false', 'single double'],
    ['modelServiceRefs.isDefault is null', 'bare empty'],
    ['modelServiceRefs.uuid not null', 'single double'],
  ])('by their bindings: %s finds %s', async (condition, expected) => {
    expect(await found(condition)).toBe(expected);
  });

  test('by the uuid of a model in any case', async () => {
    const upper = uuidOf('draw').toUpperCase();
    expect(await found(`modelServiceRefs.modelUuid=${upper}`)).toBe('double');
    expect(await found(`modelServiceRefs.modelUuid?=x,${upper}`)).toBe('double');
    expect(await found(`modelServiceRefs.modelUuid~=${upper.slice(0, 20)}%`)).toBe('double');
    expect(await found(`modelServiceRefs.modelUuid!=${upper}`)).toBe('bare single empty');
  });

  test.each([
    ['modelServiceImages.cpuArchitecture=aarch64', 'single'],
    ['modelServiceImages.cpuArchitecture=X86_64', 'single double'],
    ['modelServiceImages.cpuArchitecture!=x86_64', 'bare empty'],
    ['modelServiceImages.cpuArchitecture!=aarch64', 'bare double empty'],
    ['modelServiceImages.cpuArchitecture?=aarch64,LoongArch64', 'single empty'],
    ['modelServiceImages.cpuArchitecture!?=aarch64,loongarch64', 'bare double'],
    ['modelServiceImages.cpuArchitecture~=%64', 'single double empty'],
    ['modelServiceImages.cpuArchitecture!~=%arch64', 'bare double'],
    ['modelServiceImages.cpuArchitecture is null', 'bare'],
    ['modelServiceImages.dockerImage=img:1', 'single double'],
    ['modelServiceImages.dockerImage!=img:1', 'bare empty'],
    ['modelServiceImages.dockerImage!=other', all],
    ['modelServiceImages.dockerImage?=,img:1', 'single double'],
    ['modelServiceImages.dockerImage!?=,img:1', 'bare empty'],
    ['modelServiceImages.dockerImage~=i%1', 'single double'],
    ['modelServiceImages.dockerImage!~=%', 'bare empty'],
    ['modelServiceImages.dockerImage is null', 'bare empty'],
    ['modelServiceImages.dockerImage not null', 'single double'],
    ['modelServiceImages.vmImageUuid=VM', 'single'],
    ['modelServiceImages.vmImageUuid!=vm', 'bare double empty'],
    ['modelServiceImages.vmImageUuid is null', 'bare double empty'],
    ['modelServiceImages.vmImageUuid not null', 'single'],
    ['modelServiceImages.modelServiceUuid={empty}', 'empty'],
    ['modelServiceImages.uuid not null', 'single double empty'],
    ['modelServiceImages.createDate>=2025-11-25 11:51:50', 'single double empty'],
    ['modelServiceImages.createDate<2025-11-25 11:51:50', ''],
    ['modelServiceImages.lastOpDate is null', 'bare'],
    ['modelServiceImages.createDate!=2025-11-25 11:51:57', 'bare double empty'],
  ])('by their images: %s finds %s', async (condition, expected) => {
    expect(await found(condition)).toBe(expected);
  });

  test.each([
    ['modelCenter.name=NORTH', 'single empty'],
    ['modelCenter.name!=north', 'double'],
    ['modelCenter.name!=nowhere', 'single double empty'],
    ['modelCenter.name?=south,west', 'double'],
    ['modelCenter.name!?=south,west', 'single empty'],
    ['modelCenter.name~=%th', 'single double empty'],
    ['modelCenter.name!~=n%', 'double'],
    ['modelCenter.name!~=%', ''],
    ['modelCenter.name>north', 'double'],
    ['modelCenter.name<=NORTH', 'single empty'],
    ['modelCenter.name is null', 'bare'],
    ['modelCenter.name not null', 'single double empty'],
    ['modelCenter.description=cold', 'single empty'],
    ['modelCenter.description!=cold', ''],
    ['modelCenter.description!=warm', 'single empty'],
    ['modelCenter.description!?=warm', 'single empty'],
    ['modelCenter.description!~=w%', 'single empty'],
    ['modelCenter.description is null', 'bare double'],
    ['modelCenter.description not null', 'single empty'],
    ['modelCenter.uuid={north}', 'single empty'],
    ['modelCenter.uuid!={north}', 'double'],
    ['modelCenter.uuid is null', 'bare'],
    ['modelCenter.url=nfs://south', 'double'],
    ['modelCenter.status=connected', 'single double empty'],
    ['modelCenter.managementPort=80', 'double'],
    ['modelCenter.managementPort!=80', 'single empty'],
    ['modelCenter.managementPort>80', 'single empty'],
    ['modelCenter.managementPort<=80', 'double'],
    ['modelCenter.managementPort>=1', 'single double empty'],
    ['modelCenter.managementPort?= 80 ,81', 'double'],
    ['modelCenter.managementPort is null', 'bare'],
    ['modelCenter.createDate=2025-11-25 11:51:51', 'single empty'],
    ['modelCenter.createDate!=2025-11-25 11:51:51', 'double'],
    ['modelCenter.createDate>2025-11-25 11:51:51', 'double'],
    ['modelCenter.createDate?=Nov 25, 2025 11:51:52 AM,2025-11-25 11:51:53', 'double'],
    ['modelCenter.createDate is null', 'bare'],
    ['modelCenterUuid=not registered', 'bare'],
    ['modelCenterUuid={north}', 'single empty'],
  ])('by their centers: %s finds %s', async (condition, expected) => {
    expect(await found(condition)).toBe(expected);
  });

  test.each([
    [['modelServiceRefs.modelUuid={chat}', 'modelServiceRefs.modelUuid={draw}'], 'double'],
    [['modelServiceRefs.modelUuid={chat}', 'modelServiceRefs.modelUuid!={draw}'], 'single'],
    [['modelServiceRefs.modelUuid={chat}', 'modelServiceRefs.isDefault=true'], 'double'],
    [
      ['modelServiceImages.cpuArchitecture=aarch64', 'modelServiceImages.dockerImage=img:1'],
      'single',
    ],
    [['modelCenter.name=north', 'modelServiceRefs.modelUuid is null', 'name!=x'], 'empty'],
    [['modelCenter.name=north', 'modelCenter.managementPort=80'], ''],
  ])('by conditions that each may hold for another of them: %j finds %s', async (conditions, expected) => {
    expect(await found(...conditions)).toBe(expected);
  });

  test.each([
    ['modelServiceRefs.isDefault=yes', '[modelServiceRefs.isDefault]'],
    ['modelServiceImages.createDate=yesterday', '[modelServiceImages.createDate]'],
    ['modelCenter.managementPort=80.0', '[modelCenter.managementPort]'],
    ['modelCenter.lastOpDate>=2025-02-30 00:00:00', '[modelCenter.lastOpDate]'],
  ])('refusing %s', async (condition, field) => {
    expectError(
      await server().query(PATH, [condition]),
      invalidArgument(expect.stringContaining(field)),
    );
  });

  test.each([
    ...['uuid', 'modelUuid', 'modelServiceUuid', 'isDefault'].map((f) => `modelServiceRefs.${f}`),
    ...['uuid', 'modelServiceUuid', 'cpuArchitecture', 'vmImageUuid', 'dockerImage'].map(
      (field) => `modelServiceImages.${field}`,
    ),
    ...['createDate', 'lastOpDate'].map((field) => `modelServiceImages.${field}`),
    ...['uuid', 'name', 'description', 'url', 'status', 'parameters', 'managementIp'].map(
      (field) => `modelCenter.${field}`,
    ),
    ...['managementPort', 'storageNetworkUuid', 'serviceNetworkUuid', 'containerRegistry'].map(
      (field) => `modelCenter.${field}`,
    ),
    ...['containerStorageNetwork', 'containerNetwork', 'createDate', 'lastOpDate'].map(
      (field) => `modelCenter.${field}`,
    ),
  ])('by %s, with a value or without', async (field) => {
    const some = (await found(`${field} not null`)).split(' ');
    const none = (await found(`${field} is null`)).split(' ');

    expect([...some, ...none].filter(Boolean).toSorted()).toEqual(all.split(' ').toSorted());
    expect(none).toContain('bare');
  });
});

describe('finds services as they have become, when', () => {
  const server = sharedServer();
  const { add, found, uuidOf } = namedResources(server, PATH);
  const bindingOf = (model: string, bound: string) =>
    `${API}/models/${uuidOf(model)}/model-services/${uuidOf(bound)}`;

  test('a model is bound and unbound', async () => {
    await add(addModel, 'm1');
    await add(addModelService, 's1');
    expect(await found('modelServiceRefs.modelUuid={m1}')).toBe('');

    await server().post(bindingOf('m1', 's1'), {});
    expect(await found('modelServiceRefs.modelUuid={m1}')).toBe('s1');

    await server().delete(bindingOf('m1', 's1'));
    expect(await found('modelServiceRefs.modelUuid={m1}')).toBe('');
    expect(await found('modelServiceRefs.modelUuid is null', 'name=s1')).toBe('s1');
  });

  test('the bound model is deleted', async () => {
    await add(addModel, 'm2');
    await add(addModelService, 's2', { modelUuids: [uuidOf('m2')] });
    expect(await found('modelServiceRefs.modelUuid not null', 'name=s2')).toBe('s2');

    await server().delete(`${API}/models/${uuidOf('m2')}`);

    expect(await found('modelServiceRefs.modelUuid={m2}')).toBe('');
    expect(await found('modelServiceRefs.modelUuid not null', 'name=s2')).toBe('');
  });

  test('the service itself is deleted', async () => {
    await add(addModel, 'm3');
    await add(addModelService, 's3', {
      modelUuids: [uuidOf('m3')],
      architectureImages: [{ cpuArchitecture: 'mips64el' }],
    });

    await server().delete(`${PATH}/${uuidOf('s3')}`);

    expect(await found('modelServiceRefs.modelUuid={m3}')).toBe('');
    expect(await found('modelServiceImages.cpuArchitecture=mips64el')).toBe('');
  });

  test('images are replaced', async () => {
    await add(addModelService, 's4', {
      architectureImages: [{ cpuArchitecture: 'x86_64', dockerImage: 'old' }],
    });
    const architectureImages = [{ cpuArchitecture: 'aarch64', dockerImage: 'new' }];

    await server().put(`${PATH}/${uuidOf('s4')}`, {
      updateModelService: { architectureImages },
    });

    expect(await found('modelServiceImages.dockerImage=old')).toBe('');
    expect(await found('modelServiceImages.dockerImage=new')).toBe('s4');
  });

  test('the service is cloned', async () => {
    await add(addModel, 'm5');
    await add(addModelService, 's5', { modelUuids: [uuidOf('m5')] });
    server().advance(1000);
    await server().post(`${PATH}/${uuidOf('s5')}`, { params: { name: 'clone' } });

    expect(await found('modelServiceRefs.modelUuid={m5}')).toBe('s5 clone');
  });

  test('its center is registered, changed and deleted', async () => {
    const resourceUuid = '00000000000040008000000000000000';
    await add(addModelService, 's6', { modelCenterUuid: resourceUuid });
    expect(await found('modelCenter.name=east')).toBe('');
    expect(await found('modelCenter.name is null', 'name=s6')).toBe('s6');

    await add(addModelCenter, 'east', { resourceUuid });
    expect(await found('modelCenter.name=east')).toBe('s6');

    await server().put(`${API}/model-centers/${resourceUuid}`, {
      updateModelCenter: { name: 'west' },
    });
    expect(await found('modelCenter.name=east')).toBe('');
    expect(await found('modelCenter.name=west')).toBe('s6');

    await server().delete(`${API}/model-centers/${resourceUuid}`);
    expect(await found('modelCenter.name=west')).toBe('');
    expect(await found('modelCenter.name!=west', 'name=s6')).toBe('');
    expect(await found('modelCenter.name is null', 'name=s6')).toBe('s6');
  });
});

describe('reads dates in the server’s zone', () => {
  const zone = 'America/New_York';
  const server = sharedServer({ formatDate: dateFormatter(zone), parseDate: dateParser(zone) });
  const { add, found } = namedResources(server, PATH);
  beforeAll(() => add(addModelService, 'service'));

  test('in either form, and as its answers tell them', async () => {
    const { createDate } = (await server().get(PATH)).body.inventories[0];

    expect(createDate).toBe('Nov 25, 2025 6:51:51 AM');
    expect(await found(`createDate=${createDate}`)).toBe('service');
    expect(await found('createDate=2025-11-25 06:51:51')).toBe('service');
    expect(await found('createDate=2025-11-25 11:51:50')).toBe('');
    expect(await found('createDate?=2025-11-25 11:51:50,2025-11-25 06:51:51')).toBe('service');
    expect(await found('createDate<2025-11-25 06:51:52')).toBe('service');
    expect(await found('createDate<2025-11-25 06:51:51')).toBe('');
  });

  test('also where clocks leap over them', async () => {
    expect(await found('createDate>=2025-03-09 02:30:00')).toBe('service');
    expect(await found('createDate<=2025-11-02 01:30:00')).toBe('');
  });
});
