import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { Agent, request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import {
  fillDatabase,
  fingerprint,
  oneSentenceAbout,
  unusableDatabases,
} from '../support/databases.ts';
import { temporaryFolder } from '../support/folder.ts';
import {
  type Launch,
  launch,
  launchServing,
  otherUser,
  otherUserCanRun,
  type Program,
  warnings,
} from '../support/process.ts';
import { call as send } from '../support/program-calls.ts';
import { requiredServiceParams } from '../support/resources.ts';
import { API, SESSION } from '../support/server.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const authorization = `OAuth ${SESSION}`;

const call = (program: Program, method: string, path: string, body?: object) =>
  send(program, method, path, body, { connection: 'close' });

const addService = (program: Program, fields: object = {}) =>
  call(program, 'POST', `${API}/model-services`, {
    param: { ...requiredServiceParams, ...fields },
  });

/** A program that was rejected: what it said is one sentence on stderr, and nothing else was done. */
async function expectStartError(program: Program, sentence: RegExp, about: string, status = 1) {
  expect(program.url).toBe('');
  expect(await program.ended).toBe(status);
  const [line = '', ...more] = program.stderr().split('\n');
  expect(more).toEqual(['']);
  expect(line).toMatch(sentence);
  expect(line.replace(/^aios-model-server: | See --help\.$/g, '')).toMatch(oneSentenceAbout(about));
  expect(program.stdout()).toBe('');
}

describe.concurrent('the program', () => {
  test('serves, stores what it answered, and logs a line of JSON for each request', async (context) => {
    const cwd = temporaryFolder(context);
    writeFileSync(join(cwd, 'session'), `${SESSION}\n`);
    const program = await launch(context, {
      cwd,
      env: { AIOS_PORT: '0', AIOS_SESSION_FILE: 'session', AIOS_TIME_ZONE: 'Asia/Kathmandu' },
    });
    expect(program.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await call(program, 'GET', '/_aios/health')).toMatchObject({
      status: 200,
      body: { version, aiosVersion: '5.5.22' },
    });
    const { status, body } = await addService(program);
    expect(status).toBe(200);
    const now = new Date().toLocaleString('en-US', {
      timeZone: 'Asia/Kathmandu',
      dateStyle: 'medium',
    });
    expect(body.inventory.createDate).toContain(`${now} `);
    expect((await call(program, 'GET', `${API}/model-services`)).body.inventories).toEqual([
      body.inventory,
    ]);

    expect(readdirSync(join(program.cwd, 'data'))).toContain('aios.db');
    await program.says('"operation":"AddModelService"');
    expect(program.log()).toContainEqual(
      expect.objectContaining({
        operation: 'AddModelService',
        status: 200,
        reqId: expect.any(String),
      }),
    );
    expect(program.stdout()).not.toContain(SESSION);
    expect(warnings(program)).toEqual([expect.stringContaining('AIOS_ADMIN_PASSWORD')]);
    expect(program.stderr()).toBe('');
  });

  test('warns of likely mistakes and of the initial password', async (context) => {
    const program = await launch(context, {
      args: ['serve', '--port=0', '--auth', 'on'],
      env: {
        TZ: 'Asia/Shanghai',
        AIOS_DATABASE_URL: 'memory:',
        AIOS_AUTH: 'off',
        AIOS_BODY_LIMITS: '1',
        // What Kubernetes sets for a service called aios.
        AIOS_PORT: 'tcp://10.0.0.1:80',
        AIOS_SERVICE_HOST: '10.0.0.1',
        AIOS_PORT_8080_TCP_ADDR: '10.0.0.1',
      },
    });
    await program.says('AIOS_ADMIN_PASSWORD');
    const [mistake, password, ...more] = warnings(program);
    expect(mistake).toMatch(/AIOS_BODY_LIMITS is not a setting; did you mean AIOS_BODY_LIMIT\?/);
    expect(password).toMatch(/initial password\b.*`password`.*AIOS_ADMIN_PASSWORD/);
    expect(more).toEqual([]);
    // The flag stands above the variable.
    expect((await addService(program)).status).toBe(503);
    expect(readdirSync(program.cwd)).toEqual([]);
  });

  // The tests of the command line have what the help says.
  test.for<[string, string, RegExp]>([
    ['version', '--version', new RegExp(`^${version.replaceAll('.', '\\.')}\n$`)],
    ['help', '--help', /^Usage: aios-model-server/],
    ['help', 'help', /^Usage: aios-model-server/],
  ])('prints its %s without starting', async ([, flag, output], context) => {
    const program = await launch(context, { args: [flag], env: { AIOS_PORT: 'nonsense' } });
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toMatch(output);
    expect(readdirSync(program.cwd)).toEqual([]);
  });
});

describe.concurrent('the program ends with one sentence for', () => {
  test.for<[string, Launch, RegExp, string, status?: number]>([
    // The tests of the settings and of the command line have all others.
    [
      'a secret that is not allowed',
      { env: { AIOS_SESSION: 'hunter2' } },
      /^(?!.*hunter2).*hexadecimal/,
      'AIOS_SESSION',
      2,
    ],
    ['an unknown flag', { args: ['--prot', '1'] }, /did you mean --port\?/, '--prot', 2],
    [
      'another host without a session',
      { env: { AIOS_HOST: '0.0.0.0' } },
      /set AIOS_SESSION .* AIOS_ADMIN_PASSWORD .* or AIOS_AUTH=off/,
      'AIOS_HOST=0.0.0.0',
    ],
    [
      'a host that can’t be resolved',
      { env: { AIOS_HOST: 'host.invalid', AIOS_AUTH: 'off', AIOS_DATABASE_URL: 'memory:' } },
      /./,
      'host.invalid',
    ],
  ])('%s', async ([, options, sentence, about, status], context) => {
    const program = await launch(context, options);
    await expectStartError(program, sentence, about, status);
    expect(readdirSync(program.cwd)).toEqual([]);
  });

  test('a port that is taken', async (context) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const program = await launchServing(context, { args: ['--port', String(port)] });
    await expectStartError(
      program,
      /in use.*, choose another port, as in `--port 9000`/,
      `127.0.0.1:${port}`,
    );
  });

  // One for each reason: the store's tests go through all.
  test.for([
    'a text file',
    'a newer database',
    'a folder',
  ] as const)('a database that is %s', async (name, context) => {
    const { make, sentence } = unusableDatabases[name];
    const cwd = temporaryFolder(context);
    await make(join(cwd, 'aios.db'));
    const before = fingerprint(cwd);
    const args = ['--database-url', 'file:aios.db'];
    await expectStartError(await launchServing(context, { cwd, args }), sentence, 'aios.db');
    // The lock held until then.
    rmSync(join(cwd, 'aios.db-server'), { force: true });
    expect(fingerprint(cwd)).toEqual(before);
  });

  test('a database that is locked by another process', async (context) => {
    const cwd = temporaryFolder(context);
    await fillDatabase(join(cwd, 'aios.db'));
    const locking = new Database(join(cwd, 'aios.db'));
    context.onTestFinished(() => void locking.close());
    locking.exec('BEGIN EXCLUSIVE');
    const args = ['--database-url', 'file:aios.db'];
    const program = await launchServing(context, { cwd, args });
    await expectStartError(program, /is locked by another program/, 'aios.db');
  });

  test.for([
    ['read', 0o000],
    ['written to', 0o444],
  ] as const)('a database that may not be %s', async ([, mode], context) => {
    if (!(await otherUserCanRun())) {
      context.skip('no other user can read the program where it is checked out');
    }
    const cwd = temporaryFolder(context);
    mkdirSync(join(cwd, 'data'));
    await fillDatabase(join(cwd, 'data/aios.db'));
    for (const name of ['.', 'data', 'data/aios.db']) {
      if (otherUser !== undefined) chownSync(join(cwd, name), otherUser, otherUser);
    }
    chmodSync(join(cwd, 'data/aios.db'), mode);
    const before = otherUser === undefined ? {} : fingerprint(cwd);
    const user = otherUser === undefined ? {} : { user: otherUser };
    const program = await launchServing(context, { cwd, ...user });
    await expectStartError(program, /permissions|made or written to/, 'aios.db');
    if (otherUser !== undefined) expect(fingerprint(cwd)).toEqual(before);
  });
});

