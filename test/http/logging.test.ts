import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { expectFailure } from '../support/failures.ts';
import { exchange, openConnection, rawRequest } from '../support/raw-http.ts';
import {
  addModel,
  addModelService,
  requiredModelParams,
  requiredServiceParams,
} from '../support/resources.ts';
import { API, recordingLogger, SESSION, startServer } from '../support/server.ts';

const MODELS = `${API}/models`;
const SERVICES = `${API}/model-services`;

/** Stands wherever a client may put something that is nobody else's business. */
const SECRET = 'Pa55w0rd';

async function loggedServer(level = 'trace', overrides: Parameters<typeof startServer>[0] = {}) {
  const { logger, lines } = recordingLogger(level);
  const server = await startServer({ logger, ...overrides });
  lines.length = 0;
  return {
    server,
    lines,
    /** The parsed lines, once the server has had the time to write them. */
    async entries(msg?: string) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const all = lines.map((line) => JSON.parse(line));
      return msg === undefined ? all : all.filter((entry) => entry.msg === msg);
    },
  };
}

describe('a line per request', () => {
  test.each<[string, string, string, string, unknown, number, string | undefined]>([
    ['a write', 'POST', MODELS, SESSION, { param: requiredModelParams }, 200, 'AddModel'],
    ['a list', 'GET', SERVICES, SESSION, undefined, 200, 'QueryModelService'],
    ['a read', 'GET', `${MODELS}/x`, SESSION, undefined, 200, 'GetModel'],
    [
      'an alias',
      'PUT',
      `${SERVICES}/x/actions`,
      SESSION,
      { updateModelService: {} },
      503,
      'UpdateModelService',
    ],
    ['an argument', 'POST', MODELS, SESSION, {}, 400, 'AddModel'],
    ['a bad session', 'GET', MODELS, 'x', undefined, 503, 'QueryModel'],
    ['no route', 'GET', '/nothing', SESSION, undefined, 404, undefined],
    ['no such verb', 'PATCH', MODELS, SESSION, undefined, 405, undefined],
    ['a bad URL', 'GET', '/%zz', SESSION, undefined, 400, undefined],
    [
      'a URL too long',
      'GET',
      `${MODELS}?${'a'.repeat(66_000)}`,
      SESSION,
      undefined,
      414,
      'QueryModel',
    ],
    ['health', 'GET', '/_aios/health', SESSION, undefined, 200, '/_aios/health'],
  ])('%s', async (_, method, path, session, body, status, operation) => {
    const { server, entries } = await loggedServer('info');
    await server.call(method, path, body, { session });
    expect(await entries()).toEqual([
      {
        level: 30,
        time: expect.any(Number),
        pid: expect.any(Number),
        hostname: expect.any(String),
        msg: 'request',
        reqId: expect.stringMatching(/^[0-9a-f]{32}$/),
        method,
        status,
        ms: expect.any(Number),
        remoteAddress: '127.0.0.1',
        ...(operation !== undefined && { operation }),
      },
    ]);
  });

  test('each has an id of its own', async () => {
    const { server, entries } = await loggedServer();
    for (let call = 0; call < 3; call++) await server.get(MODELS);
    const ids = (await entries('request')).map(({ reqId }) => reqId);
    expect(new Set(ids).size).toBe(3);
  });

  test('a request that Node rejects leaves a line with the reason', async () => {
    const { server, entries } = await loggedServer();
    await exchange(server.url, 'garbage\r\n\r\n');
    expect(await entries()).toEqual([
      expect.objectContaining({ level: 30, status: 400, reason: expect.stringMatching(/^HPE_/) }),
    ]);
  });

  test('a client that goes away in the middle is no error', async () => {
    const { server, entries } = await loggedServer();
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '100' };
    for (const leave of ['end', 'reset'] as const) {
      const connection = await openConnection(server.url);
      await connection.send(rawRequest('POST', MODELS, headers, '{"param"'));
      await new Promise((resolve) => setTimeout(resolve, 30));
      connection[leave]();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await entries()).filter(({ level }) => level >= 40)).toEqual([]);
  });
});

