import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectError, expectRejected, invalidArgument } from './errors.ts';
import { type EntityName, kinds, noSuchField } from './kinds.ts';
import { newUuid } from './records.ts';
import { openServer, type Server, START, startServer } from './server.ts';
import { sharedServer } from './shared-server.ts';

/** Tests the rules of every list (F57) on one of them. */
export function describeList(name: EntityName): void {
  const { path, table, label, add, remove, put } = kinds[name];

  /** With three resources, the oldest first. */
  let server: Server;
  let added: { uuid: string }[];
  beforeAll(async () => {
    server = await openServer();
    added = [];
    for (const letter of ['a', 'b', 'c']) {
      added.push(await add(server, letter));
      server.advance(1000);
    }
  });
  afterAll(() => server.close());

  const all = [0, 1, 2];
  const selected = (indices: number[]) => indices.map((index) => added[index]);

  /** Copies a resource's row so often, past the server. */
  async function copyRow(server: Server, uuid: string, times: number): Promise<void> {
    const columns = Object.keys(server.rows(table)[0] as object).filter(
      (column) => !['uuid', 'position', 'tag'].includes(column),
    );
    const isTag = table === 'tags';
    const own = isTag ? ', tag, position' : '';
    const copies = Array.from({ length: times }, (_, index) => {
      const copied = `'copy-${String(index).padStart(4, '0')}'`;
      const ownValues = isTag ? `, ${copied}, (SELECT max(position) + 1 FROM tags)` : '';
      const resource = `INSERT INTO resources (uuid, type) SELECT ${copied}, type FROM resources LIMIT 1;`;
      return `${isTag ? '' : resource}
        INSERT INTO ${table} (uuid${own}, ${columns})
          SELECT ${copied}${ownValues}, ${columns} FROM ${table} WHERE uuid = '${uuid}';`;
    });
    await server.execute(copies.join('\n'));
  }

  describe('lists', () => {
    test('all, the oldest first, each as it was answered', async () => {
      const { body } = await server.get(path);

      expect(body).toEqual({ success: true, inventories: added });
    });

    test('nothing before anything is added, and after it is deleted', async () => {
      const server = await startServer();
      const { status, headers, body } = await server.get(path);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
      expect(body).toEqual({ success: true, inventories: [] });

      const [first, second] = [await add(server, 'first'), await add(server, 'second')];
      await remove(server, first.uuid);
      expect((await server.get(path)).body).toEqual({ success: true, inventories: [second] });

      await remove(server, second.uuid);
      expect((await server.query(path, [], { replyWithCount: 'true' })).body).toEqual({
        success: true,
        inventories: [],
        total: 0,
      });
    });

    test.each([
      ['limit=2', [0, 1]],
      ['limit=0', []],
      ['limit=%202%20', [0, 1]],
      ['limit=%2B2', [0, 1]],
      ['start=1', [1, 2]],
      ['start=3', []],
      ['start=2147483647&limit=2147483647', []],
      ['start=1&limit=1', [1]],
      ['limit=1&limit=3', [0]],
      ['start=2&start=x', [2]],
      ['count=false&count=true', all],
      ['groupBy=nowhere&filterName=a', all],
      ['label=a&Limit=1', all],
      ['q[]=uuid=no&Q=uuid=no&q.=uuid=no&q.x=uuid=no&q.-1=uuid=no&qq.0=uuid=no', all],
      ['__proto__=a&constructor=b&q.__proto__=c', all],
      ['q=label%3Db', [1]],
      ['q=label>a&q=label<c', [1]],
      ['q=label=a&q=label=b', []],
      ['q=label=b&q=label=b', [1]],
      ['q.0=label>a&q.1=label<c', [1]],
      ['q.1=label=b&q=label>a', [1]],
      ['q.0=label>a&q.0=label<c', [1]],
      ['q=label!=b&limit=1&start=1', [2]],
      ['q=+label+=b', [1]],
      ['q=label=+b', []],
      ['q=label=b%0A', []],
      ['q=label=B&sort=-label', [1]],
      ['q=label>a&sort=-label&limit=1&start=1', [1]],
      ['sort=+label', [0, 1, 2]],
      ['sort=-label', [2, 1, 0]],
      ['sort=-createDate', [2, 1, 0]],
      ['sort=', [0, 1, 2]],
      ['sort=-label&sort=label', [2, 1, 0]],
      ['sort=&sort=-label', [0, 1, 2]],
      ['sort=label&sort=nowhere', [0, 1, 2]],
      ['sort=-label&limit=1&start=2', [0]],
    ])('the fields of ?%s, in its order', async (query, expected) => {
      const { status, body } = await server.get(`${path}?${query.replaceAll('label', label)}`);

      expect(status).toBe(200);
      expect(body).toEqual({ success: true, inventories: selected(expected) });
    });

    test.each<[query: string, total: number, listed?: number[]]>([
      ['count=true', 3],
      ['count=TRUE&limit=1&start=2', 3],
      ['count=true&count=false', 3],
      ['count=true&replyWithCount=true', 3],
      ['count=true&fields=uuid&sort=-uuid', 3],
      ['q=label>a&q=label<c&count=true', 1],
      ['replyWithCount=True&limit=1', 3, [0]],
      ['replyWithCount=true&limit=0', 3, []],
      ['replyWithCount=true&start=9', 3, []],
      ['q=label>a&replyWithCount=true&start=1', 2, [2]],
      ['q=label=nothing&replyWithCount=true', 0, []],
    ])('with the total, for ?%s', async (query, total, listed) => {
      const { status, body } = await server.get(`${path}?${query.replaceAll('label', label)}`);

      expect(status).toBe(200);
      const inventories = listed && { inventories: selected(listed) };
      expect(body).toEqual({ success: true, total, ...inventories });
    });

    test.each([
      ['fields=label,uuid', ['label', 'uuid']],
      ['fields=uuid,label,createDate,lastOpDate', ['uuid', 'label', 'createDate', 'lastOpDate']],
      ['fields=uuid,uuid,uuid', ['uuid']],
      ['fields=+uuid+,%09label%20', ['uuid', 'label']],
      ['fields=,uuid,,label,', ['uuid', 'label']],
      ['fields=uuid&fields=nowhere', ['uuid']],
      ['fields=lastOpDate&q=label!=nothing', ['lastOpDate']],
    ])('only the fields of ?%s', async (query, names) => {
      const { status, body } = await server.get(`${path}?${query.replaceAll('label', label)}`);

      const asked = names.map((field) => (field === 'label' ? label : field));
      const expected = added.map((resource) =>
        Object.fromEntries(Object.entries(resource).filter(([field]) => asked.includes(field))),
      );
      expect(status).toBe(200);
      expect(body).toEqual({ success: true, inventories: expected });
    });

    test('whole resources where fields names none', async () => {
      for (const query of ['fields=', 'fields', 'fields=%20', 'fields=&fields=uuid']) {
        const { body } = await server.get(`${path}?${query}`);
        expect(body, query).toEqual({ success: true, inventories: added });
      }
    });

    describe('of many', () => {
      const server = sharedServer();
      const all = { fields: `uuid,${label}` };

      test('what is sorted alike by its age, whichever the direction', async () => {
        for (const [index, letter] of ['x', 'Y', 'X', 'y'].entries()) {
          await put(server(), { [label]: `alike ${letter}`, createDate: START + index * 1000 });
        }
        const found = async (sort: string) => {
          const { body } = await server().query(path, [`${label}~=alike%`], { ...all, sort });
          return body.inventories.map((resource: Record<string, string>) =>
            resource[label]?.at(-1),
          );
        };

        expect(await found(label)).toEqual(['x', 'X', 'Y', 'y']);
        expect(await found(`-${label}`)).toEqual(['Y', 'y', 'x', 'X']);
      });

      test('what is there at that moment: nothing is remembered between two pages', async () => {
        const uuids = new Map<string, string>();
        const letters = [...'abcdef'];
        for (const [index, letter] of letters.entries()) {
          const fields = { [label]: `page ${letter}`, createDate: START + index * 1000 };
          uuids.set(letter, newUuid());
          await put(server(), { ...fields, uuid: uuids.get(letter) });
        }
        const page = async (start: number) => {
          const query = { ...all, start: `${start}`, limit: '2', replyWithCount: 'true' };
          const { body } = await server().query(path, [`${label}~=page%`], query);
          const found = body.inventories as Record<string, string>[];
          return [found.map((resource) => resource[label]?.at(-1)).join(''), body.total];
        };

        expect(await page(0)).toEqual(['ab', 6]);
        await remove(server(), uuids.get('a') as string);
        expect(await page(2)).toEqual(['de', 5]);
        await remove(server(), uuids.get('d') as string);
        expect(await page(2)).toEqual(['ef', 4]);
        expect(await page(4)).toEqual(['', 4]);
      });

      test('1000 where no limit is given', async () => {
        await copyRow(server(), (await add(server(), 'copied')).uuid, 1000);

        const { body } = await server().query(path, [], { ...all, replyWithCount: 'true' });

        expect(body.total).toBeGreaterThan(1000);
        expect(body.inventories).toHaveLength(1000);
        const { body: longer } = await server().query(path, [], { ...all, limit: '1001' });
        expect(longer.inventories).toHaveLength(1001);
      });
    });

    test('under doubled slashes, and with an empty JSON body', async () => {
      const { body } = await server.get(path.replaceAll('/', '//'), {
        headers: { 'content-type': 'application/json' },
      });

      expect(body.inventories).toEqual(added);
    });

    test('without changing anything', async () => {
      const before = server.snapshot();

      await server.query(path, ['uuid!=x'], { sort: '-uuid', limit: '1', replyWithCount: 'true' });

      expect(server.snapshot()).toEqual(before);
    });
  });

  describe('rejects', () => {
    test.each([
      ['limit=abc', "Invalid query parameter. 'limit' must be an integer"],
      ['start', "Invalid query parameter. 'start' must be an integer"],
      // A no-break space, which F9 doesn't trim.
      ['limit=%C2%A02', "Invalid query parameter. 'limit' must be an integer"],
      ['start=x&start=1', "Invalid query parameter. 'start' must be an integer"],
      ['count=true&limit=x', "Invalid query parameter. 'limit' must be an integer"],
      ['limit=-1', 'field[limit] must be in range of [0, 2147483647]'],
      ['start=2147483648', '2147483648 is Integer overflow, Integer.MAX_VALUE is 2147483647'],
      ...['count', 'replyWithCount'].map((name) => [
        `${name}=1`,
        `Invalid value for boolean field [${name}], [1] is not a valid boolean string[true, false].`,
      ]),
      ...['q=', 'q=uuid=a&q='].map((query) => [
        query,
        "Invalid query parameter. The '' in the parameter[q] doesn't contain any query operator. Valid " +
          'query operators are [[!=, >=, <=, !?=, !~=, ~=, ?=, =, >, <, is null, not null]]',
      ]),
      ['q=+=a', "Invalid query parameter. The ' =a' in the parameter[q] doesn't name a field"],
    ] as [string, string][])('?%s', async (query, details) => {
      await expectRejected(server, () => server.get(`${path}?${query}`), invalidArgument(details));
    });

    test('more than 100 conditions', async () => {
      const conditions = Array(100).fill('uuid!=x');
      expect((await server.query(path, conditions)).body.inventories).toEqual(added);

      await expectRejected(
        server,
        () => server.query(path, [...conditions, 'uuid!=x']),
        invalidArgument(expect.stringContaining('[q]')),
      );
    });

    test.each([
      ['a NUL in a value', `${label}=a\0`],
      ['a NUL in a field', `${label}\0=a`],
      ['a NUL alone', '\0'],
      ['a NUL in a pattern', `${label}~=%\0%`],
      ['a NUL in a list', `${label}?=a,\0`],
    ])('%s', async (_, condition) => {
      await expectRejected(
        server,
        () => server.query(path, [condition]),
        invalidArgument(expect.stringContaining('NUL')),
      );
    });

    test.each<[conditions: string[], parameters: Record<string, string>, field: string]>([
      [['uuid=1', 'Uuid=1'], {}, 'Uuid'],
      [['Uuid is null'], { limit: '0' }, 'Uuid'],
      [['Uuid is null'], { count: 'true' }, 'Uuid'],
      [[], { sort: '--uuid' }, '-uuid'],
      [[], { sort: 'modelServiceRefs.modelUuid' }, 'modelServiceRefs.modelUuid'],
      [[], { sort: 'Uuid', count: 'true' }, 'Uuid'],
      [[], { fields: 'uuid,__userTag__' }, '__userTag__'],
      [[], { fields: 'tagUuids', count: 'true' }, 'tagUuids'],
      [[], { fields: 'position', limit: '0' }, 'position'],
    ])('a field that it does not have: %j, %o', async (conditions, parameters, field) => {
      const answer = await server.query(path, conditions, parameters);
      expectError(answer, noSuchField(name, field));
    });

    test('a field that it does not have, whose long name is cut', async () => {
      const { details, ...error } = noSuchField(name, 'x'.repeat(5000));
      const cut = `${String(details).slice(0, 4093)}...`;
      const answer = await server.query(path, [`${'x'.repeat(5000)}=1`]);
      expectError(answer, { ...error, details: cut });
    });

    test('a NUL in sort and fields', async () => {
      for (const parameter of ['sort', 'fields']) {
        const { status, body } = await server.query(path, [], { [parameter]: `${label}\0` });
        expect([status, body.error?.code], parameter).toEqual([400, 'SYS.1007']);
      }
    });
  });
}

