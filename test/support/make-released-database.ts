// Makes the fixtures of test/store/upgrade.test.ts. Usage: node test/support/make-released-database.ts CHECKOUT
// CHECKOUT is a folder with a built checkout of the release.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const SESSION = 'b86c9016b4f24953a9edefb53ca0678c';
const PASSWORD = 'a password of a release';
const API = '/zstack/v1/ai';
const ROOT = '/zstack/v1';

const checkout = resolve(process.argv[2] ?? '.');
const read = (path: string) => JSON.parse(readFileSync(join(checkout, path), 'utf8'));
const { version } = read('package.json');
const migration: string = read('migrations/sqlite/meta/_journal.json').entries.at(-1).tag;

const folder = mkdtempSync(join(tmpdir(), 'aios-released-'));
const file = join(folder, 'aios.db');
const child = spawn(process.execPath, [join(checkout, 'dist/main.js')], {
  cwd: folder,
  env: {
    PATH: process.env.PATH,
    TZ: 'UTC',
    AIOS_PORT: '0',
    AIOS_DATABASE_URL: `file:${file}`,
    AIOS_SESSION: SESSION,
    AIOS_ADMIN_PASSWORD: PASSWORD,
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
child.stdout.setEncoding('utf8').on('data', (text) => {
  output += text;
});
while (!output.includes('serves the API')) await once(child.stdout, 'data');
const [, url = ''] = /"msg":"(\S+) serves the API/.exec(output) ?? [];

async function call(method: string, path: string, body?: object, headers: object = {}) {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `OAuth ${SESSION}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
  return { status: response.status, body: (await response.json()) as any };
}

/** Sends a write that has to succeed, and gives its inventory. */
async function write(method: string, path: string, body?: object, headers?: object) {
  const answer = await call(method, path, body, headers);
  if (answer.status > 202) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer.body.inventory;
}

const newUuid = () => crypto.randomUUID().replaceAll('-', '');
const [center, image, spec] = [newUuid(), newUuid(), newUuid()];
const tags = { systemTags: ['team::chat'], userTags: ['chat', "标签 α😀 'quoted'"] };

const smallService = {
  name: 'small',
  yaml: '',
  requestCpu: 0,
  requestMemory: 0,
  modelCenterUuid: center,
  installPath: '/a',
  startCommand: 'a',
};
const wholeService = {
  ...smallService,
  name: 'Whole service 服务',
  yaml: 'services:\n  - name: a # a comment\n',
  requestCpu: 2_147_483_647,
  requestMemory: Number.MAX_SAFE_INTEGER,
  description: 'a description',
  zoneUuid: newUuid(),
  gpuComputeCapability: '8.9',
  system: true,
  pythonVersion: '3.12',
  condaVersion: '24.1',
  type: 'FineTune',
  source: 'HuggingFace',
  framework: 'a framework',
  architectureImages: [
    { cpuArchitecture: 'x86_64', dockerImage: 'registry.example.com/a:1', vmImageUuid: image },
    { cpuArchitecture: 'aarch64', dockerImage: 'registry.example.com/a:1' },
  ],
  supportDistributed: true,
  containerCommand: 'run',
  containerArgs: '--some --args',
  vendorToSpecUuidsMap: { NVIDIA: [spec, newUuid()], Huawei: [] },
  tagUuids: [newUuid()],
};
const smallModel = { name: 'small', installPath: '/a', modelCenterUuid: center };
const wholeModel = {
  ...smallModel,
  name: 'Whole model 模型',
  description: 'a description',
  parameters: '{"a":"parameter"}',
  token: 'a token',
  logo: 'data:image/png;base64,AAAA',
  vendor: 'a vendor',
  introduction: '# An introduction',
  size: 123_456_789_012,
  version: '1.0',
  recommendedGpuNum: '1,2,4',
  gpuConstraintDescription: 'a constraint',
  modelId: 'a model id',
  shareMode: 'Public',
  tagUuids: [newUuid()],
};

const gets: string[] = [];
const addService = (param: object, headers?: object) =>
  write('POST', `${API}/model-services`, { param, ...tags }, headers);
const addModel = (param: object) => write('POST', `${API}/models`, { param, ...tags });

const centers = `${API}/model-centers`;
const smallCenter = {
  name: 'center',
  url: 'nfs://192.0.2.1/ai',
  managementIp: '192.0.2.1',
  managementPort: 8989,
};
const wholeCenter = {
  ...smallCenter,
  resourceUuid: center,
  ...{ description: 'a description', parameters: 'a parameter', zoneUuid: newUuid() },
  ...{ storageNetworkUuid: newUuid(), serviceNetworkUuid: newUuid(), tagUuids: [newUuid()] },
  ...{ containerRegistry: 'r', containerNetwork: 'n', containerStorageNetwork: 's' },
};
await write('POST', centers, { param: wholeCenter });
const changed = await write('POST', centers, { param: smallCenter, ...tags });
await write('PUT', `${centers}/${changed.uuid}`, { updateModelCenter: { managementPort: 1 } });
const small = await addService(smallService);
const plain = await addModel(smallModel);
const service = await addService({ ...wholeService, modelUuids: [plain.uuid] });
const other = await addService(wholeService);
await addModel({
  ...wholeModel,
  modelServiceUuids: [service.uuid, small.uuid],
  defaultModelServiceUuid: service.uuid,
});
await write('POST', `${API}/models/${plain.uuid}/model-services/${other.uuid}`, {});
await write('POST', `${API}/model-services/${service.uuid}`, {
  params: { name: 'clone', readme: '# A readme', size: 7, system: false },
  ...tags,
});
await write('PUT', `${API}/model-services/${other.uuid}`, {
  updateModelService: {
    ...{ name: 'updated', servicePorts: [80], environmentParameters: { A: '1' } },
    architectureImages: [{ cpuArchitecture: 'mips64el', dockerImage: 'b' }],
  },
  userTags: ['updated'],
});
gets.push(centers, `${API}/model-services`, `${API}/models`);
if (migration >= '0005_datasets') {
  const datasets = `${API}/datasets`;
  const required = { name: 'questions', url: 'https://192.0.2.1/q.zip', modelCenterUuid: center };
  const secret = { token: 'a token', tagUuids: [newUuid()] };
  const { uuid } = await write('POST', datasets, { params: { ...required, ...secret }, ...tags });
  const updateDataset = { description: 'd', usageScenarios: ['App'], dataType: 'Text' };
  await write('PUT', `${datasets}/${uuid}`, { updateDataset });
  await write('POST', datasets, { params: { ...required, modelCenterUuid: 'none', system: true } });
  gets.push(datasets);
  if (migration >= '0006_deployments') await deploy(uuid);
}

async function deploy(datasetUuid: string) {
  const path = `${API}/model-services`;
  const asked = { name: 'a deployment', type: 'Container', dockerImage: 'a', zoneUuid: newUuid() };
  const smallest = { deployModelService: asked };
  const { uuid } = await write('PUT', `${path}/${small.uuid}/actions`, smallest);
  const used = {
    modelUuid: plain.uuid,
    datasetUuids: [datasetUuid],
    modelServiceGroupUuids: [uuid],
  };
  const deployModelService = { ...asked, ...used, environmentVariables: { A: '1' } };
  await write('PUT', `${path}/${service.uuid}/actions`, { deployModelService, ...tags });
  gets.push(`${path}/instances/groups`);
}

for (const [path, { uuid }] of [
  ['model-services', await addService(wholeService)],
  ['models', await addModel(wholeModel)],
] as const) {
  await write('DELETE', `${API}/${path}/${uuid}`);
}
const updateModel = { modelClassifications: ['a classification'] };
await write('PUT', `${API}/models/${plain.uuid}`, { updateModel });
const params = { resourceType: 'ModelCenterVO', resourceUuid: center, tag: 'a tag' };
await write('POST', `${ROOT}/user-tags`, { params });
const tag = await write('POST', `${ROOT}/system-tags`, { params });
await write('PUT', `${ROOT}/system-tags/${tag.uuid}/actions`, { updateSystemTag: { tag: 'b' } });
gets.push(`${ROOT}/user-tags`, `${ROOT}/system-tags`);
const password = createHash('sha512').update(PASSWORD).digest('hex');
const logInByAccount = { accountName: 'admin', password };
const { uuid: session } = await write('PUT', `${ROOT}/accounts/login`, { logInByAccount });
await write('PUT', `${ROOT}/accounts/sessions/${session}/renew`, {
  renewSession: { duration: 7000 },
});
gets.push(`${ROOT}/accounts/sessions/${session}/valid`);
const calls: unknown[] = [];
const receiver = createServer((request, response) => {
  calls.push(request.url);
  response.writeHead(request.url === '/taken' ? 200 : 500).end();
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');
const { port } = receiver.address() as AddressInfo;
const job = (path: string) => {
  const uuid = newUuid();
  gets.push(`${ROOT}/api-jobs/${uuid}`);
  return { 'X-Job-UUID': uuid, 'X-Web-Hook': `http://127.0.0.1:${port}/${path}` };
};
await addService(smallService, job('taken'));
const pending = job('pending');
const pendingHook = pending['X-Job-UUID'];
await addService(wholeService, pending);
const missing = { params: { name: 'a clone of nothing' } };
await write('POST', `${API}/model-services/${newUuid()}`, missing, job('taken'));
while (calls.length < 3) await setTimeout(10);
receiver.close();

const lists = gets.filter((path) => !/\/(api-jobs|sessions)\//.test(path));
const answers: Record<string, unknown> = {};
for (const path of gets) answers[path] = await call('GET', path);
for (const path of lists) {
  const { body } = answers[path] as { body: { inventories: { uuid: string }[] } };
  for (const { uuid } of body.inventories) {
    answers[`${path}/${uuid}`] = await call('GET', `${path}/${uuid}`);
  }
}
const madeAt = Date.now();

child.kill('SIGTERM');
await once(child, 'exit');
const left = readdirSync(folder).filter((name) => /-(wal|shm)$/.test(name));
if (left.length > 0) throw new Error(`The server left ${left}: the file alone is not whole.`);
const target = join('test/store/released', migration.slice(0, 4));
copyFileSync(file, `${target}.db`);
const reported = {
  version,
  migration,
  madeAt,
  session,
  password: PASSWORD,
  pendingHook,
};
writeFileSync(`${target}.json`, `${JSON.stringify({ ...reported, answers }, null, 2)}\n`);
rmSync(folder, { recursive: true });
console.log(`${target}.db: ${version}, ${Object.keys(answers).length} answers`);
