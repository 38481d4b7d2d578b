import { authorization, exercise, inventoryOf, model, service, url } from './exercise.ts';
import { ApiError, ModelServicesService, ModelsService, OpenAPI } from './generated/index.ts';

OpenAPI.BASE = url;
OpenAPI.HEADERS = { authorization };

await exercise({
  addModel: async (name) => inventoryOf(await ModelsService.addModel({ param: model(name) })),
  addService: async (name) =>
    inventoryOf(await ModelServicesService.addModelService({ param: service(name) })),
  updateService: async (uuid, requestCpu) =>
    inventoryOf(
      await ModelServicesService.updateModelService(uuid, { updateModelService: { requestCpu } }),
    ),
  async cloneService(uuid, name) {
    const none = undefined;
    const body = { params: { name } };
    return inventoryOf(
      await ModelServicesService.cloneModelService(uuid, none, none, none, none, none, body),
    );
  },
  bind: async (modelUuid, serviceUuid) =>
    inventoryOf(await ModelsService.bindModelToService(modelUuid, serviceUuid)),
  async queryModels(q) {
    const { inventories } = await ModelsService.queryModel(q);
    return inventories?.map(({ name }) => name) ?? [];
  },
  failingUpdate: (uuid) =>
    ModelServicesService.updateModelService(uuid, { updateModelService: {} }).then(
      () => 'none',
      (error) => (error instanceof ApiError ? error.body.error.code : String(error)),
    ),
});
