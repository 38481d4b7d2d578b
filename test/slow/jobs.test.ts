import { afterEach, describe, expect, test, vi } from 'vitest';
import { Jobs } from '../../src/domain/jobs.ts';
import {
  type ExpectedError,
  expectError,
  invalidArgument,
  mandatory,
  notFound,
} from '../support/errors.ts';
import { failEachDeletion, internalError } from '../support/failing-deletions.ts';
import { expectFailure } from '../support/failures.ts';
import {
  expectAccepted,
  follow,
  jobPath,
  naming,
  outcome,
  poll,
  type Sent,
  send,
  type WriteName,
  writeNames,
  writes,
} from '../support/jobs.ts';
import { exchange, openConnection, rawRequest } from '../support/raw-http.ts';
import { newUuid } from '../support/records.ts';
import { requiredModelParams } from '../support/resources.ts';
import {
  type Answer,
  API,
  type CallOptions,
  SESSION,
  type Server,
  START,
  startServer,
} from '../support/server.ts';
import { databaseName } from '../support/server-database.ts';
import { sharedServer } from '../support/shared-server.ts';
import { UNKNOWN } from '../support/stores.ts';

const MODELS = `${API}/models`;
const SERVICES = `${API}/model-services`;
const MODEL = { param: requiredModelParams };
const RETENTION_MS = 10_800_000;
const HOOK = 'http://127.0.0.1:9/hook';

const gone: ExpectedError = { status: 404, code: 'SYS.1003', details: 'the job has been expired' };
const sessionExpired: ExpectedError = { status: 503, code: 'ID.1001', details: 'Session expired' };
const malformedJob = invalidArgument(
  "Invalid header[X-Job-UUID], it must be a UUID with '-' stripped",
);
const duplicate = (uuid: string) => invalidArgument(`Duplicate job uuid[${uuid}]`);

/** Everything that operations write, except jobs. */
function written(server: Server) {
  const { jobs: _jobs, hooks: _hooks, ...others } = server.snapshot();
  return others;
}

describe('the poll of a failed job answers 503 with the error and nothing else', () => {
  const shared = sharedServer();
  const post = (path: string, body: object): Sent => ({ method: 'POST', path, body });

  test.each<[string, (server: Server) => Promise<Sent> | Sent, ExpectedError]>([
    ['a missing wrapper', () => post(SERVICES, {}), mandatory('AddModelService', 'name')],
    ['no body at all', () => ({ method: 'POST', path: MODELS }), mandatory('AddModel', 'name')],
    [
      'a deletion of what is no uuid',
      () => ({ method: 'DELETE', path: `${SERVICES}/none` }),
      { status: 503, code: 'SYS.1003', details: 'invalid value[none] of field [uuid]' },
    ],
    [
      'an update of what is not there',
      () => ({ method: 'PUT', path: `${SERVICES}/${UNKNOWN}`, body: { updateModelService: {} } }),
      notFound('uuid', UNKNOWN, 'ModelServiceVO'),
    ],
  ])('%s', async (_, request, expectedError) => {
    const server = shared();
    const sent = await request(server);
    const before = written(server);

    const inline = await send(server, sent);
    const { status, headers, body } = await outcome(server, sent);

    expectError(inline, expectedError);
    expectError({ status, headers, body }, { ...expectedError, status: 503 });
    expect(body).toEqual(inline.body);
    expect(written(server)).toEqual(before);
  });
});

