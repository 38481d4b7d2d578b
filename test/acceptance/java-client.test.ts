import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { classOf, JavaClient, type Outcome } from './java-client.ts';
import { PASSWORD, subject } from './subject.ts';

/** A date as the client's JSON library reads it by default. */
const DATE =
  /^(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M$/;

/** What an operation that must succeed has answered. */
function done({ value, error }: Outcome) {
  expect(error).toBeUndefined();
  expect(value.success).toBe(true);
  return value;
}

describe('a program built on the vendor’s Java client', () => {
  const url = subject();

  async function client(): Promise<JavaClient> {
    const client = new JavaClient(url());
    const { inventory } = done(await client.logIn('admin', PASSWORD));
    expect(inventory.expiredDate).toMatch(DATE);
    return client;
  }

  async function addCenter(client: JavaClient): Promise<string> {
    const { inventory } = done(
      await client.write('POST', '/ai/model-centers', 'param', {
        name: 'center',
        url: 'nfs://192.168.10.12/ai',
        managementIp: '192.168.10.12',
        managementPort: 8989,
      }),
    );
    return inventory.uuid;
  }

  test('calls every operation, as jobs', async () => {
    const sdk = await client();
    const modelCenterUuid = await addCenter(sdk);
    const model = done(
      await sdk.write('POST', '/ai/models', 'param', {
        name: 'Qwen 1.5 32B',
        installPath: '/ai/model_center/Qwen',
        modelCenterUuid,
        size: 102400,
      }),
    ).inventory;
    const service = done(
      await sdk.write('POST', '/ai/model-services', 'param', {
        name: 'chat',
        yaml: 'services: []',
        requestCpu: 4,
        requestMemory: 8192,
        modelCenterUuid,
        installPath: '/ai/chat',
        startCommand: 'python3 app.py',
        architectureImages: [
          { cpuArchitecture: 'X86_64', dockerImage: 'registry.example.com/chat' },
        ],
      }),
    ).inventory;
    expect(service.createDate).toMatch(DATE);

    const updated = done(
      await sdk.write('PUT', `/ai/model-services/${service.uuid}/actions`, 'updateModelService', {
        requestCpu: 8,
      }),
    ).inventory;
    expect(updated).toMatchObject({ uuid: service.uuid, requestCpu: 8, requestMemory: 8192 });

    const clone = done(
      await sdk.write('POST', `/ai/model-services/${service.uuid}`, 'params', {
        name: 'chat, a copy',
        size: 0,
        system: false,
      }),
    ).inventory;
    expect(clone.uuid).not.toBe(service.uuid);

    const bindings = `/ai/models/${model.uuid}/model-services/${service.uuid}`;
    const bound = done(
      await sdk.call({ method: 'POST', path: bindings, body: { param: {} }, isJob: true }),
    ).inventory;
    expect(bound.modelServiceRefs).toMatchObject([{ modelUuid: model.uuid }]);
    const queried = done(await sdk.query('/ai/model-services', [`uuid=${service.uuid}`], {}));
    for (const one of [bound, queried.inventories[0]]) {
      const { modelServiceRefs, modelServiceImages } = one;
      expect([one, ...modelServiceRefs, ...modelServiceImages].map(classOf)).toEqual([
        'org.zstack.ai.entity.ModelServiceInventory',
        'org.zstack.ai.entity.ModelServiceRefInventory',
        'org.zstack.ai.entity.ModelServiceImageInventory',
      ]);
    }

    const found = done(
      await sdk.query('/ai/model-services', [`modelCenterUuid=${modelCenterUuid}`, 'name~=chat%'], {
        sort: '-requestCpu',
        fields: 'uuid,requestCpu',
        replyWithCount: 'true',
      }),
    );
    expect(found).toEqual({
      success: true,
      inventories: [
        { uuid: service.uuid, requestCpu: 8 },
        { uuid: clone.uuid, requestCpu: 8 },
      ],
      total: 2,
    });

    expect(done(await sdk.delete(bindings))).toEqual({ success: true });
    for (const uuid of [service.uuid, clone.uuid])
      done(await sdk.delete(`/ai/model-services/${uuid}`));
    const rejected = await sdk.delete(`/ai/model-centers/${modelCenterUuid}`);
    expect(rejected.error).toMatchObject({ code: 'SYS.1006' });
    done(await sdk.delete(`/ai/models/${model.uuid}`));
    done(await sdk.delete(`/ai/model-centers/${modelCenterUuid}`));
    expect(done(await sdk.query('/ai/models', [`uuid=${model.uuid}`], {})).inventories).toEqual([]);
  });

  test('gets the errors of its jobs, whole', async () => {
    const sdk = await client();

    const missing = await sdk.write('POST', '/ai/models', 'param', { name: 'nameless center' });
    expect(missing.error).toEqual({
      code: 'SYS.1007',
      description: 'One or more API argument is invalid',
      details: expect.stringMatching(/^field\[installPath\] of message\[.*\] is mandatory/),
    });

    const unknown = crypto.randomUUID().replaceAll('-', '');
    const path = `/ai/model-services/${unknown}/actions`;
    const notFound = await sdk.write('PUT', path, 'updateModelService', {});
    expect(notFound.error).toMatchObject({ code: 'SYS.1003' });

    sdk.session = unknown;
    const anonymous = await sdk.write('POST', '/ai/models', 'param', {});
    expect(anonymous.error).toMatchObject({ code: 'ID.1001', details: 'Session expired' });
  });

  test('logs in and out inline, though it names a job', async () => {
    const sdk = await client();
    const { session } = sdk;

    const valid = { method: 'GET', path: `/accounts/sessions/${session}/valid` };
    expect(done(await sdk.call(valid)).valid).toBe(true);
    expect(
      done(await sdk.call({ method: 'DELETE', path: `/accounts/sessions/${session}` })),
    ).toEqual({
      success: true,
    });
    expect(done(await sdk.call(valid)).valid).toBe(false);
    expect((await sdk.logIn('admin', 'wrong')).error).toMatchObject({ code: 'ID.1000' });
  });

  test('gets a hook call when its job has ended', async () => {
    const sdk = await client();
    const modelCenterUuid = await addCenter(sdk);
    let onCall = (_call: object) => {};
    const called = new Promise<object>((resolve) => {
      onCall = resolve;
    });
    const listener = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        response.end();
        onCall({ headers: request.headers, body: JSON.parse(body) });
      });
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    const job = '0a1b2c3d4e5f40718293a4b5c6d7e8f9'.replace(
      /.{8}$/,
      Date.now().toString(16).slice(-8),
    );

    const answered = await sdk.call({
      method: 'POST',
      path: '/ai/models',
      body: { param: { name: 'm', installPath: '/ai', modelCenterUuid } },
      headers: { 'x-job-uuid': job, 'x-web-hook': `http://127.0.0.1:${port}/hook` },
      isJob: true,
    });

    expect(await called).toEqual({
      headers: expect.objectContaining({ 'x-job-uuid': job, 'x-job-success': 'true' }),
      body: { ...done(answered), schema: { inventory: 'org.zstack.ai.entity.ModelInventory' } },
    });
    await new Promise((resolve) => listener.close(resolve));
  });
});

describe('with an access key', () => {
  const url = subject({ AIOS_ACCESS_KEY: 'its-id:its-secret' });
  const elsewhere = process.env.AIOS_ACCEPTANCE_URL !== undefined;

  test.skipIf(elsewhere)('it signs its requests, in its own zone', async () => {
    const sdk = new JavaClient(url(), { id: 'its-id', secret: 'its-secret' });
    expect(done(await sdk.query('/ai/models', [], { count: 'true' }))).toEqual({
      success: true,
      total: 0,
    });
    const added = await sdk.write('POST', '/ai/model-centers', 'param', {
      name: 'center',
      url: 'nfs://192.168.10.12/ai',
      managementIp: '192.168.10.12',
      managementPort: 8989,
    });
    expect(done(added).inventory.name).toBe('center');

    const forged = new JavaClient(url(), { id: 'its-id', secret: 'another' });
    const rejected = await forged.query('/ai/models', [], {});
    expect(rejected.error).toMatchObject({ code: 'ID.1001' });
  });
});
