import assert from 'node:assert/strict';
import { authorization, exercise, inventoryOf, model, service, url } from './exercise.ts';
import { client } from './generated/client.gen.ts';
import {
  addModel,
  addModelService,
  bindModelToService,
  cloneModelService,
  queryModel,
  updateModelService,
} from './generated/index.ts';

client.setConfig({ baseUrl: url, auth: authorization, throwOnError: true });

await exercise({
  async addModel(name) {
    return inventoryOf((await addModel({ body: { param: model(name) }, throwOnError: true })).data);
  },
  async addService(name) {
    const body = { param: service(name) };
    return inventoryOf((await addModelService({ body, throwOnError: true })).data);
  },
  async updateService(uuid, requestCpu) {
    const body = { updateModelService: { requestCpu } };
    return inventoryOf(
      (await updateModelService({ path: { uuid }, body, throwOnError: true })).data,
    );
  },
  async cloneService(uuid, name) {
    const body = { params: { name } };
    return inventoryOf(
      (await cloneModelService({ path: { uuid }, body, throwOnError: true })).data,
    );
  },
  async bind(modelUuid, modelServiceUuid) {
    const path = { modelUuid, modelServiceUuid };
    return inventoryOf((await bindModelToService({ path, throwOnError: true })).data);
  },
  async queryModels(q) {
    const { data } = await queryModel({ query: { q }, throwOnError: true });
    return data.inventories?.map(({ name }) => name) ?? [];
  },
  async failingUpdate(uuid) {
    const body = { updateModelService: {} };
    const { error } = await updateModelService({ path: { uuid }, body, throwOnError: false });
    assert(error);
    return error.error.code;
  },
});
