import { expect, test } from 'vitest';
import { addModel, addModelService } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';

test('binds the model and answers the service with the binding', async () => {
  const server = await startServer();
  const model = await addModel(server);
  const service = await addModelService(server);

  const answer = await server.post(
    `${API}/models/${model.uuid}/model-services/${service.uuid}`,
    {},
  );

  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    success: true,
    inventory: {
      ...service,
      modelServiceRefs: [
        {
          uuid: expect.stringMatching(/^[0-9a-f]{32}$/),
          modelUuid: model.uuid,
          modelServiceUuid: service.uuid,
          isDefault: false,
        },
      ],
    },
  });
});
