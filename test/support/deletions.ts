import { beforeAll, describe, expect, test } from 'vitest';
import type { OperationName } from '../../src/contract/operations.ts';
import { failDeletionsFrom, internalError } from './failing-deletions.ts';
import { exchange, rawRequest } from './raw-http.ts';
import { newUuid } from './records.ts';
import {
  type ExpectedError,
  expectError,
  expectErrorWithoutChange,
  invalidArgument,
  messageOf,
  noRoute,
} from './refusals.ts';
import { addModel, addModelCenter, addModelService } from './resources.ts';
import { type Answer, API, type CallOptions, ROOT, type Server } from './server.ts';
import { sharedServer } from './shared-server.ts';
import { storedTags } from './stored.ts';
import { malformedUuids, noUuid, unknownUuids } from './uuids.ts';
import { allUuids, type Fixtures, populate } from './world.ts';

/** Expects an answer that says nothing but that it was done. */
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

/** Expects each answer to be a success or SYS.1003: what of two requests at once the later one may find. */
export function expectDoneOrNotFound(answers: readonly Answer[]): void {
  for (const { status, body } of answers) {
    const ended = status === 200 ? body.success : body.error.code;
    expect({ status, ended }).toEqual(
      status === 200 ? { status, ended: true } : { status: 503, ended: 'SYS.1003' },
    );
  }
}

/**
 * What every operation that deletes takes and refuses beside the uuids in its path.
 * @param shared gives the server to try it on, once the tests run
 * @param add adds what can be deleted, and returns the path that deletes it
 */
