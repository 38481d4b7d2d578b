import { expect } from 'vitest';
import type { InventoryOf } from '../../src/contract/schemas/fields.ts';
import { API, type Server } from './server.ts';

/** The required parameters of AddModelService, and nothing more. */
export const requiredServiceParams = {
  name: 'text to text model service',
  yaml: 'model service parameters',
  requestCpu: 4,
  requestMemory: 1024,
  modelCenterUuid: '52c542f0c3384b6890e08570e611d52a',
  installPath: '/example/install/path',
  startCommand: 'python3 app.py',
};

/** The required parameters of AddModel, and nothing more. */
export const requiredModelParams = {
  name: 'Qwen 1.5 32B',
  installPath: '192.168.10.12:/ai/model_center/Qwen_1.5_23B',
  modelCenterUuid: '52c542f0c3384b6890e08570e611d52a',
};

/** Adds a service with the required parameters and those given. */
export async function addModelService(
  server: Server,
  params: object = {},
): Promise<InventoryOf<'ModelService'>> {
  return add(server, 'model-services', { ...requiredServiceParams, ...params });
}

/** Adds a model with the required parameters and those given. */
export async function addModel(server: Server, params: object = {}): Promise<InventoryOf<'Model'>> {
  return add(server, 'models', { ...requiredModelParams, ...params });
}

async function add<Inventory>(server: Server, path: string, param: object): Promise<Inventory> {
  const { status, body } = await server.post(`${API}/${path}`, { param });
  expect(body).toMatchObject({ success: true });
  expect(status).toBe(200);
  return body.inventory;
}

/** The required parameters of AddModelCenter, and nothing more. */
export const requiredCenterParams = {
  name: 'center',
  url: 'nfs://192.168.10.12/ai',
  managementIp: '192.168.10.12',
  managementPort: 8989,
};

/** Adds a center with the required parameters and those given. */
export async function addModelCenter(
  server: Server,
  params: object = {},
): Promise<InventoryOf<'ModelCenter'>> {
  return add(server, 'model-centers', { ...requiredCenterParams, ...params });
}

/** The required parameters of CreateDataset, and nothing more. */
export const requiredDatasetParams = {
  name: 'questions',
  url: 'https://datasets.example.com/questions.zip',
  modelCenterUuid: '52c542f0c3384b6890e08570e611d52a',
};

/** Creates a dataset with the required parameters and those given. */
export async function createDataset(
  server: Server,
  params: object = {},
): Promise<InventoryOf<'Dataset'>> {
  return add(server, 'datasets', { ...requiredDatasetParams, ...params });
}

/** The required parameters of DeployModelService, and nothing more. */
export const requiredDeploymentParams = {
  zoneUuid: '7d2f8b1c9e3a4f5d8c6b0a1e2d3f4b5c',
  name: 'a deployment',
  type: 'VirtualMachine',
};

/** Deploys a service, a new one unless one is named, with the required parameters and those given. */
export async function deployModelService(
  server: Server,
  params: object = {},
  service?: string,
): Promise<InventoryOf<'ModelServiceInstanceGroup'>> {
  const uuid = service ?? (await addModelService(server)).uuid;
  const { status, body } = await server.put(`${API}/model-services/${uuid}`, {
    deployModelService: { ...requiredDeploymentParams, ...params },
  });
  expect(body).toMatchObject({ success: true });
  expect(status).toBe(200);
  return body.inventory;
}

/** Adds a center of that uuid. */
export async function registerCenter(server: Server, uuid: string): Promise<void> {
  await addModelCenter(server, { resourceUuid: uuid });
}
