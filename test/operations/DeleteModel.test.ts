import { expect, test } from 'vitest';
import { describeResourceDeletion, expectDoneOrNotFound, kinds } from '../support/deletions.ts';
import { populate, rowsNaming } from '../support/fixtures.ts';
import { addModel, addModelService } from '../support/resources.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const { path } = kinds.model;

const server = sharedServer();

describeResourceDeletion('model', server);

test('is gone from its services', async () => {
  const { services, models } = await populate(server());
  const [deleted, left] = models;
  const read = async (uuid: string) => (await server().get(`${API}/model-services/${uuid}`)).body;
  const before = [await read(services[0]), await read(services[1])];

  await server().delete(`${path}/${deleted}`);

  for (const [index, uuid] of services.entries()) {
    const [service] = before[index].inventories;
    const refs = service.modelServiceRefs.filter(
      ({ modelUuid }: { modelUuid: string }) => modelUuid === left,
    );
    expect(refs).toHaveLength(1);
    expect((await read(uuid)).inventories).toEqual([{ ...service, modelServiceRefs: refs }]);
  }
});

test('ends cleanly beside whatever else is done with the model', async () => {
  for (let round = 0; round < 5; round++) {
    const { uuid } = await addModel(server());
    const service = await addModelService(server());
    const binding = `${path}/${uuid}/model-services/${service.uuid}`;
    const others = [
      () => server().put(`${path}/${uuid}`, { updateModel: { name: 'x' }, userTags: ['t'] }),
      () =>
        server().put(`${path}/${uuid}`, { updateModel: { defaultModelServiceUuid: service.uuid } }),
      () => server().post(binding, { systemTags: ['t'] }),
      () => server().delete(binding),
      () => server().get(`${path}/${uuid}`),
    ];
    const sent = [...others, ...others];
    sent.splice(round * 2, 0, () => server().delete(`${path}/${uuid}`));

    expectDoneOrNotFound(await Promise.all(sent.map((send) => send())));

    expect(rowsNaming(server(), uuid)).toEqual([]);
  }
});
