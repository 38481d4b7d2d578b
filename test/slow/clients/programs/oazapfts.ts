import assert from 'node:assert/strict';
import { authorization, exercise, inventoryOf, model, service, url } from './exercise.ts';
import * as api from './generated/api.ts';

api.defaults.baseUrl = url;
api.defaults.headers = { authorization };

await exercise({
  addModel: async (name) => inventoryOf((await api.addModel({ param: model(name) })).data),
  addService: async (name) =>
    inventoryOf((await api.addModelService({ param: service(name) })).data),
  updateService: async (uuid, requestCpu) =>
    inventoryOf((await api.updateModelService(uuid, { updateModelService: { requestCpu } })).data),
  cloneService: async (uuid, name) =>
    inventoryOf((await api.cloneModelService(uuid, { params: { name } })).data),
  bind: async (modelUuid, serviceUuid) =>
    inventoryOf((await api.bindModelToService(modelUuid, serviceUuid)).data),
  async queryModels(q) {
    const answer = await api.queryModel({ q });
    assert(answer.status === 200);
    return answer.data.inventories?.map(({ name }) => name) ?? [];
  },
  async failingUpdate(uuid) {
    const answer = await api.updateModelService(uuid, { updateModelService: {} });
    assert(answer.status === 503);
    return answer.data.error.code;
  },
});
