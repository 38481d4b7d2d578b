import { beforeAll, describe, expect, test } from 'vitest';
import { expectRejected, invalidArgument, messageOf } from './errors.ts';
import { failDeletionsFrom, internalError } from './failing-deletions.ts';
import { allUuids, type Fixtures, lostRows, populate, withoutResources } from './fixtures.ts';
import { exchange, rawRequest } from './raw-http.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  createDataset,
  deployModelService,
} from './resources.ts';
import { type Answer, API, type CallOptions, type Server } from './server.ts';
import { sharedServer } from './shared-server.ts';
import { malformedUuids, noUuid, unknownUuids } from './uuids.ts';

/** Expects an answer with `success` alone. */
export function expectDone({ status, headers, body }: Answer): void {
  expect({ status, type: headers.get('content-type'), body }).toEqual({
    status: 200,
    type: 'application/json;charset=UTF-8',
    body: { success: true },
  });
}

/** Expects a deletion to succeed and the database to stay as it was. */
export async function expectNothingToDo(
  server: Server,
  send: () => Promise<Answer>,
): Promise<void> {
  const before = server.snapshot();
  expectDone(await send());
  expect(server.snapshot()).toEqual(before);
}

/**
 * Tests what every deletion accepts and rejects besides the uuids in its path.
 * @param shared gives the server to try it on, once the tests run
 * @param add adds a resource, and returns the path that deletes it
 */
export function describeDeletionRequest(
  shared: () => Server,
  add: (server: Server) => Promise<string>,
): void {
  let server: Server;
  beforeAll(() => {
    server = shared();
  });

  /** Expects a request to delete the resource, and to answer not found when repeated. */
  async function expectDeleted(
    server: Server,
    send: (path: string) => Promise<Answer>,
  ): Promise<void> {
    const path = await add(server);
    const before = server.snapshot();
    expectDone(await send(path));
    expect(server.snapshot()).not.toEqual(before);
    await expectNothingToDo(server, () => send(path));
  }

  describe('takes', () => {
    test.each<[string, unknown, CallOptions]>([
      ['no body', undefined, {}],
      ['an empty JSON body', undefined, { raw: '' }],
      [
        'no body but its Content-Type',
        undefined,
        { headers: { 'content-type': 'application/json' } },
      ],
      ['null', null, {}],
      ['a wrapper, which it has none of', { param: {}, params: { deleteMode: 1 } }, {}],
      ['unknown fields', { deletemode: 'x', uuid: {}, constructor: [] }, {}],
      ['deleteMode Permissive', { deleteMode: 'Permissive' }, {}],
      ['deleteMode Enforcing', { deleteMode: 'Enforcing' }, {}],
    ])('%s', async (_, body, options) => {
      await expectDeleted(server, (path) => server.delete(path, body, options));
    });

    test.each([
      [
        'what the Java client sends',
        {
          'Content-Length': '0',
          'Content-Type': 'application/json; charset=utf-8',
          'X-JSON-Schema': 'true',
        },
      ],
    ])('%s', async (_, headers) => {
      await expectDeleted(server, (path) =>
        exchange(server.url, rawRequest('DELETE', path, headers)),
      );
    });

    test.each([
      '?deleteMode=Permissive',
      '?deleteMode=Enforcing',
      '?deletemode=x&x=1&__proto__=1&x=%FF',
      '?limit=x&fields=x',
    ])('%s', async (query) => {
      await expectDeleted(server, (path) => server.delete(path + query));
    });

    test('doubled slashes, and a uuid with percent-encoded digits', async () => {
      await expectDeleted(server, (path) => server.delete(path.replaceAll('/', '//')));
      await expectDeleted(server, (path) =>
        server.delete(path.replace(/.$/, (digit) => `%${digit.charCodeAt(0).toString(16)}`)),
      );
    });
  });

  describe('rejects, deleting nothing', () => {
    let path: string;
    beforeAll(async () => {
      path = await add(server);
    });

    test.each([
      ['a list', [], '[]'],
      ['the empty text', '', ''],
      ['a number', 0, '0'],
    ])('a body that is %s', async (_, body, shown) => {
      await expectRejected(
        server,
        () => server.delete(path, body),
        invalidArgument(`[body] field is excepted an object, but was [${shown}].`),
      );
    });

    test('a body that is no JSON, or not said to be', async () => {
      await expectRejected(
        server,
        () => server.delete(path, undefined, { raw: '{' }),
        invalidArgument(expect.stringContaining('the body is not valid JSON')),
      );
      const headers = { 'content-type': 'text/plain' };
      await expectRejected(server, () => server.delete(path, {}, { headers }), {
        status: 415,
        code: 'SYS.1007',
        details: expect.stringContaining('[text/plain]'),
      });
    });
  });

  describe('with settings that reject unknown fields', () => {
    const sharedStrict = sharedServer({ unknownFields: 'reject' });

    test.each([
      [{ deletemode: 'Enforcing' }, 'deletemode'],
      [{ param: {} }, 'param'],
      [{ uuid: null }, 'uuid'],
    ])('rejects %j', async (body, field) => {
      const strict = sharedStrict();
      const path = await add(strict);

      await expectRejected(
        strict,
        () => strict.delete(path, body),
        invalidArgument(expect.stringContaining(`field[${field}]`)),
      );
    });
  });

  test('succeeds for each of several concurrent requests', async () => {
    const path = await add(server);

    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => server.delete(path)));

    answers.forEach(expectDone);
  });
}

