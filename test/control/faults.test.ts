import { describe, expect, test } from 'vitest';
import { type OperationName, operations } from '../../src/contract/operations.ts';
import {
  expectDone,
  journal,
  plan,
  planned,
  reset,
  setClock,
  sharedSteered,
  startSteered,
  struck,
} from '../support/control.ts';
import { type Code, descriptions, expectFailure } from '../support/failures.ts';
import { openReceiver } from '../support/hook-receiver.ts';
import { expectAccepted, naming, outcome, poll, writeNames, writes } from '../support/jobs.ts';
import {
  credentials,
  INITIAL_DIGEST,
  LOGIN,
  sessionExpired,
  sessionPath,
} from '../support/logins.ts';
import { launchServing } from '../support/process.ts';
import { openConnection, rawRequest } from '../support/raw-http.ts';
import { newUuid } from '../support/records.ts';
import { expectError } from '../support/refusals.ts';
import { addModel, requiredModelParams } from '../support/resources.ts';
import { type Answer, API, type Server } from '../support/server.ts';

const MODELS = `${API}/models`;
const ANONYMOUS = '00000000000040008000000000000000';

/** The codes that an operation can fail with, all of which are 503 or 400 (F52). */
const statuses: Partial<Record<Code, number>> = {
  'SYS.1000': 503,
  'SYS.1001': 503,
  'SYS.1003': 503,
  'SYS.1006': 503,
  'SYS.1007': 400,
  'SYS.1010': 503,
  'ID.1000': 503,
  'ID.1001': 503,
};
const codes = Object.entries(statuses) as [Code, number][];

const shared = sharedSteered({ hookTiming: { first: 5, between: 5, timeout: 5000 } });

const add = (server: Server, options?: Parameters<Server['post']>[2]): Promise<Answer> =>
  server.post(MODELS, { param: requiredModelParams }, options);
const failing = (operation: string, more: object = {}) => ({
  operation,
  error: { code: 'SYS.1006', details: 'as asked' },
  ...more,
});
const modelsOf = async (server: Server) => (await server.get(MODELS)).body.inventories;

async function expectFails(answer: Promise<Answer>, details: unknown = 'as asked'): Promise<void> {
  expectFailure(await answer, 503, 'SYS.1006', details);
}

describe('a plan', () => {
  test('is empty at first, read back as it was set, and counts', async () => {
    const server = shared();
    expectDone(await server.get('/_aios/faults'), { faults: [] });
    const faults = [
      failing('AddModel', { times: 2 }),
      { operation: '*', times: 1, delayMs: 0 },
      { operation: 'GetModel', times: 3, status: 503 },
      { operation: 'GetModel', times: 1, drop: true },
    ];
    const reported = faults.map((fault) => ({ ...fault, struck: 0 }));
    expectDone(await server.put('/_aios/faults', { faults }), { faults: reported });
    expectDone(await server.get('/_aios/faults'), { faults: reported });
    await add(server);
    await server.get(`${MODELS}/a`);
    expect(await struck(server)).toEqual([1, 1, 0, 0]);
  });

  test('of a fault that doesn’t say how often strikes once', async () => {
    const server = shared();
    await plan(server, failing('AddModel'));
    expect(await planned(server)).toMatchObject([{ times: 1, struck: 0 }]);
    await expectFails(add(server));
    await addModel(server);
    expect(await struck(server)).toEqual([1]);
  });

  test('strikes exactly as often as it says', async () => {
    const server = shared();
    await plan(server, failing('AddModel', { times: 3 }));
    const found: number[] = [];
    for (let times = 0; times < 5; times++) found.push((await add(server)).status);
    expect(found).toEqual([503, 503, 503, 200, 200]);
    expect(await struck(server)).toEqual([3]);
    expect(await modelsOf(server)).toHaveLength(2);
  });

  test('strikes exactly as often where requests come at once', async () => {
    const server = shared();
    await plan(server, failing('AddModel', { times: 17 }));
    const answers = await Promise.all(Array.from({ length: 60 }, () => add(server)));
    expect(answers.filter(({ status }) => status === 503)).toHaveLength(17);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(43);
    expect(await struck(server)).toEqual([17]);
    expect(await modelsOf(server)).toHaveLength(43);
  });

  test('strikes an operation alone, by its name', async () => {
    const server = shared();
    const { uuid } = await addModel(server);
    await plan(server, failing('UpdateModel'));
    await addModel(server);
    expect((await server.get(`${MODELS}/${uuid}`)).status).toBe(200);
    await expectFails(server.put(`${MODELS}/${uuid}`, { updateModel: { name: 'b' } }));
  });

  test('strikes an operation by its aliases too', async () => {
    const server = shared();
    const { uuid } = await addModel(server);
    await plan(server, failing('UpdateModel'));
    await expectFails(server.put(`${MODELS}/${uuid}/actions`, { updateModel: {} }));
  });

  test('strikes any operation by *', async () => {
    const server = shared();
    await plan(server, failing('*', { times: 3 }));
    await expectFails(add(server));
    await expectFails(server.get(MODELS));
    await expectFails(server.put(LOGIN, credentials(INITIAL_DIGEST), { session: null }));
    await addModel(server);
  });

  test('is gone through in order: a fault that still strikes comes before the next', async () => {
    const server = shared();
    await plan(
      server,
      failing('AddModel', { error: { code: 'SYS.1006', details: 'first' } }),
      failing('*', { error: { code: 'SYS.1006', details: 'second' }, times: 2 }),
      failing('AddModel', { error: { code: 'SYS.1006', details: 'third' } }),
    );
    await expectFails(server.get(MODELS), 'second');
    await expectFails(add(server), 'first');
    await expectFails(add(server), 'second');
    await expectFails(add(server), 'third');
    await addModel(server);
    expect(await struck(server)).toEqual([1, 2, 1]);
  });

  test('takes the place of the one before it, and of its counts', async () => {
    const server = shared();
    await plan(server, failing('AddModel', { times: 5 }), failing('*'));
    await add(server);
    await plan(server, failing('GetModel'));
    expect(await struck(server)).toEqual([0]);
    await addModel(server);
    expectDone(await server.put('/_aios/faults', { faults: [] }), { faults: [] });
    expect((await server.get(`${MODELS}/a`)).status).toBe(200);
  });
});

