import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { PASSWORD, subject } from './subject.ts';

// One test for each rule of the wire (docs/fidelity.md) that came with the platform's catalogues, all of which version
// 0.7 fails.

const AI = 'org.zstack.ai';
const accessKey = { id: 'key-id', secret: 'key-secret' };
const url = subject({
  AIOS_ACCESS_KEY: `${accessKey.id}:${accessKey.secret}`,
  AIOS_UNKNOWN_FIELDS: 'reject',
});
let authorization = '';

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: bodies have every shape
  body: any;
}

async function call(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url()}/zstack${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

beforeAll(async () => {
  const password = createHash('sha512').update(PASSWORD).digest('hex');
  const logInByAccount = { accountName: 'admin', password };
  const { body } = await call('PUT', '/v1/accounts/login', { logInByAccount });
  authorization = `OAuth ${body.inventory.uuid}`;
});

const SERVICES = '/v1/ai/model-services';
const MODELS = '/v1/ai/models';
const newUuid = () => randomUUID().replaceAll('-', '');
const image = (cpuArchitecture: string) => ({ cpuArchitecture, dockerImage: 'registry/chat' });
const addService = (params: object = {}) =>
  call('POST', SERVICES, {
    param: {
      ...{ name: 'chat', yaml: '', requestCpu: 1, requestMemory: 1, modelCenterUuid: newUuid() },
      ...{ installPath: '/ai/chat', startCommand: 'run', ...params },
    },
  });
const addModel = (params: object = {}) =>
  call('POST', MODELS, {
    param: { name: 'Qwen', installPath: '/ai/Qwen', modelCenterUuid: newUuid(), ...params },
  });
/** Changes, or clones, a new service. */
const onNew = async (method: 'PUT' | 'POST', body: object, params: object = {}) => {
  const { body: added } = await addService(params);
  return call(method, `${SERVICES}/${added.inventory.uuid}`, body);
};
const update = (updateModelService: object, params: object = {}) =>
  onNew('PUT', { updateModelService }, params);
const clone = (params: object, source: object = {}) => onNew('POST', { params }, source);

/** A write with a hook that would be called. */
async function writeWithHook(headers: Record<string, string>): Promise<Answer> {
  const receiver = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  onTestFinished(() => void receiver.close());
  await new Promise((done) => receiver.once('listening', done));
  const { port } = receiver.address() as AddressInfo;
  const hook = { 'x-web-hook': `http://127.0.0.1:${port}/` };
  return call('DELETE', `${MODELS}/${newUuid()}`, undefined, { ...hook, ...headers });
}

/** A request that is signed with the time in China and the abbreviation that its zone shares with others. */
function signedInChina(): Promise<Answer> {
  const [, weekday, day, month, year, time] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(Date.now() + 8 * 3_600_000).toUTCString()) ??
    [];
  const date = `${weekday}, ${day} ${month} ${year} ${time} CST`;
  const signature = createHmac('sha1', accessKey.secret)
    .update(`GET\n${date}\n${MODELS}`)
    .digest('base64');
  return call('GET', MODELS, undefined, {
    authorization: `ZStack ${accessKey.id}:${signature}`,
    date,
  });
}

/** The second of three models, by a page of one, after the first of them was deleted. */
async function pageAfterDeletion(): Promise<Answer> {
  const vendor = newUuid();
  const uuids: string[] = [];
  for (let number = 0; number < 3; number++) {
    uuids.push((await addModel({ name: `${number}`, vendor })).body.inventory.uuid);
  }
  const page = (start: number) =>
    call('GET', `${MODELS}?q=vendor=${vendor}&sort=name&limit=1&fields=name&start=${start}`);
  await page(0);
  await call('DELETE', `${MODELS}/${uuids[0]}`);
  return page(1);
}

async function serviceWithSchema(): Promise<Answer> {
  const { body } = await addService({ architectureImages: [image('x86_64')] });
  const { uuid } = body.inventory;
  return call('GET', `${SERVICES}/${uuid}`, undefined, { 'x-json-schema': 'true' });
}

async function answerOfMessage(): Promise<unknown> {
  const [, uuid] = authorization.split(' ');
  const message = { [`${AI}.message.APIQueryModelMsg`]: { session: { uuid }, limit: 0 } };
  const { body } = await call('POST', '/api/', message);
  return JSON.parse(body.result);
}

const inventory = (members: object) => ({ status: 200, body: { inventory: members } });
const invalid = (details: RegExp) => ({
  status: 400,
  body: { error: { code: 'SYS.1007', details: expect.stringMatching(details) } },
});
const unknownField = (kind: string) =>
  `inventory class[class ${AI}.entity.${kind}Inventory] not having field[nothing]`;

