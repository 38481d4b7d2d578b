import { describe, expect, test } from 'vitest';
import type { SessionInventory } from '../../src/contract/schemas/session.ts';
import { createSteadyClock } from '../../src/steady-clock.ts';
import { sharedSteered } from '../support/control.ts';
import { expectFailure } from '../support/failures.ts';
import {
  beginSession,
  credentials,
  INITIAL_DIGEST,
  LOGIN,
  logIn,
  sessionPath,
} from '../support/logins.ts';
import { newUuid } from '../support/records.ts';
import { API, type CallOptions, type Server, START, startServer } from '../support/server.ts';

const MODELS = `${API}/models`;
/** A uuid that an attacker has chosen for another client's login. */
const CHOSEN = '5e551017c4054ad2a1f00c0ffee0dead';
const invalid = [503, 'ID.1001', 'Session expired'] as const;

describe('a session that a client chose is none after a login that names it', () => {
  const shared = sharedSteered();
  const login = credentials(INITIAL_DIGEST);
  const { logInByAccount } = login;

  test.each<[string, string, object, Record<string, string>]>([
    ['in Authorization', LOGIN, login, { authorization: `OAuth ${CHOSEN}` }],
    ['in X-Session-Id', LOGIN, login, { 'x-session-id': CHOSEN }],
    ['in a cookie', LOGIN, login, { cookie: `sessionUuid=${CHOSEN}; JSESSIONID=${CHOSEN}` }],
    ['in X-Job-UUID', LOGIN, login, { 'x-job-uuid': CHOSEN }],
    ['in the query', `${LOGIN}?uuid=${CHOSEN}&sessionUuid=${CHOSEN}&session=${CHOSEN}`, login, {}],
    [
      'beside the wrapper',
      LOGIN,
      { ...login, uuid: CHOSEN, session: { uuid: CHOSEN }, resourceUuid: CHOSEN },
      {},
    ],
    [
      'in the wrapper',
      LOGIN,
      { logInByAccount: { ...logInByAccount, uuid: CHOSEN, sessionUuid: CHOSEN } },
      {},
    ],
    [
      'in the tags',
      LOGIN,
      { ...login, systemTags: [`uuid::${CHOSEN}`, `resourceUuid::${CHOSEN}`] },
      {},
    ],
  ])('%s', async (_, path, body, headers) => {
    const server = shared();
    const answer = await server.put(path, body, { session: null, headers });
    expect(answer.status).toBe(200);
    expect(answer.body.inventory.uuid).not.toBe(CHOSEN);
    expectFailure(await server.get(MODELS, { session: CHOSEN }), ...invalid);
    expect(JSON.stringify(server.snapshot())).not.toContain(CHOSEN);
  });

  test('nor is it when it is checked, renewed or ended', async () => {
    const server = shared();
    const { uuid: session } = await beginSession(server);
    expect((await server.get(`${sessionPath(CHOSEN)}/valid`)).body.valid).toBe(false);
    await server.put(
      `${sessionPath(CHOSEN)}/renew`,
      { renewSession: { duration: 100 } },
      { session },
    );
    await server.delete(sessionPath(CHOSEN));
    expectFailure(await server.get(MODELS, { session: CHOSEN }), ...invalid);
  });
});

test('each of many logins has a session of its own, of 122 random bits', async () => {
  const server = await startServer();
  const sessions: SessionInventory[] = [];
  while (sessions.length < 400) {
    const ten = Array.from({ length: 10 }, () => beginSession(server));
    sessions.push(...(await Promise.all(ten)));
  }
  const uuids = sessions.map(({ uuid }) => uuid);
  expect(new Set(uuids).size).toBe(400);
  for (const uuid of uuids) expect(uuid).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  // In so many draws a random digit misses none of its values.
  for (const place of [0, 5, 11, 13, 17, 31]) {
    expect(new Set(uuids.map((uuid) => uuid[place])).size).toBe(16);
  }
});

describe('a session that has ended stays so:', () => {
  /** Expects that no operation accepts or revives it. */
  async function expectDead(server: Server, session: string): Promise<void> {
    const options: CallOptions = { session };
    expectFailure(await server.get(MODELS, options), ...invalid);
    const renewal = { renewSession: { duration: 1000 } };
    expectFailure(await server.put(`${sessionPath(session)}/renew`, renewal, options), ...invalid);
    expectFailure(await server.get('/_aios/metrics', options), ...invalid);
    const { uuid: other } = await beginSession(server);
    const renewed = await server.put(`${sessionPath(session)}/renew`, renewal, { session: other });
    expect(renewed.status).not.toBe(200);
    const job = { session, headers: { 'x-job-uuid': newUuid() } };
    expect((await server.post(MODELS, {}, job)).status).toBe(202);
    expectFailure(await server.get(MODELS, options), ...invalid);
    expect((await server.get(`${sessionPath(session)}/valid`)).body.valid).toBe(false);
  }

  test('logged out', async () => {
    const server = await startServer();
    const { uuid } = await beginSession(server);
    await server.delete(sessionPath(uuid), undefined, { session: null });
    await expectDead(server, uuid);
  });

  test('expired', async () => {
    const server = await startServer();
    const { uuid } = await beginSession(server);
    server.advance(7_200_000);
    await expectDead(server, uuid);
  });
});

test('a machine whose clock is set back revives no session and prolongs no lockout', async () => {
  let [machine, elapsed] = [START, 0];
  const pass = (milliseconds: number) => {
    machine += milliseconds;
    elapsed += milliseconds;
  };
  const clock = () => machine;
  const server = await startServer({ clock, steadyClock: createSteadyClock(clock, () => elapsed) });
  const { uuid } = await beginSession(server);
  for (let failure = 0; failure < 10; failure++) await logIn(server, 'wrong');
  expect((await logIn(server)).status).toBe(429);
  machine -= 3_600_000;
  pass(60_000);
  expect((await logIn(server)).status).toBe(200);
  pass(7_200_000);
  expectFailure(await server.get(MODELS, { session: uuid }), ...invalid);
  machine -= 86_400_000;
  expectFailure(await server.get(MODELS, { session: uuid }), ...invalid);
  expect((await server.get(`${sessionPath(uuid)}/valid`)).body.valid).toBe(false);
});