describe('no fault strikes', () => {
  test('health, live, metrics, documents and the control surface itself', async () => {
    const server = shared();
    await plan(server, { operation: '*', times: 100, status: 503 });
    for (const path of ['/_aios/health', '/_aios/live', '/openapi.json', '/_aios/requests']) {
      expect((await server.get(path)).status).toBe(200);
    }
    expectDone(await server.put('/_aios/jobs', {}));
    expectDone(await server.put('/_aios/uuids', {}));
    await setClock(server, {});
    expectDone(await server.delete('/_aios/requests'));
    expect(await struck(server)).toEqual([0]);
    await reset(server);
  });

  test.each([
    ['without a session', { session: null }, 400],
    ['of a stranger', { session: ANONYMOUS }, 503],
    ['of another scheme', { session: null, headers: { authorization: 'Bearer a' } }, 400],
    ['that names its job badly', { headers: { 'x-job-uuid': 'a' } }, 400],
    ['whose timeout can’t be read', { headers: { 'x-api-timeout': 'soon' } }, 400],
    ['whose body isn’t JSON by its type', { headers: { 'content-type': 'text/plain' } }, 415],
  ])('a request %s, which is refused and not counted', async (_, options, status) => {
    const server = shared();
    await plan(server, failing('*'));
    const answer = await add(server, options);
    expect(answer.status).toBe(status);
    expect(answer.body.error.details).not.toBe('as asked');
    expect(await struck(server)).toEqual([0]);
  });

  test('a stranger’s request for a job, whose job fails as a stranger’s', async () => {
    const server = shared();
    await plan(server, failing('AddModel'));
    const uuid = newUuid();
    expectAccepted(await add(server, naming(uuid, { session: ANONYMOUS })));
    expectError(await poll(server, uuid), sessionExpired);
    expect(await struck(server)).toEqual([0]);
  });

  test('paths and verbs that are none', async () => {
    const server = shared();
    await plan(server, failing('*'));
    expect((await server.get('/zstack/v1/nowhere')).status).toBe(404);
    expect((await server.call('PATCH', MODELS)).status).toBe(405);
    expect((await server.get(`${MODELS}/`)).status).toBe(404);
    expect(await struck(server)).toEqual([0]);
  });

  test.each([
    ['broken', '{"param":'],
    ['nested beyond the bounds', `${'['.repeat(65)}${']'.repeat(65)}`],
  ])('a request whose JSON is %s', async (_, raw) => {
    const server = shared();
    await plan(server, failing('AddModel'));
    expect((await add(server, { raw })).status).toBe(400);
    expect(await struck(server)).toEqual([0]);
  });

  test.each([
    ['types are', { param: { ...requiredModelParams, size: 'big' } }],
    ['wrapper is', { param: 'none' }],
  ])('a request whose %s refused, unless it fails as the fault says', async (_, body) => {
    const server = shared();
    await plan(server, failing('AddModel'));
    const { error } = (await server.post(MODELS, body)).body;
    expect(await struck(server)).toEqual([error.details === 'as asked' ? 1 : 0]);
  });
});

