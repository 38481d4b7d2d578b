import { describe, expect, test } from 'vitest';
import { expectError } from '../support/errors.ts';
import { beginSession, sessionExpired, sessionPath } from '../support/logins.ts';
import { API, type CallOptions, SESSION, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const MODELS = `${API}/models`;
const LIFETIME_MS = 7_200_000;
const anonymous: CallOptions = { session: null };

const shared = sharedServer();

/** A session that has been begun just now. */
const begun = async () => (await beginSession(shared())).uuid;

const validate = (uuid: string, options = anonymous) =>
  shared().get(`${sessionPath(uuid)}/valid`, options);

describe('is true for', () => {
  test('a session that was begun, in success and valid alone', async () => {
    const answer = await validate(await begun());
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(Object.keys(answer.body)).toEqual(['success', 'valid']);
    expect(answer.body).toEqual({ success: true, valid: true });
  });

  test('a session of the settings, however late', async () => {
    expect((await validate(SESSION)).body).toEqual({ success: true, valid: true });
    shared().advance(1000 * LIFETIME_MS);
    expect((await validate(SESSION)).body).toEqual({ success: true, valid: true });
  });

  test('a session until 7200 s have passed since its last use', async () => {
    const session = await begun();
    shared().advance(LIFETIME_MS - 1);
    await shared().get(MODELS, { session });
    shared().advance(LIFETIME_MS - 1);
    expect((await validate(session)).body.valid).toBe(true);
    shared().advance(1);
    expect((await validate(session)).body).toEqual({ success: true, valid: false });
  });
});

describe('is false for', () => {
  test.each([
    ['an unknown session', '0a1b2c3d4e5f40718293a4b5c6d7e8f9'],
    ['what is no uuid', 'x'],
    ['NUL', '%00'],
    ['a property of every object', '__proto__'],
    ['a very long one', 'a'.repeat(60_000)],
  ])('%s', async (_, uuid) => {
    await begun();
    const answer = await validate(uuid);
    expect([answer.status, answer.body]).toEqual([200, { success: true, valid: false }]);
  });

  test('a live session’s uuid in upper case, or with a space', async () => {
    const session = await begun();
    for (const uuid of [session.toUpperCase(), `%20${session}`, `${session}%20`]) {
      expect((await validate(uuid)).body).toEqual({ success: true, valid: false });
    }
  });

  test('a session of the settings in upper case', async () => {
    expect((await validate(SESSION.toUpperCase())).body.valid).toBe(false);
  });
});

describe('changes nothing', () => {
  test('of a session: it ends when it would have', async () => {
    const session = await begun();
    shared().advance(LIFETIME_MS - 1);
    const before = shared().snapshot();
    for (const options of [anonymous, { session: SESSION }]) {
      expect((await validate(session, options)).body.valid).toBe(true);
    }
    expect(shared().snapshot()).toEqual(before);
    shared().advance(1);
    expect((await validate(session)).body.valid).toBe(false);
    expectError(await shared().get(MODELS, { session }), sessionExpired);
  });

  test('of the session in the Authorization header, which is not extended by it', async () => {
    const session = await begun();
    shared().advance(LIFETIME_MS - 1);
    await validate(session, { session });
    shared().advance(1);
    expectError(await shared().get(MODELS, { session }), sessionExpired);
  });
});

test('with AIOS_AUTH=off every session is valid', async () => {
  const server = await startServer({ access: { required: false } });
  for (const uuid of [SESSION, 'x', '0'.repeat(32)]) {
    const { body } = await server.get(`${sessionPath(uuid)}/valid`, anonymous);
    expect(body).toEqual({ success: true, valid: true });
  }
});