/** The rules of reading one resource (F22), tried out on one kind. */
export function describeGet(name: EntityName): void {
  const { path, add } = kinds[name];
  const others = Object.values(kinds).filter((kind) => kind.name !== name);

  let server: Server;
  beforeAll(async () => {
    server = await openServer();
  });
  afterAll(() => server.close());

  test('returns the requested one, as it was answered', async () => {
    await add(server, 'other');
    const { uuid, ...added } = await add(server, 'one');

    const queries = ['?limit=0&count=true', '?q=nonsense&sort=nowhere&start=x'];
    for (const url of [`${path}/${uuid}`, ...queries.map((query) => `${path}//${uuid}${query}`)]) {
      const { status, headers, body } = await server.get(url);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
      expect(body).toEqual({ success: true, inventories: [{ uuid, ...added }] });
    }
  });

  test('returns an empty list for what is not there', async () => {
    const { uuid } = await add(server, 'one');
    const hostile = ['%25', "'", '%00', '%F0%9F%98%80', '__proto__', 'a'.repeat(10_000)];

    for (const unknown of ['no-such', uuid.toUpperCase(), `${uuid}%20`, `%20${uuid}`, ...hostile]) {
      const { status, body } = await server.get(`${path}/${unknown}`);
      expect({ status, body }, unknown.slice(0, 99)).toEqual({
        status: 200,
        body: { success: true, inventories: [] },
      });
    }
  });

  test.each(others)('returns an empty list for the uuid of a $name', async (other) => {
    const { uuid } = await other.add(server, 'other');
    expect((await server.get(`${other.path}/${uuid}`)).body.inventories).toHaveLength(1);

    const { status, body } = await server.get(`${path}/${uuid}`);

    expect({ status, body }).toEqual({ status: 200, body: { success: true, inventories: [] } });
  });
}
