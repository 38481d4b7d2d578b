import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { expectFailure } from '../support/failures.ts';
import { exchange, openConnection, rawRequest } from '../support/raw-http.ts';
import { newUuid } from '../support/records.ts';
import { requiredModelParams, requiredServiceParams } from '../support/resources.ts';
import { API, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const MODELS = `${API}/models`;
const SERVICES = `${API}/model-services`;
const UUID = '6c1a5f6167944aa1886294842075279f';
const JSON_HEADER = { 'Content-Type': 'application/json' };
const KIB = 1024;
const LONG = 'x'.repeat(1000);

const withBody = (
  method: string,
  path: string,
  body: string,
  headers: Record<string, string | null> = {},
) =>
  rawRequest(
    method,
    path,
    { ...JSON_HEADER, 'Content-Length': String(body.length), ...headers },
    body,
  );

const shared = sharedServer();

describe('404: no route', () => {
  test.each([
    ['/zstack/v1/ai/nothing', '/v1/ai/nothing'],
    ['/zstack/v1/ai/nothing?token=secret', '/v1/ai/nothing'],
    ['/zstack/v1/a%20b/%E4%BD%A0', '/v1/a b/你'],
    ['/zstack/v1/ai%2Fmodels', '/v1/ai/models'],
    ['/zstack//v1///nothing', '/v1/nothing'],
    ['/', '/'],
    ['/v1/ai/models', '/v1/ai/models'],
    ['/zstack/v1/ai/Models', '/v1/ai/Models'],
    [`${MODELS}/`, '/v1/ai/models/'],
    [`${MODELS}//`, '/v1/ai/models/'],
    [`${MODELS}/${UUID}/`, `/v1/ai/models/${UUID}/`],
    ['/_aios/healthy', '/_aios/healthy'],
  ])('%s', async (path, named) => {
    const answer = await exchange(shared().url, rawRequest('GET', path));
    expectFailure(answer, 404, 'SYS.1009', `no api mapping to ${named}`);
  });

  test('a trailing slash is 404 under every verb', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
      const answer = await shared().call(method, `${SERVICES}/`);
      expectFailure(answer, 404, 'SYS.1009', 'no api mapping to /v1/ai/model-services/');
    }
  });
});

