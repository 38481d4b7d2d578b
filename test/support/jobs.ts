import { expect } from 'vitest';
import { isWrite, type OperationName, operations } from '../../src/contract/operations.ts';
import { beginSession, sessionPath } from './logins.ts';
import { newUuid } from './records.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  createDataset,
  deployModelService,
  requiredCenterParams,
  requiredDatasetParams,
  requiredDeploymentParams,
  requiredModelParams,
  requiredServiceParams,
} from './resources.ts';
import { type Answer, API, type CallOptions, ROOT, type Server } from './server.ts';

type Definitions = typeof operations;

/** Every operation that may be run as a job (F1). */
export type WriteName = {
  [Name in OperationName]: Definitions[Name] extends { method: 'GET' } | { open: true }
    ? never
    : Name;
}[OperationName];

const names = Object.keys(operations) as OperationName[];
export const writeNames = names.filter((name) => isWrite(operations[name])) as WriteName[];
/** Every operation that is never run as a job. */
export const otherNames = names.filter((name) => !isWrite(operations[name]));

/** A request that is yet to be sent. */
export interface Sent {
  method: string;
  path: string;
  body?: unknown;
}

/** Sends it. */
export function send(
  server: Server,
  { method, path, body }: Sent,
  options?: CallOptions,
): Promise<Answer> {
  return server.call(method, path, body, options);
}

const TAG = { resourceType: 'ModelVO', tag: 'before' };
const IMAGES = [
  { cpuArchitecture: 'X86_64', dockerImage: 'registry/a' },
  { cpuArchitecture: 'aarch64', vmImageUuid: 'b' },
];
const TAGS = { systemTags: ['team::chat'], userTags: ['chat', 'α\u2028😀'] };

/** Adds a tag to a model of its own. */
async function addTag(server: Server, kind: 'user-tags' | 'system-tags'): Promise<string> {
  const { uuid: resourceUuid } = await addModel(server);
  const { status, body } = await server.post(`${ROOT}/${kind}`, {
    params: { ...TAG, resourceUuid },
  });
  expect(status).toBe(200);
  return body.inventory.uuid;
}

/** A service with parts of every kind. */
async function addWholeService(server: Server): Promise<string> {
  const { uuid: model } = await addModel(server);
  const { uuid } = await addModelService(server, {
    architectureImages: IMAGES,
    vendorToSpecUuidsMap: { NVIDIA: ['a', 'b'] },
    modelUuids: [model],
    yaml: 'services:\n  - name: a\n',
  });
  return uuid;
}

/**
 * For each write of the catalogue, a request that succeeds. What it needs is added first, inline: the
 * server's reply mode must let it.
 */
