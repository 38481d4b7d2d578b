import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classOf, JavaClient, type Outcome } from './java-client.ts';
import { MessageClient } from './message-client.ts';
import { PASSWORD, subject } from './subject.ts';

// biome-ignore lint/suspicious/noExplicitAny: bodies have every shape
type Body = any;

/** What a program that deploys services calls. */
interface Program {
  addService(params: object): Promise<Body>;
  deploy(service: string, params: object): Promise<Body>;
  find(conditions: string[]): Promise<Body[]>;
  update(group: string, params: object): Promise<Body>;
  deleteService(uuid: string): Promise<void>;
  deleteGroup(uuid: string): Promise<void>;
}

const GROUPS = '/ai/model-services/instances/groups';
const UPDATE = '/model-service-instance-groups';

/** A program of plain requests; with `Prefer: respond-async` each write is a job. */
async function restProgram(url: string, headers: Record<string, string>): Promise<Program> {
  const { session } = await messages(url);
  const authorization = `OAuth ${session}`;
  async function call(method: string, path: string, body?: object): Promise<Body> {
    const sent = { 'content-type': 'application/json', authorization, ...headers };
    let answer = await fetch(`${url}/zstack/v1${path}`, {
      method,
      headers: sent,
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(answer.status).toBe(method !== 'GET' && 'prefer' in headers ? 202 : 200);
    const { location } = (await answer.clone().json()) as Body;
    while (answer.status === 202) answer = await fetch(location);
    expect(answer.status).toBe(200);
    return answer.json();
  }
  return {
    addService: async (param) => (await call('POST', '/ai/model-services', { param })).inventory,
    deploy: async (service, deployModelService) =>
      (await call('PUT', `/ai/model-services/${service}`, { deployModelService })).inventory,
    find: async (conditions) => {
      const query = new URLSearchParams(conditions.map((q): [string, string] => ['q', q]));
      return (await call('GET', `${GROUPS}?${query}`)).inventories;
    },
    update: async (group, updateModelServiceInstanceGroup) =>
      (await call('PUT', `${UPDATE}/${group}`, { updateModelServiceInstanceGroup })).inventory,
    deleteService: async (uuid) => void (await call('DELETE', `/ai/model-services/${uuid}`)),
    deleteGroup: async (uuid) => void (await call('DELETE', `${GROUPS}/${uuid}`)),
  };
}

async function javaProgram(url: string): Promise<Program> {
  const client = new JavaClient(url);
  const done = ({ value, error }: Outcome) => {
    expect(error).toBeUndefined();
    return value;
  };
  const asGroup = (group: Body) => {
    expect([group, ...group.instances].map(classOf)).toEqual([
      'org.zstack.ai.entity.ModelServiceInstanceGroupInventory',
      'org.zstack.ai.entity.ModelServiceInstanceInventory',
    ]);
    return group;
  };
  done(await client.logIn('admin', PASSWORD));
  const write = async (method: string, path: string, wrapper: string, params: object) =>
    done(await client.write(method, path, wrapper, params)).inventory;
  return {
    addService: (params) => write('POST', '/ai/model-services', 'param', params),
    deploy: async (service, params) =>
      asGroup(
        await write('PUT', `/ai/model-services/${service}/actions`, 'deployModelService', params),
      ),
    find: async (conditions) =>
      done(await client.query(`${GROUPS}/`, conditions, {})).inventories.map(asGroup),
    update: async (group, params) =>
      asGroup(
        await write('PUT', `${UPDATE}/${group}/actions`, 'updateModelServiceInstanceGroup', params),
      ),
    deleteService: async (uuid) => void done(await client.delete(`/ai/model-services/${uuid}`)),
    deleteGroup: async (uuid) => void done(await client.delete(`${GROUPS}/${uuid}`)),
  };
}

async function messages(url: string): Promise<MessageClient> {
  const client = new MessageClient(url, { method: 'POST', path: '/zstack/api/', poll: 'GET' });
  await client.logIn('admin', PASSWORD);
  return client;
}

async function messageProgram(url: string): Promise<Program> {
  const client = await messages(url);
  const send = (operation: string, fields: object): Promise<Body> =>
    client.send(`org.zstack.ai.message.API${operation}Msg`, fields);
  const toCondition = (condition: string) => {
    const [name, value] = condition.split('=');
    return { name, op: '=', value };
  };
  return {
    addService: async (params) => (await send('AddModelService', params)).inventory,
    deploy: async (uuid, params) =>
      (await send('DeployModelService', { uuid, ...params })).inventory,
    find: async (conditions) =>
      (await send('QueryModelServiceInstanceGroup', { conditions: conditions.map(toCondition) }))
        .inventories,
    update: async (uuid, params) =>
      (await send('UpdateModelServiceInstanceGroup', { uuid, ...params })).inventory,
    deleteService: (uuid) => send('DeleteModelService', { uuid }),
    deleteGroup: (uuid) => send('DeleteModelServiceInstanceGroup', { uuid }),
  };
}

const programs: [string, (url: string) => Promise<Program>][] = [
  ['inline', (url) => restProgram(url, {})],
  ['as jobs', (url) => restProgram(url, { prefer: 'respond-async' })],
  ['by the vendor’s Java client', javaProgram],
  ['by messages', messageProgram],
];

// Another server has other settings.
describe.skipIf(process.env.AIOS_ACCEPTANCE_URL)('a program that deploys services', () => {
  const endpoint = createServer((request, response) => response.end(`a chat at ${request.url}`));
  const settings = { AIOS_CONTROL: 'on', AIOS_DEPLOY_TIME: '30m', AIOS_DEPLOY_URL: '' };
  const quick = { AIOS_DEPLOY_TIME: '200ms', AIOS_DEPLOY_URL: '' };
  beforeAll(async () => {
    await once(endpoint.listen(0, '127.0.0.1'), 'listening');
    const { port } = endpoint.address() as AddressInfo;
    for (const each of [settings, quick]) {
      each.AIOS_DEPLOY_URL = `http://127.0.0.1:${port}/{name}/{group}`;
    }
  });
  afterAll(() => void endpoint.close());
  const url = subject(settings);
  const quickUrl = subject(quick);

  async function setClock(clock: object): Promise<void> {
    const { session } = await messages(url());
    const { status } = await fetch(`${url()}/_aios/clock`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `OAuth ${session}` },
      body: JSON.stringify(clock),
    });
    expect(status).toBe(200);
  }

  async function deploy(program: Program, name: string) {
    const service = await program.addService({
      name,
      yaml: 'services: []',
      requestCpu: 4,
      requestMemory: 8192,
      modelCenterUuid: '52c542f0c3384b6890e08570e611d52a',
      installPath: '/ai/chat',
      startCommand: 'python3 app.py',
      architectureImages: [{ cpuArchitecture: 'x86_64', dockerImage: 'registry.example.com/chat' }],
    });
    const params = {
      zoneUuid: '7d2f8b1c9e3a4f5d8c6b0a1e2d3f4b5c',
      name,
      type: 'Container',
      dockerImage: 'registry.example.com/chat',
      environmentVariables: { HF_HOME: '/models' },
    };
    return { service, group: await program.deploy(service.uuid, params) };
  }

  test.each(programs)('%s, under a clock that it puts forward', async (_, start) => {
    await setClock({});
    const program = await start(url());
    const { service, group } = await deploy(program, 'a chat');
    const running = [`modelServiceUuid=${service.uuid}`, 'status=Running'];
    expect(group).toMatchObject({ modelServiceUuid: service.uuid, status: 'Deploying' });
    expect(await program.find(running)).toEqual([]);

    await setClock({ aheadMs: 30 * 60_000 });
    const [found, ...others] = await program.find(running);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ uuid: group.uuid, status: 'Running' });
    const [instance] = found.instances;
    expect(instance).toMatchObject({ status: 'Running', architecture: 'x86_64' });
    const answer = await fetch(`${instance.url}/v1/chat`);
    expect(await answer.text()).toBe(`a chat at /a%20chat/${group.uuid}/v1/chat`);

    const updated = await program.update(group.uuid, { name: 'later' });
    expect(updated).toMatchObject({ uuid: group.uuid, name: 'later', status: 'Running' });
    expect(updated.instances).toEqual(found.instances);

    await program.deleteService(service.uuid);
    const [left] = await program.find([`uuid=${group.uuid}`]);
    expect(left).toMatchObject({ name: 'later', status: 'Running' });
    expect(left).not.toHaveProperty('modelServiceUuid');

    await program.deleteGroup(group.uuid);
    expect(await program.find([`uuid=${group.uuid}`])).toEqual([]);
  });

  test.each(programs)('%s, in real time', async (_, start) => {
    const program = await start(quickUrl());
    const { group } = await deploy(program, 'quick');
    const poll = async () => (await program.find([`uuid=${group.uuid}`]))[0];
    let polled = await poll();
    while (polled.status === 'Deploying') {
      await setTimeout(20);
      polled = await poll();
    }
    expect(polled.status).toBe('Running');
    expect((await fetch(polled.instances[0].url)).status).toBe(200);
  });
});