describe('what is wrong with the request itself is answered at once and leaves no job', () => {
  const shared = sharedServer({ reply: { mode: 'job', publicUrl: '' }, bodyLimit: 4096 });
  const wrong = (status: number, details: unknown = expect.any(String)): ExpectedError => ({
    status,
    code: 'SYS.1007',
    details,
  });
  const unprovided = (sentence: unknown) => wrong(400, sentence);
  const adding = (params: unknown) => ({ method: 'POST', path: MODELS, body: { param: params } });
  const service = `${SERVICES}/${UNKNOWN}`;

  test.each<[string, Partial<Sent> & CallOptions, ExpectedError]>([
    ['broken JSON', { raw: '{"param":' }, wrong(400)],
    ['a body that is a list', { body: [] }, wrong(400)],
    [
      'a type that is wrong behind an argument that is missing',
      adding({ size: 'much' }),
      wrong(400, '[size] field is excepted an int or long, but was [much].'),
    ],
    ['another Content-Type', { raw: 'a', headers: { 'content-type': 'text/plain' } }, wrong(415)],
    [
      'an update without an action',
      { method: 'PUT', path: service, body: {} },
      unprovided(
        `the body doesn't contain action mapping to the URL[/v1/ai/model-services/${UNKNOWN}]`,
      ),
    ],
    ['an unreadable hook', { headers: { 'X-Web-Hook': 'no url' } }, wrong(400)],
    ['a forbidden hook', { headers: { 'X-Web-Hook': 'http://192.0.2.1/' } }, wrong(400)],
    ['no Authorization', { session: null }, wrong(400, "missing header 'Authorization'")],
  ])('%s', async (_, sent, expectedError) => {
    const server = shared();
    const uuid = newUuid();
    const { method = 'POST', path = MODELS, body = MODEL, ...options } = sent;
    const before = server.snapshot();

    expectError(await server.call(method, path, body, naming(uuid, options)), expectedError);

    expectError(await poll(server, uuid), gone);
    expect(server.snapshot()).toEqual(before);
    expectAccepted(await server.post(MODELS, MODEL, naming(uuid)));
    expect(await poll(server, uuid)).toMatchObject({ status: 200, body: { success: true } });
  });
});

describe('the job of a request without a valid session', () => {
  const shared = sharedServer({ bodyLimit: 4096 });
  const jobMode = sharedServer({ reply: { mode: 'job', publicUrl: '' } });
  const anonymous = (uuid: string, headers: Record<string, string> = {}) =>
    naming(uuid, { session: newUuid(), headers });

  test.each<[string, CallOptions]>([
    ['an unknown session', { session: newUuid() }],
    ['an Authorization without a session', { session: '' }],
    ['a session in capitals', { session: SESSION.toUpperCase() }],
    ['two sessions', { session: `${SESSION} ${SESSION}` }],
    ['a body of wrong types, which is not read', { session: newUuid(), raw: '{"param":1}' }],
    ['a body that is too large, which is not read', { session: newUuid(), raw: 'x'.repeat(5000) }],
  ])('with %s is accepted, fails, and leaves nothing in the database', async (_, options) => {
    const server = shared();
    const before = server.snapshot();
    const uuid = newUuid();
    const answer = await server.post(MODELS, MODEL, naming(uuid, options));
    expectAccepted(answer, { location: server.url + jobPath(uuid) });
    expectError(await poll(server, uuid), sessionExpired);
    expect(server.snapshot()).toEqual(before);
  });

  test('does not use its uuid up for those with a session', async () => {
    const server = shared();
    const uuid = newUuid();
    await server.post(MODELS, MODEL, anonymous(uuid));
    await server.post(MODELS, MODEL, anonymous(uuid));
    const before = server.rows('models').length;

    expectAccepted(await server.post(MODELS, MODEL, naming(uuid)));

    expect(await poll(server, uuid)).toMatchObject({ status: 200, body: { success: true } });
    expect(server.rows('models')).toHaveLength(before + 1);
  });

  test('does not change the outcome of another’s of the same uuid', async () => {
    const server = shared();
    const uuid = newUuid();
    await server.post(MODELS, MODEL, naming(uuid));
    const { body } = await poll(server, uuid);

    expectAccepted(await server.post(MODELS, MODEL, anonymous(uuid)));

    expect((await poll(server, uuid)).body).toEqual(body);
    expectError(await server.post(MODELS, MODEL, naming(uuid)), duplicate(uuid));
  });

  test.each<[string, Record<string, string>, ExpectedError]>([
    ['a malformed uuid', { 'X-Job-UUID': 'short' }, malformedJob],
    ['a malformed hook', { 'X-Web-Hook': 'x' }, invalidArgument(expect.any(String))],
    ['a malformed timeout', { 'X-API-Timeout': 'x' }, invalidArgument(expect.any(String))],
  ])('is rejected at once for %s: headers come before the session', async (_, headers, expectedError) => {
    const server = jobMode();
    expectError(await server.post(MODELS, MODEL, { headers, session: newUuid() }), expectedError);
  });

  test('is remembered for as long as others, and no longer', async () => {
    const server = await startServer();
    const uuid = newUuid();
    await server.post(MODELS, MODEL, anonymous(uuid));

    server.advance(RETENTION_MS - 1);
    expectError(await poll(server, uuid), sessionExpired);
    server.advance(2);
    expectError(await poll(server, uuid), gone);
  });

  test('is forgotten after a thousand others, so that memory is bounded', async () => {
    const server = await startServer();
    const send = (uuid: string) => server.post(MODELS, undefined, anonymous(uuid));
    const [first, last] = [newUuid(), newUuid()];
    await send(first);
    for (let hundred = 0; hundred < 10; hundred++) {
      await Promise.all(Array.from({ length: 100 }, () => send(newUuid())));
    }
    await send(last);
    expectError(await poll(server, first), gone);
    expectError(await poll(server, last), sessionExpired);
    expect(server.rows('jobs')).toEqual([]);
  });
});

