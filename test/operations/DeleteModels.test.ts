import { beforeAll, describe, expect, test } from 'vitest';
import { expectDoneOrNotFound } from '../support/deletions.ts';
import {
  expectErrorWithoutChange,
  invalidArgument,
  mandatory,
  messageOf,
} from '../support/errors.ts';
import { failDeletionsFrom, internalError } from '../support/failing-deletions.ts';
import { allUuids, lostRows, populate, rowsNaming, withoutResources } from '../support/fixtures.ts';
import { uuids as uuidsKind } from '../support/parameters.ts';
import { newUuid } from '../support/records.ts';
import { addModel } from '../support/resources.ts';
import { type Answer, API } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { malformedUuids, noUuid, unknownUuids } from '../support/uuids.ts';

const PATH = `${API}/models`;

const server = sharedServer();

const query = (uuids: readonly string[]) =>
  `${PATH}?${uuids.map((uuid) => `uuids=${encodeURIComponent(uuid)}`).join('&')}`;

const gone = (uuid: string) => ({ uuid, success: true });
const failed = (uuid: string) => {
  const { code, details } = noUuid(uuid);
  return {
    uuid,
    success: false,
    error: { code, description: 'A resource can not be found', details },
  };
};

/** Expects an answer to tell exactly this of each uuid, in this order. */
function expectResults({ status, headers, body }: Answer, results: unknown[]): void {
  expect({ status, type: headers.get('content-type'), body }).toEqual({
    status: 200,
    type: 'application/json;charset=UTF-8',
    body: { success: true, results },
  });
  expect(Object.keys(body)[0]).toBe('success');
}

/** Models that are there. */
async function add(count: number): Promise<string[]> {
  const uuids = [];
  for (let index = 0; index < count; index++) uuids.push((await addModel(server())).uuid);
  return uuids;
}

const left = (uuids: readonly string[]) =>
  uuids.filter((uuid) => server().rows('models', `uuid = '${uuid}'`).length > 0);

test('takes the models, their bindings and tags and nothing else', async () => {
  const { models } = await populate(server());
  const before = server().snapshot();
  server().advance(60_000);

  expectResults(await server().delete(query(models)), models.map(gone));

  const after = server().snapshot();
  expect(after).toEqual(withoutResources(before, models));
  expect(lostRows(before, after)).toEqual({
    resources: 2,
    models: 2,
    model_service_refs: 4,
    tags: 4,
  });
});

describe('finds the uuids', () => {
  type Send = (uuids: [string, string, string]) => Promise<Answer>;

  test.each<[string, Send]>([
    ['repeated in the query', (uuids) => server().delete(query(uuids))],
    ['numbered', ([a, b, c]) => server().delete(`${PATH}?uuids.0=${a}&uuids.1=${b}&uuids.2=${c}`)],
    [
      'numbered, in the order of the numbers',
      ([a, b, c]) => server().delete(`${PATH}?uuids.10=${c}&uuids.2=${b}&uuids.0=${a}`),
    ],
    [
      'numbered with a percent-encoded dot',
      ([a, b, c]) => server().delete(`${PATH}?uuids%2E0=${a}&uuids%2E1=${b}&uuids%2E2=${c}`),
    ],
    ['in the body', (uuids) => server().delete(PATH, { uuids })],
    ['in the body beside unknown fields', (uuids) => server().delete(PATH, { uuids, uuid: 1 })],
    ['beside tags, which go nowhere', (uuids) => server().delete(PATH, { uuids, userTags: ['a'] })],
    [
      'in the body, the query having other parameters',
      (uuids) => server().delete(`${PATH}?deleteMode=Permissive&x=1&uuid=x&uuids.x=y`, { uuids }),
    ],
    ['in the query, the body being empty', (uuids) => server().delete(query(uuids), {})],
    [
      'in the query, the body’s being null',
      (uuids) => server().delete(query(uuids), { uuids: null }),
    ],
    [
      'in the query, an empty JSON body being sent',
      (uuids) => server().delete(query(uuids), undefined, { raw: '' }),
    ],
    ['beside deleteMode', (uuids) => server().delete(`${query(uuids)}&deleteMode=Permissive`)],
    ['beside an empty deleteMode', (uuids) => server().delete(`${query(uuids)}&deleteMode=`)],
    [
      'beside deleteMode in the body',
      (uuids) => server().delete(PATH, { uuids, deleteMode: 'Enforcing' }),
    ],
    [
      'under doubled slashes',
      (uuids) => server().delete(query(uuids).replace(PATH, PATH.replaceAll('/', '//'))),
    ],
  ])('%s', async (_, send) => {
    const uuids = (await add(3)) as [string, string, string];

    expectResults(await send(uuids), uuids.map(gone));

    expect(left(uuids)).toEqual([]);
  });

  test('of the query rather than the body’s', async () => {
    const [asked, other] = await add(2);

    expectResults(await server().delete(query([String(asked)]), { uuids: [other] }), [
      gone(String(asked)),
    ]);

    expect(left([String(asked), String(other)])).toEqual([other]);
  });
});

