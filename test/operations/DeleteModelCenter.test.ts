import { describe, expect, test } from 'vitest';
import {
  describeResourceDeletion,
  expectDone,
  expectNothingToDo,
  kinds,
} from '../support/deletions.ts';
import { type ExpectedError, expectRejected } from '../support/errors.ts';
import { lostRows, populate, withoutResources } from '../support/fixtures.ts';
import { newUuid } from '../support/records.ts';
import { addModel, addModelCenter, addModelService, createDataset } from '../support/resources.ts';
import { API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const { path } = kinds.center;

const server = sharedServer();

describeResourceDeletion('center', server);

const hasContents = (center: string): ExpectedError => ({
  status: 503,
  code: 'SYS.1006',
  details: expect.stringContaining(center),
});

describe.each([
  ['models', addModel],
  ['datasets', createDataset],
])('of a center that has %s', (_, addContent) => {
  test.each<[string, unknown?]>([
    [''],
    ['?deleteMode=Permissive'],
    ['?deleteMode='],
    ['?deleteMode=Permissive&deleteMode=Enforcing'],
    ['?deletemode=Enforcing'],
    // Empty is Permissive, so the query has one.
    ['?deleteMode=', { deleteMode: 'Enforcing' }],
    ['', { deleteMode: null }],
    ['', { params: { deleteMode: 'Enforcing' } }],
  ])('is rejected, given "%s" and %j', async (query, body) => {
    const { uuid } = await addModelCenter(server());
    await addContent(server(), { modelCenterUuid: uuid });

    await expectRejected(
      server(),
      () => server().delete(`${path}/${uuid}${query}`, body),
      hasContents(uuid),
    );
  });
});

describe('of a center that has models and a dataset', () => {
  test.each<[string, unknown?]>([
    ['?deleteMode=Enforcing'],
    ['?deleteMode=Enforcing', { deleteMode: 'Permissive' }],
    ['?deletemode=Permissive', { deleteMode: 'Enforcing' }],
    ['', { deleteMode: 'Enforcing' }],
  ])('deletes them, their bindings and tags, and nothing else, given "%s" and %j', async (query, body) => {
    const { center, models, dataset } = await populate(server());
    const before = server().snapshot();
    server().advance(60_000);

    expectDone(await server().delete(`${path}/${center}${query}`, body));

    const after = server().snapshot();
    expect(after).toEqual(withoutResources(before, [center, ...models, dataset]));
    expect(lostRows(before, after)).toEqual({
      resources: 4,
      model_centers: 1,
      models: 2,
      datasets: 1,
      model_service_refs: 4,
      tags: 8,
    });
  });

  test('succeeds once they have moved or been deleted', async () => {
    const { center, models, dataset } = await populate(server());
    const other = await addModelCenter(server());
    await server().put(`${API}/models/${models[0]}`, {
      updateModel: { modelCenterUuid: other.uuid },
    });
    await expectRejected(server(), () => server().delete(`${path}/${center}`), hasContents(center));
    await server().delete(`${API}/models/${models[1]}`);
    await server().delete(`${API}/datasets/${dataset}`);

    expectDone(await server().delete(`${path}/${center}`));

    const { body } = await server().get(`${API}/models/${models[0]}`);
    expect(body.inventories).toMatchObject([{ uuid: models[0], modelCenterUuid: other.uuid }]);
  });
});

test.each([
  '',
  '?deleteMode=Permissive',
  '?deleteMode=Enforcing',
])('of an unregistered center does not delete what refers to it, given "%s"', async (query) => {
  const modelCenterUuid = newUuid();
  await addModel(server(), { modelCenterUuid });
  await addModelService(server(), { modelCenterUuid });
  await createDataset(server(), { modelCenterUuid });

  await expectNothingToDo(server(), () => server().delete(`${path}/${modelCenterUuid}${query}`));
});
