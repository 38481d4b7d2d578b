import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';

import { type Code, expectFailure } from '../support/failures.ts';
import { beginSession, LOGIN, sessionPath } from '../support/logins.ts';
import { exchange, rawRequest } from '../support/raw-http.ts';
import { requiredModelParams } from '../support/resources.ts';
import {
  type Answer,
  API,
  type CallOptions,
  ROOT,
  type Server,
  startServer,
} from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const ID = 'AKIDEXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCY';
/** The server's clock at the start, as `Date` headers write it. */
const DATE = 'Tue, 25 Nov 2025 11:51:50 GMT';
const MODELS = `${API}/models`;
const MINUTE = 60_000;

const keysOf = (...pairs: [id: string, secret: string][]) => ({
  accessKeys: { keys: new Map(pairs), timeZone: 'UTC' },
});
const withKey = keysOf([ID, SECRET]);
const in_ = (timeZone: string) => ({ accessKeys: { ...withKey.accessKeys, timeZone } });

type Failure = readonly [status: number, code: Code, details: unknown];
const skewed: Failure = [
  403,
  'ID.1001',
  expect.stringMatching(
    /^requestTimeTooSkewed, the time of the server is \w{3}, \d\d \w{3} \d{4} /,
  ),
];
const missingDate: Failure = [400, 'SYS.1007', "'Date' must be incuded in request header"];
const unreadableDate: Failure = [
  400,
  'SYS.1007',
  "'Date' format error, correct format is 'EEE, dd MMM yyyy HH:mm:ss z'",
];
const malformed: Failure = [400, 'SYS.1007', "accessKey format is 'ZStack AccessKeyId:Signature'"];
const wrong: Failure = [503, 'ID.1001', 'wrong accessKey signature'];

interface Signed {
  method?: string;
  date?: string;
  /** What is signed, where it isn't the path that is called, from `/v1`. */
  path?: string;
  id?: string;
  secret?: string;
}

/** By F51: base64 HMAC-SHA1(secret, METHOD\nDate\n/v1/path). */
const signatureOf = ({ method, date, path, secret }: Required<Omit<Signed, 'id'>>) =>
  createHmac('sha1', secret).update(`${method}\n${date}\n${path}`).digest('base64');

/** The headers of a request of this path after `/zstack`, signed. */
function signed(
  path: string,
  { method = 'GET', date = DATE, id = ID, secret = SECRET, ...other }: Signed = {},
): CallOptions & { headers: Record<string, string> } {
  const signature = signatureOf({ method, date, secret, path: other.path ?? path });
  return { session: null, headers: { date, authorization: `ZStack ${id}:${signature}` } };
}

const V1_MODELS = '/v1/ai/models';
const list = (server: Server, given: Signed = {}) => server.get(MODELS, signed(V1_MODELS, given));

/** Lists models with an authorization as it is given. */
const listWith = (server: Server, authorization: string, date: string | null = DATE) =>
  server.get(MODELS, {
    session: null,
    headers: { authorization, ...(date !== null && { date }) },
  });

function expectAdmitted({ status, body }: Answer): void {
  expect(body).toMatchObject({ success: true });
  expect(status).toBe(200);
}

