import { beforeAll, describe, expect, test } from 'vitest';
import { kinds } from './kinds.ts';
import { namedResources } from './named-resources.ts';
import { newUuid } from './records.ts';
import { ROOT, START } from './server.ts';
import { sharedServer } from './shared-server.ts';

/** What is found by the tags that resources carry (F57), for a kind that can carry some. */
export function describeTagConditions(name: 'ModelService' | 'Model' | 'ModelCenter'): void {
  const { path, put, remove } = kinds[name];
  const other = name === 'Model' ? kinds.ModelService : kinds.Model;

  describe('by tags', () => {
    const server = sharedServer();
    const { uuids, uuidOf, found } = namedResources(server, path);

    async function add(resource: string, kind: { name: string; put: typeof put } = kinds[name]) {
      uuids.set(resource, newUuid());
      const createDate = START + uuids.size * 1000;
      await kind.put(server(), { uuid: uuidOf(resource), name: resource, createDate });
      return `${kind.name}VO`;
    }

    async function attach(
      type: 'user' | 'system',
      resource: string,
      tag: string,
      of = `${name}VO`,
    ) {
      const params = { resourceType: of, resourceUuid: uuidOf(resource), tag };
      const { status, body } = await server().post(`${ROOT}/${type}-tags`, { params });
      expect(status).toBe(200);
      return body.inventory.uuid as string;
    }

    beforeAll(async () => {
      for (const resource of ['none', 'one', 'two', 'upper', 'system', 'odd']) await add(resource);
      await attach('user', 'one', 'alpha');
      await attach('user', 'two', 'alpha');
      await attach('user', 'two', 'beta');
      await attach('user', 'upper', 'ALPHA');
      await attach('system', 'system', 'alpha');
      for (const tag of ['', 'a%b', 'É', ' spaced ', 'x=y', 'p,q'])
        await attach('user', 'odd', tag);
      // Of another kind's resource, which must not be taken for one of these.
      const type = await add('other', other);
      await attach('user', 'other', 'alpha', type);
      await attach('system', 'other', 'alpha', type);
    });

    const all = 'none one two upper system odd';
    const untagged = 'none system';
    test.each([
      ['__userTag__=alpha', 'one two upper'],
      ['__userTag__=Alpha', 'one two upper'],
      [' __userTag__ =alpha', 'one two upper'],
      ['__userTag__=beta', 'two'],
      ['__userTag__=gamma', ''],
      ['__userTag__=', 'odd'],
      ['__userTag__= spaced ', 'odd'],
      ['__userTag__=spaced', ''],
      ['__userTag__=É', 'odd'],
      ['__userTag__=é', ''],
      ['__userTag__=x=y', 'odd'],
      ['__userTag__!=alpha', 'none system odd'],
      ['__userTag__!=beta', 'none one upper system odd'],
      ['__userTag__!=gamma', all],
      ['__userTag__!=', 'none one two upper system'],
      ['__userTag__?=beta,', 'two odd'],
      ['__userTag__?=BETA,gamma', 'two'],
      ['__userTag__?=p,q', ''],
      ['__userTag__!?=alpha,beta', 'none system odd'],
      ['__userTag__!?=beta,gamma', 'none one upper system odd'],
      ['__userTag__~=al%', 'one two upper'],
      ['__userTag__~=%ETA', 'two'],
      ['__userTag__~=a\\%b', 'odd'],
      ['__userTag__~=p_q', 'odd'],
      ['__userTag__~=%', 'one two upper odd'],
      ['__userTag__!~=al%', 'none system odd'],
      ['__userTag__!~=beta', 'none one upper system odd'],
      ['__userTag__!~=%', untagged],
      ['__userTag__>alpha', 'two odd'],
      ['__userTag__>=alpha', 'one two upper odd'],
      ['__userTag__<a', 'odd'],
      ['__userTag__<=ALPHA', 'one two upper odd'],
      ['__userTag__ is null', untagged],
      ['__userTag__ not null', 'one two upper odd'],
      ['__systemTag__=alpha', 'system'],
      ['__systemTag__!=alpha', 'none one two upper odd'],
      ['__systemTag__!=beta', all],
      ['__systemTag__?=ALPHA,beta', 'system'],
      ['__systemTag__~=%a', 'system'],
      ['__systemTag__!~=%a', 'none one two upper odd'],
      ['__systemTag__ is null', 'none one two upper odd'],
      ['__systemTag__ not null', 'system'],
    ])('%s finds %s', async (condition, expected) => {
      expect(await found(condition)).toBe(expected);
    });

    test.each([
      [['__userTag__=alpha', '__userTag__=beta'], 'two'],
      [['__userTag__=alpha', '__userTag__!=beta'], 'one upper'],
      [['__userTag__=alpha', '__systemTag__=alpha'], ''],
      [['__userTag__ is null', '__systemTag__ is null'], 'none'],
      [['__userTag__=alpha', 'name~=%o%'], 'one two'],
    ])('%j together find %s', async (conditions, expected) => {
      expect(await found(...conditions)).toBe(expected);
    });

    test('no longer once the tag is deleted', async () => {
      await add('shortly');
      const tag = await attach('user', 'shortly', 'deleted');
      expect(await found('__userTag__=deleted')).toBe('shortly');

      await server().delete(`${ROOT}/tags/${tag}`);

      expect(await found('__userTag__=deleted')).toBe('');
      expect(await found('__userTag__ is null', 'name=shortly')).toBe('shortly');
      await remove(server(), uuidOf('shortly'));
    });

    test('by its new text once the tag is changed', async () => {
      await add('changing');
      const tag = await attach('system', 'changing', 'before');

      await server().put(`${ROOT}/system-tags/${tag}/actions`, {
        updateSystemTag: { tag: 'after' },
      });

      expect(await found('__systemTag__=before')).toBe('');
      expect(await found('__systemTag__=after')).toBe('changing');
      await remove(server(), uuidOf('changing'));
    });

    test('no longer once the resource is deleted', async () => {
      await add('leaving');
      await attach('user', 'leaving', 'left');
      await remove(server(), uuidOf('leaving'));

      expect(await found('__userTag__=left')).toBe('');
    });
  });
}
