import { describe, expect, test } from 'vitest';
import { LONG_MAX } from '../support/parameters.ts';
import { addModel, addModelCenter, addModelService } from '../support/resources.ts';
import { API, type Server, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { describeWrite } from '../support/writes.ts';

const PATH = `${API}/model-centers`;

describeWrite({
  operation: 'UpdateModelCenter',
  list: PATH,
  prepare: async (server) => ({ path: `${PATH}/${(await addModelCenter(server)).uuid}` }),
  kind: 'center',
  tagged: 'ModelCenterVO',
  target: { field: 'uuid', type: 'ModelCenterVO', path: (uuid) => `${PATH}/${uuid}` },
  foreign: 'zoneUuid',
});

const server = sharedServer();

/** The one member of `inventories`. */
async function read(on: Server, url: string) {
  const { body } = await on.get(url);
  expect(body.inventories).toHaveLength(1);
  return body.inventories[0];
}

test('changes all parameters at once', async () => {
  const before = await addModelCenter(server());
  const updateModelCenter = {
    name: 'a',
    url: 'b',
    managementIp: 'c',
    managementPort: 1,
    description: 'd',
    parameters: ' e ',
    storageNetworkUuid: 'f',
    serviceNetworkUuid: 'g',
    containerRegistry: 'h',
    containerNetwork: 'i',
    containerStorageNetwork: 'j',
  };

  const { body } = await server().put(`${PATH}/${before.uuid}`, { updateModelCenter });

  expect(body).toEqual({ success: true, inventory: { ...before, ...updateModelCenter } });
});

test('changes nothing that AddModelCenter or nobody sets, also where it is sent', async () => {
  const before = await addModelCenter(server(), { zoneUuid: 'a zone', tagUuids: ['a tag'] });
  const [row] = server().rows('model_centers', `uuid = '${before.uuid}'`);

  const { body } = await server().put(`${PATH}/${before.uuid}`, {
    updateModelCenter: {
      zoneUuid: 'other',
      tagUuids: ['other'],
      resourceUuid: '6c1a5f6167944aa1886294842075279f',
      status: 'Disconnected',
      capacity: { totalCapacity: 1 },
      description: 'new',
    },
  });

  expect(body).toEqual({ success: true, inventory: { ...before, description: 'new' } });
  expect(server().rows('model_centers', `uuid = '${before.uuid}'`)).toEqual([
    { ...row, description: 'new' },
  ]);
});

test('leaves texts alone that are longer than an update accepts', async () => {
  const long = { url: 'u'.repeat(2048), description: 'd'.repeat(2048) };
  const before = await addModelCenter(server(), long);

  const { body } = await server().put(`${PATH}/${before.uuid}`, {
    updateModelCenter: { name: 'n'.repeat(255) },
  });

  expect(body).toEqual({ success: true, inventory: { ...before, name: 'n'.repeat(255) } });
});

test('is not moved by an addition of a model', async () => {
  const server = await startServer();
  const center = await addModelCenter(server);
  server.advance(1000);

  await addModel(server, { modelCenterUuid: center.uuid });

  expect(await read(server, `${PATH}/${center.uuid}`)).toEqual(center);
});

test('of many at once: each is done as a whole, one after the other', async () => {
  const { uuid } = await addModelCenter(server());
  const url = `${PATH}/${uuid}`;
  const names = ['a', 'b', 'c', 'd', 'e'];

  const answers = await Promise.all(
    names.map((name, index) =>
      server().put(url, { updateModelCenter: { name, url: name, managementPort: index + 1 } }),
    ),
  );

  for (const [index, { body }] of answers.entries()) {
    const name = names[index];
    expect(body.inventory).toMatchObject({ name, url: name, managementPort: index + 1 });
  }
  const last = await read(server(), url);
  expect(answers.map(({ body }) => body.inventory)).toContainEqual(last);
});

/** Copies a model's row so many times, past the server: adding as many would take long. */
async function copyModel(uuid: string, times: number): Promise<void> {
  const columns = Object.keys(server().rows('models')[0] as object).filter(
    (name) => name !== 'uuid',
  );
  const copies = Array.from({ length: times }, () => {
    const copied = crypto.randomUUID().replaceAll('-', '');
    return `INSERT INTO resources (uuid, type) VALUES ('${copied}', 'ModelVO');
      INSERT INTO models (uuid, ${columns})
        SELECT '${copied}', ${columns} FROM models WHERE uuid = '${uuid}';`;
  });
  await server().execute(copies.join('\n'));
}

describe('capacity', () => {
  /** A center with what adds models and services of a size to it, and what tells their sums. */
  async function center() {
    const { uuid } = await addModelCenter(server());
    const addService = async (size: number) => {
      const source = await addModelService(server(), { modelCenterUuid: uuid });
      const { body } = await server().post(`${API}/model-services/${source.uuid}`, {
        params: { size },
      });
      return body.inventory;
    };
    return {
      uuid,
      addModel: (size: number) => addModel(server(), { modelCenterUuid: uuid, size }),
      addService,
      used: async () => {
        const { body } = await server().put(`${PATH}/${uuid}`, {});
        expect(await read(server(), `${PATH}/${uuid}`)).toEqual(body.inventory);
        const { modelUsedCapacity, modelServiceUsedCapacity, ...others } = body.inventory.capacity;
        expect(others).toEqual({
          uuid,
          datasetUsedCapacity: 0,
          fineTuneUsedCapacity: 0,
          modelEvaluationUsedCapacity: 0,
          temporaryUsedCapacity: 0,
          cacheUsedCapacity: 0,
          totalCapacity: 0,
          availableCapacity: 0,
        });
        return [modelUsedCapacity, modelServiceUsedCapacity];
      },
    };
  }

  test('sums the sizes of the center’s models and of its services', async () => {
    const { addModel, addService, used } = await center();
    expect(await used()).toEqual([0, 0]);

    await addModel(102_400);
    expect(await used()).toEqual([102_400, 0]);
    await addModel(24);
    await addModel(0);
    await addService(7);
    await addService(8);
    expect(await used()).toEqual([102_424, 15]);
  });

  test('follows a model that moves to another center', async () => {
    const [from, to] = [await center(), await center()];
    const { uuid } = await from.addModel(5);
    const move = (modelCenterUuid: string) =>
      server().put(`${API}/models/${uuid}`, { updateModel: { modelCenterUuid } });

    await move(to.uuid);
    expect([await from.used(), await to.used()]).toEqual([
      [0, 0],
      [5, 0],
    ]);
    await move('nowhere');
    expect(await to.used()).toEqual([0, 0]);
  });

  test('forgets what is deleted', async () => {
    const { addModel, addService, used } = await center();
    const [model, service] = [await addModel(5), await addService(7)];
    await addModel(1);
    await addService(2);

    await server().delete(`${API}/models/${model.uuid}`);
    await server().delete(`${API}/model-services/${service.uuid}`);

    expect(await used()).toEqual([1, 2]);
  });

  test('is exact as far as a Long goes, and ends there', async () => {
    const { addModel, addService, used } = await center();
    await addModel(LONG_MAX - 1);
    expect(await used()).toEqual([LONG_MAX - 1, 0]);
    await addModel(1);
    expect(await used()).toEqual([LONG_MAX, 0]);
    await addModel(LONG_MAX);
    expect(await used()).toEqual([LONG_MAX, 0]);

    for (const size of [-LONG_MAX, -LONG_MAX]) await addService(size);
    expect(await used()).toEqual([LONG_MAX, -LONG_MAX]);
  });

  test('of sizes below zero is exact where parts of the sum are beyond a Long', async () => {
    const { addService, used } = await center();

    for (const size of [LONG_MAX, 1, 1, 1, -LONG_MAX]) await addService(size);

    expect(await used()).toEqual([0, 3]);
  });

  test('sums more than 64 bits hold', async () => {
    const { uuid, addModel, used } = await center();
    const model = await addModel(LONG_MAX);

    await copyModel(model.uuid, 1024);

    expect(server().rows('models', `model_center_uuid = '${uuid}'`)).toHaveLength(1025);
    expect(await used()).toEqual([LONG_MAX, 0]);
  });

  test('counts what was added under the center’s uuid in capitals', async () => {
    const { uuid, used } = await center();

    await addModel(server(), { modelCenterUuid: uuid.toUpperCase(), size: 3 });

    expect(await used()).toEqual([3, 0]);
  });
});

test('with strict references accepts any networks', async () => {
  const strict = await startServer({ strictReferences: true });
  const { uuid } = await addModelCenter(strict);
  const networks = { storageNetworkUuid: 'not owned here', serviceNetworkUuid: 'not owned here' };

  const { body } = await strict.put(`${PATH}/${uuid}`, { updateModelCenter: networks });

  expect(body.inventory).toMatchObject(networks);
});
