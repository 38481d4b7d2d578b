import { describe, expect, test } from 'vitest';
import { expectError } from '../support/errors.ts';
import { beginSession, sessionExpired, sessionPath } from '../support/logins.ts';
import { API, type CallOptions, SESSION, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const MODELS = `${API}/models`;
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

  test('however often, also by concurrent requests', async () => {
    const session = await begun();
    const answers = await Promise.all(Array.from({ length: 5 }, () => logOut(session)));
    for (const answer of [...answers, await logOut(session)]) {
      expect([answer.status, answer.body]).toEqual([200, { success: true }]);
    }
  });

  test('in the Authorization header itself', async () => {
    const session = await begun();
    expect((await logOut(session, { session })).status).toBe(200);
    expect(await isAdmitted(session)).toBe(false);
  });

  test.each([
    null,
    {},
    { deleteMode: 'x' },
    { userTags: ['a'] },
  ])('with any body: %j', async (body) => {
    const session = await begun();
    expect((await logOut(session, anonymous, body)).body).toEqual({ success: true });
    expect(await isAdmitted(session)).toBe(false);
  });
});

describe('succeeds without effect for', () => {
  test.each([
    ['an unknown session', '0a1b2c3d4e5f40718293a4b5c6d7e8f9'],
    ['what is no uuid', 'x'],
    ['NUL', '%00'],
    ['a property of every object', '__proto__'],
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
