import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setAdminPassword } from '../../src/domain/credentials.ts';
import { scryptPasswords } from '../../src/passwords.ts';
import { expectError, expectRejected } from '../support/errors.ts';
import {
  ADMIN_UUID,
  beginSession,
  credentials,
  digestOf,
  INITIAL_DIGEST,
  LOGIN,
  logIn,
  loginFailed,
  newClient,
  quickPasswords,
  sessionExpired,
  sessionPath,
  tooManyLogins,
} from '../support/logins.ts';
import { newUuid } from '../support/records.ts';
import {
  type Answer,
  API,
  type CallOptions,
  openServer,
  SESSION,
  START_DATE,
  startServer,
} from '../support/server.ts';
import { databaseName } from '../support/server-database.ts';
import { sharedServer } from '../support/shared-server.ts';

/** Whose failures count by a header, so that tests can share it. */
const behindProxy = { trustProxy: true };

const MODELS = `${API}/models`;
const anonymous: CallOptions = { session: null };

/** The headers a client's address is known by. */
type Client = Record<string, string>;

describe('begins a session', () => {
  const shared = sharedServer(behindProxy);

  test('of admin, and answers it', async () => {
    const server = await startServer();

    const answer = await server.put(LOGIN, credentials(INITIAL_DIGEST), anonymous);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(Object.keys(answer.body)[0]).toBe('success');
    expect(answer.body).toEqual({
      success: true,
      inventory: {
        uuid: expect.stringMatching(/^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/),
        accountUuid: ADMIN_UUID,
        userUuid: expect.stringMatching(/^[0-9a-f]{32}$/),
        createDate: START_DATE,
        expiredDate: 'Nov 25, 2025 1:51:50 PM',
        noSessionEvaluation: false,
      },
    });
  });

  test.each<[string, object]>([
    ['spaces around name and password', credentials(` ${INITIAL_DIGEST}\n`, '\tadmin ')],
    ['tags and unknown fields', { ...credentials(INITIAL_DIGEST), userTags: ['a'], captcha: 'x' }],
  ])('given %s', async (_, body) => {
    const server = shared();
    expect((await server.put(LOGIN, body, anonymous)).status).toBe(200);
    expect(server.rows('tags')).toEqual([]);
  });
});

describe('fails with ID.1000, and begins none, for', () => {
  const shared = sharedServer(behindProxy);
  const someone = (): CallOptions => ({ session: null, headers: newClient() });

  test.each<[string, unknown, unknown]>([
    ['a wrong password', digestOf('Password'), 'admin'],
    ['no password at all', digestOf(''), 'admin'],
    ['an empty text', '', 'admin'],
    ['the password in upper-case hexadecimal', INITIAL_DIGEST.toUpperCase(), 'admin'],
    ['the password as it is typed', 'password', 'admin'],
    ['the digest without its last character', INITIAL_DIGEST.slice(0, -1), 'admin'],
    ['the digest and one character more', `${INITIAL_DIGEST}0`, 'admin'],
    ['a number', 1, 'admin'],
    ['an unknown account', INITIAL_DIGEST, 'root'],
    ['the account’s uuid for its name', INITIAL_DIGEST, ADMIN_UUID],
    ['what would be SQL', INITIAL_DIGEST, "admin' --"],
    ['a property of every object', INITIAL_DIGEST, '__proto__'],
    ['a password of 1000 characters', 'a'.repeat(1000), 'admin'],
  ])('%s', async (_, password, accountName) => {
    const server = shared();
    await expectRejected(
      server,
      () => server.put(LOGIN, credentials(password, accountName), someone()),
      loginFailed,
    );
  });

  test('a right session beside a wrong password', async () => {
    const server = shared();
    const options = { session: SESSION, headers: newClient() };
    const wrong = credentials(digestOf('wrong'));
    await expectRejected(server, () => server.put(LOGIN, wrong, options), loginFailed);
  });
});

