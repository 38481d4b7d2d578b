import { describe, expect, test } from 'vitest';
import { type OperationName, operations } from '../../src/contract/operations.ts';
import {
  expectDone,
  journal,
  plan,
  reset,
  setClock,
  sharedSteered,
  startSteered,
  struck,
} from '../support/control.ts';
import { expectError } from '../support/errors.ts';
import { type Code, descriptions, expectFailure } from '../support/failures.ts';
import { expectAccepted, naming, outcome, poll, writeNames, writes } from '../support/jobs.ts';
import { sessionExpired } from '../support/logins.ts';
import { exchange, openConnection, rawRequest } from '../support/raw-http.ts';
import { newUuid } from '../support/records.ts';
import {
  addModel,
  addModelService,
  deployModelService,
  requiredDeploymentParams,
  requiredModelParams,
} from '../support/resources.ts';
import { type Answer, API, SESSION, type Server } from '../support/server.ts';

const MODELS = `${API}/models`;
const UNKNOWN_SESSION = '00000000000040008000000000000000';

/** The codes that an operation can fail with, each with its status (F52). */
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

const shared = sharedSteered();

const add = (server: Server, options?: Parameters<Server['post']>[2]): Promise<Answer> =>
  server.post(MODELS, { param: requiredModelParams }, options);
const failing = (operation: string, more: object = {}) => ({
  operation,
  error: { code: 'SYS.1006', details: 'as planned' },
  ...more,
});
const modelsOf = async (server: Server) => (await server.get(MODELS)).body.inventories;

async function expectFails(
  answer: Promise<Answer>,
  details: unknown = 'as planned',
): Promise<void> {
  expectFailure(await answer, 503, 'SYS.1006', details);
}

