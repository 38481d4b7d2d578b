import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import examples from '../../openapi/examples.json' with { type: 'json' };
import { type Operation, operations } from '../../src/contract/operations.ts';
import {
  expectError,
  expectRejected,
  invalidArgument,
  mandatory,
  notFound,
} from '../support/errors.ts';
import { expectFailure } from '../support/failures.ts';
import {
  countedUuids,
  expectAccepted,
  follow,
  jobPath,
  naming,
  otherNames,
  poll,
  type Sent,
  send,
  writeNames,
  writes,
} from '../support/jobs.ts';
import { credentials, INITIAL_DIGEST, LOGIN } from '../support/logins.ts';
import { newUuid } from '../support/records.ts';
import { addModel, requiredModelParams } from '../support/resources.ts';
import { API, openServer, ROOT, type Server, START, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';
import { UNKNOWN } from '../support/stores.ts';

const MODELS = `${API}/models`;
const MODEL = { param: requiredModelParams };
const HOOK = 'http://127.0.0.1:9/hook';
/** Hooks are not called while these tests run, since a call changes the stored hook. */
const NEVER = { first: 3_600_000 };

const jobMode = { reply: { mode: 'job', publicUrl: '' } } as const;
const inlineMode = { reply: { mode: 'inline', publicUrl: '' } } as const;

test('there is a request for every write of the catalogue', () => {
  expect(Object.keys(writes).toSorted()).toEqual(writeNames.toSorted());
  // Those that F1 names.
  expect(otherNames.filter((name) => !/^(Query|Get)/.test(name)).toSorted()).toEqual([
    'LogInByAccount',
    'LogOut',
    'ValidateSession',
  ]);
});

describe('AIOS_REPLY=auto', () => {
  const shared = sharedServer({ hookTiming: NEVER });

  test.each<[string, Record<string, string>]>([
    ['a hook', { 'X-Web-Hook': HOOK }],
    ['Prefer', { Prefer: 'respond-async' }],
    ['Prefer in capitals', { prefer: 'RESPOND-ASYNC' }],
    ['Prefer with a wait behind it', { Prefer: 'respond-async, wait=10' }],
    ['Prefer with a wait before it', { Prefer: 'wait=10,respond-async' }],
    ['Prefer with a parameter', { Prefer: 'respond-async; foo="bar"' }],
    ['Prefer among others', { Prefer: 'return=minimal , respond-async ,handling=lenient' }],
  ])('given %s, a write is answered with a job', async (_, headers) => {
    const server = shared();
    const before = server.rows('models').length;

    const answer = await server.post(MODELS, MODEL, { headers });

    const location = expectAccepted(answer, {
      location: expect.stringMatching(new RegExp(`^${server.url}${ROOT}/api-jobs/[0-9a-f]{32}$`)),
    });
    const { status, body } = await follow(location);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { success: true, inventory: { name: requiredModelParams.name } },
    });
    expect(server.rows('models')).toHaveLength(before + 1);
  });

  test('given a job’s uuid, a write is answered with that job', async () => {
    const server = shared();
    const uuid = newUuid();

    expectAccepted(await server.post(MODELS, MODEL, naming(uuid)), {
      location: server.url + jobPath(uuid),
    });

    expect(await poll(server, uuid)).toMatchObject({ status: 200, body: { success: true } });
    expect(server.rows('jobs', `uuid = '${uuid}'`)).toMatchObject([{ operation: 'AddModel' }]);
  });

  test.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['another preference', { Prefer: 'return=representation' }],
    ['an empty preference', { Prefer: '' }],
    ['a preference whose name goes on', { Prefer: 'respond-asynchronously' }],
    ['a preference whose name begins otherwise', { Prefer: 'no-respond-async' }],
    ['a preference whose value it is', { Prefer: 'foo=respond-async' }],
    ['what the vendor’s clients also send', { 'X-Session-Id': 'x' }],
  ])('given %s, it is answered inline, and no job is stored', async (_, headers) => {
    const server = shared();
    const before = server.rows('jobs');

    const { status, body } = await server.post(MODELS, MODEL, { headers });

    expect({ status, keys: Object.keys(body) }).toEqual({
      status: 200,
      keys: ['success', 'inventory'],
    });
    expect(server.rows('jobs')).toEqual(before);
  });
});

