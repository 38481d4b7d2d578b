import { describe, expect, test } from 'vitest';
import { expectDone } from './deletions.ts';
import {
  type ExpectedError,
  expectRejected,
  invalidArgument,
  messageOf,
  notFound,
} from './errors.ts';
import { allUuids, populate } from './fixtures.ts';
import { expectAllOrNothing } from './partial-failure.ts';
import { addModel, addModelCenter, addModelService, createDataset } from './resources.ts';
import { API, ROOT, startServer } from './server.ts';
import { storedTags } from './stored.ts';
import type { WriteContext, WriteFacts } from './write-context.ts';

/** Lists of tags that are rejected, with the sentence for the list of that name. */
const WRONG_TAGS: [what: string, sent: unknown, details: (field: string) => string][] = [
  ['a text', 'a', (field) => `[${field}] field is excepted a list, but was [a].`],
  ['a list in a list', [[]], (field) => `[${field}[0]] field is excepted a string, but was [[]].`],
  ['a list with a null', [null], (field) => `field[${field}] cannot contain a NULL element`],
  [
    'a list with half a surrogate pair',
    ['\udc00'],
    (field) => `field[${field}[0]] cannot contain a NUL character or a lone surrogate`,
  ],
];

/** Where resources are listed, stored and deleted, by the platform's name of their kind. */
const kinds: Record<string, { table: string; where?: string; path: string }> = {
  ModelServiceVO: { table: 'model_services', path: `${API}/model-services` },
  ModelVO: { table: 'models', path: `${API}/models` },
  ModelServiceInstanceGroupVO: {
    table: 'model_service_instance_groups',
    path: `${API}/model-services/instances/groups`,
  },
  ModelCenterVO: { table: 'model_centers', path: `${API}/model-centers` },
  DatasetVO: { table: 'datasets', path: `${API}/datasets` },
  SystemTagVO: { table: 'tags', where: "type = 'System'", path: `${ROOT}/tags` },
};