describe('the outcome of a deployment', () => {
  const GROUPS = `${API}/model-services/instances/groups`;
  const fails = { status: 'Failed', afterMs: 30_000 };
  const planned = (more: object = {}) =>
    plan(shared(), { operation: 'DeployModelService', outcome: fails, ...more });
  const read = async ({ uuid }: { uuid: string }) =>
    (await shared().get(`${GROUPS}/${uuid}`)).body.inventories[0];

  test('is that of the fault, after its time, as often as it says', async () => {
    const server = shared();
    await setClock(server, { now: '2025-11-25T11:51:50Z' });
    await planned({ times: 2 });

    const groups = [];
    for (const _ of [1, 2, 3]) groups.push(await deployModelService(server));

    expect(groups.map(({ status }) => status)).toEqual(['Deploying', 'Deploying', 'Running']);
    await setClock(server, { now: '2025-11-25T11:52:19.999Z' });
    expect(await Promise.all(groups.map(read))).toEqual(groups);
    await setClock(server, { now: '2025-11-25T11:52:20Z' });
    for (const group of groups.slice(0, 2)) {
      const { status, instances } = await read(group);
      expect([status, instances[0].status]).toEqual(['Failed', 'Failed']);
    }
    expect((await server.query(GROUPS, ['status=failed'])).body.inventories).toHaveLength(2);
    expect(await struck(server)).toEqual([2]);
  });

  test('comes when the settings say, unless it has a time', async () => {
    await planned({ outcome: { status: 'any text' } });
    expect((await deployModelService(shared())).status).toBe('any text');
  });

  test('may be long, and a day later', async () => {
    await planned({ outcome: { status: 'a'.repeat(255), afterMs: 86_400_000 } });
    expect((await deployModelService(shared())).status).toBe('Deploying');
  });

  test('is also that of a job and of a message', async () => {
    const server = shared();
    await planned({ times: 2, outcome: { status: 'Failed', afterMs: 0 } });
    const { uuid } = await addModelService(server);
    const deployModelService = requiredDeploymentParams;
    const headers = { 'x-job-uuid': newUuid() };
    const path = `${API}/model-services/${uuid}`;
    const { status } = await server.put(path, { deployModelService }, { headers });
    const session = { uuid: SESSION };
    const message = { uuid, session, ...deployModelService };
    await server.post('/zstack/api', { 'org.zstack.ai.message.APIDeployModelServiceMsg': message });

    expect(status).toBe(202);
    expect((await server.query(GROUPS, ['status=Failed'])).body.inventories).toHaveLength(2);
  });

  test('uses nothing up for an update at the same path, and waits where it has a delay', async () => {
    const server = shared();
    await planned({ delayMs: 1 });
    const { uuid } = await addModelService(server);
    const path = `${API}/model-services/${uuid}`;
    expect((await server.put(path, { updateModelService: {} })).status).toBe(200);
    expect(await struck(server)).toEqual([0]);
    expect((await deployModelService(server, {}, uuid)).status).toBe('Deploying');
  });

  test('is dumped, and reset to the seed', async () => {
    const server = shared();
    await planned();
    const group = await deployModelService(server);
    const dump = await server.get('/_aios/dump');
    expect(dump.body.modelServiceInstanceGroups).toMatchObject([
      { uuid: group.uuid, outcome: 'Failed', instances: [{ outcome: 'Failed' }] },
    ]);
    expectDone(await server.post('/_aios/reset'));
    expect((await server.get(GROUPS)).body.inventories).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['another operation', { operation: 'AddModel' }, 'field[faults[0].outcome] is of'],
    ['any operation', { operation: '*' }, 'field[faults[0].outcome] is of'],
    ['an error', { status: 502 }, 'only one of field[status] and field[outcome]'],
    ['no status', { outcome: { afterMs: 1 } }, 'field[faults[0].outcome.status]'],
    ['a negative time', { outcome: { status: 'a', afterMs: -1 } }, 'outcome.afterMs'],
    ['more than a day', { outcome: { status: 'a', afterMs: 86_400_001 } }, 'outcome.afterMs'],
    ['a long status', { outcome: { status: 'a'.repeat(256) } }, 'outcome.status'],
  ])('is rejected with %s', async (_, more, sentence) => {
    const fault = { operation: 'DeployModelService', outcome: fails, ...more };
    const { status, body } = await shared().put('/_aios/faults', { faults: [fault] });
    expect(status).toBe(400);
    expect(body.error.details).toContain(sentence);
  });
});

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
    const listed = faults.map((fault) => ({ ...fault, struck: 0 }));
    expectDone(await server.put('/_aios/faults', { faults }), { faults: listed });
    expectDone(await server.get('/_aios/faults'), { faults: listed });
    await add(server);
    await server.get(`${MODELS}/a`);
    expect(await struck(server)).toEqual([1, 1, 0, 0]);
  });

  test('applies exactly as often to concurrent requests', async () => {
    const server = shared();
    await plan(server, failing('AddModel', { times: 17 }));
    const answers = await Promise.all(Array.from({ length: 60 }, () => add(server)));
    expect(answers.filter(({ status }) => status === 503)).toHaveLength(17);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(43);
    expect(await struck(server)).toEqual([17]);
    expect(await modelsOf(server)).toHaveLength(43);
  });

  test('applies to an operation alone, by its name, also at its other path', async () => {
    const server = shared();
    const { uuid } = await addModel(server);
    await plan(server, failing('UpdateModel', { times: 2 }));
    await addModel(server);
    expect((await server.get(`${MODELS}/${uuid}`)).status).toBe(200);
    await expectFails(server.put(`${MODELS}/${uuid}`, { updateModel: { name: 'b' } }));
    await expectFails(server.put(`${MODELS}/${uuid}/actions`, { updateModel: {} }));
  });

  test('is applied in order: a fault with hits left comes before the next', async () => {
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

describe('no fault applies to', () => {
  test('health, live, metrics, documents and the control API itself', async () => {
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
    ['with an unknown session', { session: UNKNOWN_SESSION }, 503],
    ['of another scheme', { session: null, headers: { authorization: 'Bearer a' } }, 400],
    ['that names its job badly', { headers: { 'x-job-uuid': 'a' } }, 400],
    ['whose timeout can’t be read', { headers: { 'x-api-timeout': 'soon' } }, 400],
    ['whose body isn’t JSON by its type', { headers: { 'content-type': 'text/plain' } }, 415],
    ['whose JSON is broken', { raw: '{"param":' }, 400],
    ['whose JSON is nested too deep', { raw: `${'['.repeat(65)}${']'.repeat(65)}` }, 400],
  ])('a request %s, which is rejected and not counted', async (_, options, status) => {
    const server = shared();
    await plan(server, failing('*'));
    const answer = await add(server, options);
    expect(answer.status).toBe(status);
    expect(answer.body.error.details).not.toBe('as planned');
    expect(await struck(server)).toEqual([0]);
  });

  test('a request for a job without a session, whose job fails by that', async () => {
    const server = shared();
    await plan(server, failing('AddModel'));
    const uuid = newUuid();
    expectAccepted(await add(server, naming(uuid, { session: UNKNOWN_SESSION })));
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
});

describe('an error', () => {
  test.each(
    codes,
  )('of %s is answered as the API’s own is, and nothing is written', async (code, status) => {
    const server = shared();
    await addModel(server);
    await plan(server, { operation: 'AddModel', error: { code, details: 'as planned: ä😀' } });
    const before = server.snapshot();
    const answer = await add(server);
    expectFailure(answer, status, code, 'as planned: ä😀');
    expect(answer.headers.get('retry-after')).toBe(code === 'SYS.1010' ? '1' : null);
    expect(server.snapshot()).toEqual(before);
    await addModel(server);
  });

  test.each(codes)('of %s is what a job comes to, and nothing else is written', async (code) => {
    const server = shared();
    await plan(server, { operation: 'AddModel', error: { code, details: 'as planned' } });
    const request = { method: 'POST', path: MODELS, body: { param: requiredModelParams } };
    expectFailure(await outcome(server, request), 503, code, 'as planned');
    expect(await modelsOf(server)).toEqual([]);
    expect(await struck(server)).toEqual([1]);
  });

  test('that is answered 4xx leaves no job, whose uuid can be used (F1)', async () => {
    const server = await startSteered({ reply: { mode: 'inline', publicUrl: '' } });
    const uuid = newUuid();
    await plan(server, {
      operation: 'AddModel',
      error: { code: 'SYS.1007', details: 'as planned' },
    });
    expectFailure(await add(server, naming(uuid)), 400, 'SYS.1007', 'as planned');
    expect(server.rows('jobs')).toEqual([]);
    const { status, body } = await add(server, naming(uuid));
    expect(status).toBe(200);
    expectDone(await poll(server, uuid), { inventory: body.inventory });
  });

  test.each(
    writeNames,
  )('applies to %s, inline and as a job, and undoes nothing that was there', async (name) => {
    const server = shared();
    const sent = await writes[name](server);
    const before = server.snapshot();
    await plan(server, failing(name, { times: 2 }));
    await expectFails(server.call(sent.method, sent.path, sent.body));
    expect(server.snapshot()).toEqual(before);
    expectFailure(await outcome(server, sent), 503, 'SYS.1006', 'as planned');
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
  test.each(reads)('applies to %s', async (name) => {
    const server = shared();
    await plan(server, failing(name));
    const path = operations[name].path.replaceAll(/\{\w+\}/g, newUuid());
    await expectFails(server.get(`/zstack${path}`));
    expect(await struck(server)).toEqual([1]);
  });

  test.each(['GetJob', '*'])('applies to the poll of a job, by %s', async (operation) => {
    const server = shared();
    const uuid = newUuid();
    expectAccepted(await add(server, naming(uuid)));
    await plan(server, failing(operation));
    await expectFails(poll(server, uuid));
    expect((await poll(server, uuid)).status).toBe(200);
    expect(await struck(server)).toEqual([1]);
  });

  test('of a job that was accepted uses its uuid up, also where inline it is an error', async () => {
    const server = shared();
    await plan(server, {
      operation: 'AddModel',
      error: { code: 'SYS.1007', details: 'as planned' },
    });
    const uuid = newUuid();
    expectAccepted(await add(server, naming(uuid)));
    expectFailure(await poll(server, uuid), 503, 'SYS.1007', 'as planned');
    expectFailure(await add(server, naming(uuid)), 400, 'SYS.1007', `Duplicate job uuid[${uuid}]`);
  });
});

describe('a status', () => {
  const undocumented = sharedSteered({ isWatched: false });
  test('of any failure is answered, whatever the API documents', async () => {
    const server = undocumented();
    const all = Array.from({ length: 200 }, (_, index) => 400 + index);
    await plan(server, ...all.map((status) => ({ operation: 'QueryModel', status })));
    for (const status of all) {
      // By a socket, since fetch takes 407 for an error of its own.
      const answer = await exchange(server.url, rawRequest('GET', MODELS));
      const { code } = answer.body.error;
      expectFailure(answer, status, code, expect.stringMatching(/./));
      expect(Object.keys(descriptions)).toContain(code);
    }
    expect((await server.get(MODELS)).status).toBe(200);
  });

  test('is answered inline also if a job was requested, which is not stored', async () => {
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
      error: { code: 'SYS.1010', details: 'as planned' },
    });
    expectFailure(await add(server), 413, 'SYS.1010', 'as planned');
    expect(await modelsOf(server)).toEqual([]);
  });
});

describe('a delay', () => {
  const DAY = 86_400_000;

  test('delays only its request, which a reset aborts', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', delayMs: DAY });
    const uuid = newUuid();
    let isAnswered = false;
    const cut = expect(
      add(server, naming(uuid)).finally(() => {
        isAnswered = true;
      }),
    ).rejects.toThrow();
    await expect.poll(() => struck(server)).toEqual([1]);
    for (let times = 0; times < 5; times++) await addModel(server);
    expect(await modelsOf(server)).toHaveLength(5);
    expect((await poll(server, uuid)).status).toBe(404);
    expect(isAnswered).toBe(false);
    await reset(server);
    await cut;
    expect(await modelsOf(server)).toEqual([]);
  });

  test.each([
    ['the operation', { drop: false }, 200],
    ['an error', { error: { code: 'SYS.1006', details: 'as planned' } }, 503],
    ['a status', { status: 503 }, 503],
  ])('goes before %s', async (_, fault, status) => {
    const server = shared();
    await plan(server, { operation: 'AddModel', delayMs: 20, ...fault });
    expect((await add(server)).status).toBe(status);
    expect(await modelsOf(server)).toHaveLength(status === 200 ? 1 : 0);
  });

  test('of a day does not delay the server’s stop', async () => {
    const server = await startSteered({ timeouts: { closeGrace: 100 } });
    await plan(server, { operation: 'AddModel', delayMs: DAY });
    const cut = expect(add(server)).rejects.toThrow();
    await expect.poll(() => struck(server)).toEqual([1]);
    await server.close();
    await cut;
  });
});

describe('a cut connection', () => {
  test('closes the connection without a byte, and nothing is written', async () => {
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

  test('is recorded in the journal: the request was received', async () => {
    const server = shared();
    await plan(server, { operation: 'AddModel', drop: true });
    await expect(add(server)).rejects.toThrow();
    await expect
      .poll(() => journal(server), { timeout: 500 })
      .toMatchObject([{ operation: 'AddModel', request: { param: requiredModelParams } }]);
  });
});