describe('nothing of what a client sends is in any line, at level trace', () => {
  const secretModel = {
    ...requiredModelParams,
    name: SECRET,
    token: SECRET,
    parameters: SECRET,
    tagUuids: [SECRET],
  };
  const secretService = {
    ...requiredServiceParams,
    name: SECRET,
    yaml: SECRET,
    containerArgs: SECRET,
    vendorToSpecUuidsMap: { [SECRET]: [SECRET] },
  };
  const secretHeaders = { cookie: SECRET, 'x-api-key': SECRET, 'x-job-uuid': SECRET };

  function expectNoSecrets(lines: string[], ...further: string[]): void {
    expect(lines.length).toBeGreaterThan(0);
    const told = lines.filter((line) =>
      [SECRET, SESSION, ...further].some((secret) => line.includes(secret)),
    );
    expect(told).toEqual([]);
  }

  test('when all goes well', async () => {
    const { server, lines } = await loggedServer();
    const options = { headers: secretHeaders };
    const model = await server.post(MODELS, { param: secretModel, userTags: [SECRET] }, options);
    const service = await server.post(SERVICES, { param: secretService }, options);
    const { uuid } = service.body.inventory;
    await server.put(`${SERVICES}/${uuid}?x=${SECRET}`, {
      updateModelService: { yaml: '', environmentParameters: { [SECRET]: SECRET } },
    });
    await server.post(`${SERVICES}/${uuid}`, { params: { name: SECRET } });
    await server.post(`${MODELS}/${model.body.inventory.uuid}/model-services/${uuid}`);
    const read = await server.get(`${MODELS}/${model.body.inventory.uuid}?q=`);
    expect(read.status).toBeLessThan(500);
    expectNoSecrets(lines, uuid, model.body.inventory.uuid);
  });

  test('when the request is refused', async () => {
    const { server, lines } = await loggedServer('trace', { bodyLimit: 2000 });
    const { uuid } = await addModelService(server);
    const raw = (text: string, type = 'application/json') => ({
      raw: text,
      headers: { 'content-type': type },
    });
    await server.post(MODELS, { param: { ...secretModel, token: { [SECRET]: SECRET } } });
    await server.post(MODELS, { param: { ...secretModel, size: SECRET } });
    await server.post(SERVICES, { param: { ...secretService, type: SECRET } });
    await server.post(MODELS, { param: { ...secretModel, resourceUuid: SECRET } });
    await server.post(MODELS, { param: { ...secretModel, modelServiceUuids: [SECRET] } });
    await server.post(MODELS, undefined, raw(`{"token":"${SECRET}"`));
    await server.post(MODELS, undefined, raw(SECRET));
    await server.post(MODELS, undefined, raw(SECRET, 'text/plain'));
    await server.post(MODELS, undefined, raw('x', `text/${SECRET}`));
    await server.post(MODELS, undefined, raw(SECRET.repeat(1000)));
    await server.put(`${SERVICES}/${SECRET}`, { updateModelService: { name: SECRET } });
    await server.put(`${SERVICES}/${uuid}`, { [SECRET]: {} });
    await server.get(`${API}/${SECRET}`);
    await server.get(`${MODELS}/${SECRET}/`);
    await server.get(`${MODELS}/${SECRET}%zz?${SECRET}`);
    await server.get(`${MODELS}?limit=${SECRET}&q=${SECRET}`);
    await server.call('PATCH', `${MODELS}/${SECRET}`);
    await server.get(MODELS, { session: SECRET });
    await server.get(MODELS, { session: null, headers: { authorization: `Basic ${SECRET}` } });
    await server.get(MODELS, { headers: { 'x-api-timeout': SECRET } });
    await exchange(server.url, `${SECRET}\r\n\r\n`);
    await exchange(server.url, rawRequest('GET', `/${SECRET}`, { Host: null }));
    await exchange(server.url, rawRequest('GET', '/', { [`bad ${SECRET}`]: SECRET }));
    expectNoSecrets(lines, uuid);
  });

  test('when the database fails', async () => {
    const { server, lines, entries } = await loggedServer();
    const { uuid } = await addModel(server);
    lines.length = 0;
    const client = new Database(server.file);
    client.exec('DROP TABLE models');
    client.close();

    const answer = await server.post(MODELS, { param: secretModel, userTags: [SECRET] });
    await server.get(`${MODELS}/${uuid}`);
    expectFailure(answer, 503, 'SYS.1000', expect.not.stringMatching(/models|SQL|insert/i));
    expect((await entries()).filter(({ level }) => level === 50)).toHaveLength(2);
    expectNoSecrets(lines, uuid);
  });

  test('when a constraint of the database is broken', async () => {
    const { server, lines } = await loggedServer();
    const client = new Database(server.file);
    client.exec(
      "CREATE TRIGGER refuse BEFORE INSERT ON models BEGIN SELECT RAISE(ABORT, 'refused'); END",
    );
    client.close();

    const answer = await server.post(MODELS, { param: secretModel, userTags: [SECRET] });
    expectFailure(answer, 503, 'SYS.1000', expect.not.stringContaining('refused'));
    expectNoSecrets(lines);
  });
});