describe('the uuid of a job', () => {
  const shared = sharedServer();

  test.each([
    ['empty', ''],
    ['33 characters', 'a'.repeat(33)],
    ['a uuid with its hyphens', crypto.randomUUID()],
  ])('is rejected where it is %s', async (_, uuid) => {
    const server = shared();
    const before = server.snapshot();
    expectError(await server.post(MODELS, MODEL, naming(uuid)), malformedJob);
    expect(server.snapshot()).toEqual(before);
  });

  test.each([
    ['the marks of a URL', 'a/b?c#d%e&f=g;h:i@j!k$l,m+n*o(p)'],
    ['backslashes', '\\'.repeat(32)],
    ['a way out', '../../../../../../etc/passwd.../'],
    ['what looks encoded', '%2F%2e%25%00%0a%ff%zz%c3%a9%2525'],
    ['letters beyond ASCII', 'é'.repeat(32)],
    ['a tab inside', `${'a'.repeat(15)}\t${'b'.repeat(16)}`],
    ['SQL', "' OR 1=1; DROP TABLE jobs; -- xx"],
    ['a parameter, as of routes', ':uuid'.padEnd(32, '/')],
  ])('may be any 32 characters: with %s its location can be polled', async (_, uuid) => {
    const server = shared();
    expect(uuid).toHaveLength(32);

    const location = expectAccepted(await server.post(MODELS, MODEL, naming(uuid)));

    // Neither more path nor a query nor a fragment.
    const { origin, pathname, search, hash } = new URL(location);
    expect({ origin, search, hash }).toEqual({ origin: server.url, search: '', hash: '' });
    expect(pathname).toMatch(/^\/zstack\/v1\/api-jobs\/[^/]+$/);
    const { status, body } = await follow(location);
    expect({ status, success: body.success }).toEqual({ status: 200, success: true });
    expectError(await server.post(MODELS, MODEL, naming(uuid)), duplicate(uuid));
    const rejected = await fetch(location, { method: 'DELETE' });
    expect({ status: rejected.status, allow: rejected.headers.get('allow') }).toEqual({
      status: 405,
      allow: 'GET',
    });
  });

  test('belongs to one job, succeeded or failed', async () => {
    const server = shared();
    const [succeeded, failed] = [newUuid(), newUuid()];
    await server.post(MODELS, MODEL, naming(succeeded));
    await server.post(MODELS, {}, naming(failed));
    const outcomes = [(await poll(server, succeeded)).body, (await poll(server, failed)).body];
    const before = server.snapshot();
    const again: Sent[] = [
      { method: 'POST', path: MODELS, body: MODEL },
      // Another operation, and ones that would fail.
      { method: 'DELETE', path: `${MODELS}/${outcomes[0].inventory.uuid}` },
      { method: 'POST', path: MODELS, body: {} },
      { method: 'PUT', path: `${MODELS}/${UNKNOWN}`, body: { updateModel: {} } },
    ];

    for (const uuid of [succeeded, failed]) {
      for (const request of again) {
        const headers = { 'X-Web-Hook': HOOK };
        expectError(await send(server, request, naming(uuid, { headers })), duplicate(uuid));
      }
    }

    expect(server.snapshot()).toEqual(before);
    expect([(await poll(server, succeeded)).body, (await poll(server, failed)).body]).toEqual(
      outcomes,
    );
  });

  const twentyTimes = (post: (index: number) => Promise<Answer>) =>
    Promise.all(Array.from({ length: 20 }, (_, index) => post(index)));

  function expectOneOf(answers: Answer[], uuid: string, status: number): void {
    const [ran, rejected] = [true, false].map((which) =>
      answers.filter((answer) => (answer.status === status) === which),
    );
    expect([ran?.length, rejected?.length]).toEqual([1, answers.length - 1]);
    for (const answer of rejected ?? []) expectError(answer, duplicate(uuid));
  }

  test.each<[string, (index: number) => object]>([
    ['well', () => MODEL],
    ['half of them badly', (index) => (index % 2 === 0 ? {} : MODEL)],
  ])('that twenty use at once, %s, runs one of their operations', async (_, bodyOf) => {
    const server = shared();
    const uuid = newUuid();
    const before = server.rows('models').length;

    const answers = await twentyTimes((index) => server.post(MODELS, bodyOf(index), naming(uuid)));

    expectOneOf(answers, uuid, 202);
    const { status } = await poll(server, uuid);
    expect([200, 503]).toContain(status);
    expect(server.rows('models')).toHaveLength(before + (status === 200 ? 1 : 0));
  });

  test('that twenty use at once, answered inline, runs once', async () => {
    const server = await startServer({ reply: { mode: 'inline', publicUrl: '' } });
    const uuid = newUuid();

    expectOneOf(await twentyTimes(() => server.post(MODELS, MODEL, naming(uuid))), uuid, 200);

    expect(server.rows('models')).toHaveLength(1);
  });
});