describe('rejects, without counting it as an attempt,', () => {
  const shared = sharedServer();
  test('a body larger than unauthenticated clients may send', async () => {
    const body = credentials('x'.repeat(64 * 1024));
    await expectRejected(shared(), () => shared().put(LOGIN, body, anonymous), {
      status: 413,
      code: 'SYS.1007',
      details: 'the body is larger than 65536 bytes',
    });
  });

  test('a body larger than the settings allow, where that is less', async () => {
    const small = await startServer({ bodyLimit: 1024 });
    await expectRejected(small, () => small.put(LOGIN, credentials('x'.repeat(1024)), anonymous), {
      status: 413,
      code: 'SYS.1007',
      details: 'the body is larger than 1024 bytes',
    });
  });

  test('any of them, however often', async () => {
    const server = shared();
    const rejected = [{}, credentials(null), credentials(['x']), credentials('x', '\0'), []];
    for (let time = 0; time < 4; time++) {
      for (const body of rejected) {
        expect((await server.put(LOGIN, body, anonymous)).status).toBe(400);
      }
    }
    expect((await logIn(server)).status).toBe(200);
  });
});

describe('the session', () => {
  test.each([1, 60])('lasts %i s where the settings say so', async (seconds) => {
    const server = await startServer({ access: { sessionLifetime: seconds * 1000 } });
    const { uuid: session, createDate, expiredDate } = await beginSession(server);
    expect(Date.parse(expiredDate) - Date.parse(createDate)).toBe(seconds * 1000);
    for (let use = 0; use < 3; use++) {
      server.advance(seconds * 1000 - 1);
      expect((await server.get(MODELS, { session })).status).toBe(200);
    }
    server.advance(seconds * 1000);
    expectError(await server.get(MODELS, { session }), sessionExpired);
  });

  test('leaves nothing behind when its uuid is taken', async () => {
    const same = newUuid();
    const server = await startServer({ newUuid: () => same });
    await logIn(server);
    await expectRejected(server, () => logIn(server), {
      status: 503,
      code: 'SYS.1000',
      details: expect.not.stringMatching(/UNIQUE|sessions/),
    });
    expect((await server.get(MODELS, { session: same })).status).toBe(200);
  });
});

describe('with a password that was set', () => {
  const PASSWORD = 'Schlüssel zum 🔑 $ "Haus"';
  const hashed: string[] = [];
  const passwords = {
    ...scryptPasswords(),
    matches: (digest: string, hash: string) => {
      hashed.push(hash);
      return scryptPasswords().matches(digest, hash);
    },
  };
  const shared = sharedServer({ ...behindProxy, passwords });
  beforeAll(async () => {
    const { store } = shared();
    await setAdminPassword(PASSWORD, { store, passwords: quickPasswords, newUuid });
  });

  test('only that password logs in', async () => {
    const server = shared();
    expect((await logIn(server, PASSWORD)).status).toBe(200);
    for (const other of ['password', PASSWORD.toLowerCase(), PASSWORD.normalize('NFD')]) {
      await expectRejected(server, () => logIn(server, other, newClient()), loginFailed);
    }
    const [{ hash = '' } = {}] = server.rows('passwords');
    for (const sent of [hash, PASSWORD, digestOf(PASSWORD).toUpperCase()]) {
      const send = () => server.put(LOGIN, credentials(sent), anonymous);
      await expectRejected(server, send, loginFailed);
    }
  });

  test('an unknown account costs the server no less than a wrong password', async () => {
    hashed.length = 0;
    const digest = digestOf('wrong');
    for (const name of ['admin', 'root']) {
      const options = { session: null, headers: newClient() };
      expectError(await shared().put(LOGIN, credentials(digest, name), options), loginFailed);
    }
    expect(hashed).toHaveLength(2);
    expect(hashed[1]).toBe(hashed[0]);
  });

  const damaging = sharedServer(behindProxy);

  test.each([
    '',
    'scrypt$32768$8$1$salt$',
    'scrypt$x$8$1$salt$00',
  ])('a hash that is damaged to %j lets nobody log in, and is not mentioned', async (damaged) => {
    const server = damaging();
    await server.store.setPassword(ADMIN_UUID, damaged);
    for (const password of ['password', PASSWORD, '']) {
      const { status, body } = await logIn(server, password, newClient());
      expect([status, Object.keys(body)]).toEqual([503, ['error']]);
      expect(body.error.details).not.toMatch(/scrypt|range|salt/i);
    }
    expect(server.rows('sessions')).toEqual([]);
  });
});

