import { describe, expect, test } from 'vitest';
import { MessageClient, type MessageStyle } from './message-client.ts';
import { PASSWORD, subject } from './subject.ts';

const ai = (operation: string) => `org.zstack.ai.message.API${operation}Msg`;
const identity = (operation: string) => `org.zstack.header.identity.API${operation}Msg`;
const tag = (operation: string) => `org.zstack.header.tag.API${operation}Msg`;

const styles: [string, MessageStyle][] = [
  ['Python bindings', { method: 'POST', path: '/zstack/api/', poll: 'GET' }],
  ['MCP server', { method: 'PUT', path: '/zstack/api', poll: 'PUT' }],
];

const settings = [{}, { AIOS_REPLY: 'job' }, { AIOS_CONTROL: 'on' }];

describe.each(settings)('a server with %j', (env) => {
  const url = subject(env);
  const isDelayed = 'AIOS_CONTROL' in env;

  test.each(styles)('is used by programs like the vendor’s %s', async (_, style) => {
    const client = new MessageClient(url(), style);
    const { version } = await client.send('org.zstack.header.managementnode.APIGetVersionMsg');
    expect(version).toBe('5.5.22');
    await client.logIn('admin', PASSWORD);
    const { validSession } = await client.send(identity('ValidateSession'), {
      sessionUuid: client.session,
    });
    expect(validSession).toBe(true);
    if (isDelayed) {
      const headers = {
        'content-type': 'application/json',
        authorization: `OAuth ${client.session}`,
      };
      const body = JSON.stringify({ atPoll: 2 });
      await fetch(`${url()}/_aios/jobs`, { method: 'PUT', headers, body });
    }

    const { inventory: center } = await client.send(ai('AddModelCenter'), {
      name: 'center',
      url: 'nfs://192.168.10.12/ai',
      managementIp: '192.168.10.12',
      managementPort: 8989,
    });
    const { inventory: service } = await client.send(ai('AddModelService'), {
      name: 'a!=b',
      yaml: 'services: []',
      requestCpu: 4,
      requestMemory: 8192,
      modelCenterUuid: center.uuid,
      installPath: '/ai/chat',
      startCommand: 'python3 app.py',
      userTags: ['team:vision'],
    });
    const { inventory: model } = await client.send(ai('AddModel'), {
      name: 'Qwen',
      installPath: '/ai/Qwen',
      modelCenterUuid: center.uuid,
    });
    const { inventory: bound } = await client.send(ai('BindModelToService'), {
      modelUuid: model.uuid,
      modelServiceUuid: service.uuid,
    });
    expect(bound.modelServiceRefs).toMatchObject([{ modelUuid: model.uuid }]);
    const { inventory: updated } = await client.send(ai('UpdateModelService'), {
      uuid: service.uuid,
      requestCpu: 8,
    });
    expect(updated).toMatchObject({ name: 'a!=b', requestCpu: 8 });
    const { inventory: clone } = await client.send(ai('CloneModelService'), {
      uuid: service.uuid,
      name: 'copy',
    });

    const conditions = [
      { name: 'name', op: 'in', value: 'a!=b,copy' },
      { name: 'requestCpu', op: '>=', value: 8 },
      { name: 'uuid', op: 'in', value: [service.uuid, clone.uuid] },
    ];
    const query = { conditions, sortBy: 'name', sortDirection: 'desc', fields: ['name'] };
    const { inventories, total } = await client.send(ai('QueryModelService'), {
      ...query,
      replyWithCount: true,
    });
    expect([inventories, total]).toEqual([[{ name: 'copy' }, { name: 'a!=b' }], 2]);
    expect(await client.send(ai('QueryModelService'), { conditions, count: true })).toEqual({
      success: true,
      total: 2,
    });
    const equal = [{ name: 'name', op: '=', value: 'a!=b' }];
    expect(
      (await client.send(ai('QueryModelService'), { conditions: equal })).inventories,
    ).toMatchObject([{ uuid: service.uuid }]);
    const { inventories: tags } = await client.send(tag('QueryUserTag'), {
      conditions: [{ name: 'resourceUuid', op: '=', value: service.uuid }],
    });
    expect(tags).toMatchObject([{ tag: 'team:vision' }]);

    await expect(client.send(ai('AddModel'), { name: 'x' })).rejects.toMatchObject({
      cause: {
        code: 'SYS.1007',
        details: `field[installPath] of message[${ai('AddModel')}] is mandatory, can not be null`,
      },
    });
    const both = { modelUuid: model.uuid, modelServiceUuid: service.uuid };
    await client.send(ai('UnbindModelFromService'), both);
    for (const { uuid } of [service, clone]) await client.send(ai('DeleteModelService'), { uuid });
    const { results } = await client.send(ai('DeleteModels'), { uuids: [model.uuid, 'nonsense'] });
    expect(results).toMatchObject([{ success: true }, { error: { code: 'SYS.1003' } }]);
    await client.send(ai('DeleteModelCenter'), { uuid: center.uuid, deleteMode: 'Enforcing' });
    expect(client.processing > 0).toBe(isDelayed);

    await client.send(identity('LogOut'), { sessionUuid: client.session });
    await expect(client.send(ai('QueryModel'))).rejects.toMatchObject({
      cause: { code: 'ID.1001' },
    });
  });
});
