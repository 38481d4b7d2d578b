import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type JournalEntry, redactEntry } from '../../src/control/journal.ts';
import {
  clearJournal,
  expectDone,
  journal,
  plan,
  setJobDelay,
  sharedSteered,
} from '../support/control.ts';
import { expectAccepted, jobPath, naming, poll } from '../support/jobs.ts';
import {
  beginSession,
  credentials,
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
  test('has id, time, operation, method, path, query, status, ms, request and response', async () => {
    const server = shared();
    const body = { param: requiredModelParams, userTags: ['a', 'ä😀'] };
    const answer = await server.post(`${MODELS}?some=thing&some=more`, body);
    const list = await server.get(`${MODELS}?q=name=Qwen%201.5%2032B&limit=1`);
    const entries = await journal(server);
    expect(entries).toEqual([
      {
        id: expect.any(Number),
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
        id: (entries[0]?.id ?? 0) + 1,
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
    for (const { ms } of entries) expect(ms).toBeGreaterThanOrEqual(0);
  });

  test('has the canonical form of an alias, a doubled slash and an encoded path', async () => {
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

  test('has a job’s acceptance and the response to each poll', async () => {
    const server = shared();
    await setJobDelay(server, { atPoll: 2 });
    const uuid = newUuid();
    const accepted = await server.post(MODELS, { param: requiredModelParams }, naming(uuid));
    expectAccepted(accepted);
    const polls = [await poll(server, uuid), await poll(server, uuid), await poll(server, 'a')];
    const recorded = (await journal(server)).map(({ operation, status, response }) => ({
      operation,
      status,
      response,
    }));
    expect(recorded).toEqual([
      { operation: 'AddModel', status: 202, response: accepted.body },
      ...polls.map(({ status, body }) => ({ operation: 'GetJob', status, response: body })),
    ]);
    expect(recorded.map(({ status }) => status)).toEqual([202, 202, 200, 404]);
  });
});

describe('rejected requests are there too:', () => {
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
    ['with a bad header', { headers: { 'x-job-uuid': 'a' } }, 400],
    ['by their content type', { headers: { 'content-type': 'text/plain' } }, 415],
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
        JSON.stringify(answer.body).replace(/(not valid JSON|, but was)[^"]*/, '$1***'),
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

  test('by a condition that the answer repeats in part', async () => {
    const server = shared();
    await server.get(`${MODELS}?q=${'secret'.repeat(1000)}`);
    const details = "Invalid query parameter. The '***";
    expect(await entryOf(server)).toMatchObject({ response: { error: { details } } });
  });

  // Their length would make a pattern that searches them again from each position take minutes.
  test.each([
    ['quotes', ', but '.repeat(100_000)],
    ['operators', `token${'='.repeat(500_000)}`],
  ])('by a long text of %s', async (_, text) => {
    const entry = { query: text, request: text, response: text } as unknown as JournalEntry;
    const length = `${text.length + 2} characters`;
    expect(redactEntry({ ...entry, path: text }, [])).toEqual({
      path: length,
      query: length,
      request: length,
      response: length,
    });
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
  test('are recorded, the first and the last too', async () => {
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

  const all = [
    'AddModel 200',
    'AddModelService 200',
    'AddModel 400',
    'GetModel 200',
    'AddModel 200',
  ];
  test.each<[string, string, string[]]>([
    ['nothing', '', all],
    ['an operation', '?operation=AddModel', ['AddModel 200', 'AddModel 400', 'AddModel 200']],
    ['a status', '?status=400', ['AddModel 400']],
    ['none', '?limit=0', []],
    ['an operation’s last two', '?operation=AddModel&limit=2', ['AddModel 400', 'AddModel 200']],
    ['an operation that nobody requested', '?operation=DeleteModel', []],
  ])('by %s', async (_, filter, expected) => {
    const server = shared();
    await fill(server);
    expect(await operationsOf(server, filter)).toEqual(expected);
  });

  test('by the id of an entry finds the later ones, also after the journal was emptied', async () => {
    const server = shared();
    await fill(server);
    const [{ id = 0 } = {}, ...later] = await journal(server);
    expect(await journal(server, `?after=${id}`)).toEqual(later);
    expect(await journal(server, `?after=${id + later.length}`)).toEqual([]);
    await clearJournal(server);
    await addModel(server);
    const ids = (await journal(server, `?after=${id}`)).map((entry) => entry.id);
    expect(ids).toEqual([id + later.length + 1]);
  });

  test('by an id that none has yet, of a server before its restart, finds all', async () => {
    const server = shared();
    await fill(server);
    expect(await operationsOf(server, '?after=1000000')).toEqual(all);
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

  type Send = (server: Server) => Promise<unknown>;
  const login =
    (body: unknown): Send =>
    (server) =>
      server.put(LOGIN, body, { session: null });
  const broken =
    (raw: string): Send =>
    (server) =>
      server.put(LOGIN, undefined, { raw, session: null });
  const add =
    (param: object, beside: object = {}): Send =>
    (server) =>
      server.post(MODELS, { param: { ...requiredModelParams, ...param }, ...beside });

  test.each<[string, Send]>([
    ['a login beside the wrapper', login({ password: 'S3CRET', logInByAccount: {} })],
    ['a login in another wrapper', login({ param: { password: 'S3CRET' } })],
    ['a login in other letters', login({ logInByAccount: { PassWord: 'S3CRET' } })],
    ['a login in quotes that JSON escapes', login(credentials(['S3CRET"S3CRET']))],
    ['a login too long for a sentence', login(credentials(['S3CRET'.repeat(2000)]))],
    [
      'a login too long for the journal',
      login({ ...credentials('S3CRET', ['S3CRET']), x: 'y'.repeat(20_000) }),
    ],
    ['JSON broken behind it', broken('{"logInByAccount":{"password":"S3CRET"x}}')],
    ['JSON cut off', broken('{"logInByAccount":{"accountName":"a","password":"S3CRET')],
    ['a model', add({ token: 'S3CRET' })],
    ['a model, at length', add({ token: 'S3CRET '.repeat(20_000) })],
    ...['token', 'Token', 'param.token', 'newPassword', 'apiKey', 'client_secret', 'signature'].map(
      (name): [string, Send] => [
        `the query ${name}`,
        (server) => server.get(`${MODELS}?${name}=S3CRET&${name}=S3CRET`),
      ],
    ),
    ...['=', '!=', '~=%', '?=a,'].map((operator): [string, Send] => [
      `a condition with ${operator}`,
      async (server) => {
        await server.query(MODELS, [`token${operator}S3CRET`]);
        await server.query(MODELS, ['name=a', `newPassword${operator}S3CRET`]);
      },
    ]),
    [
      'the URL, in a proxy’s form',
      (server) => exchange(server.url, rawRequest('GET', `http://user:S3CRET@localhost${MODELS}`)),
    ],
    [
      'a hook’s URL',
      (server) =>
        server.post(
          MODELS,
          { param: requiredModelParams },
          { headers: { 'x-web-hook': 'http://user:S3CRET@127.0.0.1:1/?key=S3CRET' } },
        ),
    ],
  ])('no password or token of %s', async (_, send) => {
    const server = shared();
    await send(server);
    await expectSecret(server, 'S3CRET');
  });

  test('no session, neither of a header nor of a login, nor a login’s password', async () => {
    const server = shared();
    await server.get(MODELS, { headers: { 'x-session-id': SESSION } });
    const { uuid } = await beginSession(server);
    await logIn(server, 'wrong');
    await expectSecret(server, 'OAuth', INITIAL_DIGEST, digestOf('wrong'), uuid);
  });

  const encoded = (uuid: string) =>
    [...uuid].map((digit) => `%${digit.charCodeAt(0).toString(16)}`).join('');
  test.each<[string, string, (uuid: string) => string]>([
    ['ended', 'DELETE', sessionPath],
    ['renewed', 'PUT', (uuid) => `${sessionPath(uuid)}/renew`],
    ['renewed in an encoded path', 'PUT', (uuid) => `${ROOT}/%61ccounts/s%65ssions/${uuid}/renew`],
    ['encoded itself', 'PUT', (uuid) => `${sessionPath(encoded(uuid))}/renew`],
    ['behind an encoded slash', 'GET', (uuid) => `${sessionPath(`a%2F${uuid}`)}/valid`],
    ['ended, but not there, and encoded', 'POST', (uuid) => sessionPath(encoded(uuid))],
    ['checked at a misspelt path', 'GET', (uuid) => `${ROOT}/account/session/${uuid}/valid`],
    ['in the query of a path that is none', 'GET', (uuid) => `${sessionPath('')}?uuid=${uuid}`],
    ['in the query, where the path lacks it', 'DELETE', (uuid) => `${sessionPath('')}?id=${uuid}`],
    ['ended at a path that is none', 'DELETE', (uuid) => `${sessionPath(uuid)}/`],
  ])('no session that is %s', async (_, method, path) => {
    const server = shared();
    const { uuid } = await beginSession(server);
    const body = method === 'PUT' ? { renewSession: { duration: uuid } } : undefined;
    await server.call(method, path(uuid), body);
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
    ['a condition', (server: Server) => server.query(MODELS, [`uuid=${SESSION}`])],
    ['a condition that is none', (server: Server) => server.query(MODELS, [SESSION])],
    ['a body', (server: Server) => server.post(MODELS, { session: { uuid: SESSION } })],
    ['a body, by another name', (server: Server) => server.post(MODELS, { sessionUuid: SESSION })],
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
});

test('what is not the API’s is not recorded: health, documents and the control API', async () => {
  const server = shared();
  for (const path of ['/_aios/health', '/_aios/live', '/openapi.json', '/nowhere']) {
    await server.get(path);
  }
  await server.call('PATCH', '/_aios/faults');
  expect(await journal(server)).toEqual([]);
});

test('what is no secret is recorded: a name that only resembles one’s', async () => {
  const server = shared();
  const more = { tokenizer: 'a', passwords: 'b', uuid: 'c' };
  await addModel(server, { more });
  expect(await journal(server)).toMatchObject([{ request: { param: { more } } }]);
});

test('what is no secret stays readable, though it stands in a secret', async () => {
  const server = shared();
  await server.post(MODELS, { param: { ...requiredModelParams, token: 'Model' } });
  const { body } = await server.get('/_aios/requests');
  expect(body.requests).toMatchObject([
    { operation: 'AddModel', method: 'POST', path: '/v1/ai/models' },
  ]);
});