export function describeDeletionRequest(
  operation: OperationName,
  shared: () => Server,
  add: (server: Server) => Promise<string>,
): void {
  let server: Server;
  beforeAll(() => {
    server = shared();
  });

  /** Expects a request to delete what is at the path, and not to find it any more the next time. */
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
      ['an empty object', {}, {}],
      ['a wrapper, which it has none of', { param: {}, params: { deleteMode: 1 } }, {}],
      ['unknown fields', { deletemode: 'x', uuid: {}, constructor: [] }, {}],
      ['a field named __proto__', undefined, { raw: '{"__proto__":{"deleteMode":"x"}}' }],
      ['tags', { userTags: ['a'], systemTags: [] }, {}],
      ['deleteMode null', { deleteMode: null }, {}],
      ['deleteMode Permissive', { deleteMode: 'Permissive' }, {}],
      ['deleteMode Enforcing', { deleteMode: 'Enforcing' }, {}],
    ])('%s', async (_, body, options) => {
      await expectDeleted(server, (path) => server.delete(path, body, options));
    });

    test.each([
      ['Content-Length: 0', { 'Content-Length': '0' }],
      [
        'Content-Length: 0 beside a JSON Content-Type',
        { 'Content-Length': '0', 'Content-Type': 'application/json; charset=utf-8' },
      ],
      ['a JSON Content-Type without a length', { 'Content-Type': 'application/json' }],
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

    test('an empty JSON body sent in chunks', async () => {
      const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };

      await expectDeleted(server, (path) =>
        exchange(server.url, rawRequest('DELETE', path, headers, '0\r\n\r\n')),
      );
    });

    test.each([
      '?deleteMode=Permissive',
      '?deleteMode=Enforcing',
      '?deleteMode=',
      '?deleteMode',
      '?',
      '?deleteMode=Permissive&deleteMode=x',
      '?deleteMode=&deleteMode=x',
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

  describe('refuses, deleting nothing', () => {
    let path: string;
    beforeAll(async () => {
      path = await add(server);
    });

    test.each([
      ['a list', [], '[]'],
      ['a text', 'x', 'x'],
      ['the empty text', '', ''],
      ['a number', 0, '0'],
      ['a boolean', false, 'false'],
    ])('a body that is %s', async (_, body, shown) => {
      await expectErrorWithoutChange(
        server,
        () => server.delete(path, body),
        invalidArgument(`[body] field is excepted an object, but was [${shown}].`),
      );
    });

    test.each([
      '{',
      '{}{}',
      "{'a':1}",
      '\0',
      'deleteMode=Enforcing',
    ])('the body %j, which is no JSON', async (raw) => {
      await expectErrorWithoutChange(
        server,
        () => server.delete(path, undefined, { raw }),
        invalidArgument(expect.stringContaining('the body is not valid JSON')),
      );
    });

    test.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      '',
    ])('a body of the Content-Type "%s"', async (type) => {
      const expectedError: ExpectedError = {
        status: 415,
        code: 'SYS.1007',
        details: expect.stringContaining(`[${type}]`),
      };
      await expectErrorWithoutChange(
        server,
        () => server.delete(path, {}, { headers: { 'content-type': type } }),
        expectedError,
      );
    });

    test('a body without a Content-Type', async () => {
      await expectErrorWithoutChange(
        server,
        () => exchange(server.url, rawRequest('DELETE', path, { 'Content-Length': '2' }, '{}')),
        { status: 415, code: 'SYS.1007', details: expect.any(String) },
      );
    });

    test('tags that are no list', async () => {
      await expectErrorWithoutChange(
        server,
        () => server.delete(path, { userTags: 'a' }),
        invalidArgument('[userTags] field is excepted a list, but was [a].'),
      );
    });

    test('a trailing slash', async () => {
      await expectErrorWithoutChange(
        server,
        () => server.delete(`${path}/`),
        noRoute(`${path}/`.slice('/zstack'.length)),
      );
    });

    test('a request without a session', async () => {
      await expectErrorWithoutChange(
        server,
        () => server.delete(path, undefined, { session: null }),
        invalidArgument("missing header 'Authorization'"),
      );
    });
  });

  describe('with settings that refuse unknown fields', () => {
    const sharedStrict = sharedServer({ unknownFields: 'reject' });

    test.each([
      [{ deletemode: 'Enforcing' }, 'deletemode'],
      [{ param: {} }, 'param'],
      [{ uuid: null }, 'uuid'],
    ])('refuses %j', async (body, field) => {
      const strict = sharedStrict();
      const path = await add(strict);

      await expectErrorWithoutChange(
        strict,
        () => strict.delete(path, body),
        invalidArgument(expect.stringContaining(`field[${field}]`)),
      );
    });

    test('takes those it knows', async () => {
      const strict = sharedStrict();

      await expectDeleted(strict, (path) =>
        strict.delete(path, { systemTags: [], userTags: null }),
      );
      await expectDeleted(strict, (path) => strict.delete(`${path}?deleteMode=Permissive`));
    });
  });

  test('ends cleanly where it is asked for several times at once', async () => {
    const path = await add(server);

    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => server.delete(path)));

    answers.forEach(expectDone);
  });

  test(`names the operation ${operation} in the sentences on its arguments`, async () => {
    const path = await add(server);

    await expectErrorWithoutChange(
      server,
      () => server.delete(path, { userTags: ['x'.repeat(4097)] }),
      invalidArgument(expect.stringContaining(`of message[${messageOf(operation)}]`)),
    );
  });
}

/**
 * The parameter deleteMode (F46), of an operation that has it.
 * @param shared gives the server to try it on, once the tests run
 * @param add adds what can be deleted, and returns the path that deletes it
 */
