import { beforeEach, describe, expect, test } from 'vitest';
import { expectFailure } from '../support/failures.ts';
import {
  ADMIN_UUID,
  beginSession,
  credentials,
  digestOf,
  INITIAL_DIGEST,
  LOGIN,
  sessionPath,
} from '../support/logins.ts';
import { exchange, openConnection, rawRequest } from '../support/raw-http.ts';
import {
  addModel,
  addModelService,
  requiredCenterParams,
  requiredModelParams,
  requiredServiceParams,
} from '../support/resources.ts';
import { API, ROOT, recordingLogger, SESSION, startServer } from '../support/server.ts';
import { isOnPostgres } from '../support/server-database.ts';
import { sharedServer } from '../support/shared-server.ts';

const MODELS = `${API}/models`;
const SERVICES = `${API}/model-services`;

/** A marker for every place where a client may send private data. */
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
  const { logger, lines } = recordingLogger('info');
  const shared = sharedServer({ logger });
  beforeEach(() => {
    lines.length = 0;
  });

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
    ['a login', 'PUT', LOGIN, SESSION, credentials(INITIAL_DIGEST), 200, 'LogInByAccount'],
    ['a failed login', 'PUT', LOGIN, SESSION, credentials('x'), 503, 'LogInByAccount'],
    ['a logout', 'DELETE', sessionPath('x'), SESSION, undefined, 200, 'LogOut'],
    ['a check', 'GET', `${sessionPath('x')}/valid`, SESSION, undefined, 200, 'ValidateSession'],
    ['a renewal', 'PUT', `${sessionPath('x')}/renew`, SESSION, {}, 503, 'RenewSession'],
    ['health', 'GET', '/_aios/health', SESSION, undefined, 200, '/_aios/health'],
  ])('%s', async (what, method, path, session, body, status, operation) => {
    await shared().call(method, path, body, { session });
    await expect
      .poll(() => lines.map((line) => JSON.parse(line)))
      .toEqual([
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
          ...(status >= 400 && {
            path: expect.stringMatching(/^\//),
            code: expect.stringMatching(/^(SYS|ID)\.\d{4}$/),
            details: expect.any(String),
          }),
          ...(what === 'a failed login' && { hint: expect.any(String) }),
        },
      ]);
  });

  const UUID = '059d19eb310f46d4a7f43f51eaab87b8';
  const LOGOUT = `${ROOT}/accounts/sessions`;
  test.each<[string, string, string, unknown, object]>([
    [
      'a mistyped path',
      'GET',
      `${API}/modles/${UUID}/a1b2?token=x`,
      undefined,
      {
        path: `${API}/modles/***/***`,
        code: 'SYS.1009',
        details: 'no api mapping to /v1/ai/modles/***/***',
      },
    ],
    [
      'a missing resource',
      'POST',
      `${MODELS}/${UUID}/model-services/${UUID}`,
      undefined,
      {
        path: `${MODELS}/${UUID}/model-services/${UUID}`,
        details: expect.stringContaining(`uuid:${UUID}`),
      },
    ],
    [
      'a session in a path of another operation',
      'POST',
      `${MODELS}/${SESSION}/model-services/${UUID}`,
      undefined,
      { path: `${MODELS}/***/model-services/${UUID}` },
    ],
    ['a session', 'PUT', `${LOGOUT}/${UUID}/renew`, {}, { path: `${LOGOUT}/***/renew` }],
    [
      'a long path',
      'GET',
      `/${'x'.repeat(9000)}`,
      undefined,
      { path: `/${'x'.repeat(299)}`, details: expect.stringMatching(/^.{300}$/) },
    ],
    [
      'a wrong value',
      'POST',
      MODELS,
      { param: { ...requiredModelParams, size: 'secret' } },
      { details: '[size] field is excepted an int or long, but was***' },
    ],
    [
      'a condition',
      'GET',
      `${MODELS}?q=secret`,
      undefined,
      { details: expect.stringContaining("The '***' in the parameter[q] doesn't") },
    ],
    [
      'a long condition',
      'GET',
      `${MODELS}?q=${'secret'.repeat(1000)}`,
      undefined,
      { details: "Invalid query parameter. The '***" },
    ],
    [
      // Its length would make a pattern that searches it again from each position take minutes.
      'a message of a long class',
      'POST',
      `/zstack/api/`,
      { [', but '.repeat(1_000_000)]: {} },
      { details: expect.stringMatching(/^no message of the class\[, but .{270}$/) },
    ],
    [
      'a password that is not hashed',
      'PUT',
      LOGIN,
      credentials('password'),
      { code: 'ID.1000', hint: expect.stringContaining('SHA-512') },
    ],
  ])('has the path and the error of %s, without secrets', async (_, method, path, body, fields) => {
    await shared().call(method, path, body);
    await expect
      .poll(() => lines.map((line) => JSON.parse(line)))
      .toEqual([expect.objectContaining(fields)]);
  });

  test('a hashed password gets no hint', async () => {
    await shared().put(LOGIN, credentials(digestOf('wrong')));
    await expect.poll(() => lines.length).toBe(1);
    expect(lines[0]).not.toContain('hint');
  });

  test.each([
    ['trace-1:a/b=c', 'trace-1:a/b=c'],
    ['x'.repeat(128), 'x'.repeat(128)],
    ['x'.repeat(129), undefined],
    ['a b', undefined],
    ['a"b', undefined],
  ])('X-Request-Id of %j: %j', async (sent, expected) => {
    const { headers } = await shared().get(MODELS, { headers: { 'x-request-id': sent } });
    const answered = headers.get('x-request-id');
    expect(answered).toEqual(expected ?? expect.stringMatching(/^[0-9a-f]{32}$/));
    await expect.poll(() => lines.map((line) => JSON.parse(line).reqId)).toEqual([answered]);
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
      expect.objectContaining({
        level: 30,
        status: 400,
        code: 'SYS.1007',
        details: 'the request is not valid HTTP',
        reason: expect.stringMatching(/^HPE_/),
      }),
    ]);
  });

  test('a client that disconnects early is no error', async () => {
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

describe('no value that a client sends is logged, at level trace', () => {
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
  const secretHeaders = { cookie: SECRET, 'x-api-key': SECRET };

  function expectNoSecrets(lines: string[], ...further: string[]): void {
    expect(lines.length).toBeGreaterThan(0);
    const reported = lines.filter((line) =>
      [SECRET, SESSION, ...further].some((secret) => line.includes(secret)),
    );
    expect(reported).toEqual([]);
  }

  test('on success', async () => {
    const { server, lines } = await loggedServer('trace', {
      reply: { mode: 'inline', publicUrl: '' },
    });
    const options = { headers: secretHeaders };
    const model = await server.post(
      MODELS,
      { param: secretModel, userTags: [SECRET] },
      { headers: { ...secretHeaders, 'x-job-uuid': SECRET.repeat(4) } },
    );
    const service = await server.post(SERVICES, { param: secretService }, options);
    const { uuid } = service.body.inventory;
    await server.put(`${SERVICES}/${uuid}?x=${SECRET}`, {
      updateModelService: { yaml: '', environmentParameters: { [SECRET]: SECRET } },
    });
    await server.post(`${SERVICES}/${uuid}`, { params: { name: SECRET } });
    await server.post(`${MODELS}/${model.body.inventory.uuid}/model-services/${uuid}`);
    const read = await server.get(`${MODELS}/${model.body.inventory.uuid}?q=`);
    expect(read.status).toBeLessThan(500);
    expectNoSecrets(lines);
  });

  test('of a login whose session the database can’t keep, or whose hash it can’t give', async () => {
    for (const table of ['sessions', 'passwords']) {
      const { server, lines, entries } = await loggedServer();
      const { uuid: session } = await beginSession(server);
      lines.length = 0;
      await server.execute(`DROP TABLE ${table}`);
      const answer = await server.put(LOGIN, credentials(INITIAL_DIGEST), { session: null });
      expectFailure(answer, 503, 'SYS.1000', expect.not.stringContaining(table));
      await server.delete(sessionPath(session));
      await server.put(`${sessionPath(session)}/renew`, {}, { session });
      await server.get(`${sessionPath(session)}/valid`);
      await server.get(MODELS, { session });
      expect((await entries()).filter(({ level }) => level === 50)).not.toEqual([]);
      expectNoSecrets(lines, session, INITIAL_DIGEST);
    }
  });

  test('of a password with a damaged stored hash', async () => {
    const { server, lines, entries } = await loggedServer();
    await server.store.setPassword(ADMIN_UUID, `scrypt$x$8$1$${SECRET}$${SECRET}`);
    const digest = digestOf(SECRET);
    await server.put(LOGIN, credentials(digest), { session: null });
    expect((await entries('request')).length).toBe(1);
    expectNoSecrets(lines, digest);
  });

  test('of queries, tags and centers', async () => {
    const { server, lines } = await loggedServer();
    const { uuid } = await addModel(server);
    lines.length = 0;
    const tag = { resourceType: 'ModelVO', resourceUuid: uuid, tag: SECRET };
    const made = [];
    for (const kind of ['user-tags', 'system-tags']) {
      const { status, body } = await server.post(`${ROOT}/${kind}`, { params: tag });
      expect(status).toBe(200);
      made.push(body.inventory.uuid);
      await server.post(`${ROOT}/${kind}`, { params: tag });
      await server.post(`${ROOT}/${kind}`, { params: { ...tag, resourceUuid: SECRET } });
      await server.query(`${ROOT}/${kind}`, [`tag=${SECRET}`], { sort: SECRET });
    }
    await server.put(`${ROOT}/system-tags/${made[1]}/actions`, {
      updateSystemTag: { tag: SECRET },
    });
    for (const tagUuid of made) await server.delete(`${ROOT}/tags/${tagUuid}`);
    const center = { ...requiredCenterParams, url: SECRET, parameters: SECRET };
    const added = await server.post(`${API}/model-centers`, { param: center });
    const centerUuid = added.body.inventory.uuid;
    await server.put(`${API}/model-centers/${centerUuid}`, {
      updateModelCenter: { name: SECRET, managementPort: SECRET },
    });
    for (const conditions of [
      [`name=${SECRET}`],
      [`__userTag__~=${SECRET}`],
      [SECRET],
      [`x=${SECRET}`],
    ]) {
      await server.query(MODELS, conditions, { fields: `uuid,${SECRET}`, limit: SECRET });
      await server.query(MODELS, conditions);
    }
    await server.put(`${MODELS}/${uuid}`, { updateModel: { name: SECRET, size: SECRET } });
    await server.delete(`${MODELS}?uuids=${uuid}&uuids=${SECRET}`);
    await server.delete(`${API}/model-centers/${centerUuid}?deleteMode=${SECRET}`);
    await server.delete(`${API}/model-centers/${centerUuid}`);
    expectNoSecrets(lines);
  });

  test('when the request is rejected', async () => {
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
    expectNoSecrets(lines);
  });

  test('when the database fails', async () => {
    const { server, lines, entries } = await loggedServer();
    const { uuid } = await addModel(server);
    lines.length = 0;
    await server.execute(`DROP TABLE models${isOnPostgres ? ' CASCADE' : ''}`);

    const answer = await server.post(MODELS, { param: secretModel, userTags: [SECRET] });
    await server.get(`${MODELS}/${uuid}`);
    expectFailure(answer, 503, 'SYS.1000', expect.not.stringMatching(/models|SQL|insert/i));
    expect((await entries()).filter(({ level }) => level === 50)).toHaveLength(2);
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
    server.store.list = () => Promise.reject(thrown);

    const answer = await server.get(MODELS);
    const errors = (await entries()).filter(({ level }) => level === 50);
    expect(errors).toHaveLength(1);
    expectFailure(answer, 503, 'SYS.1000', expect.stringContaining(errors[0].reqId));
    expect(answer.body.error.details).not.toContain('cause');
    if (thrown) expect(JSON.stringify(errors)).toContain('the cause');
  });
});

describe('an unknown field (F10)', () => {
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

  test('that is a parameter without its wrapper is warned of once', async () => {
    const { server, entries } = await loggedServer();
    for (let call = 0; call < 3; call++) {
      const answer = await server.post(MODELS, requiredModelParams);
      expectFailure(answer, 400, 'SYS.1007', expect.stringContaining('is mandatory'));
    }
    await server.post(MODELS, { param: requiredModelParams, name: 'beside' });
    const warned = await entries('the body has parameters, but no "param" around them');
    expect(warned.map(({ level }) => level)).toEqual([40]);
  });

  test('is not logged at info', async () => {
    const { server, entries } = await loggedServer('info');
    await server.post(MODELS, body(''));
    expect(await entries('unknown field ignored')).toEqual([]);
  });

  test('of a query is warned of once (F43)', async () => {
    const { server, entries } = await loggedServer();
    for (const query of [
      'q[]=name=x',
      'q[]=name=x&sortBy=name',
      'uuids.0=x&q.1=name=x&fields=name&limit.0=1',
    ]) {
      expect((await server.get(`${MODELS}?${query}`)).status).toBe(200);
    }
    const warned = (await entries()).filter(({ level }) => level === 40);
    expect(warned.map(({ parameter, msg }) => [parameter, msg])).toEqual([
      ['q[]', expect.stringContaining('a list is sent as q=…&q=…')],
      ['sortBy', 'unknown query parameter ignored'],
      ['uuids.0', 'unknown query parameter ignored'],
      ['limit.0', 'unknown query parameter ignored'],
    ]);
    const strict = await startServer({ unknownFields: 'reject' });
    const answer = await strict.get(`${MODELS}?sortBy=name`);
    expectFailure(answer, 400, 'SYS.1007', expect.stringContaining('parameter[sortBy]'));
  });

  test('is logged at warn where SDKs before 5.3.28 send an image in it (F44)', async () => {
    const { server, entries } = await loggedServer('info');
    const image = { dockerImage: 'a', vmImageUuid: 'b' };
    await server.post(`${API}/model-services`, { param: { ...requiredServiceParams, ...image } });
    const logged = await entries('unknown field ignored');
    expect(logged.map(({ level, field }) => [level, field])).toEqual([
      [40, 'dockerImage'],
      [40, 'vmImageUuid'],
    ]);
  });

  test.each([
    ['instalPath', 'installPath'],
    ['Name', 'name'],
    ['vendr', 'vendor'],
    ['id', undefined],
  ])('%s is warned about with the nearest name, if any: %s', async (field, nearest) => {
    const { server, entries } = await loggedServer();
    await server.post(MODELS, { param: { ...requiredModelParams, [field]: 'x' } });
    const [logged] = await entries('unknown field ignored');
    expect(logged).toMatchObject({ level: nearest ? 40 : 20, field });
    expect(logged.nearest).toBe(nearest);
  });

  test('of a new name in each request fills neither log nor memory', async () => {
    const { server, entries } = await loggedServer();
    const many = Object.fromEntries(Array.from({ length: 9990 }, (_, i) => [`made-up-${i}`, 1]));
    const param = { ...requiredModelParams, ...many };
    expect((await server.post(MODELS, { param })).status).toBe(200);
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