/** The tags that a write attaches to its resource. */
export function describeTags(context: WriteContext, resourceType: string): void {
  const { operation, entry, wrapper, required, isUpdate } = context;
  const { server, unchanged, call, ready, inventoryOf } = context;
  const row = (type: string, tag: string) => ({ type, tag, resourceType });

  describe('tags', () => {
    test.each<[string, { outer?: unknown; inner?: unknown }, string[]]>([
      ['beside the wrapper', { outer: ['a'] }, ['a']],
      ['inside it', { inner: ['a'] }, ['a']],
      ['beside it where they are in both', { outer: ['a'], inner: ['b'] }, ['a']],
      ['none where those beside it are an empty list', { outer: [], inner: ['b'] }, []],
      ['inside it where null is beside', { outer: null, inner: ['b'] }, ['b']],
      ['once each', { outer: ['b', 'a', 'b', 'B'] }, ['b', 'a', 'B']],
      ['as sent', { outer: [' a ', '', 'a::{b}'] }, [' a ', '', 'a::{b}']],
      ['of other types, as text', { outer: [1, true, '1'] }, ['1', 'true']],
      ['of 4096 characters', { outer: ['😀'.repeat(4096)] }, ['😀'.repeat(4096)]],
    ])('are attached %s', async (_, { outer, inner }, tags) => {
      const { send } = await ready(server());
      const before = server().rows('tags').length;
      const lists = (value: unknown) =>
        value === undefined ? {} : { systemTags: value, userTags: value };

      const inventory = inventoryOf(await send(lists(inner), lists(outer)));

      expect(storedTags(server(), inventory.uuid)).toEqual([
        ...tags.map((tag) => row('System', tag)),
        ...tags.map((tag) => row('User', tag)),
      ]);
      expect(server().rows('tags')).toHaveLength(before + 2 * tags.length);
      expect(inventory).not.toHaveProperty('userTags');
    });

    if (required.length === 0 && !entry.needsAction) {
      test('may be the only resources', async () => {
        for (const wrapped of [{}, { [wrapper]: null }]) {
          const { path } = await ready(server());
          const tags = { systemTags: ['a'], userTags: ['b'] };

          const { uuid } = inventoryOf(await call(server(), path, { ...wrapped, ...tags }));

          expect(storedTags(server(), uuid)).toEqual([row('System', 'a'), row('User', 'b')]);
        }
      });
    }

    test('of the two types are each added under their own path', async () => {
      const { send } = await ready(server());

      const { uuid } = inventoryOf(await send({ systemTags: ['a'] }, { userTags: ['b'] }));

      expect(storedTags(server(), uuid)).toEqual([row('System', 'a'), row('User', 'b')]);
    });

    if (isUpdate || operation === 'BindModelToService') {
      test('that are attached already stay as they are', async () => {
        const { send } = await ready(server());
        const { uuid } = inventoryOf(await send({}, { systemTags: ['a'], userTags: ['b'] }));
        const rows = () => server().rows('tags', `resource_uuid = '${uuid}' ORDER BY position`);
        const before = rows();

        await send({}, { systemTags: ['b', 'a', ' a ', 'b'], userTags: ['b'] });

        expect(storedTags(server(), uuid)).toEqual([
          row('System', 'a'),
          row('User', 'b'),
          row('System', 'b'),
          row('System', ' a '),
        ]);
        expect(rows().slice(0, 2)).toEqual(before);
      });
    }

    test.each(WRONG_TAGS)('are rejected if they are %s', async (_, sent, details) => {
      const { send } = await ready(unchanged());
      for (const tags of ['systemTags', 'userTags']) {
        const rejection = invalidArgument(details(tags));
        await expectRejected(unchanged(), () => send({}, { [tags]: sent }), rejection);
        await expectRejected(unchanged(), () => send({ [tags]: sent }), rejection);
      }
    });

    test('are rejected if one is too long', async () => {
      const { send } = await ready(unchanged());
      await expectRejected(
        unchanged(),
        () => send({}, { userTags: ['a', 't'.repeat(4097)] }),
        invalidArgument(
          `field[userTags[1]] of message[${messageOf(operation)}] exceeds max length of string. ` +
            'expected was <= 4096, actual was 4097',
        ),
      );
    });
  });

  test('leaves nothing of a write that fails at its last part', async () => {
    await expectAllOrNothing(async (server) => {
      const { send } = await ready(server);
      server.advance(1000);
      return () => send({}, { userTags: ['a', 'b'] });
    });
  });
}

/** The resource that a write's path refers to. */
export function describeTarget(
  context: WriteContext,
  { field, type, path: pathOf }: NonNullable<WriteFacts['target']>,
): void {
  const { operation, wrapper, parameters, suffixes, tagged, unchanged, call, ready } = context;
  const { table, where, path: paths } = kinds[type] as (typeof kinds)[string];

  describe('an unknown resource', () => {
    const unknown = async (uuid: string, on = unchanged()) => {
      const { params } = await ready(on);
      const request = { [wrapper]: params, ...(tagged && { userTags: ['tag'] }) };
      for (const suffix of suffixes) {
        const url = pathOf(encodeURIComponent(uuid)).replace(/(\/actions)?$/, suffix);
        await expectRejected(on, () => call(on, url, request), notFound(field, uuid, type));
      }
    };

    test.each([
      ['of no resource', '6c1a5f6167944aa1886294842075279f'],
      ['no uuid', 'no-such'],
      ['percent-encoded', "no such' resource/%"],
      ['SQL', "' OR 1=1 --"],
      ['with U+0000', 'a\0b'],
      ['very long', 'u'.repeat(3000)],
    ])('is an error where its uuid is %s', async (_, uuid) => {
      await unknown(uuid);
    });

    test('is an error where its uuid belongs to another kind, in capitals or in spaces', async () => {
      // Of its own, so that there are few uuids to try.
      const on = await startServer();
      const { session } = await populate(on);
      const own = on.rows(table, where).map(({ uuid }) => String(uuid));
      const others = allUuids(on).filter((uuid) => !own.includes(uuid));
      expect(others).toContain(session);
      for (const uuid of [...others, String(own[0]).toUpperCase(), ` ${own[0]}`]) {
        await unknown(uuid, on);
      }
    });

    test('is an error once it is deleted', async () => {
      const on = unchanged();
      await populate(on);
      const gone = String(on.rows(table, where)[0]?.uuid);
      expectDone(await on.delete(`${paths}/${gone}`, { deleteMode: 'Enforcing' }));
      await unknown(gone);
    });

    const wrong = Object.entries(parameters).flatMap(([name, { notAllowed }]) =>
      notAllowed.map((each) => ({ name, ...each })),
    )[0];
    if (wrong) {
      test('comes after the arguments', async () => {
        const { name, sent, details } = wrong;
        const { params } = await ready(unchanged());
        await expectRejected(
          unchanged(),
          () => call(unchanged(), pathOf('no-such'), { [wrapper]: { ...params, [name]: sent } }),
          invalidArgument(details(name, messageOf(operation))),
        );
      });
    }
  });
}