describe('the location of a job', () => {
  const shared = sharedServer({ reply: { mode: 'job', publicUrl: '' } });

  /** Sends a write that names a job, with these headers. */
  const adding = (server: Server, uuid: string, headers: Record<string, string | null>) =>
    exchange(server.url, rawRequest('POST', MODELS, { 'X-Job-UUID': uuid, ...headers }));

  test.each([
    'localhost',
    'AIOS.example.com:8080',
    'xn--bcher-kva.example:65535',
    '[::1]',
    '[2001:db8::1]:8443',
  ])('begins with the request’s own scheme and host: %s', async (host) => {
    const uuid = newUuid();
    expectAccepted(await adding(shared(), uuid, { Host: host }), {
      location: `http://${host}${jobPath(uuid)}`,
    });
  });

  test.each([
    ['a path', 'localhost/evil'],
    ['a fragment', 'localhost#a'],
    ['a user', 'user@localhost'],
    ['a space', 'local host'],
    ['a word for a port', 'localhost:http'],
    ['a port that is too great', 'localhost:65536'],
    ['half a bracket', '[::1'],
    ['an address that is too great', '256.256.256.256'],
    ['nothing', ''],
  ])('is not made of a Host with %s: nothing runs', async (_, host) => {
    const server = shared();
    const uuid = newUuid();
    const before = server.snapshot();

    const answer = await adding(server, uuid, { Host: host });

    expectError(answer, invalidArgument(expect.any(String)));
    expectError(await poll(server, uuid), gone);
    expect(server.snapshot()).toEqual(before);
  });

  /** By whom they trust. */
  const servers = {
    'no proxy': sharedServer({ trustProxy: false }),
    'another proxy': sharedServer({ trustProxy: ['192.0.2.1'] }),
    anybody: sharedServer({ trustProxy: true }),
    'the proxy that calls': sharedServer({ trustProxy: ['127.0.0.1'] }),
  };
  const proxied = {
    Host: 'inside.example.com',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'outside.example.com:8443',
  };

  test.each<[keyof typeof servers, string, Record<string, string>, string]>([
    ['no proxy', 'both', proxied, 'http://inside.example.com'],
    ['anybody', 'both', proxied, 'https://outside.example.com:8443'],
    ['the proxy that calls', 'both', proxied, 'https://outside.example.com:8443'],
    [
      'anybody',
      'only the scheme',
      { Host: 'inside.example.com', 'X-Forwarded-Proto': 'https' },
      'https://inside.example.com',
    ],
    [
      'anybody',
      'only the host',
      { Host: 'inside.example.com', 'X-Forwarded-Host': 'outside.example.com' },
      'http://outside.example.com',
    ],
    ['anybody', 'nothing', { Host: 'inside.example.com' }, 'http://inside.example.com'],
    [
      'the proxy that calls',
      'several of each, of which the first counts,',
      {
        'X-Forwarded-Proto': 'https, http',
        'X-Forwarded-Host': 'outside.example.com, inside.example.com',
        'X-Forwarded-Prefix': '/aios/, /other',
      },
      'https://outside.example.com/aios',
    ],
    ['anybody', 'an empty host', { 'X-Forwarded-Host': ' ,a' }, 'http://localhost'],
  ])('trusting %s, begins so where the proxy names %s', async (clientAddress, _, headers, origin) => {
    const server = servers[clientAddress]();
    const uuid = newUuid();
    expectAccepted(await adding(server, uuid, headers), { location: origin + jobPath(uuid) });
  });

  test.each<[string, Record<string, string>]>([
    ['host with a path', { 'X-Forwarded-Host': 'outside.example.com/evil?' }],
  ])('is not made of a trusted proxy’s %s', async (_, headers) => {
    const server = servers.anybody();
    const before = server.snapshot();
    expectError(await adding(server, newUuid(), headers), invalidArgument(expect.any(String)));
    expect(server.snapshot()).toEqual(before);
  });

  test.each([
    'https://aios.example.com:8443',
    'https://example.com/aios',
  ])('begins with AIOS_PUBLIC_URL where that is set, whatever the proxy says: %s', async (publicUrl) => {
    const server = await startServer({ trustProxy: true, reply: { mode: 'auto', publicUrl } });
    const uuid = newUuid();
    expectAccepted(await adding(server, uuid, proxied), { location: publicUrl + jobPath(uuid) });
  });
});

