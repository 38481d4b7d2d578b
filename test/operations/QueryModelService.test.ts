import { beforeAll, describe, expect, test } from 'vitest';
import { dateFormatter, dateParser } from '../../src/contract/dates.ts';
import { describeConditions } from '../support/conditions.ts';
import { expectError, invalidArgument } from '../support/errors.ts';
import { describeList } from '../support/lists.ts';
import { namedResources } from '../support/named-resources.ts';
import { addModel, addModelCenter, addModelService } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const PATH = `${API}/model-services`;

describeList('ModelService');
describeConditions('ModelService', {
  text: 'description',
  integer: 'requestCpu',
  long: 'requestMemory',
  boolean: 'system',
});

test('ignores unknown parameters', async () => {
  const server = await startServer();
  const service = await addModelService(server);

  const { body } = await server.get(`${PATH}?nowhere=1&q[]=x&systemTags=y&uuid=z`);

  expect(body).toEqual({ success: true, inventories: [service] });
});

describe('finds services', () => {
  const server = sharedServer();
  const { add, found, uuidOf } = namedResources(server, PATH);

  beforeAll(async () => {
    const north = await add(addModelCenter, 'north', { description: 'cold', managementPort: 8989 });
    const south = await add(addModelCenter, 'South', { managementPort: 80, url: 'nfs://south' });
    const chat = await add(addModel, 'chat');
    const draw = await add(addModel, 'draw');
    await add(addModelService, 'bare', { modelCenterUuid: 'not registered' });
    await add(addModelService, 'single', {
      modelUuids: [chat],
      modelCenterUuid: north,
      userTags: ['a', 'b'],
      architectureImages: [
        { cpuArchitecture: 'x86_64', dockerImage: 'img:1' },
        { cpuArchitecture: 'aarch64', vmImageUuid: 'vm' },
      ],
    });
    await add(addModelService, 'double', {
      modelUuids: [chat, draw],
      modelCenterUuid: south,
      userTags: ['a'],
      systemTags: ['a'],
      architectureImages: [{ cpuArchitecture: 'x86_64', dockerImage: 'IMG:1' }],
    });
    await add(addModelService, 'empty', {
      modelCenterUuid: north.toUpperCase(),
      architectureImages: [{ cpuArchitecture: 'loongarch64', vmImageUuid: 'other' }],
    });
    await server().put(`${API}/models/${draw}`, {
      updateModel: { defaultModelServiceUuid: uuidOf('double') },
    });
  });

  test.each([
    [['modelServiceRefs.modelUuid={chat}'], 'single double'],
    [['modelServiceRefs.modelUuid!={draw}'], 'bare single empty'],
    [['modelServiceRefs.isDefault=FALSE'], 'single double'],
    [['modelServiceImages.cpuArchitecture=X86_64'], 'single double'],
    [['modelServiceImages.dockerImage is null'], 'bare empty'],
    [['modelServiceImages.createDate!=2025-11-25 11:51:56'], 'bare double empty'],
    [['modelCenter.name!=north'], 'double'],
    [['modelCenter.uuid={north}'], 'single empty'],
    [['modelCenter.managementPort?= 80 ,81'], 'double'],
    [['modelCenter.createDate?=Nov 25, 2025 11:51:52 AM,2025-11-25 11:51:53'], 'double'],
    [['modelCenter.description is null'], 'bare double'],
    [['modelCenterUuid={north}'], 'single empty'],
    [['__userTag__=a'], 'single double'],
    [['__userTag__!=b'], 'bare double empty'],
    [['__systemTag__=a'], 'double'],
    // Each condition may hold for another of them.
    [['modelServiceRefs.modelUuid={chat}', 'modelServiceRefs.modelUuid={draw}'], 'double'],
    [['modelServiceRefs.modelUuid={chat}', 'modelServiceRefs.modelUuid!={draw}'], 'single'],
    [
      ['modelServiceImages.cpuArchitecture=aarch64', 'modelServiceImages.dockerImage=img:1'],
      'single',
    ],
    [['__userTag__=a', '__userTag__=b'], 'single'],
    [['modelCenter.name=north', 'modelServiceRefs.modelUuid is null', 'name!=x'], 'empty'],
    [['modelCenter.name=north', 'modelCenter.managementPort=80'], ''],
  ])('by related resources: %j finds %s', async (conditions, expected) => {
    expect(await found(...conditions)).toBe(expected);
  });

  test.each([
    ['modelServiceRefs.isDefault=yes', '[modelServiceRefs.isDefault]'],
    ['modelServiceImages.createDate=yesterday', '[modelServiceImages.createDate]'],
    ['modelCenter.managementPort=80.0', '[modelCenter.managementPort]'],
  ])('but rejects %s', async (condition, field) => {
    const error = invalidArgument(expect.stringContaining(field));
    expectError(await server().query(PATH, [condition]), error);
  });
});

test('reads dates in the server’s time zone, in either form', async () => {
  const zone = 'America/New_York';
  const server = await startServer({
    formatDate: dateFormatter(zone),
    parseDate: dateParser(zone),
  });
  const { add, found } = namedResources(() => server, PATH);
  await add(addModelService, 'service');
  const { createDate } = (await server.get(PATH)).body.inventories[0];

  expect(createDate).toBe('Nov 25, 2025 6:51:51 AM');
  expect(await found(`createDate=${createDate}`)).toBe('service');
  expect(await found('createDate=2025-11-25 06:51:51')).toBe('service');
  expect(await found('createDate=2025-11-25 11:51:50')).toBe('');
  expect(await found('createDate?=2025-11-25 11:51:50,2025-11-25 06:51:51')).toBe('service');
  // Times that daylight saving skips or repeats.
  expect(await found('createDate>=2025-03-09 02:30:00')).toBe('service');
  expect(await found('createDate<=2025-11-02 01:30:00')).toBe('');
});