describe('an error', () => {
  test.each(
    codes,
  )('of %s is answered as the API’s own is, and nothing is written', async (code, status) => {
    const server = shared();
    await addModel(server);
    await plan(server, { operation: 'AddModel', error: { code, details: 'as asked: ä😀' } });
    const before = server.snapshot();
    const answer = await add(server);
    expectFailure(answer, status, code, 'as asked: ä😀');
    expect(answer.headers.get('retry-after')).toBe(code === 'SYS.1010' ? '1' : null);
    expect(server.snapshot()).toEqual(before);
    await addModel(server);
  });

  test.each(codes)('of %s is what a job comes to, and nothing else is written', async (code) => {
    const server = shared();
    await plan(server, { operation: 'AddModel', error: { code, details: 'as asked' } });
    const request = { method: 'POST', path: MODELS, body: { param: requiredModelParams } };
    expectFailure(await outcome(server, request), 503, code, 'as asked');
    expect(await modelsOf(server)).toEqual([]);
    expect(await struck(server)).toEqual([1]);
  });

  test('that is answered 4xx leaves no job, whose uuid can be used (F1)', async () => {
    const server = await startSteered({ reply: { mode: 'inline', publicUrl: '' } });
    const uuid = newUuid();
    await plan(server, { operation: 'AddModel', error: { code: 'SYS.1007', details: 'as asked' } });
    expectFailure(await add(server, naming(uuid)), 400, 'SYS.1007', 'as asked');
    expect(server.rows('jobs')).toEqual([]);
    const { status, body } = await add(server, naming(uuid));
    expect(status).toBe(200);
    expectDone(await poll(server, uuid), { inventory: body.inventory });
  });

  test('has a sentence of its own where it is given none', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', error: { code: 'SYS.1006' } });
    await expectFails(add(server), expect.stringMatching(/./));
  });

  test('has a sentence that is cut as any other', async () => {
    const server = shared();
    await plan(
      server,
      failing('AddModel', { error: { code: 'SYS.1006', details: 'a'.repeat(5000) } }),
    );
    await expectFails(add(server), `${'a'.repeat(4093)}...`);
  });

  test('of a job is told by its hook', async () => {
    const server = shared();
    const receiver = await openReceiver();
    await plan(server, failing('AddModel'));
    const uuid = newUuid();
    expectAccepted(await add(server, naming(uuid, { headers: { 'x-web-hook': receiver.url } })));
    await receiver.called(1);
    expect(receiver.calls[0]?.headers).toMatchObject({
      'x-job-uuid': uuid,
      'x-job-success': 'false',
    });
    const { body } = await poll(server, uuid);
    expect(JSON.parse(receiver.calls[0]?.body ?? '')).toEqual(body);
    expect(body.error.details).toBe('as asked');
  });

  test.each(
    writeNames,
  )('strikes %s, inline and as a job, and undoes nothing that was there', async (name) => {
    const server = shared();
    const sent = await writes[name](server);
    const before = server.snapshot();
    await plan(server, failing(name, { times: 2 }));
    await expectFails(server.call(sent.method, sent.path, sent.body));
    expect(server.snapshot()).toEqual(before);
    expectFailure(await outcome(server, sent), 503, 'SYS.1006', 'as asked');
    const { jobs, ...others } = server.snapshot();
    expect(others).toEqual(
      Object.fromEntries(Object.entries(before).filter(([table]) => table !== 'jobs')),
    );
    expect(jobs).toHaveLength((before.jobs?.length ?? 0) + 1);
    expect(await struck(server)).toEqual([2]);
  });

  const reads = (Object.keys(operations) as OperationName[]).filter(
    (name) => operations[name].method === 'GET',
  );
  test.each(reads)('strikes %s', async (name) => {
    const server = shared();
    await plan(server, failing(name));
    const path = operations[name].path.replaceAll(/\{\w+\}/g, newUuid());
    await expectFails(server.get(`/zstack${path}`));
    expect(await struck(server)).toEqual([1]);
  });

  test('strikes logging in and out', async () => {
    const server = shared();
    await plan(server, failing('LogInByAccount'), failing('LogOut'));
    await expectFails(server.put(LOGIN, credentials(INITIAL_DIGEST), { session: null }));
    await expectFails(server.delete(sessionPath(newUuid()), undefined, { session: null }));
  });

  test.each(['GetJob', '*'])('strikes the poll of a job, by %s', async (operation) => {
    const server = shared();
    const uuid = newUuid();
    expectAccepted(await add(server, naming(uuid)));
    await plan(server, failing(operation));
    await expectFails(poll(server, uuid));
    expect((await poll(server, uuid)).status).toBe(200);
    expect(await struck(server)).toEqual([1]);
  });

  test('of a job that was accepted uses its uuid up, also where inline it is a refusal', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', error: { code: 'SYS.1007', details: 'as asked' } });
    const uuid = newUuid();
    expectAccepted(await add(server, naming(uuid)));
    expectFailure(await poll(server, uuid), 503, 'SYS.1007', 'as asked');
    expectFailure(await add(server, naming(uuid)), 400, 'SYS.1007', `Duplicate job uuid[${uuid}]`);
  });
});