describe('a write that names a job', () => {
  let [inline, jobs]: Server[] = [];
  const uuids = { inline: countedUuids(), jobs: countedUuids() };
  beforeAll(async () => {
    [inline, jobs] = await Promise.all([
      openServer({ newUuid: uuids.inline.next }),
      openServer({ newUuid: uuids.jobs.next }),
    ]);
  });
  afterAll(() => Promise.all([inline?.close(), jobs?.close()]));

  /** The expected content of both databases, for inline answers and jobs. */
  const written = (server: Server) => {
    const { jobs: _jobs, hooks: _hooks, ...others } = server.snapshot();
    // The place in the order of insertion: PostgreSQL's store numbers that by the clock.
    const placed = (row: Record<string, unknown>, index: number) =>
      'position' in row ? { ...row, position: index } : row;
    return Object.fromEntries(
      Object.entries(others).map(([table, rows]) => [table, rows.map(placed)]),
    );
  };

  test.each(writeNames)('%s ends as the inline answer to the same', async (name) => {
    if (!inline || !jobs) throw new Error('the servers are not there');
    const series = writeNames.indexOf(name) + 1;
    uuids.inline.start(series);
    uuids.jobs.start(series);
    const request = await writes[name](inline);
    expect(await writes[name](jobs)).toEqual(request);
    const uuid = newUuid();

    const answer = await send(inline, request);
    const accepted = await send(jobs, request, naming(uuid));

    expectAccepted(accepted, { location: jobs.url + jobPath(uuid) });
    const polled = await poll(jobs, uuid);
    expect(answer.status).toBe(200);
    expect({ status: polled.status, body: polled.body }).toEqual({
      status: 200,
      body: answer.body,
    });
    expect(Object.keys(polled.body)).toEqual(Object.keys(answer.body));
    expect(polled.headers.get('content-type')).toBe(answer.headers.get('content-type'));
    expect(written(jobs)).toEqual(written(inline));
    expect(jobs.rows('jobs', `uuid = '${uuid}'`)).toMatchObject([{ operation: name, success: 1 }]);
    // Further polls answer the same.
    expect((await poll(jobs, uuid)).body).toEqual(answer.body);
  });
});

/** Whatever could make a job of a request, and couldn't be read if it did. */
const jobHeaders: [string, Record<string, string>][] = [
  ['a job’s uuid, a hook and Prefer', { 'X-Job-UUID': newUuid(), 'X-Web-Hook': HOOK }],
  ['Prefer', { Prefer: 'respond-async' }],
  ['a malformed uuid of a job', { 'X-Job-UUID': 'short' }],
  ['an empty uuid of a job', { 'X-Job-UUID': '' }],
  ['a malformed hook', { 'X-Web-Hook': 'no url' }],
  ['a hook that the settings forbid', { 'X-Web-Hook': 'http://192.0.2.1/' }],
  ['malformed ones of all', { 'X-Job-UUID': 'x', 'X-Web-Hook': '::', Prefer: ';;,respond-async' }],
];