describe('the time a job may take', () => {
  const shared = sharedServer();

  test.each([
    ['1', 1000],
    ['86400', 86_400_000],
  ])('of X-API-Timeout: %s is answered in milliseconds', async (timeout, apiTimeout) => {
    const headers = { 'X-API-Timeout': timeout };
    expectAccepted(await shared().post(MODELS, MODEL, naming(newUuid(), { headers })), {
      apiTimeout,
    });
  });

  test('counts from the request’s beginning', async () => {
    const server = shared();
    const uuid = newUuid();
    const body = JSON.stringify(MODEL);
    const headers = {
      'X-Job-UUID': uuid,
      'X-API-Timeout': '1',
      'Content-Type': 'application/json',
      'Content-Length': String(body.length),
    };
    const before = written(server);
    const connection = await openConnection(server.url);
    await connection.send(rawRequest('POST', MODELS, headers, body.slice(0, 9)));
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await connection.send(body.slice(9));

    expectAccepted(await connection.answer(), { apiTimeout: 1000, location: expect.any(String) });
    expectFailure(await poll(server, uuid), 503, 'SYS.1001', expect.any(String));
    expect(written(server)).toEqual(before);
  });
});

describe('the poll of a job', () => {
  const shared = sharedServer();

  test.each<[string, CallOptions]>([
    ['no session', { session: null }],
    ['a session that has ended', { session: newUuid() }],
    ['a body', { headers: { 'content-type': 'text/plain' } }],
  ])('is answered to one with %s', async (_, options) => {
    const server = shared();
    const uuid = newUuid();
    await server.post(MODELS, MODEL, naming(uuid));
    const answer = await server.get(jobPath(uuid), options);
    expect({ status: answer.status, success: answer.body.success }).toEqual({
      status: 200,
      success: true,
    });
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
  });

  test.each([
    ['a uuid', newUuid()],
    ['a slash', 'a/b'],
    ['NUL', '\0'],
    ['SQL', "' OR 1=1 --"],
  ])('of a job that never was, named by %s, is 404', async (_, uuid) => {
    expectError(await poll(shared(), uuid), gone);
  });

  test.each([
    'POST',
    'PUT',
    'DELETE',
    'PATCH',
    'OPTIONS',
  ])('by %s is rejected, for any job and anybody', async (method) => {
    const server = shared();
    const uuid = newUuid();
    await server.post(MODELS, MODEL, naming(uuid));
    for (const path of [jobPath(uuid), jobPath(newUuid()), jobPath('a/b%')]) {
      for (const options of [{}, { session: null }, naming('short')]) {
        const answer = await server.call(method, path, undefined, options);
        expectFailure(
          answer,
          405,
          'SYS.1009',
          'only GET method is allowed for querying job status',
        );
        expect(answer.headers.get('allow')).toBe('GET');
      }
    }
    expect((await poll(server, uuid)).status).toBe(200);
  });
});

