import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  clearJournal,
  expectDone,
  journal,
  plan,
  setClock,
  setJobDelay,
  sharedSteered,
} from '../support/control.ts';
import { expectAccepted, jobPath, naming, poll } from '../support/jobs.ts';
import {
  beginSession,
  digestOf,
  INITIAL_DIGEST,
  LOGIN,
  logIn,
  sessionPath,
} from '../support/logins.ts';
import { exchange, rawRequest } from '../support/raw-http.ts';
import { newUuid } from '../support/records.ts';
import { addModel, addModelService, requiredModelParams } from '../support/resources.ts';
import { API, ROOT, SESSION, type Server } from '../support/server.ts';

const MODELS = `${API}/models`;
const [KEY_ID, KEY_SECRET] = ['AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCY'];

const shared = sharedSteered({
  bodyLimit: 200_000,
  accessKeys: { keys: new Map([[KEY_ID, KEY_SECRET]]), timeZone: 'UTC' },
});

describe('an entry', () => {
  test('tells time, operation, method, path, query, status, ms, request and response', async () => {
    const server = shared();
    const body = { param: requiredModelParams, userTags: ['a', 'ä😀'] };
    const answer = await server.post(`${MODELS}?some=thing&some=more`, body);
    const begun = performance.now();
    const list = await server.get(`${MODELS}?q=name=Qwen%201.5%2032B&limit=1`);
    const took = performance.now() - begun;
    const entries = await journal(server);
    expect(entries).toEqual([
      {
        time: '2025-11-25T11:51:50.000Z',
        operation: 'AddModel',
        method: 'POST',
        path: '/v1/ai/models',
        query: { some: ['thing', 'more'] },
        status: 200,
        ms: expect.any(Number),
        request: body,
        response: answer.body,
      },
      {
        time: '2025-11-25T11:51:50.000Z',
        operation: 'QueryModel',
        method: 'GET',
        path: '/v1/ai/models',
        query: { q: 'name=Qwen 1.5 32B', limit: '1' },
        status: 200,
        ms: expect.any(Number),
        request: null,
        response: list.body,
      },
    ]);
    const [, { ms } = { ms: -1 }] = entries;
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(ms).toBeLessThanOrEqual(took + 1);
  });

  test('tells how long a request took, from its arrival to its answer', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', delayMs: 60 });
    await addModel(server);
    const [entry] = await journal(server);
    expect(entry?.ms).toBeGreaterThanOrEqual(55);
    expect(entry?.ms).toBeLessThan(2000);
  });

  test('is there as soon as its answer is', async () => {
    const server = shared();
    for (let times = 1; times <= 40; times++) {
      await server.get(`${MODELS}/a`);
      expect(await journal(server)).toHaveLength(times);
    }
  });

  test('tells the request as it was sent, unknown members and all', async () => {
    const server = shared();
    const body = {
      param: { ...requiredModelParams, name: '  spaces  ', size: '7', more: { a: [null, true] } },
      more: 1,
    };
    await server.post(MODELS, body);
    expect(await journal(server)).toMatchObject([{ request: body }]);
  });

  test('tells numbers as numbers, however they are written', async () => {
    const server = shared();
    const raw = `{"param":{"name":"a","installPath":"a","modelCenterUuid":"a","size":7.0,"x":1.5}}`;
    await server.post(MODELS, undefined, { raw });
    expect(await journal(server)).toMatchObject([{ request: { param: { size: 7, x: 1.5 } } }]);
  });

  test('tells an alias, a doubled slash and an encoded path as what they mean', async () => {
    const server = shared();
    const { uuid } = await addModel(server);
    await clearJournal(server);
    const body = { updateModel: {} };
    for (const path of [`${MODELS}/${uuid}/actions`, `//zstack//v1/ai/models//${uuid}`]) {
      expect((await server.put(path, body)).status).toBe(200);
    }
    await server.get(`${MODELS}/%61%C3%A4`);
    expect((await journal(server)).map(({ operation, path }) => [operation, path])).toEqual([
      ['UpdateModel', `/v1/ai/models/${uuid}/actions`],
      ['UpdateModel', `/v1/ai/models/${uuid}`],
      ['GetModel', '/v1/ai/models/aä'],
    ]);
  });

  test('tells of a job its acceptance, and of each poll what it was told', async () => {
    const server = shared();
    await setJobDelay(server, { atPoll: 2 });
    const uuid = newUuid();
    const accepted = await server.post(MODELS, { param: requiredModelParams }, naming(uuid));
    expectAccepted(accepted);
    const polls = [await poll(server, uuid), await poll(server, uuid), await poll(server, 'a')];
    const reported = (await journal(server)).map(({ operation, status, response }) => ({
      operation,
      status,
      response,
    }));
    expect(reported).toEqual([
      { operation: 'AddModel', status: 202, response: accepted.body },
      ...polls.map(({ status, body }) => ({ operation: 'GetJob', status, response: body })),
    ]);
    expect(reported.map(({ status }) => status)).toEqual([202, 202, 200, 404]);
  });
});