describe.each(['auto', 'inline', 'job'] as const)('AIOS_REPLY=%s', (mode) => {
  describe('reads are answered inline, also with the headers of jobs', () => {
    const shared = sharedServer({ reply: { mode, publicUrl: '' } });

    /** A request that succeeds, by the catalogue. */
    function requestFor(name: (typeof otherNames)[number]): Sent {
      const { method, path }: Operation = operations[name];
      const found = { method, path: `/zstack${path.replace('{uuid}', newUuid())}` };
      return name === 'LogInByAccount'
        ? { method: 'PUT', path: LOGIN, body: credentials(INITIAL_DIGEST) }
        : found;
    }

    test.each(otherNames)('%s', async (name) => {
      const request = requestFor(name);
      const answers = [];
      for (const [, headers] of jobHeaders)
        answers.push(await send(shared(), request, { headers }));
      for (const { status, body } of answers) {
        expect({ status, success: body.success }).toEqual({ status: 200, success: true });
        expect(Object.keys(body)).toEqual(Object.keys(examples.operations[name].answer));
      }
      expect([...shared().rows('jobs'), ...shared().rows('hooks')]).toEqual([]);
    });

    test('a failure of it too', async () => {
      const server = shared();
      for (const [, headers] of jobHeaders) {
        const wrong = credentials(INITIAL_DIGEST, 'nobody');
        const answer = await send(server, { method: 'PUT', path: LOGIN, body: wrong }, { headers });
        expect(answer.status).toBeOneOf([429, 503]);
        expect(answer.body.error.code).toBe('ID.1000');
        const field = await server.get(`${MODELS}?q=nothing=1`, { headers });
        expect(field).toMatchObject({ status: 503, body: { error: { code: 'SYS.1000' } } });
        const anonymous = await server.get(MODELS, { headers, session: newUuid() });
        expectFailure(anonymous, 503, 'ID.1001', 'Session expired');
      }
      expect(server.rows('jobs')).toEqual([]);
      expectFailure(
        await poll(server, jobHeaders[0]?.[1]['X-Job-UUID'] as string),
        404,
        'SYS.1003',
        'the job has been expired',
      );
    });

    test('and the poll of a job itself', async () => {
      const server = shared();
      await server.store
        .forJob({ uuid: UNKNOWN, operation: 'DeleteTag', createDate: START })
        .deleteTag(UNKNOWN, () => ({}));
      for (const [, headers] of jobHeaders) {
        const { status, body } = await server.get(jobPath(UNKNOWN), { headers, session: null });
        expect({ status, body }).toEqual({ status: 200, body: { success: true } });
      }
    });
  });
});

