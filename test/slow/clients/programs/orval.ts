import assert from 'node:assert/strict';
import { authorization, exercise, inventoryOf, model, service, url } from './exercise.ts';
import {
  addModel,
  addModelService,
  bindModelToService,
  cloneModelService,
  queryModel,
  updateModelService,
} from './generated/api.ts';

const { fetch } = globalThis;
globalThis.fetch = (path, { headers, ...init } = {}) =>
  fetch(url + path, { ...init, headers: { ...headers, authorization } });

await exercise({
  addModel: async (name) => inventoryOf((await addModel({ param: model(name) })).data),
  addService: async (name) => inventoryOf((await addModelService({ param: service(name) })).data),
  async updateService(uuid, requestCpu) {
    return inventoryOf(
      (await updateModelService(uuid, { updateModelService: { requestCpu } })).data,
    );
  },
  cloneService: async (uuid, name) =>
    inventoryOf((await cloneModelService(uuid, { params: { name } })).data),
  bind: async (modelUuid, serviceUuid) =>
    inventoryOf((await bindModelToService(modelUuid, serviceUuid)).data),
  async queryModels(q) {
    const { status, data } = await queryModel({ q });
    assert(status === 200);
    return data.inventories?.map(({ name }) => name) ?? [];
  },
  async failingUpdate(uuid) {
    const { status, data } = await updateModelService(uuid, { updateModelService: {} });
    assert(status === 503);
    return data.error.code;
  },
});