describe('the outcome of a job', () => {
  const shared = sharedServer();
  afterEach(() => void vi.useRealTimers());

  test('can be polled for three hours', async () => {
    const server = shared();
    const [succeeded, failed] = [newUuid(), newUuid()];
    await server.post(MODELS, MODEL, naming(succeeded));
    await server.post(MODELS, {}, naming(failed));

    server.advance(RETENTION_MS - 1);
    expect((await poll(server, succeeded)).status).toBe(200);
    expect((await poll(server, failed)).status).toBe(503);
    server.advance(2);
    expectError(await poll(server, succeeded), gone);
    expectError(await poll(server, failed), gone);
  });

  test('is as it was then, though the resource has changed', async () => {
    const server = shared();
    const uuid = newUuid();
    await server.post(MODELS, MODEL, naming(uuid));
    const { body } = await poll(server, uuid);
    await server.put(`${MODELS}/${body.inventory.uuid}`, { updateModel: { name: 'later' } });
    expect((await poll(server, uuid)).body).toEqual(body);
    await server.delete(`${MODELS}/${body.inventory.uuid}`);
    expect((await poll(server, uuid)).body).toEqual(body);
  });

  test('survives a restart, and so does the use of its uuid', async (context) => {
    const database = await databaseName(context);
    const [succeeded, failed] = [newUuid(), newUuid()];
    const before = await startServer({ database });
    await before.post(MODELS, MODEL, naming(succeeded));
    await before.put(`${MODELS}/${UNKNOWN}`, { updateModel: {} }, naming(failed));
    const { body } = await poll(before, succeeded);
    await before.close();

    const after = await startServer({ database });

    expect(await poll(after, succeeded)).toMatchObject({ status: 200, body });
    expectError(await poll(after, failed), notFound('uuid', UNKNOWN, 'ModelVO'));
    for (const uuid of [succeeded, failed]) {
      expectError(await after.post(MODELS, MODEL, naming(uuid)), duplicate(uuid));
    }
    expect(after.rows('models')).toHaveLength(1);
    after.advance(RETENTION_MS + 1);
    expectError(await poll(after, succeeded), gone);
  });

  test('is removed some time after it can’t be polled any longer', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const server = await startServer();
    const [old, young] = [newUuid(), newUuid()];
    await server.post(MODELS, MODEL, naming(old));
    server.advance(RETENTION_MS + 1);
    await server.post(MODELS, MODEL, naming(young));

    vi.advanceTimersByTime(3_600_000);

    await vi.waitFor(() => expect(server.rows('jobs')).toMatchObject([{ uuid: young }]));
    expect(server.rows('models')).toHaveLength(2);
    expectAccepted(await server.post(MODELS, MODEL, naming(old)));
  });
});

