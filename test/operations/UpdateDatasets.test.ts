import { describe, expect, test } from 'vitest';
import { parametersOf } from '../support/contract-parameters.ts';
import {
  type ExpectedError,
  expectRejected,
  invalidArgument,
  mandatory,
  messageOf,
  noneFound,
} from '../support/errors.ts';
import { expectAllOrNothing } from '../support/partial-failure.ts';
import { addModel, createDataset } from '../support/resources.ts';
import { API, type Server } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { storedField, storedTags } from '../support/stored.ts';

const PATH = `${API}/datasets`;

const server = sharedServer();

const update = (on: Server, updateDatasetStructs: unknown, others: object = {}) =>
  on.put(PATH, { updateDatasets: { updateDatasetStructs }, ...others });

test('changes what is given of each, in the order of the request, and its date', async () => {
  const [first, second, other] = [
    await createDataset(server(), { description: 'before' }),
    await createDataset(server()),
    await createDataset(server()),
  ];
  server().advance(1000);

  const { status, body } = await update(server(), [
    { uuid: second.uuid, name: 'a', usageScenarios: ['App', 'ModelPerf'] },
    { uuid: first.uuid, dataType: 'Audio', description: null, system: true },
  ]);

  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual(['success', 'inventories']);
  const { lastOpDate } = body.inventories[0];
  expect(lastOpDate).not.toBe(first.lastOpDate);
  expect(body.inventories).toEqual([
    { ...second, name: 'a', lastOpDate },
    { ...first, lastOpDate },
  ]);
  const stored = (uuid: string, field: string, like: unknown) =>
    storedField(server(), 'dataset', uuid, field, like);
  expect(stored(second.uuid, 'usageScenarios', [])).toEqual(['App', 'ModelPerf']);
  expect(stored(first.uuid, 'dataType', '')).toBe('Audio');
  const { body: read } = await server().get(`${PATH}/${other.uuid}`);
  expect(read.inventories).toEqual([other]);
});

test('attaches its tags to each', async () => {
  const uuids = [(await createDataset(server())).uuid, (await createDataset(server())).uuid];

  await update(
    server(),
    uuids.map((uuid) => ({ uuid })),
    { userTags: ['a'], systemTags: ['b'] },
  );

  const resourceType = 'DatasetVO';
  for (const uuid of uuids) {
    expect(storedTags(server(), uuid)).toEqual([
      { type: 'System', tag: 'b', resourceType },
      { type: 'User', tag: 'a', resourceType },
    ]);
  }
});

test.each([1, 1000])('answers as many as it changed: %i, or none', async (count) => {
  const structs = [];
  for (let index = 0; index < count; index++) {
    structs.push({ uuid: (await createDataset(server())).uuid, name: `${index}` });
  }
  const { body } = await update(server(), structs);
  expect(body.inventories).toMatchObject(structs);
  expect((await update(server(), [])).body).toEqual({ success: true, inventories: [] });
});

describe('rejects all if it rejects one:', () => {
  const rejected: [string, (uuid: string) => Promise<[structs: object[], error: ExpectedError]>][] =
    [
      [
        'unknown ones and those of another kind',
        async (uuid) => {
          const { uuid: model } = await addModel(server());
          const unknown = [uuid.toUpperCase(), model, 'none'];
          const structs = [uuid, ...unknown].map((each) => ({ uuid: each, name: 'x' }));
          return [structs, noneFound('updateDatasetStructs', unknown, 'DatasetVO')];
        },
      ],
      [
        'a system dataset',
        async (uuid) => {
          const system = (await createDataset(server(), { system: true })).uuid;
          const details = expect.stringContaining(system);
          return [
            [{ uuid, name: 'x' }, { uuid: system }],
            { status: 503, code: 'SYS.1006', details },
          ];
        },
      ],
      [
        'more than 1000',
        async (uuid) => {
          const structs = Array.from({ length: 1000 }, (_, index) => ({ uuid: `${index}` }));
          const details = expect.stringContaining('exceeds max number of members');
          return [[{ uuid, name: 'x' }, ...structs], invalidArgument(details)];
        },
      ],
    ];
  test.each(rejected)('%s', async (_, prepare) => {
    const { uuid } = await createDataset(server());
    const [structs, error] = await prepare(uuid);
    await expectRejected(server(), () => update(server(), structs, { userTags: ['a'] }), error);
  });

  const { wrongType, notAllowed } = parametersOf('UpdateDatasets')
    .updateDatasetStructs as never as {
    [list: string]: { what: string; sent: unknown; details: (...names: string[]) => string }[];
  };
  test.each([...(wrongType ?? []), ...(notAllowed ?? [])])('$what', async ({ sent, details }) => {
    await expectRejected(
      server(),
      () => update(server(), sent),
      invalidArgument(details('updateDatasetStructs', messageOf('UpdateDatasets'))),
    );
  });

  test.each([
    undefined,
    {},
    { updateDatasets: null },
    { updateDatasets: {} },
  ])('%j', async (body) => {
    await expectRejected(
      server(),
      () => server().put(PATH, body),
      mandatory('UpdateDatasets', 'updateDatasetStructs'),
    );
  });

  test('a failing database', async () => {
    await expectAllOrNothing(async (on) => {
      const uuids = [(await createDataset(on)).uuid, (await createDataset(on)).uuid];
      on.advance(1000);
      return () =>
        update(
          on,
          uuids.map((uuid) => ({ uuid, name: 'x' })),
          { userTags: ['a'] },
        );
    });
  });
});