describe('405: another verb would do', () => {
  const allowed: [path: string, allow: string][] = [
    [MODELS, 'DELETE, GET, POST'],
    [SERVICES, 'GET, POST'],
    [`${SERVICES}/${UUID}`, 'DELETE, GET, POST, PUT'],
    [`${SERVICES}/${UUID}/actions`, 'PUT'],
    [`${MODELS}/${UUID}/actions`, 'PUT'],
    [`${MODELS}/${UUID}/model-services/${UUID}`, 'DELETE, POST'],
    ['/zstack/v1/accounts/login', 'PUT'],
    ['/zstack/v1/tags/x', 'DELETE'],
    ['/zstack/v1/system-tags/x/actions', 'PUT'],
    ['/_aios/health', 'GET, HEAD'],
    ['/_aios/live', 'GET, HEAD'],
    ['/openapi.json', 'GET, HEAD'],
  ];

  test.each(allowed)('%s', async (path, allow) => {
    for (const verb of ['PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'PURGE', 'M-SEARCH']) {
      const answer = await exchange(shared().url, rawRequest(verb, path));
      expectFailure(
        answer,
        405,
        'SYS.1009',
        `The method[${verb}] is not allowed for the path[${path}]`,
      );
      expect(answer.headers.get('allow')).toBe(allow);
    }
  });

  test('HEAD answers the same without the body', async () => {
    const answer = await exchange(shared().url, rawRequest('HEAD', MODELS));
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('DELETE, GET, POST');
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(answer.body).toBeUndefined();
  });

  test.each([
    ['an encoded letter, which the router decodes', '/zstack/v1/%61i/models'],
    ['the absolute form, which the router takes', `http://localhost${MODELS}`],
  ])('%s', async (_, target) => {
    const server = shared();
    expect((await exchange(server.url, rawRequest('GET', target))).status).toBe(200);
    const answer = await exchange(server.url, rawRequest('PATCH', target));
    expectFailure(
      answer,
      405,
      'SYS.1009',
      expect.stringContaining('The method[PATCH] is not allowed'),
    );
    expect(answer.headers.get('allow')).toBe('DELETE, GET, POST');
  });
});

describe('400: the URL', () => {
  test.each([
    '%zz',
    '%',
    '%f',
    '%ff',
    '%C0%80',
    '%ED%A0%80',
  ])('bad percent-encoding: %s', async (part) => {
    for (const path of [`${MODELS}/${part}`, `/${part}`, `${MODELS}/${part}?q=1`]) {
      const answer = await exchange(shared().url, rawRequest('GET', path));
      const named = path.replace('/zstack', '').replace('?q=1', '');
      expectFailure(answer, 400, 'SYS.1007', `the URL[${named}] is not correctly percent-encoded`);
    }
  });

  test.each([
    '%00',
    'a%00b',
    'a%2Fb',
    '%2e%2e',
    '%25zz',
    '%F0%9F%98%80',
    "'%20OR%201=1",
    'a'.repeat(60 * KIB),
  ])('an unused uuid: %#', async (uuid) => {
    const server = shared();
    const answer = await exchange(server.url, rawRequest('GET', `${MODELS}/${uuid}`));
    expect([answer.status, answer.body]).toEqual([200, { success: true, inventories: [] }]);
    const update = withBody('PUT', `${SERVICES}/${uuid}`, '{"updateModelService":{}}');
    const rejection = await exchange(server.url, update);
    expect([400, 503]).toContain(rejection.status);
    expectFailure(
      rejection,
      rejection.status,
      rejection.status === 400 ? 'SYS.1007' : 'SYS.1003',
      expect.any(String),
    );
    expect(rejection.body.error.details.length).toBeLessThanOrEqual(4096);
  });
});

describe('400: what is not HTTP', () => {
  test.each([
    ['no request line', 'hello\r\n\r\n'],
    ['an unknown verb', 'BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an unknown version', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['TLS', Buffer.from('16030100a5010000a10303', 'hex')],
    ['a header without colon', 'GET / HTTP/1.1\r\nHost: x\r\nfoo bar\r\n\r\n'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nfoo: \0\r\n\r\n'],
    ['lines ended by LF alone', 'GET / HTTP/1.1\nHost: x\n\n'],
    ['a length that is no number', rawRequest('POST', MODELS, { 'Content-Length': 'x' })],
    [
      'two lengths',
      rawRequest('POST', MODELS, { 'Content-Length': '2\r\nContent-Length: 3' }, '{}'),
    ],
    [
      'length and chunks at once',
      rawRequest(
        'POST',
        MODELS,
        { 'Content-Length': '2', 'Transfer-Encoding': 'chunked' },
        '2\r\n{}\r\n0\r\n\r\n',
      ),
    ],
    [
      'a chunk size that is none',
      rawRequest('POST', MODELS, { ...JSON_HEADER, 'Transfer-Encoding': 'chunked' }, 'zz\r\n{}'),
    ],
  ])('%s', async (_, bytes) => {
    const connection = await openConnection(shared().url);
    await connection.send(bytes);
    expectFailure(await connection.answer(), 400, 'SYS.1007', 'the request is not valid HTTP');
    await connection.closed();
  });

  test.each([
    ['a target without a slash', 'zstack'],
    ['text that is not encoded in the path', '/你好'],
    ['the same in the query', `${MODELS}?q=name=你好`],
  ])('%s', async (_, target) => {
    const answer = await exchange(shared().url, rawRequest('GET', target));
    expectFailure(answer, 400, 'SYS.1007', expect.stringContaining('percent-encoded'));
  });

  test.each([
    ['two hosts', { Host: 'a\r\nHost: b' }, 'Host'],
    ['the same host twice', { Host: 'a\r\nhost: a' }, 'Host'],
    ['a compressed body', { 'Transfer-Encoding': 'gzip, chunked' }, 'Transfer-Encoding'],
    [
      'two encodings',
      { 'Transfer-Encoding': 'gzip\r\nTransfer-Encoding: chunked' },
      'Transfer-Encoding',
    ],
  ])('%s', async (_, headers, name) => {
    const request = rawRequest('POST', MODELS, { ...JSON_HEADER, ...headers }, '0\r\n\r\n');
    const answer = await exchange(shared().url, request);
    expectFailure(answer, 400, 'SYS.1007', expect.stringContaining(`header[${name}]`));
  });

  test('no Host', async () => {
    const answer = await exchange(shared().url, rawRequest('GET', MODELS, { Host: null }));
    expectFailure(answer, 400, 'SYS.1007', "missing header 'Host'");
  });

  test('HTTP/1.0 needs no Host', async () => {
    const request = rawRequest('GET', MODELS, { Host: null }).replace('HTTP/1.1', 'HTTP/1.0');
    expect((await exchange(shared().url, request)).status).toBe(200);
  });

  test.each([
    ['by its length', { 'Content-Length': '100' }, '{"param":{}'],
    ['by its chunks', { 'Transfer-Encoding': 'chunked' }, '20\r\n{"param":{}'],
  ])('a body cut short %s', async (_, headers, part) => {
    const server = await startServer();
    const connection = await openConnection(server.url);
    await connection.send(rawRequest('POST', MODELS, { ...JSON_HEADER, ...headers }, part));
    connection.end();
    expectFailure(await connection.answer(), 400, 'SYS.1007', expect.any(String));
    await connection.closed();
    expect(server.rows('models')).toEqual([]);
  });

  test.each([
    ['more than its length', 'and more than its length', 400, 'SYS.1007'],
    [
      'a body of bad chunks',
      rawRequest('POST', MODELS, { ...JSON_HEADER, 'Transfer-Encoding': 'chunked' }, 'zz\r\n'),
      ...([400, 'SYS.1007'] as const),
    ],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', 404, 'SYS.1009'],
  ] as const)('executed requests are not answered with the error of a later one: %s', async (_, after, status, code) => {
    const server = await startServer();
    const connection = await openConnection(server.url);
    const request = withBody('POST', MODELS, JSON.stringify({ param: requiredModelParams }));
    await connection.send(request + request + after);
    const answers = [await connection.answer(), await connection.answer()];
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(server.rows('models')).toHaveLength(2);
    expectFailure(await connection.answer(), status, code, expect.any(String));
    await connection.closed();
  });
});

describe('unusual headers', () => {
  test('100-continue is granted', async () => {
    const server = await startServer();
    const connection = await openConnection(server.url);
    const body = JSON.stringify({ param: requiredModelParams });
    await connection.send(withBody('POST', MODELS, body, { Expect: '100-continue' }));
    expect((await connection.answer()).status).toBe(200);
  });

  test.each([
    { Connection: 'Upgrade', Upgrade: 'websocket' },
    { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' },
    { Accept: 'text/plain' },
    { 'Accept-Encoding': 'br, gzip' },
    { 'X-Job-UUID': 'malformed' },
    { 'If-None-Match': '*', Range: 'bytes=0-1' },
  ])('%j changes nothing about a read', async (headers) => {
    const answer = await exchange(shared().url, rawRequest('GET', MODELS, headers));
    expect([answer.status, answer.headers.get('content-type'), answer.body]).toEqual([
      200,
      'application/json;charset=UTF-8',
      { success: true, inventories: [] },
    ]);
  });

  test.each([
    'soon',
    '-1',
    '1.5',
    '1e3',
    '0x1',
    '99999999999999999999',
  ])('X-API-Timeout %j is unreadable', async (timeout) => {
    const answer = await exchange(
      shared().url,
      rawRequest('GET', MODELS, { 'X-API-Timeout': timeout }),
    );
    expectFailure(answer, 400, 'SYS.1007', expect.stringContaining('X-API-Timeout'));
  });

  test.each(['X-API-Timeout', 'Prefer'])('an empty %s counts as absent', async (header) => {
    const options = { headers: { [header]: '' } };
    const server = await startServer();
    const answer = await server.post(MODELS, { param: requiredModelParams }, options);
    expect([answer.status, answer.body.success]).toEqual([200, true]);
  });

  test('X-API-Timeout 0 has always passed, and nothing is done', async () => {
    const server = await startServer();
    const options = { headers: { 'x-api-timeout': '0' } };
    const answer = await server.post(MODELS, { param: requiredModelParams }, options);
    expectFailure(answer, 503, 'SYS.1001', expect.any(String));
    expect(server.rows('models')).toEqual([]);
  });

  test('X-API-Timeout that has not passed changes nothing', async () => {
    expect((await shared().get(MODELS, { headers: { 'x-api-timeout': '60' } })).status).toBe(200);
  });
});

describe('414, 431: beyond 64 KiB, or 80 KiB with the headers', () => {
  test.each([
    ['in the query', `${MODELS}?q=${'a'.repeat(66 * KIB)}`],
    ['in a path nobody has', `/${'a'.repeat(66 * KIB)}`],
    ['in segments', `${MODELS}${'/a'.repeat(33 * KIB)}`],
  ])('414: a URL too long %s', async (_, target) => {
    const answer = await exchange(shared().url, rawRequest('GET', target));
    expectFailure(answer, 414, 'SYS.1015', expect.any(String));
  });

  test.each([
    [80 * KIB, 200],
    [80 * KIB + 1, 431],
  ])('URL and headers of %i characters together are answered %i', async (length, status) => {
    const request = rawRequest('GET', `${MODELS}?x=`.padEnd(60 * KIB, 'a'), { 'X-Fill': '' });
    const counted = request.replace(/^GET | HTTP\/1.1|: |\r\n/g, '').length;
    const filled = request.replace('X-Fill: ', `X-Fill: ${'a'.repeat(length - counted)}`);
    expect((await exchange(shared().url, filled)).status).toBe(status);
  });

  test('a URL of 64 KiB is not too long', async () => {
    const server = shared();
    const target = `${MODELS}?x=`.padEnd(64 * KIB, 'a');
    expect((await exchange(server.url, rawRequest('GET', target))).status).toBe(200);
    const answer = await exchange(server.url, rawRequest('GET', `${target}a`));
    expectFailure(answer, 414, 'SYS.1015', expect.any(String));
  });

  test.each([
    ['one long header', `X-Long: ${'a'.repeat(80 * KIB)}\r\n`],
    ['a long header name', `${'a'.repeat(80 * KIB)}: x\r\n`],
    ['many headers', `X-Many: ${'a'.repeat(75)}\r\n`.repeat(1100)],
    ['many short headers', 'a: bc\r\n'.repeat(1000)],
  ])('431: %s', async (_, headers) => {
    const request = rawRequest('GET', MODELS).replace(/\r\n$/, `${headers}\r\n`);
    expectFailure(await exchange(shared().url, request), 431, 'SYS.1015', expect.any(String));
  });

  test.each([
    ['a URL of 400 KiB', rawRequest('GET', `/${'a'.repeat(400 * KIB)}`)],
    ['a header of 400 KiB', rawRequest('GET', MODELS, { 'X-Long': 'a'.repeat(400 * KIB) })],
  ])('far beyond what Node itself takes: %s', async (_, bytes) => {
    const connection = await openConnection(shared().url);
    connection.send(bytes).catch(() => {});
    const answer = await connection.answer();
    expect([414, 431]).toContain(answer.status);
    expectFailure(answer, answer.status, 'SYS.1015', expect.any(String));
    await connection.closed();
  });

  test('no header below the bound is lost, however many there are', async () => {
    const many = Object.fromEntries(Array.from({ length: 990 }, (_, i) => [`X-${i}`, 'a']));
    const request = rawRequest('GET', MODELS, { Authorization: null }).replace(
      /\r\n$/,
      `${Object.keys(many)
        .map((name) => `${name}: a\r\n`)
        .join('')}Authorization: OAuth b86c9016b4f24953a9edefb53ca0678c\r\n\r\n`,
    );
    expect((await exchange(shared().url, request)).status).toBe(200);
  });
});

describe('408: too slow', () => {
  const timeouts = { headers: 150, request: 300, check: 50 };

  test.each([
    ['nothing at all', ''],
    ['half a request line', 'GET /zst'],
    ['headers without end', 'GET / HTTP/1.1\r\nHost: x\r\n'],
    [
      'half a body',
      rawRequest('POST', MODELS, { ...JSON_HEADER, 'Content-Length': '20' }, '{"param"'),
    ],
    [
      'half a chunk',
      rawRequest('POST', MODELS, { ...JSON_HEADER, 'Transfer-Encoding': 'chunked' }, '20\r\n{'),
    ],
  ])('%s', async (_, bytes) => {
    const server = await startServer({ timeouts });
    const connection = await openConnection(server.url);
    if (bytes !== '') await connection.send(bytes);
    expectFailure(await connection.answer(), 408, 'SYS.1015', expect.any(String));
    await connection.closed();
  });

  test('one byte now and then does not buy time', async () => {
    const server = await startServer({ timeouts });
    const connection = await openConnection(server.url);
    const drip = setInterval(() => connection.send('a').catch(() => {}), 20);
    try {
      await connection.send('GET / HTTP/1.1\r\nX: ');
      expectFailure(await connection.answer(), 408, 'SYS.1015', expect.any(String));
    } finally {
      clearInterval(drip);
    }
  });
});

describe('413: beyond the body limit', () => {
  const limit = 64 * KIB;
  const MANY = 8 * KIB * KIB;
  const tooLarge = [413, 'SYS.1007', expect.stringContaining(String(limit))] as const;
  const bodyOf = (bytes: number) => {
    const empty = JSON.stringify({ param: { ...requiredModelParams, logo: '' } });
    return empty.replace('"logo":""', `"logo":"${'x'.repeat(bytes - empty.length)}"`);
  };
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

  test('the limit itself is accepted, one byte more is not', async () => {
    const server = await startServer({ bodyLimit: limit });
    expect((await server.post(MODELS, undefined, { raw: bodyOf(limit) })).status).toBe(200);
    expectFailure(await server.post(MODELS, undefined, { raw: bodyOf(limit + 1) }), ...tooLarge);
    expect(server.rows('models')).toHaveLength(1);
  });

  test('on a length alone, before any of the body', async () => {
    const server = await startServer({ bodyLimit: limit });
    const headers = { ...JSON_HEADER, 'Content-Length': '99999999999' };
    expectFailure(await exchange(server.url, rawRequest('POST', MODELS, headers)), ...tooLarge);
  });

  test.each([
    ['none', 'DELETE', `${MODELS}/${newUuid()}`, {}, ''],
    [
      'in chunks',
      'POST',
      MODELS,
      { 'Transfer-Encoding': 'chunked' },
      `${chunk(bodyOf(500))}0\r\n\r\n`,
    ],
  ])('not on an unknown length: %s', async (_, method, path, headers, body) => {
    const server = await startServer({ bodyLimit: 1000 });
    const request = rawRequest(method, path, { ...JSON_HEADER, ...headers }, body);
    expect((await exchange(server.url, request)).status).toBe(200);
  });

  describe('the answer can be read', () => {
    const sendings: [string, Record<string, string>, string, string][] = [
      ['by length', { 'Content-Length': String(MANY) }, 'x'.repeat(MANY), ''],
      [
        'in chunks',
        { 'Transfer-Encoding': 'chunked' },
        chunk('x'.repeat(64 * KIB)).repeat(128),
        '0\r\n\r\n',
      ],
    ];

    test.each(sendings)('while a large body is still being sent, %s', async (_, headers, body) => {
      const server = await startServer({ bodyLimit: limit });
      const connection = await openConnection(server.url);
      connection
        .send(rawRequest('POST', MODELS, { ...JSON_HEADER, ...headers }, body))
        .catch(() => {});
      expectFailure(await connection.answer(), ...tooLarge);
    });

    test.each(sendings)('after all of a large body was sent, %s', async (_, headers, body, end) => {
      const server = await startServer({ bodyLimit: limit });
      const connection = await openConnection(server.url);
      await connection.send(rawRequest('POST', MODELS, { ...JSON_HEADER, ...headers }));
      await connection.send(body + end);
      expectFailure(await connection.answer(), ...tooLarge);
    });

    test('of a large body without a session, too', async () => {
      const server = await startServer({ bodyLimit: limit });
      const connection = await openConnection(server.url);
      const headers = { ...JSON_HEADER, Authorization: null, 'Content-Length': String(MANY) };
      await connection.send(rawRequest('POST', MODELS, headers));
      await connection.send('x'.repeat(MANY));
      expectFailure(await connection.answer(), 400, 'SYS.1007', "missing header 'Authorization'");
    });
  });
});

describe('415: a body that is not JSON', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'application/xml',
    'json',
    '',
    null,
  ])('%j', async (type) => {
    for (const [method, path] of [
      ['POST', MODELS],
      ['PUT', `${SERVICES}/${UUID}`],
    ] as const) {
      const headers = { 'Content-Type': type, 'Content-Length': '2' };
      const answer = await exchange(shared().url, rawRequest(method, path, headers, '{}'));
      expectFailure(answer, 415, 'SYS.1007', expect.stringContaining(`[${type ?? ''}]`));
    }
  });

  test.each([
    'application/json',
    'application/json;charset=UTF-8',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/vnd.zstack+json',
  ])('%s is JSON', async (type) => {
    const server = await startServer();
    const body = JSON.stringify({ param: requiredModelParams });
    const options = { raw: body, headers: { 'content-type': type } };
    expect((await server.post(MODELS, undefined, options)).status).toBe(200);
  });

  test.each(['GET', 'POST'])('without a body the type of a %s is not checked', async (method) => {
    for (const type of ['text/plain', 'application/json']) {
      const headers = { 'Content-Type': type, 'Content-Length': '0' };
      const answer = await exchange(shared().url, rawRequest(method, MODELS, headers));
      expect(answer.status).toBe(method === 'GET' ? 200 : 400);
      if (method === 'POST') {
        expectFailure(answer, 400, 'SYS.1007', expect.stringContaining('field[name]'));
      }
    }
  });
});

describe('400: the body', () => {
  const post = async (raw: string | Buffer) => {
    return shared().post(MODELS, undefined, { raw });
  };

  test.each([
    ['cut short', '{"param":{', /^the body is not valid JSON/],
    ['followed by more', '{}{}', /^the body is not valid JSON/],
    ['with a lone comma', '{"param":{},}', /^the body is not valid JSON/],
    ['of spaces', '   ', /^the body is not valid JSON|^field\[name\]/],
    [
      'nested 65 deep',
      `{"param":${'['.repeat(64)}${']'.repeat(64)}}`,
      /nested deeper than 64 levels/,
    ],
    [
      'with a list of more than 1000 members',
      JSON.stringify({ param: { ...requiredModelParams, tagUuids: Array(1001).fill('a') } }),
      /^field\[tagUuids\] of message\[[\w.]+\] exceeds max number of members\. expected was <= 1000, actual was 1001$/,
    ],
    [
      'with an object of 10,001 members',
      JSON.stringify({
        param: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [i, 0])),
      }),
      /an object of more than 10000 members/,
    ],
    ['of 200,001 values', `{"param":[${'0,'.repeat(199_998)}0]}`, /more than 200000 values/],
  ])('%s', async (_, raw, sentence) => {
    expectFailure(await post(raw), 400, 'SYS.1007', expect.stringMatching(sentence));
  });

  test('that is compressed', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const raw = gzipSync(JSON.stringify({ param: requiredModelParams }));
    const answer = await shared().post(MODELS, undefined, { raw, headers });
    expectFailure(answer, 400, 'SYS.1007', expect.stringContaining('Content-Encoding[gzip]'));
  });

  test('that is not UTF-8', async () => {
    const raw = Buffer.concat([Buffer.from('{"param":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expectFailure(await post(raw), 400, 'SYS.1007', expect.any(String));
  });

  test.each([
    ['a NUL', '\\u0000'],
    ['half a surrogate pair', '\\ud800'],
    ['the other half', '\\udc00'],
    ['the halves in the wrong order', '\\udc00\\ud800'],
  ])('%s in any string (F16)', async (_, escaped) => {
    const server = await startServer();
    const model = JSON.stringify(requiredModelParams).slice(1, -1);
    const service = JSON.stringify(requiredServiceParams).slice(1, -1);
    const bodies: [string, string][] = [
      [MODELS, `{"param":{${model},"description":"${escaped}"}}`],
      [MODELS, `{"param":{${model}},"userTags":["${escaped}"]}`],
      [SERVICES, `{"param":{${service},"vendorToSpecUuidsMap":{"${escaped}":[]}}}`],
      [SERVICES, `{"param":{${service},"vendorToSpecUuidsMap":{"a":["${escaped}"]}}}`],
    ];
    for (const [path, raw] of bodies) {
      const answer = await server.post(path, undefined, { raw });
      expectFailure(answer, 400, 'SYS.1007', expect.any(String));
    }
    expect([...server.rows('models'), ...server.rows('model_services')]).toEqual([]);
  });

  test.each([
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
  ])('a key of %s at any level is an ordinary member', async (key) => {
    const server = await startServer();
    const model = JSON.stringify(requiredModelParams);
    for (const raw of [`{"${key}":{"param":${model}}}`, `{"param":{"${key}":${model}}}`]) {
      const answer = await server.post(MODELS, undefined, { raw });
      expectFailure(answer, 400, 'SYS.1007', expect.stringContaining('field[name]'));
    }
    const service = JSON.stringify(requiredServiceParams).slice(1, -1);
    const raw = `{"${key}":{"polluted":1},"param":{${service},"${key}":{"polluted":1},"architectureImages":[{"cpuArchitecture":"x86_64","vmImageUuid":"a","${key}":{"dockerImage":"polluted"}}],"vendorToSpecUuidsMap":{"${key}":["stored"]}}}`;
    const answer = await server.post(SERVICES, undefined, { raw });
    expect(answer.status).toBe(200);
    const { vendorToSpecUuidsMap } = answer.body.inventory;
    expect(Object.entries(vendorToSpecUuidsMap)).toEqual([[key, ['stored']]]);
    expect(JSON.stringify(answer.body)).not.toContain('polluted');
    expect('polluted' in {}).toBe(false);
    const read = await server.get(`${SERVICES}/${answer.body.inventory.uuid}`);
    expect(read.body.inventories).toEqual([answer.body.inventory]);
  });

  test('of two members with the same key the last counts', async () => {
    const model = JSON.stringify(requiredModelParams).slice(1, -1);
    const server = await startServer();
    const raw = `{"param":{${model},"vendor":"first","vendor":"last"}}`;
    const answer = await server.post(MODELS, undefined, { raw });
    expect(answer.body.inventory.vendor).toBe('last');
  });
});

describe('a connection stays usable after', () => {
  test.each<[string, string]>([
    ['400', rawRequest('GET', `${MODELS}?limit=x`)],
    ['400 of the URL', rawRequest('GET', `${MODELS}/%zz`)],
    ['400 of JSON', withBody('POST', MODELS, '{')],
    ['400 without session', withBody('POST', MODELS, LONG, { Authorization: null })],
    ['404', rawRequest('GET', '/nothing')],
    ['404 with a body', withBody('POST', '/nothing', LONG)],
    ['405', rawRequest('PATCH', MODELS)],
    ['405 with a body', withBody('PATCH', MODELS, LONG)],
    ['405 of HEAD', rawRequest('HEAD', MODELS)],
    ['415', withBody('POST', MODELS, '{}', { 'Content-Type': 'text/plain' })],
    ['503', rawRequest('GET', MODELS, { Authorization: 'OAuth x' })],
  ])('%s', async (_, request) => {
    const connection = await openConnection(shared().url);
    await connection.send(request);
    const rejected = await connection.answer(request.split(' ', 1)[0]);
    expect(rejected.status).toBeGreaterThanOrEqual(400);
    await connection.send(rawRequest('GET', MODELS));
    expect((await connection.answer()).body).toEqual({ success: true, inventories: [] });
  });
});
