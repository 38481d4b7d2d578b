import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeDeletionRequest, expectDone, expectNothingToDo } from '../support/deletions.ts';
import { failDeletionsFrom, internalError } from '../support/failing-deletions.ts';
import { expectErrorWithoutChange, noRoute } from '../support/refusals.ts';
import { addModel } from '../support/resources.ts';
import { openServer, ROOT, type Server, startServer } from '../support/server.ts';
import { malformedUuids, noUuid, unknownUuids } from '../support/uuids.ts';
import { allUuids, populate, withoutRows } from '../support/world.ts';

const TAGS = `${ROOT}/tags`;

let server: Server;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

/** The uuid of a new model's tag. */
async function addTag(type: 'User' | 'System' = 'User', on = server): Promise<string> {
  const { uuid: resourceUuid } = await addModel(on);
  const { body } = await on.post(`${ROOT}/${type.toLowerCase()}-tags`, {
    params: { resourceType: 'ModelVO', resourceUuid, tag: 'a tag' },
  });
  return body.inventory.uuid;
}

describeDeletionRequest(
  'DeleteTag',
  () => server,
  async (on) => `${TAGS}/${await addTag('User', on)}`,
);

describe.each(['User', 'System'] as const)('of a %s tag', (type) => {
  const list = `${ROOT}/${type.toLowerCase()}-tags`;

  test('takes it away and nothing else, moving no date', async () => {
    const { tags } = await populate(server);
    const uuids = Object.values(tags).map(({ user, system }) => (type === 'User' ? user : system));
    server.advance(60_000);

    for (const uuid of uuids) {
      const before = server.snapshot();
      expect(server.rows('tags', `uuid = '${uuid}'`)).toMatchObject([{ type }]);

      expectDone(await server.delete(`${TAGS}/${uuid}`));

      expect(server.snapshot()).toEqual(withoutRows(before, 'tags', { uuid }));
      expect(server.rows('tags', `uuid = '${uuid}'`)).toEqual([]);
    }
  });

  test('is not undone: it is neither read nor listed any more', async () => {
    const uuid = await addTag(type);

    await server.delete(`${TAGS}/${uuid}`);

    for (const read of [
      await server.get(`${list}/${uuid}`),
      await server.query(list, [`uuid=${uuid}`]),
    ]) {
      expect(read.body).toEqual({ success: true, inventories: [] });
    }
  });

  test('leaves it where the database fails', async () => {
    const uuid = await addTag(type);
    await failDeletionsFrom(server, 'tags');

    await expectErrorWithoutChange(server, () => server.delete(`${TAGS}/${uuid}`), internalError);
  });

  test('of one in capitals is refused', async () => {
    const uuid = (await addTag(type)).toUpperCase();

    await expectErrorWithoutChange(server, () => server.delete(`${TAGS}/${uuid}`), noUuid(uuid));
  });
});

test.each(malformedUuids)('of a uuid with %s is refused', async (_, text) => {
  await expectErrorWithoutChange(
    server,
    () => server.delete(`${TAGS}/${encodeURIComponent(text)}`),
    noUuid(text),
  );
});

test.each(unknownUuids)('of %s, which is of nothing, succeeds', async (uuid) => {
  await expectNothingToDo(server, () => server.delete(`${TAGS}/${uuid}`));
});

test('of anything else succeeds and changes nothing', async () => {
  // Of its own, so that there are few uuids to try.
  const server = await startServer();
  const { center, models, services, session } = await populate(server);
  const tags = server.rows('tags').map(({ uuid }) => uuid);
  const others = allUuids(server).filter((uuid) => !tags.includes(uuid));
  expect(others).toEqual(expect.arrayContaining([center, ...models, ...services, session]));

  for (const uuid of others) {
    await expectNothingToDo(server, () => server.delete(`${TAGS}/${uuid}?deleteMode=Enforcing`));
  }
});

test.each(['/v1/tags', '/v1/tags/'])('has nothing at %s', async (path) => {
  await expectErrorWithoutChange(server, () => server.delete(`/zstack${path}`), noRoute(path));
});

test.each(['user-tags', 'system-tags'])('has nothing at the path of %s', async (list) => {
  const path = `${ROOT}/${list}/${await addTag()}`;

  await expectErrorWithoutChange(server, () => server.delete(path), {
    status: 405,
    code: 'SYS.1009',
    details: `The method[DELETE] is not allowed for the path[${path}]`,
  });
});