/**
 * The uuid in the path of an operation that deletes (F21 to F24), on a server of its own.
 * @param pathOf the path, with the uuid as it stands in a URL
 * @param table the table of the deleted resources
 */
export function describeDeletedUuid(
  pathOf: (uuid: string) => string,
  table: string,
  field = 'uuid',
): void {
  const shared = sharedServer();
  let own: string[];
  let others: string[];
  beforeAll(async () => {
    const fixtures = await populate(shared());
    own = shared()
      .rows(table)
      .map(({ uuid }) => String(uuid));
    others = allUuids(shared()).filter((uuid) => !own.includes(uuid));
    expect(others).toContain(fixtures.session);
    expect(others.length).toBeGreaterThan(10);
  });

  const remove = (uuid: string) => shared().delete(`${pathOf(uuid)}?deleteMode=Enforcing`);

  test.each(malformedUuids)('with %s is rejected', async (_, text) => {
    await expectRejected(shared(), () => remove(encodeURIComponent(text)), noUuid(text, field));
  });

  test('in capitals, with hyphens or with a NUL is rejected', async () => {
    for (const uuid of own) {
      const hyphens = uuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
      for (const text of [uuid.toUpperCase(), hyphens, `${uuid}\0`]) {
        await expectRejected(shared(), () => remove(encodeURIComponent(text)), noUuid(text, field));
      }
    }
  });

  test('of nothing, or of anything else, succeeds and changes nothing', async () => {
    for (const uuid of [...unknownUuids, ...others]) {
      await expectNothingToDo(shared(), () => remove(uuid));
    }
  });
}