describe('a signed request (F51)', () => {
  const shared = sharedServer(withKey);

  test('is signed as the platform’s sentence says, to the letter', async () => {
    // Computed by openssl.
    const signature = 'SseBHITIC4GO9QyJD7QAuRjmFaw=';
    expectAdmitted(await listWith(shared(), `ZStack ${ID}:${signature}`));
  });

  test.each<[string, string]>([
    ['a read', `${API}/models/11111111111141118111111111111111`],
    ['another list', `${ROOT}/user-tags`],
  ])('is admitted to %s', async (_, path) => {
    expectAdmitted(await shared().get(path, signed(path.replace('/zstack', ''))));
  });

  test('may have spaces around its credentials', async () => {
    const { authorization = '' } = signed(V1_MODELS).headers;
    for (const spaced of [` ${authorization} `, authorization.replace(' ', '   ')]) {
      expectAdmitted(await listWith(shared(), spaced));
    }
  });

  const right = signatureOf({ method: 'GET', date: DATE, path: V1_MODELS, secret: SECRET });
  const digest = Buffer.from(right, 'base64');
  const sha256 = createHmac('sha256', SECRET).update(`GET\n${DATE}\n${V1_MODELS}`);

  test.each<[what: string, given: Signed | string]>([
    ['the signature of another method', { method: 'POST' }],
    ['the signature of another path', { path: '/v1/ai/model-services' }],
    ['the whole path', { path: MODELS }],
    ['the path with a slash behind it', { path: `${V1_MODELS}/` }],
    ['another secret', { secret: `${SECRET}x` }],
    ['an unknown key', { id: 'OTHER' }],
    ['an unknown key with its id for a secret', { id: 'OTHER', secret: 'OTHER' }],
    ['the beginning of the key', { id: ID.slice(0, -1) }],
    ['a property every object has', { id: '__proto__' }],
    ['one character', right[0] ?? ''],
    ['half of the signature', right.slice(0, 14)],
    ['a byte more', Buffer.concat([digest, Buffer.of(0)]).toString('base64')],
    ['something very long', 'A'.repeat(60_000)],
    ['one bit changed', Buffer.of((digest[0] ?? 0) ^ 1, ...digest.subarray(1)).toString('base64')],
    ['its case changed', right.toLowerCase()],
    ['an HMAC of SHA-256', sha256.digest('base64')],
  ])('is rejected with %s', async (_, given) => {
    const authorization =
      typeof given === 'string'
        ? `ZStack ${ID}:${given}`
        : signed(V1_MODELS, given).headers.authorization;
    expectFailure(await listWith(shared(), authorization ?? ''), ...wrong);
  });

  const otherScheme: Failure = [400, 'SYS.1007', "Authorization type must be 'OAuth'"];
  test.each<[string, Failure]>([
    ['ZStack', malformed],
    ['ZStack x', malformed],
    ['ZStack ::', malformed],
    [`ZStack ${ID}::${right}`, malformed],
    [`ZStack ${ID}:${right}:`, malformed],
    [`ZStack ${ID} ${right}`, malformed],
    [`ZStack ${ID}:${right} x`, malformed],
    [`ZStack x ${ID}:${right}`, malformed],
    [`ZSTACK ${ID}:${right}`, otherScheme],
    [`Basic ${ID}:${right}`, otherScheme],
  ])('is rejected with the header %j', async (authorization, failure) => {
    expectFailure(await listWith(shared(), authorization), ...failure);
  });

  test('is rejected where there are no keys', async () => {
    const server = await startServer();
    expectFailure(await list(server), ...wrong);
    expectFailure(await list(server, { secret: '' }), ...wrong);
  });
});

describe('the path that is signed', () => {
  const shared = sharedServer(withKey);

  /** Sends a target as it is; client libraries would normalise it. */
  const send = (target: string, path: string, method = 'GET') => {
    const { authorization = '', date = '' } = signed(path, { method }).headers;
    return exchange(
      shared().url,
      rawRequest(method, target, { Authorization: authorization, Date: date }),
    );
  };

  test.each<[what: string, target: string, path: string]>([
    ['decoded: a space', '/zstack/v1/ai/models/a%20b', '/v1/ai/models/a b'],
    ['decoded: not ASCII', '/zstack/v1/ai/models/%E6%A8%A1%C3%BC', '/v1/ai/models/模ü'],
    ['decoded: a question mark', '/zstack/v1/ai/models/a%3Fb', '/v1/ai/models/a?b'],
    ['decoded: a percent sign, once', '/zstack/v1/ai/models/a%2525b', '/v1/ai/models/a%25b'],
    ['decoded: a plus, which is no space', '/zstack/v1/ai/models/a+b', '/v1/ai/models/a+b'],
    ['decoded: letters that need no escape', '/zstack/v1/ai/%6Dodels', '/v1/ai/models'],
    ['decoded: a version in a parameter', '/zstack/v1/ai/models/x%2Fv1', '/v1/ai/models/x/v1'],
    ['with its doubled slashes', '/zstack/v1//ai///models', '/v1//ai///models'],
    ['from its version on', '/zstack//v1/ai/models', '/v1/ai/models'],
    ['without an empty query', `${MODELS}?`, V1_MODELS],
    ['without its query', `${MODELS}?q=name=a/v1&q=uuid!=b`, V1_MODELS],
    ['without a malformed query', `${MODELS}?%zz`, V1_MODELS],
  ])('is %s', async (_, target, path) => {
    expectAdmitted(await send(target, path));
    const others = [target.slice('/zstack'.length), path.replace(/\/+/g, '/')];
    for (const other of others.filter((each) => each !== path)) {
      expectFailure(await send(target, other), ...wrong);
    }
  });

  test('is that of the alias where one is called', async () => {
    const path = `${ROOT}/ai/model-services/x/actions`;
    const put = (signedPath: string) =>
      shared().put(
        path,
        { updateModelService: {} },
        signed('', { path: signedPath, method: 'PUT' }),
      );
    expectFailure(await put('/v1/ai/model-services/x'), ...wrong);
    const notFound = await put('/v1/ai/model-services/x/actions');
    expectFailure(notFound, 503, 'SYS.1003', expect.any(String));
  });

  test.each([
    '/zstack/v1/ai/models/%zz',
    '/zstack/v1/ai/models/%ff',
    '/zstack/v1/ai/models/%ed%a0%80',
  ])('is rejected for its escapes before its signature: %s', async (target) => {
    const answer = await send(target, '/v1/ai/models/x');
    expectFailure(answer, 400, 'SYS.1007', expect.stringContaining('percent-encoded'));
  });
});

