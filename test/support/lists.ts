import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectRefusal, invalidArgument } from './refusals.ts';
import { addModel, addModelService } from './resources.ts';
import { API, openServer, type Server, startServer } from './server.ts';

const kinds = {
  service: { path: `${API}/model-services`, table: 'model_services', add: addModelService },
  model: { path: `${API}/models`, table: 'models', add: addModel },
};

/** The rules that every list keeps (contract §4.7), tried out on one of them. */
export function describeList(kind: keyof typeof kinds): void {
  const { path, table, add } = kinds[kind];

  /** With three resources, the oldest first. */
  let server: Server;
  let added: { uuid: string }[];
  beforeAll(async () => {
    server = await openServer();
    added = [];
    for (const name of ['a', 'b', 'c']) {
      added.push(await add(server, { name }));
      server.advance(1000);
    }
  });
  afterAll(() => server.close());

  /** Copies a resource's row so often, past the server. */
  function copyRow(server: Server, uuid: string, times: number): void {
    const client = new Database(server.file);
    try {
      const columns = Object.keys(server.rows(table)[0] as object).filter(
        (name) => name !== 'uuid',
      );
      const type = kind === 'model' ? 'ModelVO' : 'ModelServiceVO';
      const resource = client.prepare('INSERT INTO resources (uuid, type) VALUES (?, ?)');
      const copy = client.prepare(
        `INSERT INTO ${table} (uuid, ${columns}) SELECT ?, ${columns} FROM ${table} WHERE uuid = ?`,
      );
      client.transaction(() => {
        for (let index = 0; index < times; index++) {
          const copied = `copy-${String(index).padStart(4, '0')}`;
          resource.run(copied, type);
          copy.run(copied, uuid);
        }
      })();
    } finally {
      client.close();
    }
  }

  describe('lists', () => {
    test('nothing where there is nothing', async () => {
      const server = await startServer();

      const { status, headers, body } = await server.get(path);

      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
      expect(body).toEqual({ success: true, inventories: [] });
    });

    test('all, the oldest first, each as it was answered', async () => {
      const { body } = await server.get(path);

      expect(body).toEqual({ success: true, inventories: added });
    });

    test.each([
      ['limit=2', [0, 1]],
      ['limit=0', []],
      ['limit=0&start=1', []],
      ['limit=2147483647', [0, 1, 2]],
      ['limit=%202%20', [0, 1]],
      ['limit=+2', [0, 1]],
      ['limit=%2B2', [0, 1]],
      ['start=1', [1, 2]],
      ['start=3', []],
      ['start=2147483647', []],
      ['start=1&limit=1', [1]],
      ['limit=1&limit=3', [0]],
      ['start=2&start=x', [2]],
      ['count=false', [0, 1, 2]],
      ['groupBy=name', [0, 1, 2]],
      ['filterName=a', [0, 1, 2]],
      ['name=a&Limit=1', [0, 1, 2]],
    ])('what ?%s asks for', async (query, expected) => {
      const { status, body } = await server.get(`${path}?${query}`);

      expect(status).toBe(200);
      expect(body).toEqual({ success: true, inventories: expected.map((index) => added[index]) });
    });

    test.each([
      ['count=true', undefined],
      ['count=TRUE&limit=1&start=2', undefined],
      ['count=true&count=false', undefined],
      ['count=true&replyWithCount=true', undefined],
      ['replyWithCount=true', 3],
      ['replyWithCount=True&limit=1', 1],
      ['replyWithCount=true&limit=0', 0],
      ['replyWithCount=true&start=2', 1],
    ])('with the total of all, for ?%s', async (query, listed) => {
      const { status, body } = await server.get(`${path}?${query}`);

      expect(status).toBe(200);
      expect(body).toEqual({
        success: true,
        total: 3,
        ...(listed !== undefined && { inventories: expect.any(Array) }),
      });
      expect(body.inventories?.length).toBe(listed);
    });

    test('1000 of more where no limit is given', async () => {
      const server = await startServer();
      copyRow(server, (await add(server)).uuid, 1000);

      const { body } = await server.get(`${path}?replyWithCount=true`);

      expect(body.total).toBe(1001);
      expect(body.inventories).toHaveLength(1000);
      expect((await server.get(`${path}?limit=1001`)).body.inventories).toHaveLength(1001);
    });

    test('those of one second by uuid, so that no page skips or repeats one', async () => {
      const server = await startServer();
      for (const digit of ['9', '5', '7', '1', '3', '8']) {
        await add(server, { resourceUuid: `${digit.repeat(12)}4fff8${digit.repeat(15)}` });
      }

      const pages: { uuid: string }[] = [];
      for (const start of [0, 2, 4]) {
        pages.push(...(await server.get(`${path}?start=${start}&limit=2`)).body.inventories);
      }

      const found = pages.map(({ uuid }) => uuid[0]);
      expect(found).toEqual(['1', '3', '5', '7', '8', '9']);
    });

    test('under doubled slashes, and with an empty JSON body', async () => {
      const { body } = await server.get(path.replaceAll('/', '//'), {
        headers: { 'content-type': 'application/json' },
      });

      expect(body.inventories).toEqual(added);
    });
  });

  describe('refuses', () => {
    const noInteger = (name: string) => `Invalid query parameter. '${name}' must be an integer`;
    const outOfRange = (name: string) => `field[${name}] must be in range of [0, 2147483647]`;
    const overflow = '2147483648 is Integer overflow, Integer.MAX_VALUE is 2147483647';
    const noBoolean = (name: string) =>
      `Invalid value for boolean field [${name}], [maybe] is not a valid boolean string[true, false].`;
    const refused = ['limit', 'start'].flatMap((name) => [
      ...['abc', '', '1.5', '1e3', '0x1', 'null', '1,2'].map((value) => [
        `${name}=${value}`,
        noInteger(name),
      ]),
      [name, noInteger(name)],
      [`${name}=-1`, outOfRange(name)],
      [`${name}=2147483648`, overflow],
      [`${name}=x&${name}=1`, noInteger(name)],
    ]);

    test.each([
      ...refused,
      ['count=maybe', noBoolean('count')],
      ['replyWithCount=maybe', noBoolean('replyWithCount')],
    ] as [string, string][])('?%s', async (query, details) => {
      await expectRefusal(server, () => server.get(`${path}?${query}`), invalidArgument(details));
    });

    test.each([
      'q=name=a',
      'sort=-name',
      'fields=uuid',
    ])('?%s rather than answer as if it were not there', async (query) => {
      const server = await startServer();

      await expectRefusal(
        server,
        () => server.get(`${path}?${query}`),
        invalidArgument(expect.stringContaining(`'${query.split('=', 1)}'`)),
      );
    });
  });
}