describe('tells of each uuid, in the order given,', () => {
  test.each(['query', 'body'])('how it went, given in the %s', async (place) => {
    const [first, second, kept] = (await add(3)) as [string, string, string];
    const unknown = newUuid();
    const malformed = malformedUuids.map(([, text]) => text);
    const uuids = [first, ...malformed, unknown, second.toUpperCase(), ...unknownUuids, second, ''];

    const answer =
      place === 'query'
        ? await server().delete(query(uuids))
        : await server().delete(PATH, { uuids });

    expectResults(answer, [
      gone(first),
      ...malformed.map(failed),
      gone(unknown),
      failed(second.toUpperCase()),
      ...unknownUuids.map(gone),
      gone(second),
      failed(''),
    ]);
    expect(left([first, second, kept])).toEqual([kept]);
  });

  test('nothing for an empty list', async () => {
    const before = server().snapshot();

    expectResults(await server().delete(PATH, { uuids: [] }), []);

    expect(server().snapshot()).toEqual(before);
  });

  test('a success where it is of anything but a model, which stays', async () => {
    await populate(server());
    const models = server()
      .rows('models')
      .map(({ uuid }) => uuid);
    const others = allUuids(server()).filter((uuid) => !models.includes(uuid));
    expect(others.length).toBeGreaterThan(20);
    const before = server().snapshot();

    expectResults(await server().delete(PATH, { uuids: others }), others.map(gone));

    expect(server().snapshot()).toEqual(before);
  });

  test('once for each that is repeated', async () => {
    const [uuid] = (await add(1)) as [string];

    const { status, body } = await server().delete(query([uuid, 'x', uuid, 'x', uuid]));

    expect(status).toBe(200);
    expect(new Set(body.results.map((result: object) => JSON.stringify(result)))).toEqual(
      new Set([gone(uuid), failed('x')].map((result) => JSON.stringify(result))),
    );
    expect(left([uuid])).toEqual([]);
  });

  test('with members of other types as texts, and longest ones', async () => {
    const longest = '😀'.repeat(255);

    expectResults(await server().delete(PATH, { uuids: [1, true, -1.5, longest] }), [
      failed('1'),
      failed('true'),
      failed('-1.5'),
      failed(longest),
    ]);
  });

  test('for as many as 1000', async () => {
    const uuids = Array.from({ length: 1000 }, newUuid);
    const [model] = (await add(1)) as [string];
    uuids[999] = model;

    expectResults(await server().delete(PATH, { uuids }), uuids.map(gone));

    expect(left([model])).toEqual([]);
  });
});

describe('refuses, deleting nothing,', () => {
  const missing = mandatory('DeleteModels', 'uuids');
  let model: string;
  beforeAll(async () => {
    [model] = (await add(1)) as [string];
  });

  test.each<[string, unknown?]>([
    [''],
    ['?'],
    ['?deleteMode=Enforcing'],
    ['?uuid=a'],
    ['?Uuids=a'],
    ['?uuids.=a'],
    ['?uuids.x=a'],
    ['?uuids.-1=a'],
    ['?uuids0=a'],
    ['?xuuids.0=a'],
    ['', {}],
    ['', null],
    ['', { uuids: null }],
    ['', { uuid: ['a'] }],
    ['', { params: { uuids: ['a'] } }],
    ['', { 'uuids.0': 'a' }],
  ])('missing uuids: "%s" and %j', async (search, body) => {
    await expectErrorWithoutChange(server(), () => server().delete(PATH + search, body), missing);
  });

  const { wrongType, notAllowed } = uuidsKind;
  test.each(
    [...wrongType, ...notAllowed].map(
      ({ what, sent, details }) =>
        [what, sent, details('uuids', messageOf('DeleteModels'))] as const,
    ),
  )('%s', async (_, uuids, details) => {
    const sent = Array.isArray(uuids) ? [...uuids, model] : uuids;

    await expectErrorWithoutChange(
      server(),
      () => server().delete(PATH, { uuids: sent }),
      invalidArgument(details),
    );
  });

  test('a NUL in the query', async () => {
    await expectErrorWithoutChange(
      server(),
      () => server().delete(`${PATH}?uuids=${model}&uuids=%00`),
      invalidArgument('field[uuids[1]] cannot contain a NUL character or a lone surrogate'),
    );
  });

  test('more than 1000 members, all at once', async () => {
    const uuids = [model, ...Array.from({ length: 1000 }, newUuid)];

    await expectErrorWithoutChange(
      server(),
      () => server().delete(PATH, { uuids }),
      invalidArgument(expect.stringContaining('[uuids]')),
    );
  });
});

test('reads what is not correctly percent-encoded as no uuid', async () => {
  const [model] = (await add(1)) as [string];

  const { status, body } = await server().delete(`${PATH}?uuids=%FF&uuids=%`);

  expect(status).toBe(200);
  expect(body.results).toMatchObject([{ success: false }, { success: false }]);
  expect(left([model])).toEqual([model]);
});

test('deletes none where one of them can’t be deleted', async () => {
  const { models } = await populate(server());
  await failDeletionsFrom(server(), 'model_service_refs');
  const unbound = await add(1);

  await expectErrorWithoutChange(
    server(),
    () => server().delete(query([...unbound, ...models])),
    internalError,
  );
});

test('ends cleanly beside other requests for the same models', async () => {
  for (let round = 0; round < 5; round++) {
    const uuids = await add(4);
    const sent = [
      () => server().delete(query(uuids)),
      () => server().delete(query(uuids.toReversed())),
      ...uuids.flatMap((uuid) => [
        () => server().put(`${PATH}/${uuid}`, { updateModel: { name: 'x' }, userTags: ['t'] }),
        () => server().delete(`${PATH}/${uuid}`),
      ]),
    ];
    const answers = await Promise.all([...sent.slice(round), ...sent].map((send) => send()));

    expectDoneOrNotFound(answers);
    expect(uuids.flatMap((uuid) => rowsNaming(server(), uuid))).toEqual([]);
  }
});