describe('writes', () => {
  test('are signed by their own methods', async () => {
    const server = await startServer(withKey);
    const post = await server.post(
      MODELS,
      { param: requiredModelParams },
      signed(V1_MODELS, { method: 'POST' }),
    );
    expectAdmitted(post);
    const path = `${V1_MODELS}/${post.body.inventory.uuid}`;
    const url = `/zstack${path}`;
    const update = { updateModel: { name: 'changed' } };
    expectAdmitted(await server.put(url, update, signed(path, { method: 'PUT' })));
    for (const method of ['GET', 'POST', 'DELETE']) {
      expectFailure(await server.put(url, update, signed(path, { method })), ...wrong);
    }
    expectFailure(await server.delete(url, undefined, signed(path, { method: 'PUT' })), ...wrong);
    expect((await server.get(url, signed(path))).body.inventories).toMatchObject([
      { name: 'changed' },
    ]);
    expectAdmitted(await server.delete(url, undefined, signed(path, { method: 'DELETE' })));
    expect(server.rows('models')).toEqual([]);
  });

  test('have their body read only after the signature', async () => {
    const server = await startServer({ ...withKey, bodyLimit: 1000 });
    const options = signed(V1_MODELS, { method: 'POST', secret: 'x' });
    for (const raw of ['{"param":', '{}', JSON.stringify({ x: 'x'.repeat(2000) })]) {
      expectFailure(await server.post(MODELS, undefined, { ...options, raw }), ...wrong);
    }
  });
});

describe('in job mode (F5)', () => {
  const shared = sharedServer({ ...withKey, hookTiming: { first: 1 } });
  let job = '';
  beforeEach(() => {
    job = crypto.randomUUID().replaceAll('-', '');
  });
  const call = (given: Signed, headers: Record<string, string> = {}) => {
    const options = signed(V1_MODELS, { method: 'POST', ...given });
    return shared().post(
      MODELS,
      { param: requiredModelParams },
      { ...options, headers: { ...options.headers, 'X-Job-UUID': job, ...headers } },
    );
  };
  const poll = () => shared().get(`${ROOT}/api-jobs/${job}`, { session: null });

  test('a signed write becomes a job', async () => {
    expect(await call({})).toMatchObject({
      status: 202,
      body: { location: `${shared().url}${ROOT}/api-jobs/${job}` },
    });
    const { status, body } = await poll();
    expect([status, body.success]).toEqual([200, true]);
    expect(shared().rows('models')).toHaveLength(1);
  });

  test.each<[string, Signed, Record<string, string>, Failure]>([
    ['unreadable date', { date: 'now' }, {}, unreadableDate],
    ['malformed credentials', {}, { authorization: 'ZStack x' }, malformed],
    ['a wrong signature', { secret: 'x' }, {}, wrong],
    ['an unknown key', { id: 'OTHER' }, {}, wrong],
  ])('%s: rejected at once, without a job', async (_, given, headers, failure) => {
    expectFailure(await call(given, headers), ...failure);
    expect((await poll()).status).toBe(404);
  });
});