describe('a status', () => {
  test('of any failure is answered, whatever the API documents', async (context) => {
    const program = await launchServing(context, {
      env: { AIOS_CONTROL: 'on', AIOS_DATABASE_URL: 'memory:' },
    });
    const connection = await openConnection(program.url);
    const call = async (method: string, path: string, body = '') => {
      const type = { 'Content-Type': 'application/json', 'Content-Length': String(body.length) };
      await connection.send(rawRequest(method, path, body === '' ? {} : type, body));
      return connection.answer();
    };
    const all = Array.from({ length: 200 }, (_, index) => 400 + index);
    const faults = all.map((status) => ({ operation: 'QueryModel', status }));
    expectDone(await call('PUT', '/_aios/faults', JSON.stringify({ faults })), {
      faults: faults.map((fault) => ({ ...fault, times: 1, struck: 0 })),
    });
    for (const status of all) {
      const answer = await call('GET', MODELS);
      const { code } = answer.body.error;
      expectFailure(answer, status, code, expect.stringMatching(/./));
      expect(Object.keys(descriptions)).toContain(code);
    }
    expect((await call('GET', MODELS)).status).toBe(200);
  });

  test('is answered at once where a job was asked for, which then is none', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', status: 503 });
    const uuid = newUuid();
    const before = server.snapshot();
    const { status, body } = await add(server, naming(uuid));
    expect({ status, body }).toEqual({ status: 503, body: { error: expect.any(Object) } });
    expect(server.snapshot()).toEqual(before);
    expect((await poll(server, uuid)).status).toBe(404);
    expectAccepted(await add(server, naming(uuid)));
    expect((await poll(server, uuid)).status).toBe(200);
  });

  test('comes with the error that is given beside it', async () => {
    const server = shared();
    await plan(server, {
      operation: 'AddModel',
      status: 413,
      error: { code: 'SYS.1010', details: 'as asked' },
    });
    expectFailure(await add(server), 413, 'SYS.1010', 'as asked');
    expect(await modelsOf(server)).toEqual([]);
  });

  test('strikes the poll of a job, which is told by the next', async () => {
    const server = shared();
    const uuid = newUuid();
    expectAccepted(await add(server, naming(uuid)));
    await plan(server, { operation: 'GetJob', status: 503 });
    expect((await poll(server, uuid)).status).toBe(503);
    expect((await poll(server, uuid)).status).toBe(200);
  });
});