export function describeDeleteMode(
  operation: OperationName,
  shared: () => Server,
  add: (server: Server) => Promise<string>,
): void {
  let server: Server;
  let path: string;
  beforeAll(async () => {
    server = shared();
    path = await add(server);
  });

  const none = (found: string) =>
    invalidArgument(
      `valid value for field[deleteMode] of message[${messageOf(operation)}] are ` +
        `[Permissive, Enforcing], but ${found} found`,
    );

  test.each([
    ['permissive', 'permissive'],
    ['enforcing', 'enforcing'],
    ['ENFORCING', 'ENFORCING'],
    ['x', 'x'],
    ['Permissive,Enforcing', 'Permissive,Enforcing'],
    ['null', 'null'],
    ['x&deleteMode=Permissive', 'x'],
  ])('?deleteMode=%s is refused', async (query, found) => {
    await expectErrorWithoutChange(
      server,
      () => server.delete(`${path}?deleteMode=${query}`),
      none(found),
    );
  });

  test.each([
    ['enforcing', none('enforcing')],
    ['x', none('x')],
    [1, none('1')],
    [true, none('true')],
    [{}, invalidArgument('[deleteMode] field is excepted a string, but was [{}].')],
    [[], invalidArgument('[deleteMode] field is excepted a string, but was [[]].')],
    [
      ['Enforcing'],
      invalidArgument('[deleteMode] field is excepted a string, but was [["Enforcing"]].'),
    ],
    ['Permissive\0', invalidArgument(expect.any(String))],
    ['\ud800', invalidArgument(expect.any(String))],
  ])('%j in the body is refused', async (deleteMode, expectedError) => {
    await expectErrorWithoutChange(
      server,
      () => server.delete(path, { deleteMode }),
      expectedError,
    );
  });

  test('%00 is refused', async () => {
    await expectErrorWithoutChange(
      server,
      () => server.delete(`${path}?deleteMode=Permissive%00`),
      invalidArgument(expect.any(String)),
    );
  });

  test('the query’s is refused whatever the body has', async () => {
    await expectErrorWithoutChange(
      server,
      () => server.delete(`${path}?deleteMode=x`, { deleteMode: 'Permissive' }),
      none('x'),
    );
  });

  test('empty in the body is as good as none', async () => {
    const path = await add(server);

    expectDone(await server.delete(path, { deleteMode: '' }));
  });

  test('is judged before the uuid', async () => {
    const malformed = path.replace(/[^/]+$/, 'x');

    await expectErrorWithoutChange(
      server,
      () => server.delete(`${malformed}?deleteMode=x`),
      none('x'),
    );
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
  },
  model: {
    path: `${API}/models`,
    table: 'models',
    add: addModel,
    operation: 'DeleteModel',
    type: 'ModelVO',
  },
  center: {
    path: `${API}/model-centers`,
    table: 'model_centers',
    add: addModelCenter,
    operation: 'DeleteModelCenter',
    type: 'ModelCenterVO',
  },
} as const;

type ResourceSpec = keyof typeof kinds;

/** What holds of deleting a resource of any kind (F22 to F24). */
export function describeResourceDeletion(kind: ResourceSpec, shared: () => Server): void {
  const { path, table, add, operation, type } = kinds[kind];
  const addPath = async (server: Server) => `${path}/${(await add(server)).uuid}`;
  const ownOf = ({ services, models, center }: Fixtures) =>
    ({ service: services, model: models, center: [center] as const })[kind];

  let server: Server;
  beforeAll(() => {
    server = shared();
  });

  describe('the request', () => describeDeletionRequest(operation, shared, addPath));
  describe('deleteMode', () => describeDeleteMode(operation, shared, addPath));

  describe('the uuid', () => {
    let fixtures: Fixtures;
    beforeAll(async () => {
      fixtures = await populate(server);
    });

    test.each(malformedUuids)('with %s is refused', async (_, text) => {
      const url = `${path}/${encodeURIComponent(text)}`;

      await expectErrorWithoutChange(server, () => server.delete(url), noUuid(text));
    });

    test('of a resource in capitals or with hyphens is refused', async () => {
      for (const uuid of ownOf(fixtures)) {
        const hyphens = uuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
        for (const text of [uuid.toUpperCase(), hyphens]) {
          await expectErrorWithoutChange(
            server,
            () => server.delete(`${path}/${text}`),
            noUuid(text),
          );
        }
      }
    });

    test('with a NUL is refused', async () => {
      const [uuid] = ownOf(fixtures);

      await expectErrorWithoutChange(
        server,
        () => server.delete(`${path}/${uuid}%00`),
        noUuid(`${uuid}\0`),
      );
    });

    test('of 60,000 digits is refused in 4096 characters', async () => {
      const text = 'a'.repeat(60_000);
      const details = `${String(noUuid(text).details).slice(0, 4093)}...`;

      await expectErrorWithoutChange(server, () => server.delete(`${path}/${text}`), {
        ...noUuid(text),
        details,
      });
    });

    test.each(unknownUuids)('%s, of nothing, succeeds and changes nothing', async (uuid) => {
      await expectNothingToDo(server, () => server.delete(`${path}/${uuid}?deleteMode=Enforcing`));
    });

    test('of anything else succeeds and changes nothing', async () => {
      const own = server.rows(table).map(({ uuid }) => uuid);
      const others = allUuids(server).filter((uuid) => !own.includes(uuid));
      const tags = Object.values(fixtures.tags).flatMap(({ user, system }) => [user, system]);
      expect(others).toEqual(expect.arrayContaining([fixtures.session, ...tags]));

      for (const uuid of others) {
        await expectNothingToDo(server, () =>
          server.delete(`${path}/${uuid}?deleteMode=Enforcing`),
        );
      }
    });
  });

  describe('what is deleted', () => {
    test('is neither read nor listed any more', async () => {
      const { uuid } = await add(server, { name: 'of two' });
      const other = await add(server, { name: 'of two' });

      expectDone(await server.delete(`${path}/${uuid}`));

      const read = await server.get(`${path}/${uuid}`);
      expect(read.body).toEqual({ success: true, inventories: [] });
      const list = await server.query(path, ['name=of two'], { replyWithCount: 'true' });
      expect(list.body).toEqual({ success: true, inventories: [other], total: 1 });
    });

    test('leaves its uuid free for a new one, which inherits nothing', async () => {
      const resourceUuid = newUuid();
      await add(server, { resourceUuid, userTags: ['a'], systemTags: ['b'] });
      const plain = await add(server);

      expectDone(await server.delete(`${path}/${resourceUuid}`));
      const again = await add(server, { resourceUuid });

      const text = JSON.stringify(plain).replaceAll(plain.uuid, resourceUuid);
      expect(again).toEqual(JSON.parse(text));
      expect(storedTags(server, resourceUuid)).toEqual([]);
    });

    test.each(
      Object.keys(kinds) as ResourceSpec[],
    )('leaves its uuid free for a %s', async (next) => {
      const { uuid } = await add(server);
      const { uuid: _, ...other } = await kinds[next].add(server);
      const param = { ...other, resourceUuid: uuid };
      const details = `resourceUuid[${uuid}] is already used`;
      expectError(await server.post(kinds[next].path, { param }), invalidArgument(details));

      expectDone(await server.delete(`${path}/${uuid}`));

      expect(await kinds[next].add(server, { resourceUuid: uuid })).toMatchObject({ uuid });
    });

    test('stays whole where its tags can’t be deleted', async () => {
      const [uuid] = ownOf(await populate(server));
      await failDeletionsFrom(server, 'tags');

      await expectErrorWithoutChange(
        server,
        () => server.delete(`${path}/${uuid}?deleteMode=Enforcing`),
        internalError,
      );
    });

    test('takes along the tags that are being attached to it', async () => {
      const { uuid } = await add(server);
      const attach = (tag: string) =>
        server.post(`${ROOT}/user-tags`, {
          params: { resourceType: type, resourceUuid: uuid, tag },
        });

      const answers = await Promise.all([
        attach('a'),
        attach('b'),
        server.delete(`${path}/${uuid}`),
        attach('c'),
        attach('d'),
      ]);

      expectDoneOrNotFound(answers);
      expect(storedTags(server, uuid)).toEqual([]);
    });
  });
}