describe('the date', () => {
  const shared = sharedServer(withKey);

  test('is required', async () => {
    const { authorization = '' } = signed(V1_MODELS).headers;
    expectFailure(await listWith(shared(), authorization, null), ...missingDate);
    for (const other of ['x-date', 'last-modified']) {
      const headers = { authorization, [other]: DATE };
      expectFailure(await shared().get(MODELS, { session: null, headers }), ...missingDate);
    }
  });

  test.each([
    '',
    '1764071510',
    '2025-11-25T11:51:50Z',
    'Tuesday, 25 Nov 2025 11:51:50 GMT',
    'Tue Nov 25 11:51:50 2025',
    'Tue, 25 Nov 2025 GMT',
    'Tue, 25 Nov 2025 11:51:50 AM GMT',
    'Tue, xx Nov 2025 11:51:50 GMT',
    'Tue, 32 Nov 2025 11:51:50 GMT',
    'Tue, 25 Nov 2025 25:51:50 GMT',
    'Tue, 25 Nov 2025 \xb9\xb9:51:50 GMT',
    'x'.repeat(60_000),
    `Tue, 25 Nov 2025 11:51:50 ${'x'.repeat(60_000)}`,
  ])('of %j is rejected', async (date) => {
    expectFailure(await list(shared(), { date }), ...unreadableDate);
  });

  test('is rejected where there are two of them', async () => {
    const { authorization = '', date = '' } = signed(V1_MODELS).headers;
    const headers = { Authorization: authorization, Date: date, date };
    const twice = rawRequest('GET', MODELS, headers);
    // Node joins them, so the signature is another one's.
    expectFailure(await exchange(shared().url, twice), ...wrong);
  });

  test.each<[what: string, date: string, isInTime?: boolean]>([
    ['GMT', DATE],
    ['UTC', 'Tue, 25 Nov 2025 11:51:50 UTC'],
    ['RFC 822’s offset', 'Tue, 25 Nov 2025 19:51:50 +0800'],
    ['a negative offset', 'Tue, 25 Nov 2025 06:51:50 -0500'],
    ['an offset of minutes', 'Tue, 25 Nov 2025 17:36:50 +0545'],
    ['an offset of GMT', 'Tue, 25 Nov 2025 19:51:50 GMT+8'],
    ['an offset of GMT with minutes', 'Tue, 25 Nov 2025 19:51:50 GMT+08:00'],
    ['an offset of UTC', 'Tue, 25 Nov 2025 19:51:50 UTC+8'],
    ['the zone the Java SDK sends', 'Tue, 25 Nov 2025 19:51:50 Asia/Shanghai'],
    ['a zone across the date line', 'Wed, 26 Nov 2025 00:51:50 Pacific/Auckland'],
    ['a zone of three parts', 'Tue, 25 Nov 2025 08:51:50 America/Argentina/Buenos_Aires'],
    ['15 minutes behind', 'Tue, 25 Nov 2025 11:36:50 GMT'],
    ['15 minutes ahead', 'Tue, 25 Nov 2025 12:06:50 GMT'],
    ['15 minutes behind in Shanghai', 'Tue, 25 Nov 2025 19:36:50 Asia/Shanghai'],
    ['half an hour more', 'Tue, 25 Nov 2025 18:21:50 +0630'],
    ['Myanmar', 'Tue, 25 Nov 2025 18:21:50 MMT'],
    ['Moscow', 'Tue, 25 Nov 2025 14:51:50 MSK'],
    ['Hong Kong', 'Tue, 25 Nov 2025 19:51:50 HKT'],
    ['Central Europe in summer', 'Tue, 25 Nov 2025 13:51:50 CEST'],
    ['an abbreviation in lower case', 'Tue, 25 Nov 2025 13:51:50 cest'],
    ['China', 'Tue, 25 Nov 2025 19:51:50 CST'],
    ['Chicago', 'Tue, 25 Nov 2025 05:51:50 CST'],
    ['Los Angeles', 'Tue, 25 Nov 2025 03:51:50 PST'],
    ['the Philippines', 'Tue, 25 Nov 2025 19:51:50 PST'],
    ['India', 'Tue, 25 Nov 2025 17:21:50 IST'],
    ['Israel', 'Tue, 25 Nov 2025 13:51:50 IST'],
    ['Ireland', 'Tue, 25 Nov 2025 12:51:50 IST'],
    ['Britain', 'Tue, 25 Nov 2025 12:51:50 BST'],
    ['Bangladesh', 'Tue, 25 Nov 2025 17:51:50 BST'],
    ['none of the zones of an abbreviation', 'Tue, 25 Nov 2025 12:51:50 CST', false],
    ['more than 15 minutes behind', 'Tue, 25 Nov 2025 11:36:49 GMT', false],
    ['more than 15 minutes ahead', 'Tue, 25 Nov 2025 12:06:51 GMT', false],
    ['more than that behind in Shanghai', 'Tue, 25 Nov 2025 19:36:49 Asia/Shanghai', false],
    ['a day behind', 'Mon, 24 Nov 2025 11:51:50 GMT', false],
    ['two thousand years behind', 'Tue, 25 Nov 0025 11:51:50 GMT', false],
    ['the wrong sign', 'Tue, 25 Nov 2025 19:51:50 -0800', false],
    ['an unknown zone, by hours', 'Tue, 25 Nov 2025 19:51:50 Nowhere/At_All', false],
  ])('of %s: %s, in time: %s', async (_, date, isInTime = true) => {
    const answer = await list(shared(), { date });
    if (isInTime) return expectAdmitted(answer);
    expectFailure(answer, ...skewed);
  });

  test('is in daylight-saving time where the zone has it', async () => {
    const clock = () => Date.UTC(2026, 6, 1, 2, 0, 0);
    const server = await startServer({ ...withKey, clock });
    const summer = 'Tue, 30 Jun 2026 22:00:00 America/New_York';
    const winter = 'Tue, 30 Jun 2026 21:00:00 America/New_York';
    expectAdmitted(await list(server, { date: summer }));
    expectFailure(await list(server, { date: winter }), ...skewed);
  });

  test('is compared with the moment, to the millisecond', async () => {
    const server = await startServer(withKey);
    server.advance(15 * MINUTE);
    expectAdmitted(await list(server));
    server.advance(1);
    expectFailure(await list(server), ...skewed);
  });

  describe('in the server’s time zone', () => {
    const shanghai = sharedServer(in_('Asia/Shanghai'));

    test('is in the sentence that rejects another', async () => {
      const time = 'Tue, 25 Nov 2025 19:51:50 Asia/Shanghai';
      const sentence = `requestTimeTooSkewed, the time of the server is ${time}`;
      const answer = await list(shanghai(), { date: 'Tue, 25 Nov 2025 20:51:50 MSK' });
      expectFailure(answer, 403, 'ID.1001', sentence);
    });

    test.each<[date: string, isInTime: boolean]>([
      ['Tue, 25 Nov 2025 19:51:50 Nowhere/At_All', true],
      ['Tue, 25 Nov 2025 19:51:50 CST', true],
      ['Tue, 25 Nov 2025 19:51:50 GMT', true],
      ['Tue, 25 Nov 2025 19:51:50 America/New_York', true],
      ['Tue, 25 Nov 2025 19:51:50 \xe4\xe4', true],
      ['Tue, 25 Nov 2025 20:06:50 -1100', true],
      // Its own zone is right, too.
      ['Tue, 25 Nov 2025 11:51:50 GMT', true],
      ['Tue, 25 Nov 2025 19:36:49 XYZ', false],
      ['Tue, 25 Nov 2025 11:51:50 XYZ', false],
    ])('%s is in time: %s', async (date, isInTime) => {
      const answer = await list(shanghai(), { date });
      if (isInTime) return expectAdmitted(answer);
      expectFailure(answer, ...skewed);
    });
  });

  // 01:30 occurs twice on November 2, 2025.
  test.each([
    ['first', Date.UTC(2025, 10, 2, 5, 30)],
    ['second', Date.UTC(2025, 10, 2, 6, 30)],
  ])('is in time the %s time an hour comes, when clocks go back', async (_, now) => {
    const shown = 'Sun, 02 Nov 2025 01:30:00';
    const elsewhere = await startServer({ ...withKey, clock: () => now });
    expectAdmitted(await list(elsewhere, { date: `${shown} America/New_York` }));
    const there = await startServer({ ...in_('America/New_York'), clock: () => now });
    expectAdmitted(await list(there, { date: `${shown} Nowhere/At_All` }));
  });
});

