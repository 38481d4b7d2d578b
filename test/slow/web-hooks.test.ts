import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Finishing } from '../support/folder.ts';
import {
  deferredAnswer,
  endlessBody,
  type HookAnswer,
  hangUp,
  inOrder,
  openReceiver,
  silence,
  status,
} from '../support/hook-receiver.ts';
import { openConnection, rawRequest } from '../support/raw-http.ts';
import { newUuid } from '../support/records.ts';
import { requiredModelParams } from '../support/resources.ts';
import {
  type Answer,
  API,
  openServer,
  ROOT,
  recordingLogger,
  type Server,
  START,
  startServer,
} from '../support/server.ts';
import { databaseName } from '../support/server-database.ts';
import { sharedServer } from '../support/shared-server.ts';

const MODELS = `${API}/models`;

/** Attempts until a hook is given up (F56). */
const ATTEMPTS_MAX = 15;
/** Minimal delays, so that tests are fast. */
const quick = { first: 5, between: 3, timeout: 5000 };
/** Longer than any of these tests: the next attempt is after a restart. */
const NEVER = 600_000;

/** Adds a model with a web hook. */
function addWithHook(
  server: Server,
  hookUrl: string,
  { uuid = newUuid(), param = requiredModelParams as object } = {},
): Promise<Answer> {
  const headers = { 'x-web-hook': hookUrl, 'x-job-uuid': uuid };
  return server.post(MODELS, { param }, { headers });
}