export const writes: Readonly<Record<WriteName, (server: Server) => Promise<Sent>>> = {
  AddModelService: async (server) => ({
    method: 'POST',
    path: `${API}/model-services`,
    body: {
      param: {
        ...requiredServiceParams,
        description: '',
        requestMemory: Number.MAX_SAFE_INTEGER,
        yaml: 'a: "α😀"\r\n# a comment\n',
        architectureImages: IMAGES,
        // As a parsed text has it: a member of the map, not its prototype.
        vendorToSpecUuidsMap: JSON.parse('{"__proto__":["a"],"Huawei":[]}'),
        modelUuids: [(await addModel(server)).uuid],
      },
      ...TAGS,
    },
  }),
  UpdateModelService: async (server) => ({
    method: 'PUT',
    path: `${API}/model-services/${await addWholeService(server)}`,
    body: {
      updateModelService: { name: 'later', servicePorts: [80], architectureImages: IMAGES },
      ...TAGS,
    },
  }),
  CloneModelService: async (server) => ({
    method: 'POST',
    path: `${API}/model-services/${await addWholeService(server)}`,
    body: { params: { name: 'clone', size: 0, system: false }, ...TAGS },
  }),
  AddModel: async (server) => ({
    method: 'POST',
    path: `${API}/models`,
    body: {
      param: {
        ...requiredModelParams,
        recommendedGpuNum: '1, 2',
        modelServiceUuids: [(await addModelService(server)).uuid],
      },
      ...TAGS,
    },
  }),
  BindModelToService: async (server) => ({
    method: 'POST',
    path: `${API}/models/${(await addModel(server)).uuid}/model-services/${await addWholeService(server)}`,
    body: { param: {}, ...TAGS },
  }),
  UnbindModelFromService: async (server) => {
    const { uuid: service } = await addModelService(server);
    const { uuid } = await addModel(server, { modelServiceUuids: [service] });
    return { method: 'DELETE', path: `${API}/models/${uuid}/model-services/${service}` };
  },
  DeleteModelService: async (server) => ({
    method: 'DELETE',
    path: `${API}/model-services/${await addWholeService(server)}?deleteMode=Permissive`,
  }),
  UpdateModel: async (server) => ({
    method: 'PUT',
    path: `${API}/models/${(await addModel(server)).uuid}/actions`,
    body: {
      updateModel: { defaultModelServiceUuid: (await addModelService(server)).uuid, vendor: '' },
      ...TAGS,
    },
  }),
  DeleteModel: async (server) => ({
    method: 'DELETE',
    path: `${API}/models/${(await addModel(server)).uuid}`,
  }),
  DeleteModels: async (server) => ({
    method: 'DELETE',
    path: `${API}/models`,
    // One of them fails without affecting the others (F55).
    body: { uuids: [(await addModel(server)).uuid, 'no uuid', (await addModel(server)).uuid] },
  }),
  AddModelCenter: async () => ({
    method: 'POST',
    path: `${API}/model-centers`,
    body: { param: requiredCenterParams, ...TAGS },
  }),
  UpdateModelCenter: async (server) => {
    const { uuid } = await addModelCenter(server);
    await addModel(server, { modelCenterUuid: uuid, size: 3 });
    await addModelService(server, { modelCenterUuid: uuid });
    return {
      method: 'PUT',
      path: `${API}/model-centers/${uuid}`,
      body: { updateModelCenter: { managementPort: 1 }, ...TAGS },
    };
  },
  DeleteModelCenter: async (server) => {
    const { uuid } = await addModelCenter(server);
    await addModel(server, { modelCenterUuid: uuid });
    return { method: 'DELETE', path: `${API}/model-centers/${uuid}?deleteMode=Enforcing` };
  },
  DeployModelService: async (server) => ({
    method: 'PUT',
    path: `${API}/model-services/${await addWholeService(server)}/actions`,
    body: {
      deployModelService: {
        ...requiredDeploymentParams,
        modelUuid: (await addModel(server)).uuid,
        datasetUuids: [(await createDataset(server)).uuid],
        modelServiceGroupUuids: [(await deployModelService(server)).uuid],
      },
      ...TAGS,
    },
  }),
  UpdateModelServiceInstanceGroup: async (server) => ({
    method: 'PUT',
    path: `${ROOT}/model-service-instance-groups/${(await deployModelService(server)).uuid}`,
    body: {
      updateModelServiceInstanceGroup: { name: 'later', environmentVariables: { a: 'b' } },
      ...TAGS,
    },
  }),
  DeleteModelServiceInstanceGroup: async (server) => ({
    method: 'DELETE',
    path: `${API}/model-services/instances/groups/${(await deployModelService(server)).uuid}`,
  }),
  DeleteModelServiceInstanceGroups: async (server) => ({
    method: 'DELETE',
    path: `${API}/model-services/instances/groups`,
    body: { uuids: [(await deployModelService(server)).uuid, 'no uuid'] },
  }),
  CreateDataset: async (server) => ({
    method: 'POST',
    path: `${API}/datasets`,
    body: {
      params: { ...requiredDatasetParams, modelCenterUuid: (await addModelCenter(server)).uuid },
      ...TAGS,
    },
  }),
  UpdateDataset: async (server) => ({
    method: 'PUT',
    path: `${API}/datasets/${(await createDataset(server)).uuid}/actions`,
    body: { updateDataset: { name: 'later', usageScenarios: ['App'] }, ...TAGS },
  }),
  UpdateDatasets: async (server) => {
    const uuids = [(await createDataset(server)).uuid, (await createDataset(server)).uuid];
    const updateDatasetStructs = uuids.map((uuid) => ({ uuid, description: 'later' }));
    return {
      method: 'PUT',
      path: `${API}/datasets`,
      body: { updateDatasets: { updateDatasetStructs }, ...TAGS },
    };
  },
  DeleteDataset: async (server) => ({
    method: 'DELETE',
    path: `${API}/datasets/${(await createDataset(server)).uuid}`,
  }),
  DeleteDatasets: async (server) => ({
    method: 'DELETE',
    path: `${API}/datasets`,
    body: { uuids: [(await createDataset(server)).uuid, 'no uuid'] },
  }),
  RenewSession: async (server) => ({
    method: 'PUT',
    path: `${sessionPath((await beginSession(server)).uuid)}/renew`,
    body: { renewSession: { duration: 86_400 } },
  }),
  CreateUserTag: async (server) => ({
    method: 'POST',
    path: `${ROOT}/user-tags`,
    body: { params: { ...TAG, resourceUuid: (await addModel(server)).uuid } },
  }),
  CreateSystemTag: async (server) => ({
    method: 'POST',
    path: `${ROOT}/system-tags`,
    body: { params: { ...TAG, resourceUuid: (await addModel(server)).uuid } },
  }),
  UpdateSystemTag: async (server) => ({
    method: 'PUT',
    path: `${ROOT}/system-tags/${await addTag(server, 'system-tags')}/actions`,
    body: { updateSystemTag: { tag: 'after' } },
  }),
  DeleteTag: async (server) => ({
    method: 'DELETE',
    path: `${ROOT}/tags/${await addTag(server, 'user-tags')}`,
  }),
};