describe('the order of the checks (F51, F34)', () => {
  const shared = sharedServer({ ...withKey, bodyLimit: 1000 });
  const OTHER = DATE.replace('25', '24');
  const authorizationOf = (date: string) => signed(V1_MODELS, { date }).headers.authorization ?? '';

  test.each<[string, string, string | null, Failure]>([
    ['a missing date before malformed credentials', 'ZStack x', null, missingDate],
    ['a missing date before a wrong signature', 'ZStack x:y', null, missingDate],
    ['malformed credentials before an unreadable date', 'ZStack x', 'now', malformed],
    ['malformed credentials before a wrong signature', 'ZStack x:y:z', DATE, malformed],
    ['a wrong signature before an unreadable date', `ZStack ${ID}:x`, 'now', wrong],
    ['an unreadable date though all is right', authorizationOf('now'), 'now', unreadableDate],
    ['an unknown key before a date too far off', 'ZStack x:y', OTHER, wrong],
    ['a date too far off though all is right', authorizationOf(OTHER), OTHER, skewed],
  ])('%s', async (_, given, date, failure) => {
    expectFailure(await listWith(shared(), given, date), ...failure);
  });

  test.each<[string, string, string, CallOptions, readonly [number, Code]]>([
    ['the path', 'GET', `${API}/nothing`, {}, [404, 'SYS.1009']],
    ['the verb', 'PATCH', MODELS, {}, [405, 'SYS.1009']],
    ['the content type', 'POST', MODELS, { raw: 'x' }, [415, 'SYS.1007']],
    ['X-API-Timeout', 'GET', MODELS, { headers: { 'x-api-timeout': 'x' } }, [400, 'SYS.1007']],
  ])('%s comes before', async (_, method, path, options, [status, code]) => {
    const headers = {
      authorization: 'ZStack x',
      ...(options.raw && { 'content-type': 'text/plain' }),
      ...options.headers,
    };
    const answer = await shared().call(method, path, undefined, {
      ...options,
      session: null,
      headers,
    });
    expectFailure(answer, status, code, expect.not.stringContaining('accessKey'));
  });
});

