import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KindName, kinds } from './kinds.ts';
import { newUuid } from './records.ts';
import { openServer, SESSION, type Server, START } from './server.ts';

const OTHER_SESSION = 'f47ac10b58cc4372a5670e02b2c3d479';
const MINUTE = 60_000;

/** Pages that neither repeat nor skip, though resources come and go between them (contract §4.7). */
export function describePaging(name: KindName): void {
  const { path, label, put, remove } = kinds[name];

  let server: Server;
  let labelled = 0;
  beforeAll(async () => {
    const wellKnownSessions = new Set([SESSION, OTHER_SESSION]);
    server = await openServer({ access: { wellKnownSessions } });
  });
  afterAll(() => server.close());

  interface Page {
    start: number;
    limit?: number;
    session?: string;
    /** Conditions in place of the one that finds this test's resources. */
    q?: string[];
    sort?: string;
    fields?: string;
  }

  /** Resources of the test's own, named by letters, the oldest first, and what pages show of them. */
  async function resources(letters: string) {
    const group = `group ${labelled++} `;
    const uuids = new Map<string, string>();
    const add = async (letter: string, createDate: number) => {
      uuids.set(letter, newUuid());
      await put(server, { uuid: uuids.get(letter), [label]: group + letter, createDate });
    };
    for (const [index, letter] of [...letters].entries()) await add(letter, START + index * 1000);

    const conditions = [`${label}~=${group}%`];
    return {
      conditions,
      add,
      drop: (letter: string) => remove(server, uuids.get(letter) as string),
      page: async ({ start, limit = 2, session = SESSION, q = conditions, ...others }: Page) => {
        const query = new URLSearchParams({ start: `${start}`, limit: `${limit}`, ...others });
        for (const condition of q) query.append('q', condition);
        const { status, body } = await server.get(`${path}?${query}`, { session });
        expect(body).toMatchObject({ success: true });
        expect(status).toBe(200);
        const found = body.inventories as Record<string, string>[];
        return found.map((resource) => resource[label]?.slice(group.length)).join('');
      },
    };
  }

  describe('a page goes on where the one before it ended, though meanwhile', () => {
    test('nothing happened', async () => {
      const { page } = await resources('abcdef');

      expect(await page({ start: 0 })).toBe('ab');
      expect(await page({ start: 2 })).toBe('cd');
      expect(await page({ start: 4 })).toBe('ef');
      expect(await page({ start: 6 })).toBe('');
    });

    test('some on it were deleted', async () => {
      const { page, drop } = await resources('abcdefg');

      expect(await page({ start: 0 })).toBe('ab');
      await drop('a');
      expect(await page({ start: 2 })).toBe('cd');
      await drop('c');
      await drop('d');
      expect(await page({ start: 4 })).toBe('ef');
      await drop('b');
      expect(await page({ start: 6 })).toBe('g');
    });

    test('the last on it was deleted, or the first behind it', async () => {
      const { page, drop } = await resources('abcdef');

      expect(await page({ start: 0 })).toBe('ab');
      await drop('b');
      await drop('c');
      expect(await page({ start: 2 })).toBe('de');
    });

    test('all were deleted', async () => {
      const { page, drop } = await resources('abcd');

      expect(await page({ start: 0 })).toBe('ab');
      for (const letter of 'abcd') await drop(letter);
      expect(await page({ start: 2 })).toBe('');
    });

    test('newer ones came before it', async () => {
      const { page, add } = await resources('abcdef');
      const sort = '-createDate';

      expect(await page({ start: 0, sort })).toBe('fe');
      await add('g', START + MINUTE);
      expect(await page({ start: 2, sort })).toBe('dc');
      await add('h', START + 2 * MINUTE);
      expect(await page({ start: 4, sort })).toBe('ba');
    });

    test('one of the same moment as its last came', async () => {
      const { page, add, drop } = await resources('abcd');

      expect(await page({ start: 0, limit: 1 })).toBe('a');
      await drop('a');
      await add('z', START);
      const rest = [];
      for (const start of [1, 2, 3]) rest.push(await page({ start, limit: 1 }));
      expect(rest.join('').replace('z', '')).toMatch(/^bcd?$/);
    });

    test.each([label, `-${label}`])('some came and went in the order of %s', async (sort) => {
      const { page, add, drop } = await resources('cgdfe');
      const [first, second, third, before, between] =
        sort === label ? ['cd', 'ef', 'g', 'a', 'D'] : ['gf', 'ed', 'c', 'z', 'F'];

      expect(await page({ start: 0, sort })).toBe(first);
      await add(before, START);
      await drop(String(first?.[1]));
      expect(await page({ start: 2, sort })).toBe(second);
      await add(between, START);
      expect(await page({ start: 4, sort })).toBe(third);
    });

    test('it was not full, and more came', async () => {
      const { page, add, drop } = await resources('abc');

      expect(await page({ start: 0 })).toBe('ab');
      expect(await page({ start: 2 })).toBe('c');
      await add('d', START + MINUTE);
      await add('e', START + 2 * MINUTE);
      await drop('a');
      expect(await page({ start: 4 })).toBe('de');
      expect(await page({ start: 3 })).toBe('e');
    });

    test('it was asked for already', async () => {
      const { page, drop } = await resources('abcdef');

      expect(await page({ start: 0 })).toBe('ab');
      expect(await page({ start: 2 })).toBe('cd');
      await drop('a');
      await drop('c');
      expect(await page({ start: 2 })).toBe('de');
      expect(await page({ start: 4 })).toBe('f');
    });

    test('almost ten minutes passed', async () => {
      const { page, drop } = await resources('abcd');

      expect(await page({ start: 0 })).toBe('ab');
      await drop('a');
      server.advance(10 * MINUTE - 1000);
      expect(await page({ start: 2 })).toBe('cd');
    });

    test('its query is long', async () => {
      const { page, drop, conditions } = await resources('abcdef');
      const q = [...conditions, `uuid!?=${'0123456789abcdef'.repeat(300)}`];

      expect(await page({ start: 0, q })).toBe('ab');
      await drop('a');
      expect(await page({ start: 2, q })).toBe('cd');
    });

    test('other pages were asked for', async () => {
      const { page, drop, conditions } = await resources('abcdef');
      const parameters = { count: 'true' };

      expect(await page({ start: 0 })).toBe('ab');
      expect(await page({ start: 0, limit: 3 })).toBe('abc');
      expect(await page({ start: 0, sort: '-createDate' })).toBe('fe');
      expect(await page({ start: 0, session: OTHER_SESSION })).toBe('ab');
      expect(await page({ start: 2, limit: 0 })).toBe('');
      expect((await server.query(path, conditions, parameters)).body.total).toBe(6);
      await drop('a');
      expect(await page({ start: 0, limit: 1 })).toBe('b');
      expect(await page({ start: 3, limit: 9 })).toBe('def');
      expect(await page({ start: 2, limit: 9 })).toBe('cdef');
      expect(await page({ start: 2, sort: '-createDate' })).toBe('dc');
    });

    test('it is asked for with other fields, or under a numbered q', async () => {
      const { page, drop, conditions } = await resources('abcd');

      expect(await page({ start: 0, fields: `${label},lastOpDate` })).toBe('ab');
      await drop('a');
      expect(await page({ start: 2 })).toBe('cd');
      const query = { 'q.0': String(conditions[0]), start: '2', fields: label };
      const { body } = await server.query(path, [], query);
      expect(body.inventories).toHaveLength(2);
    });

    test('it was answered without the fields it is sorted by', async () => {
      const { page, conditions, drop } = await resources('abcd');
      const sort = `-${label}`;

      const first = await server.query(path, conditions, {
        sort,
        limit: '2',
        fields: 'lastOpDate',
      });
      expect(first.body.inventories).toHaveLength(2);
      await drop('d');
      expect(await page({ start: 2, sort })).toBe('ba');
    });
  });

  describe('a page is counted from the start', () => {
    test('for another session', async () => {
      const { page, drop } = await resources('abcdef');

      expect(await page({ start: 0 })).toBe('ab');
      await drop('a');
      expect(await page({ start: 2, session: OTHER_SESSION })).toBe('de');
      expect(await page({ start: 2 })).toBe('cd');
    });

    test('for another query', async () => {
      const { page, drop, conditions } = await resources('abcdef');

      expect(await page({ start: 0 })).toBe('ab');
      await drop('a');
      expect(await page({ start: 2, q: [...conditions, 'uuid!=x'] })).toBe('de');
      expect(await page({ start: 2, sort: label })).toBe('de');
      expect(await page({ start: 2, sort: '-createDate' })).toBe('dc');
    });

    test('for the other direction', async () => {
      const { page, drop } = await resources('abcdef');

      expect(await page({ start: 0, sort: label })).toBe('ab');
      await drop('a');
      expect(await page({ start: 2, sort: `-${label}` })).toBe('dc');
    });

    test('after more than ten minutes', async () => {
      const { page, drop } = await resources('abcdef');

      expect(await page({ start: 0 })).toBe('ab');
      await drop('a');
      server.advance(10 * MINUTE + 1000);
      expect(await page({ start: 2 })).toBe('de');
    });

    test('where no page ended', async () => {
      const { page, drop } = await resources('abcdef');

      expect(await page({ start: 0 })).toBe('ab');
      await drop('a');
      expect(await page({ start: 1 })).toBe('cd');
      expect(await page({ start: 5 })).toBe('');
    });

    test('and the first one shows what is there now', async () => {
      const { page, drop } = await resources('abcdef');

      expect(await page({ start: 0 })).toBe('ab');
      expect(await page({ start: 2 })).toBe('cd');
      await drop('a');
      expect(await page({ start: 0 })).toBe('bc');
      // Where the page ended that was asked for last.
      expect(await page({ start: 2 })).toBe('de');
    });
  });

  test('the total beside a page is that of all there are now', async () => {
    const { page, drop, conditions } = await resources('abcdef');
    const parameters = { start: '2', limit: '2', replyWithCount: 'true' };

    expect(await page({ start: 0 })).toBe('ab');
    await drop('a');
    const { body } = await server.query(path, conditions, parameters);
    expect(body.total).toBe(5);
    expect(body.inventories).toHaveLength(2);
  });
}