describe('an internal error', () => {
  test.each([
    ['an error', new Error('the cause')],
    ['an error that claims a status', Object.assign(new Error('the cause'), { statusCode: 500 })],
    ['a text', 'the cause'],
    ['nothing', undefined],
    ['null', null],
  ])('of %s is SYS.1000 without internals, and the log has the cause under the same id', async (_, thrown) => {
    const { server, entries } = await loggedServer();
    server.store.listModels = () => Promise.reject(thrown);

    const answer = await server.get(MODELS);
    const errors = (await entries()).filter(({ level }) => level === 50);
    expect(errors).toHaveLength(1);
    expectFailure(answer, 503, 'SYS.1000', expect.stringContaining(errors[0].reqId));
    expect(answer.body.error.details).not.toContain('cause');
    if (thrown) expect(JSON.stringify(errors)).toContain('the cause');
  });
});

describe('an unknown field (decision 10)', () => {
  const body = (value: string) => ({
    param: { ...requiredModelParams, colour: value },
    flavour: value,
  });

  test('is logged once, at debug, by its name alone', async () => {
    const { server, lines, entries } = await loggedServer();
    for (let call = 0; call < 3; call++) {
      expect((await server.post(MODELS, body(SECRET))).status).toBe(200);
    }
    const logged = await entries('unknown field ignored');
    expect(logged.map(({ level, field }) => [level, field]).toSorted()).toEqual([
      [20, 'colour'],
      [20, 'flavour'],
    ]);
    expect(lines.join()).not.toContain(SECRET);
  });

  test('is logged again for another operation', async () => {
    const { server, entries } = await loggedServer();
    await server.post(MODELS, body(''));
    await server.post(SERVICES, { param: { ...requiredServiceParams, colour: '' } });
    expect(await entries('unknown field ignored')).toHaveLength(3);
  });

  test('is not logged at info', async () => {
    const { server, entries } = await loggedServer('info');
    await server.post(MODELS, body(''));
    expect(await entries('unknown field ignored')).toEqual([]);
  });

  test('made up anew in each request fills neither log nor memory', async () => {
    const { server, entries } = await loggedServer();
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`made-up-${i}`, 1]));
    await server.post(MODELS, { param: { ...requiredModelParams, ...many } });
    expect((await entries('unknown field ignored')).length).toBeLessThanOrEqual(1000);
  });

  test('where they are rejected, is SYS.1007 naming it, and nothing is stored', async () => {
    const { server, entries } = await loggedServer('trace', { unknownFields: 'reject' });
    const answer = await server.post(MODELS, body(SECRET));
    expectFailure(answer, 400, 'SYS.1007', expect.stringContaining('field[flavour]'));
    expect(server.rows('models')).toEqual([]);
    expect(await entries('unknown field ignored')).toEqual([]);
  });
});