/** The path of a job's poll (F56). */
export const jobPath = (uuid: string) => `${ROOT}/api-jobs/${encodeURIComponent(uuid)}`;

/** A header that names a job, with the options of the call. */
export function naming(uuid: string, { headers, ...options }: CallOptions = {}): CallOptions {
  return { ...options, headers: { ...headers, 'X-Job-UUID': uuid } };
}

/** Polls a job's outcome, which needs no session. */
export function poll(server: Server, uuid: string): Promise<Answer> {
  return server.get(jobPath(uuid), { session: null });
}

/** What a location leads to. */
export async function follow(location: string): Promise<Answer> {
  const response = await fetch(location);
  const { status, headers } = response;
  return { status, headers, body: await response.json() };
}

/**
 * Expects the exact answer that an operation is run as a job (F56).
 * @returns the location
 */
export function expectAccepted(
  answer: Answer,
  expected: { location?: unknown; apiTimeout?: number } = {},
): string {
  expect({
    status: answer.status,
    type: answer.headers.get('content-type'),
    body: answer.body,
  }).toEqual({
    status: 202,
    type: 'application/json;charset=UTF-8',
    body: {
      location: expected.location ?? expect.stringMatching(/\/zstack\/v1\/api-jobs\/[^/]+$/),
      apiTimeout: expected.apiTimeout ?? 1_800_000,
    },
  });
  return answer.body.location;
}

/** Sends a request as a job and polls its outcome. */
export async function outcome(
  server: Server,
  request: Sent,
  options?: CallOptions,
): Promise<Answer> {
  const uuid = newUuid();
  expectAccepted(await send(server, request, naming(uuid, options)), {
    location: server.url + jobPath(uuid),
  });
  return poll(server, uuid);
}

/** The same uuids in the same order, each time it starts again. */
export function countedUuids() {
  let count = 0;
  return {
    next: () => `000000000000400080000${(count++).toString(16).padStart(11, '0')}`,
    /** @param series no other series has the same uuids */
    start: (series: number) => {
      count = series * 0x1000;
    },
  };
}
