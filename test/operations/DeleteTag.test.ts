import { describe, expect, test } from 'vitest';
import { describeDeletedUuid, describeDeletionRequest, expectDone } from '../support/deletions.ts';
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

describeDeletionRequest(server, async (on) => `${TAGS}/${await addTag('User', on)}`);

describe.each(['User', 'System'] as const)('of a %s tag', (type) => {
  test('deletes it and nothing else, changing no date', async () => {
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
});

describe('the uuid', () => describeDeletedUuid((uuid) => `${TAGS}/${uuid}`, 'tags'));