test.each<[rule: string, what: string, send: () => Promise<unknown>, expected: object]>([
  [
    'F5',
    'a failed authorization with a hook is answered at once',
    () => writeWithHook({ authorization: `OAuth ${newUuid()}` }),
    { status: 503, body: { error: { code: 'ID.1001' } } },
  ],
  [
    'F12',
    'a clone has the given architectures, then those of its images',
    () => clone({ cpuArchitectures: ['MIPS64EL'] }, { architectureImages: [image('x86_64')] }),
    inventory({ cpuArchitectures: ['mips64el', 'x86_64'] }),
  ],
  [
    'F15',
    'a yaml and an edit of it exclude each other',
    () => update({ yaml: 'a: 1', serviceName: 'chat' }),
    invalid(/yaml/),
  ],
  [
    'F15',
    'a null document can be edited',
    () => update({ startupParameters: { a: 'b' } }, { yaml: '---' }),
    inventory({ yaml: expect.stringContaining('startupParameters') }),
  ],
  [
    'F15',
    'an edit leaves the rest as it was written',
    () => update({ serviceName: 'chat' }, { yaml: 'when: 0o17   # octal\nthen:   [ 1.50 ]\n' }),
    inventory({ yaml: expect.stringContaining('when: 0o17   # octal\nthen:   [ 1.50 ]\n') }),
  ],
  [
    'F16',
    'an update rejects a yaml with a syntax error',
    () => update({ yaml: 'a: [' }),
    invalid(/^Invalid YAML format: .*line 1/),
  ],
  [
    'F27',
    'the GPU memory of a model is computed',
    () => addModel({ size: 1024000 }),
    inventory({ minGpuMemory: 4295991296, recommendedGpuMemory: 4295991296 }),
  ],
  [
    'F28',
    'the version of an app is that of its path',
    () => addService({ type: 'App', installPath: '/apps/dify_1.11.1' }),
    inventory({ version: '1.11.1' }),
  ],
  [
    'F32',
    'an operation that is not provided is rejected by name',
    () => call('POST', `${SERVICES}/templates`, { param: {} }),
    invalid(/\[MatchModelServiceTemplateWithModel\]/),
  ],
  [
    'F36',
    'an answer has the classes of its objects',
    serviceWithSchema,
    {
      status: 200,
      body: {
        schema: {
          'inventories[0]': `${AI}.entity.ModelServiceInventory`,
          'inventories[0].modelServiceImages[0]': `${AI}.entity.ModelServiceImageInventory`,
        },
      },
    },
  ],
  [
    'F38',
    'an image has an image',
    () => addService({ architectureImages: [{ cpuArchitecture: 'x86_64', dockerImage: ' ' }] }),
    invalid(/architectureImages/),
  ],
  [
    'F38',
    'an architecture occurs once',
    () => update({ architectureImages: [image('X86_64'), image('x86_64')] }),
    invalid(/architectureImages/),
  ],
  [
    'F38',
    'a list of images is not empty',
    () => clone({ architectureImages: [] }),
    invalid(/architectureImages/),
  ],
  ['F39', 'a probe is a path', () => update({ serviceLivez: 'livez' }), invalid(/serviceLivez/)],
  [
    'F39',
    'a probe has no white space',
    () => update({ serviceReadyz: '/re adyz' }),
    invalid(/serviceReadyz/),
  ],
  [
    'F40',
    'a boot time ends at 65535',
    () => update({ serviceBootupTime: 65_536 }),
    invalid(/serviceBootupTime/),
  ],
  ['F40', 'a port occurs once', () => update({ servicePorts: [80, 80] }), invalid(/servicePorts/)],
  [
    'F41',
    'a vendor is not blank',
    () => addService({ vendorToSpecUuidsMap: { ' ': ['a'] } }),
    invalid(/vendorToSpecUuidsMap/),
  ],
  [
    'F41',
    'the list of a vendor is not null',
    () => addService({ vendorToSpecUuidsMap: { NVIDIA: null } }),
    invalid(/vendorToSpecUuidsMap/),
  ],
  [
    'F42',
    'a page counts the rows of the moment',
    pageAfterDeletion,
    { status: 200, body: { inventories: [{ name: '2' }] } },
  ],
  [
    'F43',
    'an unknown parameter is rejected where the setting says so',
    () => call('GET', `${MODELS}?nothing=1`),
    invalid(/\[nothing\]/),
  ],
  [
    'F45',
    'a class of an inventory has its package',
    () => call('GET', `${MODELS}?q=nothing=1`),
    { status: 503, body: { error: { code: 'SYS.1000', details: unknownField('Model') } } },
  ],
  [
    'F45',
    'a class of a message has its package',
    () => call('POST', '/v1/user-tags', { params: {} }),
    invalid(/message\[org\.zstack\.header\.tag\.APICreateUserTagMsg\]/),
  ],
  [
    'F46',
    'containerCommand has as many bytes as its column',
    () => addService({ containerCommand: 'é'.repeat(32_767) }),
    inventory({ containerCommand: 'é'.repeat(32_767) }),
  ],
  [
    'F46',
    'readme is measured in bytes',
    () => clone({ readme: 'é'.repeat(32_768) }),
    invalid(/readme/),
  ],
  ['F46', 'the size of a clone is not negative', () => clone({ size: -1 }), invalid(/size/)],
  ['F51', 'an abbreviation of several zones counts for each', signedInChina, { status: 200 }],
  [
    'F57',
    'a query has at most 8 conditions with patterns',
    () => call('GET', `${MODELS}?${Array(9).fill('q=name~=a%25').join('&')}`),
    invalid(/9 conditions/),
  ],
  [
    'F60',
    'a message is answered',
    answerOfMessage,
    { [`${AI}.message.APIQueryModelReply`]: { success: true, inventories: [] } },
  ],
  [
    'F61',
    'the version can be asked for',
    () => call('PUT', '/v1/management-nodes/actions', { getVersion: {} }, { authorization: '' }),
    { status: 200, body: { success: true, version: expect.stringMatching(/^\d+\.\d+/) } },
  ],
  [
    'F61',
    'readiness can be asked for',
    () => call('GET', '/v1/management-nodes/ready', undefined, { authorization: '' }),
    { status: 200, body: { success: true } },
  ],
])('%s: %s', async (_, _what, send, expected) => {
  expect(await send()).toMatchObject(expected);
});