/** The uuid that a client chooses for a new resource. */
export function describeNewUuid(context: WriteContext): void {
  const { tagged, server, unchanged, ready, inventoryOf } = context;
  describe('resourceUuid', () => {
    const used = (uuid: string): ExpectedError =>
      invalidArgument(`resourceUuid[${uuid}] is already used`);

    test('is the uuid of the new resource, without the spaces around it', async () => {
      const { send } = await ready(server());
      const uuid = '6c1a5f6167944aa1886294842075279f';
      expect(inventoryOf(await send({ resourceUuid: ` ${uuid}\n` }))).toMatchObject({ uuid });
      expect(server().rows('resources', `uuid = '${uuid}'`)).toEqual([{ uuid, type: tagged }]);
    });

    test.each([
      ['a service', addModelService],
      ['a model', addModel],
      ['a center', addModelCenter],
      ['a dataset', createDataset],
    ])('is rejected if it is that of %s', async (_, add) => {
      const { uuid } = await add(unchanged());
      const { send } = await ready(unchanged());
      await expectRejected(
        unchanged(),
        () => send({ resourceUuid: uuid }, { userTags: ['tag'] }),
        used(uuid),
      );
    });
  });
}

/** The fields that an update doesn't change, and the dates that it does. */
export function describeUpdate(context: WriteContext): void {
  const { wrapper, label, server, call, ready, inventoryOf, read } = context;
  describe('an update', () => {
    test('changes nothing of other resources', async () => {
      const [one, other] = [await ready(server()), await ready(server())];
      const before = inventoryOf(await other.send({}, { userTags: ['a'] }));
      server().advance(1000);

      await one.send({ [label]: 'changed' }, { userTags: ['b'] });

      expect(await read(server(), before.uuid)).toEqual(before);
      expect(storedTags(server(), before.uuid)).toMatchObject([{ tag: 'a' }]);
    });

    test('moves lastOpDate if it succeeds, and never createDate', async () => {
      const server = await startServer();
      const { path, send } = await ready(server);
      const { uuid, createDate } = inventoryOf(await send());
      for (const [second, body] of [
        { [wrapper]: {} },
        { [wrapper]: { [label]: 'a' } },
        { [wrapper]: { [label]: 'a' } },
        { [wrapper]: {}, userTags: ['a'] },
      ].entries()) {
        server.advance(1000);
        const inventory = inventoryOf(await call(server, path, body));
        const lastOpDate = `Nov 25, 2025 11:51:5${second + 1} AM`;
        expect(inventory).toMatchObject({ createDate, lastOpDate });
        expect(await read(server, uuid)).toEqual(inventory);
      }
      const before = server.snapshot();
      server.advance(1000);
      await send({ [label]: {} }, { userTags: ['b'] });
      await send({ [label]: 'x'.repeat(5000) }, { userTags: ['b'] });
      expect(server.snapshot()).toEqual(before);
    });
  });
}
