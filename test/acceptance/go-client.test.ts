import { describe, expect, test } from 'vitest';
import { GoClient } from './go-client.ts';
import { PASSWORD, subject } from './subject.ts';

describe.each([
  ['inline', {}],
  ['with a job', { AIOS_REPLY: 'job' }],
])('a program built on the vendor’s Go client, answered %s', (_, env) => {
  const url = subject(env);

  async function client(): Promise<GoClient> {
    const client = new GoClient(url());
    await client.logIn('admin', PASSWORD);
    return client;
  }

  test('calls every operation', async () => {
    const sdk = await client();
    const { inventory: center } = await sdk.call('POST', '/ai/model-centers', {
      params: {
        name: 'center',
        url: 'nfs://192.168.10.12/ai',
        managementIp: '192.168.10.12',
        managementPort: 8989,
      },
    });
    const { inventory: model } = await sdk.call('POST', '/ai/models', {
      params: { name: 'Qwen', installPath: '/ai/Qwen', modelCenterUuid: center.uuid, size: 7 },
    });
    const { inventory: service } = await sdk.call('POST', '/ai/model-services', {
      params: {
        name: 'chat',
        yaml: 'services: []',
        requestCpu: 4,
        requestMemory: 8192,
        modelCenterUuid: center.uuid,
        installPath: '/ai/chat',
        startCommand: 'python3 app.py',
      },
    });

    const { inventory: updated } = await sdk.call(
      'PUT',
      `/ai/model-services/${service.uuid}/actions`,
      { updateModelService: { requestCpu: 8 } },
    );
    expect(updated.requestCpu).toBe(8);
    const renamed = { updateModel: { name: 'Qwen 1.5' } };
    const { inventory: same } = await sdk.call('PUT', `/ai/models/${model.uuid}/actions`, renamed);
    expect(same).toMatchObject({ uuid: model.uuid, name: 'Qwen 1.5' });
    const { inventory: clone } = await sdk.call('POST', `/ai/model-services/${service.uuid}`, {
      params: { name: 'copy' },
    });
    const bindings = `/ai/models/${model.uuid}/model-services/${service.uuid}`;
    const { inventory: bound } = await sdk.call('POST', bindings, { params: {} });
    expect(bound.modelServiceRefs).toMatchObject([{ modelUuid: model.uuid, isDefault: false }]);

    expect(await sdk.get('/ai/model-services', clone.uuid)).toEqual(clone);
    expect((await sdk.get('/ai/model-centers', center.uuid)).capacity.modelUsedCapacity).toBe(7);
    const query =
      `/ai/model-services?q=${encodeURIComponent(`modelServiceRefs.modelUuid=${model.uuid}`)}` +
      '&sort=+name&limit=10&start=0&replyWithCount=true&fields=name';
    expect(await sdk.call('GET', query)).toEqual({
      success: true,
      inventories: [{ name: 'chat' }],
      total: 1,
    });

    for (const path of [
      bindings,
      `/ai/model-services/${service.uuid}`,
      `/ai/model-services/${clone.uuid}`,
    ]) {
      expect(await sdk.call('DELETE', `${path}?deleteMode=Permissive`)).toEqual({ success: true });
    }
    const { results } = await sdk.call('DELETE', `/ai/models?uuids=${model.uuid}&uuids=nonsense`);
    expect(results).toMatchObject([
      { uuid: model.uuid, success: true },
      { uuid: 'nonsense', success: false, error: { code: 'SYS.1003' } },
    ]);
    await sdk.call('DELETE', `/ai/model-centers/${center.uuid}?deleteMode=`);
    expect(await sdk.get('/ai/model-centers', center.uuid)).toBeUndefined();
    expect(await sdk.call('DELETE', `/accounts/sessions/${sdk.session}`)).toEqual({
      success: true,
    });
  });

  test('gets errors with code, description and details', async () => {
    const sdk = await client();
    const added = sdk.call('POST', '/ai/models', { params: { name: 'x', installPath: '/ai' } });
    await expect(added).rejects.toMatchObject({
      cause: {
        code: 'SYS.1007',
        description: 'One or more API argument is invalid',
        details: expect.stringContaining('field[modelCenterUuid]'),
      },
    });
    sdk.session = '0a1b2c3d4e5f40718293a4b5c6d7e8f9';
    await expect(sdk.get('/ai/models', 'x')).rejects.toMatchObject({ cause: { code: 'ID.1001' } });
  });
});
