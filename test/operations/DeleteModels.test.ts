import { beforeAll, describe, expect, test } from 'vitest';
import { expectRejected, invalidArgument, mandatory, messageOf } from '../support/errors.ts';
import { allUuids, lostRows, populate, withoutResources } from '../support/fixtures.ts';
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

/** Expects exactly these results, one for each uuid, in this order. */
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

test('deletes the models, their bindings and tags, and nothing else', async () => {
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
    ['in the body', (uuids) => server().delete(PATH, { uuids })],
    [
      'in the body, the query having other parameters',
      (uuids) => server().delete(`${PATH}?deleteMode=Permissive&x=1&uuid=x&uuids.x=y`, { uuids }),
    ],
  ])('%s', async (_, send) => {
    const uuids = (await add(3)) as [string, string, string];

    expectResults(await send(uuids), uuids.map(gone));

    expect(left(uuids)).toEqual([]);
  });
});

test('prefers the uuids of the query to those of the body, and deletes repeated ones once', async () => {
  const [asked, other] = (await add(2)) as [string, string];
  const { body } = await server().delete(query([asked, 'x', asked]), { uuids: [other] });

  const results = new Set(body.results.map((result: object) => JSON.stringify(result)));
  expect(results).toEqual(new Set([gone(asked), failed('x')].map((each) => JSON.stringify(each))));
  expect(left([asked, other])).toEqual([other]);
});

describe('answers for each uuid, in the order given,', () => {
  test.each(['query', 'body'])('success or error, given in the %s', async (place) => {
    const [first, second, remaining] = (await add(3)) as [string, string, string];
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
    expect(left([first, second, remaining])).toEqual([remaining]);
  });

  test('nothing for an empty list', async () => {
    const before = server().snapshot();

    expectResults(await server().delete(PATH, { uuids: [] }), []);

    expect(server().snapshot()).toEqual(before);
  });

  test('a success for the uuid of another resource, which is not deleted', async () => {
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

describe('rejects, deleting nothing,', () => {
  const missing = mandatory('DeleteModels', 'uuids');
  let model: string;
  beforeAll(async () => {
    [model] = (await add(1)) as [string];
  });

  test.each<[string, unknown?]>([
    [''],
    ['?'],
    ['?Uuids=a'],
    ['?uuids.x=a'],
    ['', { uuids: null }],
    ['', { params: { uuids: ['a'] } }],
    ['', { 'uuids.0': 'a' }],
  ])('missing uuids: "%s" and %j', async (search, body) => {
    await expectRejected(server(), () => server().delete(PATH + search, body), missing);
  });

  const { wrongType, notAllowed } = uuidsKind;
  test.each(
    [...wrongType, ...notAllowed].map(
      ({ what, sent, details }) =>
        [what, sent, details('uuids', messageOf('DeleteModels'))] as const,
    ),
  )('%s', async (_, uuids, details) => {
    const sent = Array.isArray(uuids) ? [...uuids, model] : uuids;

    await expectRejected(
      server(),
      () => server().delete(PATH, { uuids: sent }),
      invalidArgument(details),
    );
  });

  test('more than 1000 members, all at once', async () => {
    const uuids = [model, ...Array.from({ length: 1000 }, newUuid)];

    await expectRejected(
      server(),
      () => server().delete(PATH, { uuids }),
      invalidArgument(expect.stringContaining('[uuids]')),
    );
  });
});

test('does not take incorrect percent-encoding for a uuid', async () => {
  const [model] = (await add(1)) as [string];

  const { status, body } = await server().delete(`${PATH}?uuids=%FF&uuids=%`);

  expect(status).toBe(200);
  expect(body.results).toMatchObject([{ success: false }, { success: false }]);
  expect(left([model])).toEqual([model]);
});