/** Asks for the outcome of a job, as a client does that got no hook. */
async function poll(server: Server, uuid: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.url}${ROOT}/api-jobs/${uuid}`);
  return { status: response.status, text: await response.text() };
}

const hookOf = (server: Server, uuid: string) => server.rows('hooks', `job_uuid = '${uuid}'`)[0];

/** Waits until a job's hook is as given. */
async function expectHook(server: Server, uuid: string, hook: object): Promise<void> {
  await expect.poll(() => hookOf(server, uuid), { timeout: 4000, interval: 5 }).toMatchObject(hook);
}

const delivered = (attempts: number) => ({ attempts, pending: 0, failure: null });
const givenUp = { attempts: ATTEMPTS_MAX, pending: 0 };

/** Long enough for unexpected calls with minimal delays. */
const aWhile = () => setTimeout(60);

/** For the tests that neither need settings of their own nor replace methods of the store. */
const shared = sharedServer({ hookTiming: quick });

describe('a hook gets', () => {
  test('the body that the poll gives, with the job’s uuid and success', async () => {
    const server = shared();
    const receiver = await openReceiver();
    const uuid = newUuid();
    const param = { ...requiredModelParams, name: 'Qwen “1.5” 模型', recommendedGpuNum: '1,2' };
    const path = '/back?token=a%20b&x=1';
    const answer = await addWithHook(server, receiver.url + path, { uuid, param });
    expect(answer.status).toBe(202);
    await receiver.called(1);

    const [call] = receiver.calls;
    expect(call).toMatchObject({
      method: 'POST',
      path,
      headers: { 'x-job-uuid': uuid, 'x-job-success': 'true' },
    });
    expect(call?.headers['content-type']).toBe('application/json;charset=UTF-8');
    expect(call?.headers.authorization).toBeUndefined();
    expect(await poll(server, uuid)).toEqual({ status: 200, text: call?.body });
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      success: true,
      inventory: { name: param.name, recommendedGpuNum: [1, 2] },
    });
    await expectHook(server, uuid, delivered(1));
  });

  test('a failure as the poll gives it', async () => {
    const server = shared();
    const receiver = await openReceiver();
    for (const [what, send] of [
      ['arguments', (uuid: string) => addWithHook(server, receiver.url, { uuid, param: {} })],
      [
        'the operation',
        (uuid: string) =>
          server.put(
            `${MODELS}/${newUuid()}`,
            { updateModel: {} },
            { headers: { 'x-web-hook': receiver.url, 'x-job-uuid': uuid } },
          ),
      ],
    ] as const) {
      const uuid = newUuid();
      expect((await send(uuid)).status, what).toBe(202);
      await expectHook(server, uuid, delivered(1));
      const call = receiver.calls.pop();
      expect(call?.headers, what).toMatchObject({ 'x-job-uuid': uuid, 'x-job-success': 'false' });
      expect(Object.keys(JSON.parse(call?.body ?? ''))).toEqual(['error']);
      expect(await poll(server, uuid)).toEqual({ status: 503, text: call?.body });
    }
  });

  test('the uuid that the server made for a job without one', async () => {
    const server = shared();
    const receiver = await openReceiver();
    const { body } = await server.post(
      MODELS,
      { param: requiredModelParams },
      { headers: { 'x-web-hook': receiver.url } },
    );
    await receiver.called(1);
    expect(body.location).toBe(
      `${server.url}${ROOT}/api-jobs/${receiver.calls[0]?.headers['x-job-uuid']}`,
    );
  });

  test('a job uuid that is no hexadecimal number as it was sent', async () => {
    const server = shared();
    const receiver = await openReceiver();
    const uuid = '?a b/c%"é\xff~'.padEnd(32, '.');
    expect((await addWithHook(server, receiver.url, { uuid })).status).toBe(202);
    await receiver.called(1);
    expect(receiver.calls[0]?.headers['x-job-uuid']).toBe(uuid);
  });

  test('its call over IPv6, and by a name in any case', async () => {
    const server = await startServer({
      hookTiming: quick,
      hookAllow: ['::1', 'LocalHost'],
    });
    const [six, four] = [await openReceiver(status(200), { host: '::1' }), await openReceiver()];
    await addWithHook(server, six.url);
    await addWithHook(server, four.url.replace('127.0.0.1', 'LOCALHOST'));
    await Promise.all([six.called(1), four.called(1)]);
  });
});

describe('where writes are answered inline', () => {
  const inline = sharedServer({ hookTiming: quick, reply: { mode: 'inline', publicUrl: '' } });

  test('a hook gets the answer’s body', async () => {
    const server = inline();
    const receiver = await openReceiver();
    const uuid = newUuid();
    const answer = await addWithHook(server, receiver.url, { uuid });
    expect(answer.status).toBe(200);
    await receiver.called(1);
    const { headers, body = '' } = receiver.calls[0] ?? {};
    expect(headers).toMatchObject({ 'x-job-uuid': uuid, 'x-job-success': 'true' });
    expect(JSON.parse(body)).toEqual(answer.body);
    expect(await poll(server, uuid)).toEqual({ status: 200, text: body });
  });
});

describe('a client that disconnects', () => {
  /** A write with a hook, as bytes. */
  function bytesOf(hookUrl: string, uuid: string): string {
    const body = JSON.stringify({ param: requiredModelParams });
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': String(body.length),
      'X-Web-Hook': hookUrl,
      'X-Job-UUID': uuid,
    };
    return rawRequest('POST', MODELS, headers, body);
  }

  test('before its operation is done, is called', async () => {
    const server = await startServer({ hookTiming: quick });
    const receiver = await openReceiver();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = false;
    const { forJob } = server.store;
    server.store.forJob = (job) => {
      const store = forJob(job);
      return {
        ...store,
        addResource: (async (...args: Parameters<typeof store.addResource>) => {
          begun = true;
          await released;
          return store.addResource(...args);
        }) as typeof store.addResource,
      };
    };
    const uuid = newUuid();
    const connection = await openConnection(server.url);
    await connection.send(bytesOf(receiver.url, uuid));
    await expect.poll(() => begun).toBe(true);
    connection.reset();
    await aWhile();
    expect(receiver.connections()).toBe(0);
    release();
    await receiver.called(1);
    expect(receiver.calls[0]?.headers['x-job-success']).toBe('true');
  });
});

describe('an attempt fails', () => {
  /** The timeout of one attempt; each of the fifteen may use it up. */
  const TIMEOUT_MS = 100;
  const { logger, lines } = recordingLogger();
  const endless500 = endlessBody(500);
  const slowTimeouts = sharedServer({ hookTiming: quick, logger });
  const shortTimeouts = sharedServer({ hookTiming: { ...quick, timeout: TIMEOUT_MS }, logger });
  const endless = new Set<unknown>([silence, earlyHints, endlessHeaders, endless500]);

  test.for<[string, HookAnswer | null, RegExp]>([
    ['with 400', status(400), /400/],
    ['with no more than 103', earlyHints, /./],
    ['with 101', switchedProtocols, /101/],
    ['when no server listens', null, /REFUSED/i],
    ['when no answer comes', silence, /./],
    ['when the receiver hangs up', hangUp, /./],
    ['when the answer is no HTTP', nonsense, /./],
    ['when the headers of the answer never end', endlessHeaders, /./],
    ['with 500 and an endless body', endless500, /./],
  ])('%s, and is repeated until there were fifteen', async ([, answer, reason]) => {
    const server = endless.has(answer) ? shortTimeouts() : slowTimeouts();
    lines.length = 0;
    const uuid = newUuid();
    // What is known before each attempt.
    const known: unknown[] = [];
    const receiver =
      answer &&
      (await openReceiver((response, call) => {
        known.push(hookOf(server, uuid));
        return answer(response, call);
      }));
    const secret = 'Pa55w0rd';
    const hookUrl = `${receiver?.url ?? 'http://127.0.0.1:1'}/${secret}?${secret}#${secret}`;
    await addWithHook(server, hookUrl, { uuid });
    await expectHook(server, uuid, { ...givenUp, failure: expect.stringMatching(reason) });
    await aWhile();

    if (receiver) {
      expect(receiver.calls).toHaveLength(ATTEMPTS_MAX);
      expect(known).toEqual(
        Array.from({ length: ATTEMPTS_MAX }, (_, attempts) =>
          expect.objectContaining({
            attempts,
            pending: 1,
            failure: attempts === 0 ? null : expect.stringMatching(reason),
          }),
        ),
      );
    }
    const { failure } = hookOf(server, uuid) ?? {};
    const warnings = lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40);
    expect(warnings.map((warning) => warning.level)).toEqual(Array(ATTEMPTS_MAX).fill(40));
    for (const warning of warnings) {
      expect(JSON.stringify(warning)).toContain(uuid);
      expect(JSON.stringify(warning)).toMatch(reason);
    }
    expect(JSON.stringify(warnings.at(-1))).toContain(JSON.stringify(failure));
    const port = receiver ? new URL(receiver.url).port : 'no port';
    for (const reported of [secret, `127.0.0.1:${port}`]) {
      expect(lines.filter((line) => line.includes(reported))).toEqual([]);
    }
    expect((await poll(server, uuid)).status).toBe(200);
  });

  /** Promises an answer, and gives none. */
  function earlyHints(response: Parameters<HookAnswer>[0]): void {
    response.socket?.write('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n');
  }

  function switchedProtocols(response: Parameters<HookAnswer>[0]): void {
    response.socket?.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    );
  }

  function nonsense(response: Parameters<HookAnswer>[0]): void {
    response.socket?.end('220 mail.example.com ESMTP\r\n');
  }

  async function endlessHeaders(response: Parameters<HookAnswer>[0]): Promise<void> {
    response.socket?.write('HTTP/1.1 200 OK\r\n');
    while (!response.destroyed) {
      response.socket?.write('X-A: b\r\n');
      await setTimeout(5);
    }
  }

  test.each([301, 307])('with %i, whose target gets nothing', async (code) => {
    const server = shared();
    const target = await openReceiver();
    const receiver = await openReceiver(status(code, { location: `${target.url}/secret` }));
    const uuid = newUuid();
    await addWithHook(server, receiver.url, { uuid });
    await expectHook(server, uuid, { ...givenUp, failure: expect.stringContaining(`${code}`) });
    expect(receiver.calls).toHaveLength(ATTEMPTS_MAX);
    expect(target.connections()).toBe(0);
  });

  test('with a receiver that speaks no TLS where the URL says https', async () => {
    const server = shared();
    const receiver = await openReceiver();
    const uuid = newUuid();
    await addWithHook(server, receiver.url.replace('http:', 'https:'), { uuid });
    await expectHook(server, uuid, { ...givenUp, failure: expect.stringMatching(/./) });
    expect(receiver.calls).toEqual([]);
    expect(receiver.connections()).toBe(ATTEMPTS_MAX);
  });

  test.each([
    ['a name and password', 'http://name:pa%20ss@HOST/hook', 200],
    ['a percent sign that encodes nothing in the name', 'http://%@HOST/hook', undefined],
    ['a percent sign that encodes nothing in the path', 'http://HOST/%zz?%&%00', 200],
  ])('in no way that loses the hook, for a URL with %s', async (_, form, expected) => {
    const server = shared();
    const receiver = await openReceiver();
    const uuid = newUuid();
    const url = form.replace('HOST', new URL(receiver.url).host);
    const answer = await addWithHook(server, url, { uuid });
    // Either the request is rejected, or the hook is called as any other.
    if (expected === undefined && answer.status === 400) return;
    expect(answer.status).toBe(202);
    await expect.poll(() => hookOf(server, uuid)).toMatchObject({ pending: 0 });
    if (expected !== undefined) await receiver.called(1);
  });
});