describe('AIOS_REPLY=inline', () => {
  const shared = sharedServer({ ...inlineMode, hookTiming: NEVER });
  const USED = newUuid();
  beforeAll(async () => {
    await addModel(shared(), { resourceUuid: USED });
  });

  const askingForJobs = (uuid: string) =>
    naming(uuid, { headers: { Prefer: 'respond-async', 'X-Web-Hook': HOOK } });

  test('no write is answered with a job, though it names one, which is remembered', async () => {
    const server = shared();
    for (const name of writeNames) {
      const request = await writes[name](server);
      const uuid = newUuid();

      const { status, body } = await send(server, request, askingForJobs(uuid));

      expect({ name, status, success: body.success }).toEqual({ name, status: 200, success: true });
      const polled = await poll(server, uuid);
      expect({ status: polled.status, body: polled.body }).toEqual({ status: 200, body });
      expect(server.rows('jobs', `uuid = '${uuid}'`)).toMatchObject([{ operation: name }]);
      expect(server.rows('hooks', `job_uuid = '${uuid}'`)).toMatchObject([{ url: HOOK }]);
    }
  });

  test('Prefer alone leaves no job', async () => {
    const server = shared();
    const before = server.rows('jobs');

    const headers = { Prefer: 'respond-async' };
    expect(await server.post(MODELS, MODEL, { headers })).toMatchObject({ status: 200 });

    expect(server.rows('jobs')).toEqual(before);
  });

  test.each(['short', '', 'x'.repeat(33)])('the uuid of a job is checked: %j', async (uuid) => {
    const error = invalidArgument(
      "Invalid header[X-Job-UUID], it must be a UUID with '-' stripped",
    );
    await expectRejected(shared(), () => shared().post(MODELS, MODEL, naming(uuid)), error);
  });

  test.each<[string, Sent & { raw?: string; headers?: Record<string, string> }, number]>([
    ['a missing argument', { method: 'POST', path: MODELS, body: { param: {} } }, 400],
    ['a wrong type', { method: 'POST', path: MODELS, body: { param: [] } }, 400],
    ['broken JSON', { method: 'POST', path: MODELS, raw: '{' }, 400],
    [
      'another Content-Type',
      { method: 'POST', path: MODELS, raw: 'a', headers: { 'content-type': 'text/plain' } },
      415,
    ],
    [
      'a wrong deleteMode',
      { method: 'DELETE', path: `${MODELS}/${USED}?deleteMode=Whatever` },
      400,
    ],
    ['no action', { method: 'PUT', path: `${API}/model-services/${UNKNOWN}`, body: {} }, 400],
    [
      'a resourceUuid that is used',
      {
        method: 'POST',
        path: MODELS,
        body: { param: { ...requiredModelParams, resourceUuid: USED } },
      },
      400,
    ],
  ])('a request rejected with 4xx, for %s, does not use the job’s uuid up', async (...args) => {
    const [, { raw, headers = {}, method, path, body }, status] = args;
    const server = shared();
    const uuid = newUuid();
    const before = server.snapshot();

    const rejected = await server.call(method, path, body, {
      ...(raw !== undefined && { raw }),
      headers: { ...headers, 'X-Job-UUID': uuid, 'X-Web-Hook': HOOK },
    });

    expect(rejected).toMatchObject({ status, body: { error: { code: 'SYS.1007' } } });
    expect(server.snapshot()).toEqual(before);
    expectFailure(await poll(server, uuid), 404, 'SYS.1003', 'the job has been expired');
    expect(await server.post(MODELS, MODEL, naming(uuid))).toMatchObject({ status: 200 });
  });

  test('an operation that failed with 503 is the job, and uses its uuid up', async () => {
    const server = shared();
    const uuid = newUuid();
    const path = `${MODELS}/${UNKNOWN}`;
    const gone = notFound('uuid', UNKNOWN, 'ModelVO');

    expectError(await server.put(path, { updateModel: {} }, askingForJobs(uuid)), gone);

    expectError(await poll(server, uuid), gone);
    expectError(
      await server.post(MODELS, MODEL, naming(uuid)),
      invalidArgument(`Duplicate job uuid[${uuid}]`),
    );
    expect(server.rows('hooks', `job_uuid = '${uuid}'`)).toHaveLength(1);
  });

  test('an unauthenticated client gets the error inline and no job is stored', async () => {
    const server = shared();
    const uuid = newUuid();
    const before = server.snapshot();

    const answer = await server.post(MODELS, MODEL, naming(uuid, { session: newUuid() }));

    expectFailure(answer, 503, 'ID.1001', 'Session expired');
    expectFailure(await poll(server, uuid), 404, 'SYS.1003', 'the job has been expired');
    expect(server.snapshot()).toEqual(before);
    expect(await server.post(MODELS, MODEL, naming(uuid))).toMatchObject({ status: 200 });
  });

  test('the timeout of a job that was named ends it, too', async () => {
    const server = shared();
    const uuid = newUuid();
    const before = server.rows('models');

    const headers = { 'X-API-Timeout': '0' };
    const answer = await server.post(MODELS, MODEL, naming(uuid, { headers }));

    expectFailure(answer, 503, 'SYS.1001', expect.any(String));
    expect((await poll(server, uuid)).body).toEqual(answer.body);
    expect(server.rows('models')).toEqual(before);
  });
});

describe('in a job', () => {
  const shared = sharedServer(jobMode);

  test('an argument’s failure is the job’s, though inline it is a 400', async () => {
    const [inline, jobs] = [await startServer(), shared()];
    const request = { method: 'POST', path: `${API}/model-services`, body: {} };

    const rejected = await send(inline, request);
    const location = expectAccepted(await send(jobs, request));

    expectError(rejected, mandatory('AddModelService', 'name'));
    const { status, body } = await follow(location);
    expect({ status, body }).toEqual({ status: 503, body: rejected.body });
  });
});
