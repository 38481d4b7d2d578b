import { authorization, exercise, inventoryOf, model, service, url } from './exercise.ts';
import { Api, type ErrorAnswer } from './generated/api.ts';

const { v1 } = new Api({ baseUrl: url, baseApiParams: { headers: { authorization } } });

await exercise({
  addModel: async (name) => inventoryOf((await v1.addModel({ param: model(name) })).data),
  addService: async (name) =>
    inventoryOf((await v1.addModelService({ param: service(name) })).data),
  updateService: async (uuid, requestCpu) =>
    inventoryOf((await v1.updateModelService(uuid, { updateModelService: { requestCpu } })).data),
  cloneService: async (uuid, name) =>
    inventoryOf((await v1.cloneModelService(uuid, { params: { name } })).data),
  bind: async (modelUuid, serviceUuid) =>
    inventoryOf((await v1.bindModelToService(modelUuid, serviceUuid)).data),
  async queryModels(q) {
    const { data } = await v1.queryModel({ q });
    return data.inventories?.map(({ name }) => name) ?? [];
  },
  failingUpdate: (uuid) =>
    v1.updateModelService(uuid, { updateModelService: {} }).then(
      () => 'none',
      ({ error }: { error: ErrorAnswer }) => error.error.code,
    ),
});