describe('an attempt succeeds', () => {
  const shortTimeouts = sharedServer({ hookTiming: { ...quick, timeout: 200 } });
  const failures = Array.from({ length: ATTEMPTS_MAX - 1 }, () => status(500));
  const cutOff: HookAnswer = (response) => {
    response.writeHead(200, { 'content-length': '100' }).write('x', () => {
      response.socket?.destroy();
    });
  };

  test.each<[string, HookAnswer, attempts: number, serverOf: () => Server]>([
    ['with 200', status(200), 1, shared],
    ['with 204', status(204), 1, shared],
    ['with 299', status(299), 1, shared],
    [
      'after others of every kind have failed',
      inOrder(status(500), hangUp, status(302), silence, status(404), status(200)),
      6,
      shortTimeouts,
    ],
    ['as the fifteenth', inOrder(...failures, status(200)), ATTEMPTS_MAX, shared],
    ['though the answer’s body never ends', endlessBody(200), 1, shortTimeouts],
    ['though the answer is shorter than its headers promise', cutOff, 1, shared],
  ])('%s, and is the last one', async (_, answer, attempts, serverOf) => {
    const server = serverOf();
    const receiver = await openReceiver(answer);
    const uuid = newUuid();
    await addWithHook(server, receiver.url, { uuid });
    await expectHook(server, uuid, delivered(attempts));
    await aWhile();
    expect(receiver.calls).toHaveLength(attempts);
    expect(new Set(receiver.calls.map(({ body }) => body)).size).toBe(1);
    const uuids = receiver.calls.map(({ headers }) => headers['x-job-uuid']);
    expect(new Set(uuids)).toEqual(new Set([uuid]));
  });
});