describe('a delay', () => {
  const DELAY = 80;
  /** Timers may fire a little early. */
  const SLACK = 5;

  async function timed(answer: () => Promise<Answer>): Promise<{ ms: number; answer: Answer }> {
    const begun = performance.now();
    const got = await answer();
    return { ms: performance.now() - begun, answer: got };
  }

  test('goes before the operation, which then is done', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', delayMs: DELAY });
    const { ms, answer } = await timed(() => add(server));
    expect(ms).toBeGreaterThanOrEqual(DELAY - SLACK);
    expect(answer.body).toMatchObject({ success: true, inventory: requiredModelParams });
    expect(await modelsOf(server)).toHaveLength(1);
    expect((await timed(() => add(server))).ms).toBeLessThan(DELAY);
  });

  test('holds up nobody else', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', delayMs: 300 });
    let isAnswered = false;
    const delayed = add(server).finally(() => {
      isAnswered = true;
    });
    await expect.poll(() => struck(server)).toEqual([1]);
    for (let times = 0; times < 5; times++) await addModel(server);
    expect(await modelsOf(server)).toHaveLength(5);
    expect(isAnswered).toBe(false);
    expect((await delayed).status).toBe(200);
    expect(await modelsOf(server)).toHaveLength(6);
  });

  test('comes before a job is begun, and thus before its location is told', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', delayMs: DELAY });
    const uuid = newUuid();
    const { ms, answer } = await timed(() => add(server, naming(uuid)));
    expect(ms).toBeGreaterThanOrEqual(DELAY - SLACK);
    expectAccepted(answer);
    expect((await poll(server, uuid)).status).toBe(200);
  });

  test.each([
    ['an error', { error: { code: 'SYS.1006', details: 'as asked' } }, 503],
    ['a status', { status: 503 }, 503],
  ])('goes before %s', async (_, fault, status) => {
    const server = shared();
    await plan(server, { operation: 'AddModel', delayMs: DELAY, ...fault });
    const { ms, answer } = await timed(() => add(server));
    expect(ms).toBeGreaterThanOrEqual(DELAY - SLACK);
    expect(answer.status).toBe(status);
    expect(await modelsOf(server)).toEqual([]);
  });

  test('goes before the connection is cut', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', delayMs: DELAY, drop: true });
    const begun = performance.now();
    await expect(add(server)).rejects.toThrow();
    expect(performance.now() - begun).toBeGreaterThanOrEqual(DELAY - SLACK);
  });

  test('is time that a request’s own timeout counts', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', delayMs: 30 });
    const details = expect.stringMatching(/./);
    const answer = await add(server, { headers: { 'x-api-timeout': '0' } });
    expectFailure(answer, 503, 'SYS.1001', details);
    expect(await modelsOf(server)).toEqual([]);
  });

  test('of a day doesn’t keep the server from stopping', async () => {
    const server = await startSteered({ timeouts: { closeGrace: 100 } });
    await plan(server, { operation: 'AddModel', delayMs: 86_400_000 });
    const cut = expect(add(server)).rejects.toThrow();
    await expect.poll(() => struck(server)).toEqual([1]);
    const begun = performance.now();
    await server.close();
    expect(performance.now() - begun).toBeLessThan(3000);
    await cut;
  });
});

describe('a cut connection', () => {
  test('brings no byte of an answer, and nothing is written', async () => {
    const server = shared();
    await addModel(server);
    await plan(server, { operation: 'AddModel', drop: true });
    const before = server.snapshot();
    const body = JSON.stringify({ param: requiredModelParams });
    const connection = await openConnection(server.url);
    const headers = { 'Content-Type': 'application/json', 'Content-Length': String(body.length) };
    await connection.send(rawRequest('POST', MODELS, headers, body));
    await expect(connection.answer()).rejects.toThrow(/before answer: $/);
    expect(server.snapshot()).toEqual(before);
    await addModel(server);
    expect(await struck(server)).toEqual([1]);
  });

  test('comes of a job too, which is none', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', drop: true });
    const uuid = newUuid();
    await expect(add(server, naming(uuid))).rejects.toThrow();
    expect((await poll(server, uuid)).status).toBe(404);
    expect(await modelsOf(server)).toEqual([]);
  });

  test('comes of each request that is struck, and of no other', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', drop: true, times: 7 });
    const ends = await Promise.allSettled(Array.from({ length: 20 }, () => add(server)));
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(7);
    expect(await modelsOf(server)).toHaveLength(13);
  });

  test('is told by the journal: the request was received', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', drop: true });
    await expect(add(server)).rejects.toThrow();
    await expect
      .poll(() => journal(server), { timeout: 500 })
      .toMatchObject([{ operation: 'AddModel', request: { param: requiredModelParams } }]);
  });

  test('doesn’t come where it is said not to', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', drop: false, delayMs: 0 });
    await addModel(server);
    expect(await struck(server)).toEqual([1]);
  });
});
