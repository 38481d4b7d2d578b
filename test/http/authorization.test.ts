import { createHmac } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ADMIN_ACCOUNT_UUID } from '../../src/contract/aios.ts';
import { type Operation, type OperationName, operations } from '../../src/contract/operations.ts';
import { absentOperations } from '../../src/http/absent-operations.ts';
import { steered } from '../support/control.ts';
import { expectFailure } from '../support/failures.ts';
import { openReceiver } from '../support/hook-receiver.ts';
import { beginSession, sessionPath } from '../support/logins.ts';
import { newUuid } from '../support/records.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  requiredModelParams,
} from '../support/resources.ts';
import { type Route, withRoutes } from '../support/routes.ts';
import {
  type Answer,
  API,
  type CallOptions,
  openServer,
  ROOT,
  SESSION,
  type Server,
  START,
  startServer,
} from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const MODELS = `${API}/models`;
const STORED = '0a1b2c3d4e5f40718293a4b5c6d7e8f9';
const LIFETIME_MS = 7_200_000;

const addSession = (server: Server, expiredDate = START + LIFETIME_MS) =>
  server.store.addSession(
    {
      uuid: STORED,
      accountUuid: ADMIN_ACCOUNT_UUID,
      userUuid: ADMIN_ACCOUNT_UUID,
      createDate: START,
      expiredDate,
    },
    START,
  );

const header = (authorization: string): CallOptions => ({
  session: null,
  headers: { authorization },
});
const stored = header(`OAuth ${STORED}`);

const missing = [400, 'SYS.1007', "missing header 'Authorization'"] as const;
const otherScheme = [400, 'SYS.1007', "Authorization type must be 'OAuth'"] as const;
const expired = [503, 'ID.1001', 'Session expired'] as const;

describe('the header (F51)', () => {
  const shared = sharedServer();

  test.each<[string, CallOptions, readonly [number, 'SYS.1007' | 'ID.1001', string]]>([
    ['none', { session: null }, missing],
    ['another scheme', header('Bearer abc'), otherScheme],
    ['the scheme in lower case', header(`oauth ${SESSION}`), otherScheme],
    ['the scheme in upper case', header(`OAUTH ${SESSION}`), otherScheme],
    ['no scheme', header(SESSION), otherScheme],
    ['the scheme run into the session', header(`OAuth${SESSION}`), otherScheme],
    ['nothing', header(''), otherScheme],
    ['the scheme alone', header('OAuth'), expired],
    ['an unknown session', header('OAuth 00000000000040008000000000000000'), expired],
    ['a session in upper case', header(`OAuth ${SESSION.toUpperCase()}`), expired],
    ['what is no uuid', header("OAuth ' OR 1=1 --"), expired],
    ['a very long session', header(`OAuth ${'a'.repeat(60_000)}`), expired],
  ])('%s is rejected', async (_, options, failure) => {
    expectFailure(await shared().get(MODELS, options), ...failure);
  });

  test.each([
    `OAuth ${SESSION}`,
    `OAuth   ${SESSION}`,
    ` OAuth ${SESSION} `,
  ])('%j is accepted', async (authorization) => {
    expect((await shared().get(MODELS, header(authorization))).status).toBe(200);
  });
});

describe('of the catalogue', () => {
  /** Operations without authorization (F46), except the poll of a job. */
  const open: OperationName[] = ['LogInByAccount', 'LogOut', 'ValidateSession'];
  const shared = sharedServer();

  /** Each request of an operation, with path parameters only. */
  function* requestsOf(name: OperationName) {
    const operation: Operation = operations[name];
    const body = operation.wrapper ? { [operation.wrapper]: {} } : undefined;
    for (const path of [operation.path, ...(operation.aliases ?? [])]) {
      const url = `/zstack${path.replace(/\{\w+\}/g, STORED)}`;
      yield (options: CallOptions) => shared().call(operation.method, url, body, options);
    }
  }

  test.each(open)('%s needs no session and accepts any header', async (name) => {
    for (const call of requestsOf(name)) {
      const { status, body } = await call({ session: SESSION });
      for (const options of [
        { session: null },
        { session: STORED },
        header(''),
        header('OAuth'),
        header('oauth x'),
        header('Bearer x'),
        header('ZStack x:y'),
        header('x'.repeat(60_000)),
      ]) {
        const answer = await call(options);
        expect({ status: answer.status, body: answer.body }).toEqual({ status, body });
      }
    }
  });
});

