import { describe, expect, test } from 'vitest';
import { expectError, expectRejected } from '../support/errors.ts';
import { ADMIN_UUID, beginSession, sessionExpired, sessionPath } from '../support/logins.ts';
import { API, type CallOptions, SESSION, START, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const MODELS = `${API}/models`;
const LIFETIME_MS = 7_200_000;
const YEAR_S = 31_536_000;

const shared = sharedServer();

/** A session that has been begun just now. */
const begun = () => beginSession(shared());

const renew = (uuid: string, duration?: unknown, options: CallOptions = {}, server = shared()) =>
  server.put(`${sessionPath(uuid)}/renew`, { renewSession: { duration } }, options);

/** Milliseconds between two of the wire's dates, in UTC. */
const between = (from: string, to: string) => Date.parse(to) - Date.parse(from);

const isAdmitted = async (session: string, server = shared()) => {
  const answer = await server.get(MODELS, { session });
  if (answer.status !== 200) expectError(answer, sessionExpired);
  return answer.status === 200;
};

/** Whether a session is valid, without using it. */
const isValid = async (session: string, server = shared()): Promise<boolean> =>
  (await server.get(`${sessionPath(session)}/valid`, { session: null })).body.valid;

describe('prolongs a session', () => {
  test('and answers it, with its new end', async () => {
    const server = await startServer();
    const session = await beginSession(server);
    server.advance(60_000);

    const answer = await renew(session.uuid, 86_400, { session: session.uuid }, server);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(Object.keys(answer.body)).toEqual(['success', 'inventory']);
    expect(answer.body.inventory).toEqual({
      ...session,
      accountUuid: ADMIN_UUID,
      noSessionEvaluation: false,
      expiredDate: 'Nov 26, 2025 11:52:50 AM',
    });
    expect(server.rows('sessions')).toMatchObject([{ expired_date: START + 60_000 + 86_400_000 }]);
  });

  test.each<[string, unknown, number]>([
    ['the least duration', 60, 60],
    ['the greatest duration', YEAR_S, YEAR_S],
    ['digits in a text', ' +3600 ', 3600],
  ])('by %s, for exactly as long', async (_, duration, seconds) => {
    const { uuid } = await begun();
    const { status, body } = await renew(uuid, duration);
    expect(status).toBe(200);
    expect(between(body.inventory.createDate, body.inventory.expiredDate)).toBe(seconds * 1000);
    shared().advance(seconds * 1000 - 1);
    expect(await isValid(uuid)).toBe(true);
    shared().advance(1);
    expect(await isValid(uuid)).toBe(false);
  });

  test.each<[string, unknown]>([
    ['no body', undefined],
    ['an empty wrapper', { renewSession: {} }],
    ['a duration of null', { renewSession: { duration: null } }],
    ['a duration in another wrapper', { params: { duration: 60 } }],
    ['tags and unknown fields', { renewSession: { sessionUuid: 'x' }, userTags: ['a'] }],
  ])('by the session timeout, given %s (F32)', async (_, body) => {
    const { uuid } = await begun();
    shared().advance(5_000_000);
    const answer = await shared().put(`${sessionPath(uuid)}/renew`, body);
    expect(answer.status).toBe(200);
    shared().advance(LIFETIME_MS - 1);
    expect(await isValid(uuid)).toBe(true);
    shared().advance(1);
    expect(await isValid(uuid)).toBe(false);
  });

  test('other than that in the Authorization header, which is extended by the use', async () => {
    const [renewed, asking] = [await begun(), await begun()];
    shared().advance(LIFETIME_MS - 1);
    expect((await renew(renewed.uuid, 60, { session: asking.uuid })).status).toBe(200);
    shared().advance(LIFETIME_MS - 1);
    expect([await isValid(renewed.uuid), await isValid(asking.uuid)]).toEqual([false, true]);
  });
});

test('of a session of the settings succeeds and stores nothing: it never expires (F58)', async () => {
  const before = shared().snapshot();
  const { status, body } = await renew(SESSION, 60);
  expect(status).toBe(200);
  expect(body.inventory).toEqual({
    uuid: SESSION,
    accountUuid: ADMIN_UUID,
    userUuid: expect.stringMatching(/^[0-9a-f]{32}$/),
    createDate: expect.any(String),
    expiredDate: expect.any(String),
    noSessionEvaluation: false,
  });
  expect(shared().snapshot()).toEqual(before);
  shared().advance(1000 * LIFETIME_MS);
  expect(await isAdmitted(SESSION)).toBe(true);
});

describe('rejects, changing nothing,', () => {
  test.each([
    ['an unknown session', '0a1b2c3d4e5f40718293a4b5c6d7e8f9'],
    ['what is no uuid', 'x'],
    ['NUL', '%00'],
    ['a session of the settings in upper case', SESSION.toUpperCase()],
  ])('%s', async (_, uuid) => {
    await begun();
    await expectRejected(shared(), () => renew(uuid, 60), sessionExpired);
  });

  test('a session in upper case, one that has expired, and one that was logged out', async () => {
    const [live, gone, old] = [await begun(), await begun(), await begun()];
    await expectRejected(shared(), () => renew(live.uuid.toUpperCase(), 60), sessionExpired);
    await shared().delete(sessionPath(gone.uuid));
    await expectRejected(shared(), () => renew(gone.uuid, 60), sessionExpired);
    shared().advance(LIFETIME_MS);
    await expectRejected(shared(), () => renew(old.uuid, 60), sessionExpired);
    await expectRejected(
      shared(),
      () => renew(old.uuid, 60, { session: old.uuid }),
      sessionExpired,
    );
  });
});
