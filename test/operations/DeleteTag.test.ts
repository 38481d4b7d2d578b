import { describe, expect, test } from 'vitest';
import { describeDeletedUuid, describeDeletionRequest, expectDone } from '../support/deletions.ts';
import { expectErrorWithoutChange, noRoute } from '../support/errors.ts';
import { failDeletionsFrom, internalError } from '../support/failing-deletions.ts';
import { populate, withoutRows } from '../support/fixtures.ts';
import { addModel } from '../support/resources.ts';
import { ROOT } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const TAGS = `${ROOT}/tags`;

const server = sharedServer();

/** The uuid of a new model's tag. */
async function addTag(type: 'User' | 'System' = 'User', on = server()): Promise<string> {
  const { uuid: resourceUuid } = await addModel(on);
  const { body } = await on.post(`${ROOT}/${type.toLowerCase()}-tags`, {
    params: { resourceType: 'ModelVO', resourceUuid, tag: 'a tag' },
  });
  return body.inventory.uuid;
}

describeDeletionRequest('DeleteTag', server, async (on) => `${TAGS}/${await addTag('User', on)}`);

describe.each(['User', 'System'] as const)('of a %s tag', (type) => {
  const list = `${ROOT}/${type.toLowerCase()}-tags`;

  test('takes it away and nothing else, moving no date', async () => {
    const { tags } = await populate(server());
    const uuids = Object.values(tags).map(({ user, system }) => (type === 'User' ? user : system));
    server().advance(60_000);

    for (const uuid of uuids) {
      const before = server().snapshot();
      expect(server().rows('tags', `uuid = '${uuid}'`)).toMatchObject([{ type }]);

      expectDone(await server().delete(`${TAGS}/${uuid}`));

      expect(server().snapshot()).toEqual(withoutRows(before, 'tags', { uuid }));
      expect(server().rows('tags', `uuid = '${uuid}'`)).toEqual([]);
    }
  });

  test('is not undone: it is neither read nor listed any more', async () => {
    const uuid = await addTag(type);

    await server().delete(`${TAGS}/${uuid}`);

    for (const read of [
      await server().get(`${list}/${uuid}`),
      await server().query(list, [`uuid=${uuid}`]),
    ]) {
      expect(read.body).toEqual({ success: true, inventories: [] });
    }
  });

  test('leaves it where the database fails', async () => {
    const uuid = await addTag(type);
    await failDeletionsFrom(server(), 'tags');

    await expectErrorWithoutChange(
      server(),
      () => server().delete(`${TAGS}/${uuid}`),
      internalError,
    );
  });
});

test.each(['/v1/tags', '/v1/tags/'])('has nothing at %s', async (path) => {
  await expectErrorWithoutChange(server(), () => server().delete(`/zstack${path}`), noRoute(path));
});

test.each(['user-tags', 'system-tags'])('has nothing at the path of %s', async (list) => {
  const path = `${ROOT}/${list}/${await addTag()}`;

  await expectErrorWithoutChange(server(), () => server().delete(path), {
    status: 405,
    code: 'SYS.1009',
    details: `The method[DELETE] is not allowed for the path[${path}]`,
  });
});

describe('the uuid', () => describeDeletedUuid((uuid) => `${TAGS}/${uuid}`, 'tags'));
