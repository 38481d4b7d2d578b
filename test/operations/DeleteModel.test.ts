import { expect, test } from 'vitest';
import { describeResourceDeletion, kinds } from '../support/deletions.ts';
import { populate } from '../support/fixtures.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const { path } = kinds.model;

const server = sharedServer();

describeResourceDeletion('model', server);

test('is removed from its services', async () => {
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