test('the initial password is not valid where that is not allowed, though none was ever set', async () => {
  const server = await startServer({ ...behindProxy, access: { initialPassword: false } });
  await expectRejected(server, () => logIn(server), loginFailed);
  for (const nothing of ['', 'undefined', 'null']) {
    const options = { session: null, headers: newClient() };
    const send = () => server.put(LOGIN, credentials(nothing), options);
    await expectRejected(server, send, loginFailed);
  }
});

test('a login that waits for verification holds no place of the requests in flight', async () => {
  let verified: ((isRight: boolean) => void) | undefined;
  const matches = () => new Promise<boolean>((resolve) => (verified = resolve));
  const server = await startServer({
    passwords: { ...quickPasswords, matches },
    limits: { requests: 1 },
  });
  await server.store.setPassword(ADMIN_UUID, 'hash');
  const login = logIn(server);
  await expect.poll(() => verified).toBeDefined();
  expect((await server.get(MODELS)).status).toBe(200);
  verified?.(true);
  expect((await login).status).toBe(200);
});

describe('a client that guesses', () => {
  let pauses: number[] = [];
  let pausing: (milliseconds: number) => Promise<void>;
  const shared = sharedServer({ ...behindProxy, pause: (milliseconds) => pausing(milliseconds) });
  beforeEach(() => {
    pauses = [];
    pausing = async (milliseconds) => {
      // A pause of no length is none.
      if (milliseconds > 0) pauses.push(milliseconds);
    };
  });

  const guess = (client: Client) => logIn(shared(), 'wrong', client);

  /** Guesses until it is rejected; returns the number of verified guesses. */
  async function guessUntilRejected(client: Client) {
    for (let guesses = 0; guesses < 100; guesses++) {
      const answer = await guess(client);
      if (answer.status === 429) return guesses;
      expectError(answer, loginFailed);
    }
    throw new Error('nobody stopped it');
  }

  const retryAfterOf = ({ headers }: Answer) => {
    expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    return Number(headers.get('retry-after'));
  };

  test('is answered ever more slowly, then rejected with 429 and Retry-After', async () => {
    const client = newClient();
    for (let failure = 1; failure <= 10; failure++) {
      expectError(await guess(client), loginFailed);
      expect(pauses).toHaveLength(Math.max(0, failure - 3));
    }
    const rejected = await guess(client);

    expectError(rejected, tooManyLogins);
    expect(retryAfterOf(rejected)).toBeLessThanOrEqual(60);
    expect(pauses).toHaveLength(7);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses[1]).toBeGreaterThan(pauses[0] ?? 0);
  });

  test('gets no more guesses with other account names', async () => {
    const options = { session: null, headers: newClient() };
    const names = ['admin', 'root', '', 'admin ', 'x'.repeat(200), 'Admin', 'a', 'b', 'c', 'd'];
    for (const name of names) {
      await shared().put(LOGIN, credentials(digestOf('wrong'), name), options);
    }
    expectError(await guess(options.headers), tooManyLogins);
  });

  test('is not changed by an untrusted X-Forwarded-For', async () => {
    const server = await startServer();
    for (let failure = 0; failure < 10; failure++) await logIn(server, 'wrong', newClient());
    expectError(await logIn(server, 'wrong', newClient()), tooManyLogins);
  });

  test('may go on with a session, and log out', async () => {
    const server = shared();
    const headers = newClient();
    const { uuid: session } = await beginSession(server);
    await guessUntilRejected(headers);
    expect((await server.get(MODELS, { session, headers })).status).toBe(200);
    const path = sessionPath(session);
    expect((await server.get(`${path}/valid`, { session: null, headers })).body.valid).toBe(true);
    expect((await server.delete(path, undefined, { session: null, headers })).status).toBe(200);
  });
});

describe('with AIOS_AUTH=off (F58)', () => {
  const shared = sharedServer({ access: { required: false } });

  test('any password logs in, however often', async () => {
    for (let time = 0; time < 15; time++) {
      expect((await logIn(shared(), `wrong ${time}`)).status).toBe(200);
    }
  });

  test('its session stays valid when authorization is enabled again', async (context) => {
    const database = await databaseName(context);
    const open = await openServer({ database, access: { required: false } });
    const { uuid: session } = (await logIn(open, 'x')).body.inventory;
    await open.close();
    const server = await startServer({ database });
    expect((await server.get(MODELS, { session })).status).toBe(200);
  });
});
