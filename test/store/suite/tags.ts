import { describe, expect, test } from 'vitest';
import type { Tag } from '../../../src/domain/records.ts';
import type { Store } from '../../../src/domain/store.ts';
import { newUuid, tag } from '../../support/records.ts';
import { asIs, nothing } from '../../support/results.ts';
import {
  added,
  addedCenter,
  addedModel,
  contents,
  expectRejection,
  failure,
  notFound,
  type OpenStore,
  tagsOf,
  UNKNOWN,
} from '../../support/stores.ts';

/** Tags by themselves, as they are added to, changed on and taken off their resources. */
export function describeTags(open: OpenStore): void {
  const duplicate = failure('SYS.1006', expect.any(String));

  describe('a tag', () => {
    test('comes back as it was added, found as its own type alone', async (context) => {
      const store = await open(context);
      const owners = [
        [await added(store), 'ModelServiceVO'],
        [await addedModel(store), 'ModelVO'],
        [await addedCenter(store), 'ModelCenterVO'],
      ] as const;
      for (const [{ uuid }, resourceType] of owners) {
        for (const [type, kind, other] of [
          ['User', 'UserTag', 'SystemTag'],
          ['System', 'SystemTag', 'UserTag'],
        ] as const) {
          for (const text of ['a', 'A', '', ' a', '标签 😀', "'; --", 'x'.repeat(4096)]) {
            const one = tag(uuid, text, { type, resourceType, createDate: 5, lastOpDate: 7 });
            await store.addTag(one, nothing);
            expect(await store.find(kind, one.uuid)).toEqual(one);
            expect(await store.find(other, one.uuid)).toBeUndefined();
          }
        }
      }
      expect(await store.count('UserTag', [])).toBe(21);
      expect(await store.count('SystemTag', [])).toBe(21);
    });

    test('is rejected on a resource that is missing, or of another type', async (context) => {
      const store = await open(context);
      const { uuid } = await added(store);
      const missing: [string, Tag['resourceType']][] = [
        [UNKNOWN, 'ModelServiceVO'],
        [uuid, 'ModelVO'],
        [uuid, 'ModelCenterVO'],
        ['', 'ModelServiceVO'],
        ['%', 'ModelServiceVO'],
        [`${uuid} `, 'ModelServiceVO'],
        ['\0', 'ModelServiceVO'],
      ];
      for (const [resourceUuid, resourceType] of missing) {
        await expectRejection(
          store,
          () => store.addTag(tag(resourceUuid, 'a tag', { resourceType }), nothing),
          notFound(
            `invalid field[resourceUuid], resource[uuid:${resourceUuid}, type:${resourceType}] not found`,
          ),
        );
      }
    });

    test('is rejected where its resource carries it already, as its type', async (context) => {
      const store = await open(context);
      const [first, second] = [await added(store), await added(store)];
      await store.addTag(tag(first.uuid, 'a tag'), nothing);
      await expectRejection(
        store,
        () => store.addTag(tag(first.uuid, 'a tag'), nothing),
        duplicate,
      );
      for (const other of [
        tag(first.uuid, 'a tag', { type: 'System' }),
        tag(first.uuid, 'A tag'),
        tag(first.uuid, 'a tag '),
        tag(second.uuid, 'a tag'),
      ]) {
        await store.addTag(other, nothing);
        await expectRejection(
          store,
          () => store.addTag({ ...other, uuid: newUuid() }, nothing),
          duplicate,
        );
      }
    });

    test('is rejected with the uuid of another', async (context) => {
      const store = await open(context);
      const { uuid } = await added(store);
      const first = tag(uuid, 'first');
      await store.addTag(first, nothing);
      const second = tag(uuid, 'second', { uuid: first.uuid });
      await expectRejection(store, () => store.addTag(second, nothing), expect.anything());
    });

    test('is stored once by concurrent calls', async (context) => {
      const store = await open(context);
      const { uuid } = await added(store);
      const calls = Array.from({ length: 10 }, () => store.addTag(tag(uuid, 'a tag'), nothing));
      const outcomes = await Promise.allSettled(calls);
      const rejected = outcomes.filter(({ status }) => status === 'rejected');
      expect(rejected).toEqual(Array(9).fill({ status: 'rejected', reason: duplicate }));
      expect(await tagsOf(store, uuid)).toHaveLength(1);
    });
  });

  describe('changing a system tag', () => {
    const prepare = async (store: Store) => {
      const { uuid } = await added(store);
      const system = { type: 'System', createDate: 5, lastOpDate: 5 } as const;
      const [first, second] = [tag(uuid, 'first', system), tag(uuid, 'second', system)];
      const user = tag(uuid, 'user');
      for (const one of [first, second, user]) await store.addTag(one, nothing);
      return { uuid, first, second, user };
    };

    test('sets its text and lastOpDate, and nothing else', async (context) => {
      const store = await open(context);
      const { first, second, user } = await prepare(store);
      for (const [lastOpDate, text] of ['third', 'First', '', 'user', '标签 😀'].entries()) {
        const changed = { ...first, tag: text, lastOpDate };
        const change = { tag: text, lastOpDate };
        expect(await store.changeSystemTag(first.uuid, change, asIs)).toEqual(changed);
        expect(await store.find('SystemTag', first.uuid)).toEqual(changed);
      }
      expect(await store.find('SystemTag', second.uuid)).toEqual(second);
      expect(await store.find('UserTag', user.uuid)).toEqual(user);
    });

    test('to the text of another tag of its resource is rejected', async (context) => {
      const store = await open(context);
      const { uuid, first, second } = await prepare(store);
      const change = { tag: 'second', lastOpDate: 9 };
      await expectRejection(
        store,
        () => store.changeSystemTag(first.uuid, change, asIs),
        duplicate,
      );
      await store.deleteTag(second.uuid, nothing);
      await store.changeSystemTag(first.uuid, change, asIs);
      expect((await tagsOf(store, uuid)).map((one) => one.tag)).toEqual(['second', 'user']);
    });

    test('is rejected for what is no system tag', async (context) => {
      const store = await open(context);
      const { uuid, user } = await prepare(store);
      for (const other of [UNKNOWN, user.uuid, uuid, '', '%', '\0']) {
        await expectRejection(
          store,
          () => store.changeSystemTag(other, { tag: 'changed', lastOpDate: 9 }, asIs),
          notFound(expect.stringContaining(`[uuid:${other}, `)),
        );
      }
    });
  });

  describe('deleting a tag', () => {
    test('of either type deletes it alone, and it can be added again', async (context) => {
      const store = await open(context);
      const { uuid } = await added(store);
      const tags = (['System', 'User'] as const).flatMap((type) =>
        ['a', 'b'].map((text, createDate) => tag(uuid, text, { type, createDate })),
      );
      for (const one of tags) await store.addTag(one, nothing);
      for (const one of tags) {
        await store.deleteTag(one.uuid, nothing);
        expect(await tagsOf(store, uuid)).toEqual(tags.filter((other) => other !== one));
        await store.addTag(one, nothing);
        expect(await tagsOf(store, uuid)).toEqual(tags);
      }
    });

    test('that is unknown deletes nothing', async (context) => {
      const store = await open(context);
      const { uuid } = await added(store);
      const one = tag(uuid, 'a tag', { uuid: `abcdef${newUuid().slice(6)}` });
      await store.addTag(one, nothing);
      const before = await contents(store);
      for (const other of [UNKNOWN, uuid, one.uuid.toUpperCase(), '', '%', '\0', '\ud800']) {
        await expect(store.deleteTag(other, nothing), other).resolves.toBeUndefined();
      }
      expect(await contents(store)).toEqual(before);
    });
  });
}