describe('keys', () => {
  const odd: [what: string, id: string, secret: string][] = [
    ['of one character', 'a', 'b'],
    ['with signs in the id', 'a+b/c=d-e_f.g@h,i;j"k\'l', 'secret'],
    ['with colons in the secret', 'colons', 'a:b::c'],
    ['with a very long id', 'i'.repeat(10_000), 'secret'],
    ['named like a property', 'constructor', 'secret'],
  ];
  const shared = sharedServer(keysOf(...odd.map(([, ...pair]) => pair)));

  test.each(odd)('may be %s', async (_, id, secret) => {
    expectAdmitted(await list(shared(), { id, secret }));
    expectFailure(await list(shared(), { id, secret: `${secret}x` }), ...wrong);
    expectFailure(await list(shared(), { id: `${id}x`, secret }), ...wrong);
  });

  test('are no sessions, nor sessions keys', async () => {
    for (const session of ['colons', 'a:b::c', 'colons:a:b::c']) {
      const answer = await shared().get(MODELS, { session });
      expectFailure(answer, 503, 'ID.1001', 'Session expired');
    }
    const { uuid } = await beginSession(shared());
    expectFailure(await list(shared(), { id: uuid, secret: uuid }), ...wrong);
  });
});

describe('AIOS_AUTH=off takes any (F58)', () => {
  const shared = sharedServer({ ...withKey, access: { required: false } });

  test.each<[string, Record<string, string>]>([
    ['a right signature', signed(V1_MODELS).headers],
    ['a wrong signature', signed(V1_MODELS, { secret: 'x' }).headers],
    ['an unreadable date', { ...signed(V1_MODELS).headers, date: 'now' }],
    ['a date too far off', { ...signed(V1_MODELS).headers, date: DATE.replace('25', '24') }],
    ['no date', { authorization: `ZStack ${ID}:x` }],
  ])('%s', async (_, headers) => {
    expectAdmitted(await shared().get(MODELS, { session: null, headers }));
  });
});

test('operations without a session ignore a signature', async () => {
  const server = await startServer(withKey);
  const headers = { authorization: 'ZStack x', date: 'now' };
  const options = { session: null, headers };
  const login = await server.put(LOGIN, { logInByAccount: { accountName: 'a' } }, options);
  expectFailure(login, 400, 'SYS.1007', expect.stringContaining('password'));
  expectAdmitted(await server.get(`${sessionPath('x')}/valid`, options));
  expect((await server.get(`${ROOT}/api-jobs/x`, options)).status).toBe(404);
});