describe('of all routes that the app has', () => {
  const files = ['swagger-ui.css', 'page.css', 'icon.svg'];
  const documentation = [
    ...['/openapi.json', '/openapi-3.0.json', '/docs', '/docs/', '/docs/json', '/docs/yaml'],
    ...[...files, 'swagger-ui-bundle.js', 'page.js'].map((name) => `/docs/static/${name}`),
    ...['/console', '/console/', '/console/main.css', '/console/main.js'],
  ];
  /** Operations that F46 and the manual open to unauthenticated clients; all others reject them. */
  const open = [
    ...['PUT /zstack/v1/accounts/login', 'DELETE /zstack/v1/accounts/sessions/:uuid'],
    ...['GET /zstack/v1/accounts/sessions/:uuid/valid', 'GET /zstack/v1/api-jobs/:uuid'],
    // A message has its session in the body (F60).
    ...['/zstack/api', '/zstack/api/'].flatMap((path) => [`POST ${path}`, `PUT ${path}`]),
    ...['GET /zstack/api/result/:uuid', 'PUT /zstack/api/result/:uuid'],
    ...['PUT /zstack/v1/management-nodes/actions', 'GET /zstack/v1/management-nodes/ready'],
    ...['GET /_aios/health', 'HEAD /_aios/health', 'GET /_aios/live', 'HEAD /_aios/live'],
    ...['/', ...documentation].flatMap((path) => [`GET ${path}`, `HEAD ${path}`]),
    ...['openapi.json', 'seed.schema.json'].map((name) => `GET /_aios/${name}`),
    // Answers preflights alone.
    'OPTIONS *',
  ];
  const nameOf = ({ method, url }: Route) => `${method} ${url}`;
  const [keyId, keySecret] = ['AKIDEXAMPLE', 'wJalrXUtnFEMI'];
  const date = 'Tue, 25 Nov 2025 11:51:50 GMT';

  /** A server with everything a write might change, and its routes. */
  async function start(mode: 'auto' | 'inline' | 'job') {
    const { built: server, routes } = await withRoutes(() =>
      openServer(
        steered({
          corsOrigins: ['https://console.example.com'],
          accessKeys: { keys: new Map([[keyId, keySecret]]), timeZone: 'UTC' },
          reply: { mode, publicUrl: '' },
          jobRetention: 3_600_000,
        }),
      ),
    );
    onTestFinished(server.close);
    const inline = mode === 'job' ? await startServer({ database: server.database }) : server;
    const model = await addModel(inline);
    const service = await addModelService(inline);
    const center = await addModelCenter(inline);
    const tag = { resourceType: 'ModelVO', resourceUuid: model.uuid, tag: 'a' };
    const { body } = await inline.post(`${ROOT}/system-tags`, { params: tag });
    const gone = (await beginSession(inline)).uuid;
    await inline.delete(sessionPath(gone));
    await addSession(inline, START);
    const live = (await beginSession(inline)).uuid;
    const things: Record<string, string> = {
      models: model.uuid,
      'model-services': service.uuid,
      'model-centers': center.uuid,
      'system-tags': body.inventory.uuid,
      tags: body.inventory.uuid,
      sessions: live,
    };
    const guarded = routes.filter((route) => !open.includes(nameOf(route)));
    const targetOf = ({ url }: Route) =>
      url.replace(/([\w-]+)\/:\w+/g, (_, kind) => `${kind}/${things[kind] ?? STORED}`);
    return { server, routes, guarded, targetOf, live, gone };
  }

  type Rejection = readonly [number, 'SYS.1007' | 'ID.1001', unknown];
  type AnonymousRequest = [headers: Record<string, string>, rejection: Rejection];
  const earlier = date.replace('25', '24');
  const signatureOf = (method: string, path: string, secret: string, when: string) =>
    createHmac('sha1', secret).update(`${method}\n${when}\n${path}`).digest('base64');
  const wrongKey = [503, 'ID.1001', 'wrong accessKey signature'] as const;
  const malformedKey = [
    400,
    'SYS.1007',
    "accessKey format is 'ZStack AccessKeyId:Signature'",
  ] as const;

  /** Requests without valid credentials; the first ones cover every kind of error. */
  function anonymousRequests(
    { method }: Route,
    target: string,
    live: string,
    gone: string,
  ): AnonymousRequest[] {
    const path = target.slice(Math.max(0, target.indexOf('/v1')));
    const key = (id: string, secret: string, when = date) => ({
      date: when,
      authorization: `ZStack ${id}:${signatureOf(method, path, secret, when)}`,
    });
    const given = (authorization: string) => ({ authorization });
    return [
      [{}, missing],
      [given(`Bearer ${live}`), otherScheme],
      [given('OAuth 00000000000040008000000000000000'), expired],
      [key(keyId, 'another secret'), wrongKey],
      [given(`OAuth ${STORED}`), expired],
      [given(`OAuth ${gone}`), expired],
      [given('OAuth'), expired],
      [{ date, authorization: `ZStack ${keyId}` }, malformedKey],
      [
        key(keyId, keySecret, earlier),
        [
          403,
          'ID.1001',
          expect.stringMatching(/^requestTimeTooSkewed, the time of the server is /),
        ],
      ],
    ];
  }

  type Way = () => Record<string, string>;
  const plainly: Way = () => ({});
  const preferring: Way = () => ({ prefer: 'respond-async' });
  const naming: Way = () => ({ 'x-job-uuid': newUuid() });
  const hooked: Way = () => naming();

  test.each<['auto' | 'inline' | 'job', [what: string, Way, asksForJob: boolean, many: boolean][]]>(
    [
      [
        'auto',
        [
          ['plainly', plainly, false, true],
          ['preferring a job', preferring, true, false],
          ['naming a job', naming, true, false],
          ['naming a hook', hooked, false, false],
        ],
      ],
      ['inline', [['naming a job', naming, false, false]]],
      [
        'job',
        [
          ['plainly', plainly, true, false],
          ['naming a hook', hooked, false, false],
        ],
      ],
    ],
  )('all others reject unauthenticated clients, with AIOS_REPLY=%s', async (mode, ways) => {
    const { server, guarded, targetOf, live, gone } = await start(mode);
    const receiver = await openReceiver();
    const before = server.snapshot();
    let requests = 0;
    for (const route of guarded) {
      const target = targetOf(route);
      const path = route.url.replace(/^\/zstack/, '').replace(/:(\w+)/g, '{$1}');
      const isAbsent = absentOperations.some(
        (absent) => absent[0] === route.method && absent[1] === path,
      );
      const isWrite = route.url.startsWith('/zstack/') && route.method !== 'GET';
      const mayBeJob = isWrite && !isAbsent;
      for (const [what, way, asksForJob, many] of ways) {
        if (isAbsent && way !== plainly) continue;
        for (const [headers, expectedError] of anonymousRequests(route, target, live, gone).slice(
          0,
          many && !isAbsent ? 99 : 4,
        )) {
          requests++;
          const answer = await server.call(route.method, target, undefined, {
            session: null,
            headers: {
              ...headers,
              ...way(),
              ...(way === hooked && { 'x-web-hook': `${receiver.url}/hook` }),
            },
            // What is parsed is rejected for its own sake.
            ...(route.method !== 'GET' && { raw: '{"param":' }),
          });
          const why = `${nameOf(route)} ${what}, as ${JSON.stringify(headers)}`;
          const isJob = mayBeJob && expectedError === expired && asksForJob;
          if (!isJob) {
            expect([answer.status, answer.body.error?.details], why).toEqual([
              expectedError[0],
              expectedError[2],
            ]);
            expectFailure(answer, ...expectedError);
            continue;
          }
          expect([answer.status, Object.keys(answer.body)], why).toEqual([
            202,
            ['location', 'apiTimeout'],
          ]);
          const poll = await server.get(new URL(answer.body.location).pathname, { session: null });
          expectFailure(poll, ...expectedError);
        }
      }
    }
    expect(requests).toBeGreaterThan(100);
    expect(server.snapshot()).toEqual(before);
    // The first call of a hook would be made after a quarter of a second.
    await setTimeout(400);
    expect(receiver.connections()).toBe(0);
  });

  test('the list of open routes is complete, and every operation has all its paths', async () => {
    const { routes } = await start('auto');
    const names = routes.map(nameOf);
    expect(open.filter((name) => !names.includes(name))).toEqual([]);
    const paths = Object.values<Operation>(operations).flatMap(({ method, path, aliases = [] }) =>
      [path, ...aliases].map((each) => `${method} /zstack${each.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(names).toEqual(expect.arrayContaining(paths));
    expect(names).toEqual(expect.arrayContaining(['POST /_aios/reset', 'GET /_aios/metrics']));
  });
});

describe('the order of the checks (F34)', () => {
  const limit = 1000;
  const shared = sharedServer({ bodyLimit: limit });
  const oversized = JSON.stringify({ param: { name: 'x'.repeat(2 * limit) } });
  const unparsable: CallOptions = { raw: '{"param":' };
  const text = { 'content-type': 'text/plain' };

  const post = (options: CallOptions) => shared().post(MODELS, undefined, options);
  const existing = `${API}/model-services/${STORED}`;
  const anonymous = { session: null };

  test.each<[string, () => Promise<Answer>, number, string]>([
    ['URL before session', () => shared().get(`${MODELS}/%zz`, anonymous), 400, 'percent-encoded'],
    ['path before session', () => shared().get(`${API}/a`, anonymous), 404, 'mapping to /v1/ai/a'],
    ['verb before session', () => shared().call('PATCH', MODELS, '', anonymous), 405, 'PATCH'],
    [
      'verb before headers',
      () => shared().call('PATCH', MODELS, 'x', { headers: text }),
      405,
      'PATCH',
    ],
    [
      'content type before session',
      () => post({ ...anonymous, raw: '{}', headers: text }),
      415,
      'Content-Type',
    ],
    [
      'timeout header before session',
      () => post({ ...anonymous, headers: { 'x-api-timeout': 'soon' } }),
      400,
      'X-API-Timeout',
    ],
    [
      'forbidden hook before session',
      () => post({ session: STORED, headers: { 'x-web-hook': 'http://192.0.2.1/' } }),
      400,
      'X-Web-Hook',
    ],
    ['session before JSON', () => post({ ...unparsable, ...anonymous }), 400, missing[2]],
    ['session before size', () => post({ raw: oversized, ...anonymous }), 400, missing[2]],
    ['session before arguments', () => post({ raw: '{}', ...anonymous }), 400, missing[2]],
    ['size before JSON', () => post({ raw: oversized.slice(0, -2) }), 413, String(limit)],
    ['JSON before types', () => post(unparsable), 400, 'not valid JSON'],
    ['types before arguments', () => post({ raw: '{"param":{"size":"x"}}' }), 400, '[size] field'],
    [
      'action before existence',
      () => shared().put(existing, { other: {} }),
      400,
      "the body doesn't contain action",
    ],
    [
      'arguments before existence',
      () => shared().post(existing, { params: { type: 'x' } }),
      400,
      'valid value for field[type]',
    ],
  ])('%s', async (_, send, status, sentence) => {
    const code = status === 404 || status === 405 ? 'SYS.1009' : 'SYS.1007';
    expectFailure(await send(), status, code, expect.stringContaining(sentence));
  });

  test('an unknown session before an oversized body', async () => {
    const options = { raw: oversized, session: STORED };
    expectFailure(await shared().post(MODELS, undefined, options), ...expired);
  });
});

describe('AIOS_AUTH=off (F58)', () => {
  const off = { access: { required: false, wellKnownSessions: new Set<string>() } };

  test.each<[string, CallOptions]>([
    ['no header', { session: null }],
    ['any session', { session: 'whatever' }],
    ['any scheme', header('Bearer abc')],
  ])('takes %s', async (_, options) => {
    const server = await startServer(off);
    expect((await server.get(MODELS, options)).status).toBe(200);
    const added = await server.post(MODELS, { param: requiredModelParams }, options);
    expect(added.status).toBe(200);
  });
});

describe('a stored session', () => {
  test('is accepted until 7200 s have passed since its last use', async () => {
    const server = await startServer();
    await addSession(server);

    for (const idle of [LIFETIME_MS - 1000, LIFETIME_MS - 1, 5_000_000]) {
      server.advance(idle);
      expect((await server.get(MODELS, stored)).status).toBe(200);
    }
    server.advance(LIFETIME_MS);
    expectFailure(await server.get(MODELS, stored), ...expired);
  });

  test('slides also by a call that fails after the authorization', async () => {
    const server = await startServer();
    await addSession(server);
    server.advance(LIFETIME_MS - 1000);
    expect((await server.post(MODELS, {}, stored)).status).toBe(400);
    server.advance(LIFETIME_MS - 1000);
    expect((await server.get(MODELS, stored)).status).toBe(200);
  });
});

test('a hook to a name that no setting allows is rejected before the session', async () => {
  const server = await startServer({ hookAllow: ['192.0.2.0/32'] });
  const headers = { 'x-web-hook': 'http://hooks.example/' };
  for (const hookAllow of [[], ['192.0.2.1'], ['other.example']]) {
    const strict = await startServer({ hookAllow });
    const answer = await strict.post(MODELS, {}, { session: STORED, headers });
    expectFailure(answer, 400, 'SYS.1007', expect.stringContaining('X-Web-Hook'));
  }
  const answer = await server.post(MODELS, {}, { session: STORED, headers });
  expectFailure(answer, 503, 'ID.1001', 'Session expired');
});
