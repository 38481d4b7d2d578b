import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { beginSession, sessionExpired, sessionPath } from '../support/logins.ts';
import { expectError, expectErrorWithoutChange, noRoute } from '../support/refusals.ts';
import { API, type CallOptions, SESSION, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const MODELS = `${API}/models`;
const SESSIONS = '/v1/accounts/sessions';
const anonymous: CallOptions = { session: null };

const shared = sharedServer();

/** A session that has been begun just now. */
const begun = async () => (await beginSession(shared())).uuid;

const logOut = (uuid: string, options = anonymous, body?: unknown) =>
  shared().delete(sessionPath(uuid), body, options);

const isAdmitted = async (session: string) => {
  const answer = await shared().get(MODELS, { session });
  if (answer.status !== 200) expectError(answer, sessionExpired);
  return answer.status === 200;
};

describe('ends a session', () => {
  test('at once, and answers success alone', async () => {
    const session = await begun();

    const answer = await logOut(session);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(answer.body).toEqual({ success: true });
    expect(await isAdmitted(session)).toBe(false);
    expect((await shared().get(`${sessionPath(session)}/valid`)).body.valid).toBe(false);
    expect(shared().rows('sessions', `uuid = '${session}'`)).toEqual([]);
  });

  test('and no other', async () => {
    const [first, second] = [await begun(), await begun()];
    await logOut(first);
    expect(await isAdmitted(second)).toBe(true);
  });

  test('for good: it can be neither used nor renewed', async () => {
    const session = await begun();
    await logOut(session);
    expectError(
      await shared().put(`${sessionPath(session)}/renew`, { renewSession: { duration: 60 } }),
      sessionExpired,
    );
    expect(await isAdmitted(session)).toBe(false);
  });

  test('however often, and however many ask at once', async () => {
    const session = await begun();
    const answers = await Promise.all(Array.from({ length: 5 }, () => logOut(session)));
    for (const answer of [...answers, await logOut(session)]) {
      expect([answer.status, answer.body]).toEqual([200, { success: true }]);
    }
  });

  test('that is in use meanwhile, and no use brings it back', async () => {
    const session = await begun();
    shared().advance(60_000);
    const use = () => shared().get(MODELS, { session });
    await Promise.all([use(), use(), logOut(session), use(), use()]);
    expect(await isAdmitted(session)).toBe(false);
  });

  test.each<[string, CallOptions]>([
    ['none', anonymous],
    ['an unknown session', { session: '0'.repeat(32) }],
    ['another scheme', { session: null, headers: { authorization: 'Bearer x' } }],
    ['nothing', { session: null, headers: { authorization: '' } }],
    ['another’s valid session', { session: SESSION }],
  ])('whatever stands in the Authorization header: %s', async (_, options) => {
    const session = await begun();
    expect((await logOut(session, options)).status).toBe(200);
    expect(await isAdmitted(session)).toBe(false);
  });

  test('that is the one in the Authorization header', async () => {
    const session = await begun();
    expect((await logOut(session, { session })).status).toBe(200);
    expect(await isAdmitted(session)).toBe(false);
  });

  test.each<[string, Record<string, string>]>([
    ['a job’s uuid', { 'X-Job-UUID': 'b86c9016b4f24953a9edefb53ca0678c' }],
    ['a malformed job’s uuid', { 'X-Job-UUID': 'x' }],
    ['a hook', { 'X-Web-Hook': 'http://127.0.0.1:9/hook' }],
    ['a malformed hook', { 'X-Web-Hook': 'not a url' }],
    ['a wish for a job', { Prefer: 'respond-async' }],
    ['a JSON content type without a body', { 'content-type': 'application/json' }],
    ['a body of no length', { 'content-length': '0' }],
  ])('inline, ignoring %s (F1, F33)', async (_, headers) => {
    const session = await begun();
    const answer = await logOut(session, { session: null, headers });
    expect([answer.status, answer.body]).toEqual([200, { success: true }]);
    expect(await isAdmitted(session)).toBe(false);
  });

  test.each([
    null,
    {},
    { deleteMode: 'x' },
    { userTags: ['a'] },
  ])('whatever the body: %j', async (body) => {
    const session = await begun();
    expect((await logOut(session, anonymous, body)).body).toEqual({ success: true });
    expect(await isAdmitted(session)).toBe(false);
  });

  test('whatever the query, and under doubled slashes', async () => {
    const [first, second] = [await begun(), await begun()];
    const byQuery = await shared().delete(`${sessionPath(first)}?deleteMode=x&uuid=y`);
    const bySlashes = await shared().delete(sessionPath(second).replaceAll('/', '//'));
    for (const { status, body } of [byQuery, bySlashes]) {
      expect([status, body]).toEqual([200, { success: true }]);
    }
    expect([await isAdmitted(first), await isAdmitted(second)]).toEqual([false, false]);
  });
});

describe('succeeds without effect for', () => {
  test.each([
    ['an unknown session', '0a1b2c3d4e5f40718293a4b5c6d7e8f9'],
    ['what is no uuid', 'x'],
    ['a word of the API', 'valid'],
    ['what would be SQL', encodeURIComponent("' OR '1'='1")],
    ['a pattern', '%25'],
    ['NUL', '%00'],
    ['what is not of ASCII', encodeURIComponent('é🔑')],
    ['an encoded slash', 'a%2Fb'],
    ['a property of every object', '__proto__'],
    ['a very long one', 'a'.repeat(60_000)],
  ])('%s', async (_, uuid) => {
    await begun();
    const before = shared().snapshot();
    const answer = await logOut(uuid);
    expect([answer.status, answer.body]).toEqual([200, { success: true }]);
    expect(shared().snapshot()).toEqual(before);
  });

  test('a live session’s uuid in upper case, or with a space', async () => {
    const session = await begun();
    for (const uuid of [session.toUpperCase(), `%20${session}`, `${session}%20`]) {
      expect((await logOut(uuid)).body).toEqual({ success: true });
    }
    expect(await isAdmitted(session)).toBe(true);
  });

  test('a session that has expired', async () => {
    const session = await begun();
    shared().advance(7_200_000);
    expect((await logOut(session)).body).toEqual({ success: true });
    expect(await isAdmitted(session)).toBe(false);
  });

  test('a session of the settings, which stays valid (F58)', async () => {
    for (const options of [anonymous, {}]) {
      expect((await logOut(SESSION, options)).body).toEqual({ success: true });
      expect(await isAdmitted(SESSION)).toBe(true);
    }
  });
});

test('a session of the settings that was logged in with before is not ended either', async () => {
  const wellKnownSessions = new Set<string>();
  const server = await startServer({ access: { wellKnownSessions } });
  const { uuid: session } = await beginSession(server);
  wellKnownSessions.add(session);
  const before = server.snapshot();
  await server.delete(sessionPath(session), undefined, anonymous);
  expect(server.snapshot()).toEqual(before);
  expect((await server.get(MODELS, { session })).status).toBe(200);
});

test('with AIOS_AUTH=off it succeeds too, and ends the session', async () => {
  const server = await startServer({ access: { required: false } });
  const { uuid } = await beginSession(server);
  const answer = await server.delete(sessionPath(uuid), undefined, anonymous);
  expect([answer.status, answer.body]).toEqual([200, { success: true }]);
  expect(server.rows('sessions')).toEqual([]);
});

describe('refuses', () => {
  test.each([
    `${SESSIONS}/0a1b2c3d4e5f40718293a4b5c6d7e8f9/`,
    `${SESSIONS}/`,
    SESSIONS,
  ])('DELETE %s, which is no path', async (path) => {
    await expectErrorWithoutChange(
      shared(),
      () => shared().delete(`/zstack${path}`, undefined, anonymous),
      noRoute(path),
    );
  });

  test.each(['GET', 'PUT', 'POST'])('%s, with the verb that is allowed', async (method) => {
    const session = await begun();
    const answer = await shared().call(method, sessionPath(session), undefined, anonymous);
    expect([answer.status, answer.body.error.code]).toEqual([405, 'SYS.1009']);
    expect(answer.headers.get('allow')).toBe('DELETE');
    expect(await isAdmitted(session)).toBe(true);
  });

  test('a uuid that is not decodable, an unreadable X-API-Timeout, and a body that is no JSON', async () => {
    const session = await begun();
    const json = { 'content-type': 'application/json' };
    const rejected: [string, CallOptions, number][] = [
      ['%E0%A4', anonymous, 400],
      [session, { session: null, headers: { 'x-api-timeout': 'soon' } }, 400],
      [session, { session: null, raw: '{', headers: json }, 400],
      [session, { session: null, raw: 'x', headers: { 'content-type': 'text/plain' } }, 415],
    ];
    for (const [uuid, options, status] of rejected) {
      const answer = await logOut(uuid, options);
      expect([answer.status, answer.body.error.code]).toEqual([status, 'SYS.1007']);
    }
    expect(await isAdmitted(session)).toBe(true);
  });
});

test('the OpenAPI document tells that it needs no session, and never becomes a job (F1)', () => {
  const document = JSON.parse(readFileSync('openapi/openapi.json', 'utf8'));
  const { security, responses } = document.paths['/v1/accounts/sessions/{uuid}'].delete;
  expect(security).toEqual([]);
  expect(Object.keys(responses)).not.toContain('202');
});