describe('after a restart', () => {
  let open: Server[] = [];
  afterEach(async () => {
    for (const server of open) await server.close();
    open = [];
  });

  /** A way to start servers one after the other on the same database file. */
  function onOneFile() {
    const name = databaseName({ onTestFinished } as Finishing);
    return async (overrides: Parameters<typeof openServer>[0] = {}) => {
      const server = await openServer({ database: await name, ...overrides });
      open.push(server);
      return server;
    };
  }

  test('a hook that was never called is called', async () => {
    const start = onOneFile();
    const receiver = await openReceiver();
    const uuid = newUuid();
    const first = await start({ hookTiming: { ...quick, first: NEVER } });
    await addWithHook(first, receiver.url, { uuid });
    await aWhile();
    await first.close();
    expect(receiver.connections()).toBe(0);

    const second = await start({ hookTiming: quick });
    await expectHook(second, uuid, delivered(1));
    expect(receiver.calls).toMatchObject([
      { headers: { 'x-job-uuid': uuid, 'x-job-success': 'true' } },
    ]);
    expect((await poll(second, uuid)).text).toBe(receiver.calls[0]?.body);
    await second.close();

    await start({ hookTiming: quick });
    await aWhile();
    expect(receiver.calls).toHaveLength(1);
  });

  test('attempts continue to count', async () => {
    const start = onOneFile();
    const receiver = await openReceiver(status(500));
    const uuid = newUuid();
    const first = await start({ hookTiming: { ...quick, between: NEVER } });
    await addWithHook(first, receiver.url, { uuid });
    await expectHook(first, uuid, { attempts: 1, pending: 1 });
    await first.close();
    const second = await start({ hookTiming: { ...quick, between: NEVER } });
    await expectHook(second, uuid, { attempts: 2, pending: 1 });
    await second.close();

    const third = await start({ hookTiming: quick });
    await expectHook(third, uuid, givenUp);
    await aWhile();
    expect(receiver.calls).toHaveLength(ATTEMPTS_MAX);
    await third.close();
    await start({ hookTiming: quick });
    await aWhile();
    expect(receiver.calls).toHaveLength(ATTEMPTS_MAX);
  });

  test('a hook is called also after its job has expired', async () => {
    const start = onOneFile();
    const receiver = await openReceiver();
    const [uuid, other] = [newUuid(), newUuid()];
    const first = await start({ hookTiming: { ...quick, first: NEVER } });
    await addWithHook(first, receiver.url, { uuid });
    await server202(first, other);
    await first.close();

    const later = START + 10_800_000 + 1;
    const second = await start({ hookTiming: { ...quick, first: 100 }, clock: () => later });
    // The sweep at the start has removed only the one without a hook.
    await expect.poll(() => second.rows('jobs').length).toBe(1);
    expect(second.rows('jobs')).toMatchObject([{ uuid }]);
    expect((await poll(second, uuid)).status).toBe(404);
    await expectHook(second, uuid, delivered(1));
    expect(receiver.calls[0]?.headers).toMatchObject({
      'x-job-uuid': uuid,
      'x-job-success': 'true',
    });
    expect(JSON.parse(receiver.calls[0]?.body ?? '')).toMatchObject({ success: true });

    expect(await second.store.sweepJobs(later - 10_800_000, { jobs: 100, bytes: 1e9 })).toBe(1);
    expect([...second.rows('jobs'), ...second.rows('hooks')]).toEqual([]);
  });

  /** A job without a hook. */
  async function server202(server: Server, uuid: string): Promise<void> {
    const headers = { 'x-job-uuid': uuid };
    const { status } = await server.post(MODELS, { param: requiredModelParams }, { headers });
    expect(status).toBe(202);
  }
});

