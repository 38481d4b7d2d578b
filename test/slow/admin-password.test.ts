import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { oneSentenceAbout } from '../support/databases.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { credentials, digestOf, LOGIN } from '../support/logins.ts';
import { type Launch, launch, type Program, warnings } from '../support/process.ts';
import { API, SESSION } from '../support/server.ts';

const PASSWORD = 'Tr0ub4dor & 3 Schlüssel';

/** Starts the program on a free port, without any session in its settings. */
const start = (context: Finishing, { env, ...options }: Launch = {}) =>
  launch(context, { ...options, env: { AIOS_PORT: '0', ...env } });

async function call(program: Program, method: string, path: string, options: RequestInit = {}) {
  const { port } = new URL(program.url);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...options,
    headers: { connection: 'close', 'content-type': 'application/json', ...options.headers },
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const logIn = (program: Program, password: string) =>
  call(program, 'PUT', LOGIN, { body: JSON.stringify(credentials(digestOf(password))) });

/** Logs in and returns the session. */
async function sessionOf(program: Program, password: string): Promise<string> {
  const { status, body } = await logIn(program, password);
  expect([status, body.success]).toEqual([200, true]);
  return body.inventory.uuid;
}

async function expectRejected(program: Program, password: string): Promise<void> {
  const { status, body } = await logIn(program, password);
  expect([status, body.error.code]).toEqual([503, 'ID.1000']);
}

const isAdmitted = async (program: Program, session: string) => {
  const headers = { authorization: `OAuth ${session}` };
  return (await call(program, 'GET', `${API}/models`, { headers })).status === 200;
};

/** Ends it with everything in the database file. */
async function stop(program: Program): Promise<void> {
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
}

describe.concurrent('a password', () => {
  test('allows the program to listen on other addresses', async (context) => {
    const program = await start(context, {
      env: { AIOS_HOST: '0.0.0.0', AIOS_ADMIN_PASSWORD: PASSWORD },
    });
    const session = await sessionOf(program, PASSWORD);
    expect(await isAdmitted(program, session)).toBe(true);
    await expectRejected(program, 'password');
    await expectRejected(program, '');
    expect(await isAdmitted(program, SESSION)).toBe(false);
    expect(warnings(program)).toEqual([]);

    for (const secret of [PASSWORD, digestOf(PASSWORD), session]) {
      expect(program.stdout() + program.stderr()).not.toContain(secret);
    }
  });

  test.for<[string, Launch]>([
    ['is set again', { env: { AIOS_ADMIN_PASSWORD: PASSWORD } }],
    ['is set no more', {}],
  ])('stays valid, as do its sessions, when it %s', async ([, options], context) => {
    const cwd = temporaryFolder(context);
    const before = await start(context, { cwd, env: { AIOS_ADMIN_PASSWORD: PASSWORD } });
    const session = await sessionOf(before, PASSWORD);
    before.signal('SIGKILL');
    await before.ended;

    const after = await start(context, { cwd, ...options });
    expect(await isAdmitted(after, session)).toBe(true);
    await sessionOf(after, PASSWORD);
    await expectRejected(after, 'password');
    await stop(after);
    expect(warnings(after)).toEqual([]);
  });

  test('is valid no more when another is set, and neither are its sessions', async (context) => {
    const cwd = temporaryFolder(context);
    const first = await start(context, { cwd, env: { AIOS_ADMIN_PASSWORD: 'first' } });
    const session = await sessionOf(first, 'first');
    await stop(first);

    const second = await start(context, { cwd, env: { AIOS_ADMIN_PASSWORD: 'second' } });
    expect(await isAdmitted(second, session)).toBe(false);
    await expectRejected(second, 'first');
    await sessionOf(second, 'second');
  });

  test('is slow to guess, which does not delay the end of the program', async (context) => {
    const program = await start(context, { env: { AIOS_ADMIN_PASSWORD: PASSWORD } });
    for (let failure = 0; failure < 3; failure++) await expectRejected(program, 'wrong');
    const slow = performance.now();
    await expectRejected(program, 'wrong');
    expect(performance.now() - slow).toBeGreaterThan(300);

    const guesses = Array.from({ length: 12 }, () =>
      logIn(program, 'wrong').then(
        ({ status }) => status,
        () => 'cut',
      ),
    );
    await setTimeout(500);
    const begun = performance.now();
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(performance.now() - begun).toBeLessThan(5500);
    expect(await Promise.all(guesses)).not.toContain(200);
    expect(readdirSync(join(program.cwd, 'data'))).toEqual(['aios.db', 'aios.db-server']);
    expect(program.log().filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});

describe.concurrent('without a password', () => {
  test('the initial one is not valid on a public address, though it was valid for this database before', async (context) => {
    const cwd = temporaryFolder(context);
    const local = await start(context, { cwd });
    await sessionOf(local, 'password');
    await stop(local);

    const open = await start(context, {
      cwd,
      env: { AIOS_HOST: '0.0.0.0', AIOS_SESSION: SESSION },
    });
    for (const password of ['password', '', 'undefined']) await expectRejected(open, password);
    expect(await isAdmitted(open, SESSION)).toBe(true);
    await stop(open);
    expect(warnings(open)).toEqual([]);
  });

  test('the program does not start where the file of the password is missing', async (context) => {
    const env = { AIOS_HOST: '0.0.0.0', AIOS_ADMIN_PASSWORD_FILE: 'nothing' };
    const cwd = temporaryFolder(context);
    writeFileSync(join(cwd, 'empty'), '\n');
    const program = await start(context, { cwd, env });
    expect(program.url).toBe('');
    expect(await program.ended).toBe(1);
    const [line = '', ...more] = program.stderr().split('\n');
    expect(more).toEqual(['']);
    expect(line).toMatch(/can't be read/);
    expect(line.replace(/^aios-model-server: /, '')).toMatch(
      oneSentenceAbout('AIOS_ADMIN_PASSWORD_FILE'),
    );
    expect(program.stdout()).toBe('');
    expect(readdirSync(cwd)).toEqual(['empty']);
  });
});

test('a session ends when it was not used for as long as AIOS_SESSION_TIMEOUT says', async (context) => {
  const program = await start(context, { env: { AIOS_SESSION_TIMEOUT: '2' } });
  const { inventory } = (await logIn(program, 'password')).body;
  const [from, to] = [inventory.createDate, inventory.expiredDate].map(Date.parse);
  expect(Number(to) - Number(from)).toBe(2000);
  await setTimeout(2100);
  expect(await isAdmitted(program, inventory.uuid)).toBe(false);
});
