import { beforeAll, describe, expect, test } from 'vitest';
import { kinds } from './deletions.ts';
import { expectRejected, invalidArgument, mandatory, messageOf } from './errors.ts';
import { allUuids, lostRows, populate, withoutResources } from './fixtures.ts';
import { uuids as uuidsKind } from './parameters.ts';
import { newUuid } from './records.ts';
import type { Answer } from './server.ts';
import { sharedServer } from './shared-server.ts';
import { malformedUuids, noUuid, unknownUuids } from './uuids.ts';

/** What holds of deleting several resources of a kind by one request (F23, F24, F55). */
export function describeBulkDeletion(
  operation: 'DeleteModels' | 'DeleteDatasets' | 'DeleteModelServiceInstanceGroups',
  kind: 'model' | 'dataset' | 'deployment',
): void {
  const server = sharedServer();
  const { path, table, add: addOne, lost } = kinds[kind];
  /** The uuids of all that are there. */
  const own = () =>
    server()
      .rows(table)
      .map(({ uuid }) => String(uuid));

  const query = (uuids: readonly string[]) =>
    `${path}?${uuids.map((uuid) => `uuids=${encodeURIComponent(uuid)}`).join('&')}`;

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

  /** Resources that are there. */
  async function add(count: number): Promise<string[]> {
    const uuids = [];
    for (let index = 0; index < count; index++) uuids.push((await addOne(server())).uuid);
    return uuids;
  }

  const left = (uuids: readonly string[]) =>
    uuids.filter((uuid) => server().rows(table, `uuid = '${uuid}'`).length > 0);

  test('deletes the resources, what belongs to them and their tags, and nothing else', async () => {
    await populate(server());
    const uuids = own();
    const before = server().snapshot();
    server().advance(60_000);

    expectResults(await server().delete(query(uuids)), uuids.map(gone));

    const after = server().snapshot();
    expect(after).toEqual(withoutResources(before, uuids));
    expect(lostRows(before, after)).toEqual(
      Object.fromEntries(Object.entries(lost).map(([name, rows]) => [name, rows * uuids.length])),
    );
  });

  describe('finds the uuids', () => {
    type Send = (uuids: [string, string, string]) => Promise<Answer>;

    test.each<[string, Send]>([
      ['repeated in the query', (uuids) => server().delete(query(uuids))],
      [
        'numbered',
        ([a, b, c]) => server().delete(`${path}?uuids.0=${a}&uuids.1=${b}&uuids.2=${c}`),
      ],
      ['in the body', (uuids) => server().delete(path, { uuids })],
      [
        'in the body, the query having other parameters',
        (uuids) => server().delete(`${path}?deleteMode=Permissive&x=1&uuid=x&uuids.x=y`, { uuids }),
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
    expect(results).toEqual(
      new Set([gone(asked), failed('x')].map((each) => JSON.stringify(each))),
    );
    expect(left([asked, other])).toEqual([other]);
  });

  describe('answers for each uuid, in the order given,', () => {
    test.each(['query', 'body'])('success or error, given in the %s', async (place) => {
      const [first, second, remaining] = (await add(3)) as [string, string, string];
      const unknown = newUuid();
      const malformed = malformedUuids.map(([, text]) => text);
      const uuids = [
        first,
        ...malformed,
        unknown,
        second.toUpperCase(),
        ...unknownUuids,
        second,
        '',
      ];

      const answer =
        place === 'query'
          ? await server().delete(query(uuids))
          : await server().delete(path, { uuids });

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

      expectResults(await server().delete(path, { uuids: [] }), []);

      expect(server().snapshot()).toEqual(before);
    });

    test('a success for the uuid of another resource, which is not deleted', async () => {
      await populate(server());
      const others = allUuids(server()).filter((uuid) => !own().includes(uuid));
      expect(others.length).toBeGreaterThan(20);
      const before = server().snapshot();

      expectResults(await server().delete(path, { uuids: others }), others.map(gone));

      expect(server().snapshot()).toEqual(before);
    });

    test('with members of other types as texts, and longest ones', async () => {
      const longest = '😀'.repeat(255);

      expectResults(await server().delete(path, { uuids: [1, true, -1.5, longest] }), [
        failed('1'),
        failed('true'),
        failed('-1.5'),
        failed(longest),
      ]);
    });

    test('for as many as 1000', async () => {
      const uuids = Array.from({ length: 1000 }, newUuid);
      const [one] = (await add(1)) as [string];
      uuids[999] = one;

      expectResults(await server().delete(path, { uuids }), uuids.map(gone));

      expect(left([one])).toEqual([]);
    });
  });

  describe('rejects, deleting nothing,', () => {
    const missing = mandatory(operation, 'uuids');
    let one: string;
    beforeAll(async () => {
      [one] = (await add(1)) as [string];
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
      await expectRejected(server(), () => server().delete(path + search, body), missing);
    });

    const { wrongType, notAllowed } = uuidsKind;
    test.each(
      [...wrongType, ...notAllowed].map(
        ({ what, sent, details }) => [what, sent, details('uuids', messageOf(operation))] as const,
      ),
    )('%s', async (_, uuids, details) => {
      const sent = Array.isArray(uuids) ? [...uuids, one] : uuids;

      await expectRejected(
        server(),
        () => server().delete(path, { uuids: sent }),
        invalidArgument(details),
      );
    });

    test('more than 1000 members, all at once', async () => {
      const uuids = [one, ...Array.from({ length: 1000 }, newUuid)];

      await expectRejected(
        server(),
        () => server().delete(path, { uuids }),
        invalidArgument(expect.stringContaining('[uuids]')),
      );
    });
  });

  test('does not take incorrect percent-encoding for a uuid', async () => {
    const [model] = (await add(1)) as [string];

    const { status, body } = await server().delete(`${path}?uuids=%FF&uuids=%`);

    expect(status).toBe(200);
    expect(body.results).toMatchObject([{ success: false }, { success: false }]);
    expect(left([model])).toEqual([model]);
  });
}