describe.concurrent('a signal', () => {
  /** A program with a connection that has been answered and stays open. */
  async function servingWithIdleConnection(context: Parameters<typeof launchServing>[0]) {
    const program = await launchServing(context);
    const agent = new Agent({ keepAlive: true });
    context.onTestFinished(() => agent.destroy());
    const [answer] = await once(
      request(`${program.url}/_aios/live`, { agent, headers: { connection: 'keep-alive' } }).end(),
      'response',
    );
    answer.resume();
    await once(answer, 'end');
    return program;
  }

  test.for([
    'SIGTERM',
    'SIGINT',
  ] as const)('%s: what is in flight is answered, then the database is closed', async (signal, context) => {
    const program = await servingWithIdleConnection(context);
    const body = JSON.stringify({ param: requiredServiceParams });
    const post = request(`${program.url}${API}/model-services`, {
      method: 'POST',
      headers: {
        authorization,
        'content-type': 'application/json',
        'content-length': body.length,
        expect: '100-continue',
      },
    });
    post.flushHeaders();
    await once(post, 'continue');
    post.write(body.slice(0, 10));

    const start = performance.now();
    program.signal(signal);
    await program.says(`${signal} received`);
    post.end(body.slice(10));
    const [answer] = await once(post, 'response');
    answer.resume();

    expect(answer.statusCode).toBe(200);
    expect(await program.ended).toBe(0);
    expect(performance.now() - start).toBeLessThan(2000);
    const data = join(program.cwd, 'data');
    expect(readdirSync(data)).toEqual(['aios.db', 'aios.db-server']);
    const client = new Database(join(data, 'aios.db'), { readonly: true });
    context.onTestFinished(() => void client.close());
    expect(client.prepare('SELECT count(*) FROM model_services').pluck().get()).toBe(1);
    expect(program.stderr()).toBe('');
  });

  test('ends it within five seconds, despite hanging requests', async (context) => {
    const program = await servingWithIdleConnection(context);
    const { port, hostname } = new URL(program.url);
    const begun = [
      '',
      'GET /zstack HTTP/1.1\r\nhost: x\r\n',
      'POST /zstack/v1/ai/models HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{',
    ];
    for (const bytes of begun) {
      const socket = connect(Number(port), hostname);
      // It may end with an error.
      socket.on('error', () => {});
      context.onTestFinished(() => void socket.destroy());
      await once(socket, 'connect');
      socket.write(bytes);
    }
    const start = performance.now();
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(readdirSync(join(program.cwd, 'data'))).toEqual(['aios.db', 'aios.db-server']);
  });
});

test.for([
  'SIGABRT',
  'SIGSEGV',
] as const)('%s, which a crash raises, ends the program and is not caught', async (signal, context) => {
  const program = await launch(context, { env: { AIOS_PORT: '0' } });
  program.signal(signal);
  expect(await program.ended).toBe(signal);
});

test('the program continues to serve when its log is no longer read', async (context) => {
  const program = await launch(context, { env: { AIOS_PORT: '0' } });
  program.leave();
  for (let call = 0; call < 3; call++) {
    expect((await fetch(`${program.url}/_aios/live`)).status).toBe(200);
  }
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
});