describe('the sweep of old jobs', () => {
  /** Inserts jobs that were created at this time. */
  async function insertJobs(server: Server, count: number, createDate: number): Promise<void> {
    await server.execute(`WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
       INSERT INTO jobs SELECT '${createDate}-' || n, 'DeleteTag', ${createDate}, true, '{}' FROM numbers`);
  }

  /** Sweeps as a server would whose clock says so. */
  async function sweep({ store }: Server, now: number): Promise<number> {
    let pauses = 0;
    const pause = async () => void pauses++;
    await new Jobs({ store, clock: () => now, pause }, RETENTION_MS).sweep();
    return pauses;
  }

  test('removes any number of them, with pauses for other requests', async () => {
    const server = await startServer();
    await insertJobs(server, 1700, START - 1);
    await insertJobs(server, 700, START);

    const pauses = await sweep(server, START + RETENTION_MS);

    const left = server.rows('jobs').map(({ uuid }) => String(uuid).replace(/-\d+$/, ''));
    expect(left).toEqual(Array(700).fill(String(START)));
    expect(pauses).toBeGreaterThan(0);
    expect(await sweep(server, START + RETENTION_MS)).toBe(0);
  });
});

describe('an operation and its job are stored together or not at all', () => {
  /** Makes an insertion fail until the returned function is called. */
  const failInsertions = (server: Server, table: string, when?: string) =>
    failEachDeletion(server, 'INSERT', table, 'the insertion fails', when);

  const shared = sharedServer();

  test.each(writeNames)('%s does nothing if its job can’t be stored', async (name: WriteName) => {
    const server = shared();
    const request = await writes[name](server);
    const uuid = newUuid();
    const before = server.snapshot();
    const restore = await failInsertions(server, 'jobs');

    const answer = await send(server, request, naming(uuid));

    await restore();
    expectError(answer, internalError);
    expect(server.snapshot()).toEqual(before);
    expectError(await poll(server, uuid), gone);
    // Its uuid is not used up, and the operation is still there to be done.
    expectAccepted(await send(server, request, naming(uuid)));
    expect(await poll(server, uuid)).toMatchObject({ status: 200, body: { success: true } });
  });

  test('with the hook to call', async () => {
    const server = await startServer({ hookTiming: { first: 3_600_000 } });
    const before = server.snapshot();
    const options = naming(newUuid(), { headers: { 'X-Web-Hook': HOOK } });
    const restore = await failInsertions(server, 'hooks');

    expectError(await server.post(MODELS, MODEL, options), internalError);

    await restore();
    expect(server.snapshot()).toEqual(before);
    expectAccepted(await server.post(MODELS, MODEL, options));
    expect([server.rows('models'), server.rows('jobs'), server.rows('hooks')]).toMatchObject([
      [{}],
      [{ success: 1 }],
      [{ pending: 1, attempts: 0, url: HOOK }],
    ]);
  });

  test('a rejected job can be sent again if its failure can’t be stored', async () => {
    const server = shared();
    const uuid = newUuid();
    const rejected = { param: { ...MODEL.param, modelServiceUuids: [newUuid()] } };
    const restore = await failInsertions(server, 'jobs');

    expectError(await server.post(MODELS, rejected, naming(uuid)), internalError);

    await restore();
    expectError(await poll(server, uuid), gone);
    expectAccepted(await server.post(MODELS, rejected, naming(uuid)));
    expectFailure(await poll(server, uuid), 503, 'SYS.1003', expect.any(String));
  });
});