describe('refused requests are there too:', () => {
  const entryOf = async (server: Server) => {
    const entries = await journal(server);
    expect(entries).toHaveLength(1);
    return entries[0];
  };

  test('by their arguments', async () => {
    const server = shared();
    const answer = await server.post(MODELS, { param: { name: 'a' } });
    expect(await entryOf(server)).toMatchObject({
      operation: 'AddModel',
      status: 400,
      request: { param: { name: 'a' } },
      response: answer.body,
    });
  });

  test.each([
    ['without a session', { session: null }, 400],
    ['of a stranger', { session: '00000000000040008000000000000000' }, 503],
    ['with a bad header', { headers: { 'x-job-uuid': 'a' } }, 400],
    ['by their content type', { headers: { 'content-type': 'text/plain' } }, 415],
    ['with broken JSON', { raw: '{"param":' }, 400],
    ['too large', { raw: `{"param":"${'a'.repeat(200_000)}"}` }, 413],
  ])('%s, whose bodies nobody has read', async (_, options, status) => {
    const server = shared();
    const answer = await server.post(MODELS, { param: requiredModelParams }, options);
    expect(answer.status).toBe(status);
    expect(await entryOf(server)).toMatchObject({
      operation: 'AddModel',
      method: 'POST',
      path: '/v1/ai/models',
      status,
      request: null,
      // What the answer repeats of the request may be secret.
      response: JSON.parse(
        JSON.stringify(answer.body).replace(/(not valid JSON|, but was)[^"]*/, '$1'),
      ),
    });
  });

  test.each([
    ['a path that is none', 'GET', '/zstack/v1/ai/model', 404],
    ['a verb that is none', 'PATCH', MODELS, 405],
    ['a trailing slash', 'GET', `${MODELS}/`, 404],
  ])('by %s, which no operation has', async (_, method, path, code) => {
    const server = shared();
    const answer = await server.call(method, path);
    expect(answer.status).toBe(code);
    const { operation, ...entry } = (await entryOf(server)) ?? { operation: '' };
    expect(entry).toMatchObject({
      method,
      path: path.slice('/zstack'.length),
      status: code,
      response: answer.body,
    });
    if (!path.endsWith('/')) expect(operation).toBeNull();
  });

  test('by the present state', async () => {
    const server = shared();
    const answer = await server.delete(`${MODELS}/no-uuid`);
    expect(await entryOf(server)).toMatchObject({ status: 503, response: answer.body });
  });

  test('by a fault', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', status: 503 });
    const answer = await server.post(MODELS, { param: requiredModelParams });
    expect(await entryOf(server)).toMatchObject({
      status: 503,
      request: { param: requiredModelParams },
      response: answer.body,
    });
  });
});

describe('the last thousand requests', () => {
  test('are kept, from the earliest to the last', async () => {
    const server = shared();
    const uuids = Array.from({ length: 1050 }, (_, index) => `n${index}`);
    const headers = { authorization: `OAuth ${SESSION}` };
    for (const uuid of uuids) await server.app.inject({ url: `${MODELS}/${uuid}`, headers });
    const paths = (await journal(server)).map(({ path }) => path.split('/').at(-1) as string);
    expect(paths).toHaveLength(1000);
    expect(paths).toEqual(uuids.slice(50));
    expect((await journal(server, '?limit=3')).map(({ path }) => path)).toEqual(
      paths.slice(-3).map((uuid) => `/v1/ai/models/${uuid}`),
    );
    expect(await journal(server, '?limit=5000')).toHaveLength(1000);
  });
});

describe('a filter', () => {
  async function fill(server: Server): Promise<void> {
    const { uuid } = await addModel(server);
    await addModelService(server);
    await server.post(MODELS, {});
    await server.get(`${MODELS}/${uuid}`);
    await addModel(server, { name: 'last' });
  }
  const operationsOf = async (server: Server, filter: string) =>
    (await journal(server, filter)).map(({ operation, status }) => `${operation} ${status}`);

  test.each([
    [
      'nothing',
      '',
      ['AddModel 200', 'AddModelService 200', 'AddModel 400', 'GetModel 200', 'AddModel 200'],
    ],
    ['an operation', '?operation=AddModel', ['AddModel 200', 'AddModel 400', 'AddModel 200']],
    ['a status', '?status=400', ['AddModel 400']],
    ['both', '?operation=AddModel&status=200', ['AddModel 200', 'AddModel 200']],
    ['none', '?limit=0', []],
    ['the last one', '?limit=1', ['AddModel 200']],
    [
      'more than there are',
      '?limit=100',
      ['AddModel 200', 'AddModelService 200', 'AddModel 400', 'GetModel 200', 'AddModel 200'],
    ],
    [
      'the last two of an operation',
      '?operation=AddModel&limit=2',
      ['AddModel 400', 'AddModel 200'],
    ],
    ['an operation that nobody asked for', '?operation=DeleteModel', []],
    ['a status that nobody got', '?status=418', []],
  ])('by %s', async (_, filter, expected) => {
    const server = shared();
    await fill(server);
    expect(await operationsOf(server, filter)).toEqual(expected);
  });
});

test('clearing empties the journal, which then goes on', async () => {
  const server = shared();
  expectDone(await server.get('/_aios/requests'), { requests: [] });
  await addModel(server);
  expectDone(await server.delete('/_aios/requests'));
  expectDone(await server.get('/_aios/requests'), { requests: [] });
  await server.get(MODELS);
  expect(await journal(server)).toMatchObject([{ operation: 'QueryModel' }]);
});

describe('a long body is cut', () => {
  test('of a request, and of an answer, but the entry is there', async () => {
    const server = shared();
    const yaml = 'long '.repeat(20_000);
    await addModelService(server, { yaml });
    const [entry] = await journal(server);
    expect(entry).toMatchObject({ operation: 'AddModelService', status: 200 });
    expect(JSON.stringify(entry?.request).length).toBeLessThan(20_000);
    expect(JSON.stringify(entry?.response).length).toBeLessThan(20_000);
    expect(entry?.request).not.toBeNull();
  });

  test('whatever stands in it', async () => {
    const server = shared();
    const token = 'secret '.repeat(20_000);
    await addModel(server, { token });
    const { body } = await server.get('/_aios/requests');
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  test('but one of ten thousand characters is whole', async () => {
    const server = shared();
    const introduction = 'a'.repeat(10_000);
    await addModel(server, { introduction });
    expect(await journal(server)).toMatchObject([{ request: { param: { introduction } } }]);
  });
});

describe('no secret stands in the journal:', () => {
  /** Expects that something was written down, but none of these. */
  async function expectSecret(server: Server, ...secrets: string[]): Promise<void> {
    const text = JSON.stringify((await server.get('/_aios/requests')).body);
    expect(JSON.parse(text).requests).not.toEqual([]);
    for (const secret of [...secrets, SESSION]) {
      expect(text.includes(secret), `${secret} in ${text}`).toBe(false);
    }
  }

  test('no session, of which one is in every header', async () => {
    const server = shared();
    await addModel(server);
    await server.get(MODELS, { headers: { 'x-session-id': SESSION } });
    await expectSecret(server, 'OAuth');
  });

  test('no password and no session of a login', async () => {
    const server = shared();
    const { uuid } = await beginSession(server);
    await expectSecret(server, INITIAL_DIGEST, uuid);
  });

  test('no password of a login that fails', async () => {
    const server = shared();
    expect((await logIn(server, 'wrong')).status).toBe(503);
    await expectSecret(server, digestOf('wrong'));
  });

  test.each([
    ['beside the wrapper', { password: 'S3CRET', logInByAccount: {} }],
    ['in another wrapper', { param: { password: 'S3CRET' } }],
    ['in a list', { logInByAccount: [{ password: 'S3CRET' }] }],
    ['deep down', { a: { b: [{ c: { password: 'S3CRET' } }] } }],
    ['in other letters', { logInByAccount: { PassWord: 'S3CRET' } }],
    ['as an object', { logInByAccount: { accountName: 'a', password: { value: 'S3CRET' } } }],
    ['as a list', { logInByAccount: { accountName: 'a', password: ['S3CRET'] } }],
  ])('no password that stands %s of a login', async (_, body) => {
    const server = shared();
    await server.put(LOGIN, body, { session: null });
    await expectSecret(server, 'S3CRET');
  });

  test.each([
    ['broken behind it', '{"logInByAccount":{"accountName":"a","password":"S3CRET"x}}'],
    ['broken within it', '{"logInByAccount":{"accountName":"a","password":S3CRET}}'],
    ['broken before it', '{"logInByAccount":{"accountName":a,"password":"S3CRET"}}'],
    ['cut off', '{"logInByAccount":{"accountName":"a","password":"S3CRET'],
    ['short', '{"password":"S3CRET",}'],
  ])('no password of JSON that is %s', async (_, raw) => {
    const server = shared();
    const answer = await server.put(LOGIN, undefined, { raw, session: null });
    expect(answer.status).toBe(400);
    await expectSecret(server, 'S3CRET');
  });

  test('no token of a model that is added', async () => {
    const server = shared();
    await addModel(server, { token: 'S3CRET' });
    await server.get(MODELS);
    await expectSecret(server, 'S3CRET');
  });

  test.each([
    ['that is refused', { param: { token: 'S3CRET' } }],
    ['that is no text', { param: { ...requiredModelParams, token: ['S3CRET'] } }],
    ['that is an object', { param: { ...requiredModelParams, token: { value: 'S3CRET' } } }],
    ['beside the wrapper', { param: requiredModelParams, token: 'S3CRET' }],
    ['deep down', { param: { ...requiredModelParams, more: [{ token: 'S3CRET' }] } }],
    ['in other letters', { param: { ...requiredModelParams, Token: 'S3CRET' } }],
  ])('no token %s', async (_, body) => {
    const server = shared();
    await server.post(MODELS, body);
    await expectSecret(server, 'S3CRET');
  });

  test('no token of an addition that a job is asked for', async () => {
    const server = shared();
    const uuid = newUuid();
    await server.post(MODELS, { param: { ...requiredModelParams, token: 'S3CRET' } }, naming(uuid));
    await poll(server, uuid);
    await expectSecret(server, 'S3CRET');
  });

  test.each([
    'token',
    'password',
    'Token',
    'param.token',
    'logInByAccount.password',
    'newPassword',
    'access_token',
    'apiKey',
    'client_secret',
    'authorization',
    'signature',
  ])('no %s in a query', async (name) => {
    const server = shared();
    await server.get(`${MODELS}?${name}=S3CRET`);
    await server.get(`${MODELS}?${name}=S3CRET&${name}=S3CRET`);
    await expectSecret(server, 'S3CRET');
  });

  test.each([
    '=',
    '!=',
    '~=%',
    '?=a,',
  ])('no token or password in a condition with %s', async (operator) => {
    const server = shared();
    await server.query(MODELS, [`token${operator}S3CRET`]);
    await server.query(MODELS, ['name=a', `newPassword${operator}S3CRET`]);
    await expectSecret(server, 'S3CRET');
  });

  test('no token that a service is started with, which stands in its yaml too', async () => {
    const server = shared();
    const { uuid } = await addModelService(server, { yaml: '' });
    const environmentParameters = { HF_TOKEN: 'S3CRETS3CRET' };
    const update = { updateModelService: { environmentParameters } };
    const answer = await server.put(`${API}/model-services/${uuid}`, update);
    expect(answer.body.inventory.yaml).toContain('S3CRETS3CRET');
    await expectSecret(server, 'S3CRET');
  });

  test('no session of a path that stands in the body too', async () => {
    const server = shared();
    const { uuid } = await beginSession(server);
    await server.put(`${sessionPath(uuid)}/renew`, { renewSession: { duration: uuid } });
    await expectSecret(server, uuid);
  });

  test.each([
    ['checked', 'GET', (uuid: string) => `${sessionPath(uuid)}/valid`],
    ['ended', 'DELETE', sessionPath],
    ['renewed', 'PUT', (uuid: string) => `${sessionPath(uuid)}/renew`],
    [
      'renewed with doubled slashes',
      'PUT',
      (uuid: string) => `${ROOT}/accounts//sessions//${uuid}/renew`,
    ],
    [
      'renewed in an encoded path',
      'PUT',
      (uuid: string) => `${ROOT}/%61ccounts/s%65ssions/${uuid}/renew`,
    ],
    [
      'renewed in a wholly encoded path',
      'PUT',
      (uuid: string) =>
        `${sessionPath([...uuid].map((digit) => `%${digit.charCodeAt(0).toString(16)}`).join(''))}/renew`,
    ],
    ['behind an encoded slash', 'GET', (uuid: string) => `${sessionPath(`a%2F${uuid}`)}/valid`],
    ['ended, but not there', 'POST', sessionPath],
    ['ended at a path that is none', 'DELETE', (uuid: string) => `${sessionPath(uuid)}/`],
  ])('no session that is %s', async (_, method, path) => {
    const server = shared();
    const { uuid } = await beginSession(server);
    await server.call(method, path(uuid), method === 'PUT' ? { renewSession: {} } : undefined);
    await expectSecret(server, uuid);
  });

  test('no session that a job renews, nor its poll', async () => {
    const server = shared();
    const { uuid } = await beginSession(server);
    const job = newUuid();
    const body = { renewSession: { duration: 100 } };
    expectAccepted(await server.put(`${sessionPath(uuid)}/renew`, body, naming(job)));
    expect((await poll(server, job)).body.inventory.uuid).toBe(uuid);
    const entries = await journal(server);
    expect(entries.map(({ operation }) => operation)).toContain('GetJob');
    await expectSecret(server, uuid);
  });

  test.each([
    ['a query', (server: Server) => server.get(`${MODELS}?sessionUuid=${SESSION}`)],
    ['a query of any name', (server: Server) => server.get(`${MODELS}?session=${SESSION}`)],
    ['a condition', (server: Server) => server.query(MODELS, [`uuid=${SESSION}`])],
    ['a condition that is none', (server: Server) => server.query(MODELS, [SESSION])],
    ['a body', (server: Server) => server.post(MODELS, { session: { uuid: SESSION } })],
    ['a body, by another name', (server: Server) => server.post(MODELS, { sessionUuid: SESSION })],
    [
      'a body, inside the wrapper',
      (server: Server) =>
        server.post(MODELS, { param: { ...requiredModelParams, sessionId: SESSION } }),
    ],
    ['another path', (server: Server) => server.get(`${MODELS}/${SESSION}`)],
    ['a job’s uuid', (server: Server) => server.get(jobPath(SESSION), { session: null })],
  ])('no session that stands in %s', async (_, send) => {
    const server = shared();
    await send(server);
    await expectSecret(server);
  });

  test('no access key, neither its secret nor a signature', async () => {
    const server = shared();
    const date = 'Tue, 25 Nov 2025 11:51:50 GMT';
    const signature = createHmac('sha1', KEY_SECRET)
      .update(`GET\n${date}\n/v1/ai/models`)
      .digest('base64');
    const authorization = `ZStack ${KEY_ID}:${signature}`;
    const signed = { session: null, headers: { date, authorization } };
    expect((await server.get(MODELS, signed)).status).toBe(200);
    expect((await server.get(`${MODELS}/a`, signed)).status).toBe(503);
    await expectSecret(server, KEY_ID, KEY_SECRET, signature, 'ZStack ');
  });

  test('no credentials that a URL in a proxy’s form carries', async () => {
    const server = shared();
    await exchange(server.url, rawRequest('GET', `http://user:S3CRET@localhost${MODELS}`));
    await expectSecret(server, 'S3CRET');
  });

  test('no secret of a hook’s URL', async () => {
    const server = shared();
    const headers = { 'x-web-hook': 'http://user:S3CRET@127.0.0.1:1/?key=S3CRET' };
    await server.post(MODELS, { param: requiredModelParams }, { headers });
    await expectSecret(server, 'S3CRET');
  });
});

test('what is not the API’s is not told: health, documents and the control surface', async () => {
  const server = shared();
  for (const path of ['/_aios/health', '/_aios/live', '/openapi.json', '/nowhere']) {
    await server.get(path);
  }
  await server.call('PATCH', '/_aios/faults');
  expect(await journal(server)).toEqual([]);
});

test('what is no secret is told: a name that only resembles one’s', async () => {
  const server = shared();
  const more = { tokenizer: 'a', passwords: 'b', uuid: 'c' };
  await addModel(server, { more });
  expect(await journal(server)).toMatchObject([{ request: { param: { more } } }]);
});

test('a fixed clock dates every entry alike, and their order is kept', async () => {
  const server = shared();
  await setClock(server, { now: '2020-01-01T00:00:00Z' });
  await addModel(server);
  await server.get(MODELS);
  expect(await journal(server)).toMatchObject([
    { operation: 'AddModel', time: '2020-01-01T00:00:00.000Z' },
    { operation: 'QueryModel', time: '2020-01-01T00:00:00.000Z' },
  ]);
});

test('what is no secret stays readable, though it stands in a secret', async () => {
  const server = shared();
  await server.post(MODELS, { param: { ...requiredModelParams, token: 'Model' } });
  const { body } = await server.get('/_aios/requests');
  expect(body.requests).toMatchObject([
    { operation: 'AddModel', method: 'POST', path: '/v1/ai/models' },
  ]);
});

test.each([
  [
    'in quotes that JSON escapes',
    { logInByAccount: { accountName: 'a', password: ['Hu5h"Hu5h'] } },
  ],
  ['in the place of a wrapper', { logInByAccount: 'Hu5hHu5h' }],
  [
    'too long for the sentence',
    { logInByAccount: { accountName: 'a', password: ['Hu5h'.repeat(2000)] } },
  ],
  [
    'too long for the journal',
    { logInByAccount: { accountName: ['Hu5hHu5h'], password: 'Hu5hHu5h', x: 'y'.repeat(20_000) } },
  ],
])('a password %s is not shown', async (_, body) => {
  const server = shared();
  await server.put('/zstack/v1/accounts/login', body, { session: null });
  const { body: journal } = await server.get('/_aios/requests');
  expect(journal.requests).toHaveLength(1);
  expect(JSON.stringify(journal)).not.toContain('Hu5h');
});