/** The kinds of resource, by how they are added, tagged and deleted. */
export const kinds = {
  service: {
    path: `${API}/model-services`,
    table: 'model_services',
    add: addModelService,
    operation: 'DeleteModelService',
    type: 'ModelServiceVO',
    lost: {
      resources: 1,
      model_services: 1,
      model_service_refs: 2,
      model_service_images: 2,
      tags: 2,
    },
  },
  model: {
    path: `${API}/models`,
    table: 'models',
    add: addModel,
    operation: 'DeleteModel',
    type: 'ModelVO',
    lost: { resources: 1, models: 1, model_service_refs: 2, tags: 2 },
  },
  center: {
    path: `${API}/model-centers`,
    table: 'model_centers',
    add: addModelCenter,
    operation: 'DeleteModelCenter',
    type: 'ModelCenterVO',
    lost: { resources: 1, model_centers: 1, tags: 2 },
  },
  dataset: {
    path: `${API}/datasets`,
    table: 'datasets',
    add: createDataset,
    operation: 'DeleteDataset',
    type: 'DatasetVO',
    lost: { resources: 1, datasets: 1, tags: 2 },
  },
  deployment: {
    path: `${API}/model-services/instances/groups`,
    table: 'model_service_instance_groups',
    add: deployModelService,
    operation: 'DeleteModelServiceInstanceGroup',
    type: 'ModelServiceInstanceGroupVO',
    lost: {
      resources: 1,
      model_service_instance_groups: 1,
      model_service_instances: 1,
      tags: 2,
    },
  },
} as const;

type KindOfResource = keyof typeof kinds;

/** What holds of deleting a resource of any kind (F22 to F24). */
export function describeResourceDeletion(kind: KindOfResource, shared: () => Server): void {
  const { path, table, add, operation, lost } = kinds[kind];
  const addPath = async (server: Server) => `${path}/${(await add(server)).uuid}`;
  const ownOf = ({ services, models, center, dataset, deployment }: Fixtures) =>
    ({
      service: services[0],
      model: models[0],
      center,
      dataset,
      deployment,
    })[kind];

  let server: Server;
  beforeAll(() => {
    server = shared();
  });

  describe('the request', () => describeDeletionRequest(shared, addPath));
  test('rejects a wrong deleteMode before the uuid', async () => {
    const details =
      `valid value for field[deleteMode] of message[${messageOf(operation)}] are ` +
      '[Permissive, Enforcing], but x found';
    for (const uuid of ['x', (await add(server)).uuid]) {
      const url = `${path}/${uuid}?deleteMode=x`;
      const send = () => server.delete(url, { deleteMode: 'Permissive' });
      await expectRejected(server, send, invalidArgument(details));
    }
  });

  describe('the uuid', () => describeDeletedUuid((uuid) => `${path}/${uuid}`, table));

  describe('what is deleted', () => {
    /** A resource of all parts, which its kind's deletion in any mode takes along. */
    async function addWhole(): Promise<string> {
      const fixtures = await populate(server);
      // A center with models and datasets is another matter.
      if (kind === 'center') {
        for (const uuid of fixtures.models) await server.delete(`${kinds.model.path}/${uuid}`);
        await server.delete(`${kinds.dataset.path}/${fixtures.dataset}`);
      }
      return ownOf(fixtures);
    }

    test.each([
      '',
      '?deleteMode=Permissive',
      '?deleteMode=Enforcing',
    ])('takes its parts and tags along and nothing else, moving no date, given "%s"', async (query) => {
      const uuid = await addWhole();
      const before = server.snapshot();
      server.advance(60_000);

      expectDone(await server.delete(`${path}/${uuid}${query}`));

      const after = server.snapshot();
      expect(after).toEqual(withoutResources(before, [uuid]));
      expect(lostRows(before, after)).toEqual(lost);
    });

    test.each(Object.keys(lost))('stays whole where %s can’t be deleted from', async (from) => {
      const uuid = await addWhole();
      await failDeletionsFrom(server, from);

      await expectRejected(server, () => server.delete(`${path}/${uuid}`), internalError);
    });

    test('is neither read nor listed any more', async () => {
      const { uuid } = await add(server, { name: 'of two' });
      const other = await add(server, { name: 'of two' });

      expectDone(await server.delete(`${path}/${uuid}`));

      const read = await server.get(`${path}/${uuid}`);
      expect(read.body).toEqual({ success: true, inventories: [] });
      const list = await server.query(path, ['name=of two'], { replyWithCount: 'true' });
      expect(list.body).toEqual({ success: true, inventories: [other], total: 1 });
    });
  });
}