/** The rules of reading one resource (decision 22), tried out on one kind. */
export function describeGet(kind: keyof typeof kinds): void {
  const { path, add } = kinds[kind];
  const other = kind === 'model' ? kinds.service : kinds.model;

  let server: Server;
  beforeAll(async () => {
    server = await openServer();
  });
  afterAll(() => server.close());

  test('returns the one asked for, as it was answered', async () => {
    await add(server);
    const { uuid, ...added } = await add(server);

    for (const url of [`${path}/${uuid}`, `${path}//${uuid}?limit=0&count=true`]) {
      const { status, headers, body } = await server.get(url);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
      expect(body).toEqual({ success: true, inventories: [{ uuid, ...added }] });
    }
  });

  test('returns an empty list for what is not there', async () => {
    const { uuid } = await add(server);
    const { uuid: otherUuid } = await other.add(server);

    for (const unknown of ['no-such', uuid.toUpperCase(), `${uuid}%20`, otherUuid, '%25', "'"]) {
      const { status, body } = await server.get(`${path}/${unknown}`);
      expect({ status, body }).toEqual({ status: 200, body: { success: true, inventories: [] } });
    }
  });

  test('has nothing at a trailing slash', async () => {
    const { uuid } = await add(server);

    for (const url of [`${path}/`, `${path}/${uuid}/`]) {
      await expectRefusal(server, () => server.get(url), {
        status: 404,
        code: 'SYS.1009',
        details: `no api mapping to ${url.slice('/zstack'.length)}`,
      });
    }
  });
}