describe('closing the server', () => {
  test.each<[string, HookAnswer]>([
    ['never answers', silence],
    ['never ends its answer', endlessBody(200)],
  ])('doesn’t wait for a receiver that %s', async (_, answer) => {
    const { logger, lines } = recordingLogger();
    const server = await startServer({ hookTiming: { ...quick, timeout: NEVER }, logger });
    const receiver = await openReceiver(answer);
    for (let hook = 0; hook < 20; hook++) await addWithHook(server, receiver.url);
    await receiver.called(8);
    // If it waited, the test would time out.
    await server.close();
    const calls = receiver.calls.length;
    await aWhile();
    expect(receiver.calls).toHaveLength(calls);
    expect(lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50)).toEqual([]);
  });
});

describe('a database that is away for a moment loses no hook', () => {
  test.each(['hookOf', 'findJob', 'changeHook'] as const)('at its %s', async (method) => {
    const server = await startServer({ hookTiming: quick });
    const receiver = await openReceiver();
    const uuid = newUuid();
    const works = server.store[method] as (...args: unknown[]) => Promise<never>;
    let failures = 1;
    Object.assign(server.store, {
      [method]: async (...args: unknown[]) => {
        if (failures-- > 0) throw new Error('the database is away');
        return works(...args);
      },
    });
    await addWithHook(server, receiver.url, { uuid });
    await expectHook(server, uuid, { pending: 0, failure: null });
    expect(receiver.calls.length).toBeGreaterThan(0);
  });
});

describe('of many hooks', () => {
  test('at most sixteen are called at one host, and another one’s doesn’t wait for them', async () => {
    const server = shared();
    const held = deferredAnswer(status(200));
    const [slow, other] = [await openReceiver(held.answer), await openReceiver()];
    const uuids = Array.from({ length: 40 }, newUuid);
    await Promise.all(uuids.map((uuid) => addWithHook(server, slow.url, { uuid })));
    await slow.called(16);
    await addWithHook(server, other.url.replace('127.0.0.1', 'localhost'));
    await other.called(1);
    await aWhile();
    expect(slow.calls).toHaveLength(16);

    held.release();
    await slow.called(40);
    for (const uuid of uuids) await expectHook(server, uuid, delivered(1));
    expect(slow.busiest()).toBe(16);
    const called = slow.calls.map(({ headers }) => headers['x-job-uuid']);
    expect(called.toSorted()).toEqual(uuids.toSorted());
  });

  test('those that hang hold none up for longer than an attempt may take', async () => {
    const server = await startServer({ hookTiming: { first: 5, between: NEVER, timeout: 100 } });
    const receiver = await openReceiver((response, { path }) => {
      if (path === '/good') response.end();
    });
    await Promise.all(Array.from({ length: 32 }, () => addWithHook(server, `${receiver.url}/bad`)));
    await receiver.called(16);
    await addWithHook(server, `${receiver.url}/good`);
    await expect
      .poll(() => receiver.calls.map(({ path }) => path), { timeout: 3000 })
      .toContain('/good');
  });
});
