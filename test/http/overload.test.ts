import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { connectionsMax } from '../../src/http/protocol/connection-limits.ts';
import { expectFailure } from '../support/failures.ts';
import { parseMetrics, sumOf } from '../support/prometheus.ts';
import { type Connection, openConnection, rawRequest } from '../support/raw-http.ts';
import { extras, modelService } from '../support/records.ts';
import { requiredModelParams } from '../support/resources.ts';
import { nothing } from '../support/results.ts';
import { type Answer, API, SESSION, type Server, startServer } from '../support/server.ts';

const MODELS = `${API}/models`;
const JSON_TYPE = { 'Content-Type': 'application/json' };
const KIB = 1024;
const OTHER = SESSION.replace('b', 'c');

/** Sends a request whose body doesn't end until `rest` is sent. */
async function beginBody(
  server: Server,
  bytes = 0,
  others = {},
): Promise<Connection & { rest: string }> {
  const body = JSON.stringify({ param: { ...requiredModelParams, logo: 'a'.repeat(bytes) } });
  const headers = { ...JSON_TYPE, 'Content-Length': String(body.length), ...others };
  const connection = await openConnection(server.url);
  await connection.send(rawRequest('POST', MODELS, headers, body.slice(0, -1)));
  await pause(50);
  return { ...connection, rest: body.slice(-1) };
}

function expectShed(answer: Answer, reason: string): void {
  expectFailure(answer, 503, 'SYS.1010', `the server is overloaded: ${reason}`);
  expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
}

describe('with as many requests in flight as there may be', () => {
  const reason = 'too many requests are in flight';
  // Half of them for one client.
  const limits = { requests: 4 };
  const share = 2;

  test('further requests of any kind are rejected, and health says so', async () => {
    const server = await startServer({ limits });
    for (let each = 0; each < share; each++) await beginBody(server);

    expectShed(await server.get(MODELS), reason);
    expectShed(await server.get(MODELS, { session: null }), reason);
    expectShed(await server.post(MODELS, { param: requiredModelParams }), reason);
    expectShed(await server.put('/zstack/v1/accounts/login', {}, { session: null }), reason);
    expectShed(await server.get('/nothing'), reason);
    expectShed(await server.get('/_aios/health', { session: null }), reason);
    expect(server.rows('models')).toEqual([]);
  });

  test.each([
    ['PUT', '/zstack/v1/accounts/login'],
    ['POST', '/zstack/api'],
    ['PUT', '/zstack/v1/management-nodes/actions'],
  ])('those of unknown senders are apart while their bodies arrive: %s %s', async (method, path) => {
    const server = await startServer({ limits });
    const headers = { ...JSON_TYPE, 'Content-Length': '100', Authorization: '' };
    const begin = async () => {
      const connection = await openConnection(server.url);
      await connection.send(rawRequest(method, path, headers, '{'));
      await pause(50);
      return connection;
    };
    for (let each = 0; each < share; each++) await begin();
    expectShed(await (await begin()).answer(), reason);

    expect((await server.get(MODELS)).status).toBe(200);
    expect((await server.post(MODELS, { param: requiredModelParams })).status).toBe(200);
    expect((await server.get('/_aios/health', { session: null })).status).toBe(200);
  });

  test('the body of a rejected request is read, and its connection stays usable', async () => {
    const server = await startServer({ limits });
    const held = [await beginBody(server), await beginBody(server)];
    const connection = await openConnection(server.url);
    const body = 'x'.repeat(1024 * KIB);
    const headers = { ...JSON_TYPE, 'Content-Length': String(body.length) };
    await connection.send(rawRequest('POST', MODELS, headers, body));
    expectShed(await connection.answer(), reason);

    for (const each of held) {
      await each.send(each.rest);
      expect((await each.answer()).status).toBe(200);
    }
    await connection.send(rawRequest('GET', MODELS));
    expect((await connection.answer()).body.inventories).toHaveLength(2);
  });

  test('one is admitted for each that is answered or has disconnected', async () => {
    const server = await startServer({ limits });
    const [first, second] = [await beginBody(server), await beginBody(server)];
    await first.send(first.rest);
    await first.answer();
    expect((await server.get(MODELS)).status).toBe(200);

    await beginBody(server);
    expectShed(await server.get(MODELS), reason);
    second.reset();
    await expect.poll(async () => (await server.get(MODELS)).status).toBe(200);
  });

  test('pipelined ones are released when their connection closes', async () => {
    const server = await startServer({ limits: { requests: 40 } });
    const connection = await openConnection(server.url);
    const body = rawRequest('POST', MODELS, { ...JSON_TYPE, 'Content-Length': '9' }, '{');
    await connection.send(rawRequest('GET', MODELS).repeat(19) + body);
    connection.reset();
    await pause(50);
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.get(MODELS)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  test('rejected requests are counted', async () => {
    const server = await startServer({ limits });
    const held = [await beginBody(server), await beginBody(server)];
    for (let each = 0; each < 3; each++) expectShed(await server.get(MODELS), reason);
    for (const each of held) each.reset();
    await expect.poll(async () => (await server.get(MODELS)).status).toBe(200);

    const headers = { authorization: `OAuth ${SESSION}` };
    const metrics = await (await fetch(`${server.url}/_aios/metrics`, { headers })).text();
    const requests = parseMetrics(metrics).get('aios_requests_total');
    expect(sumOf(requests, 'operation="QueryModel"', 'code="503"')).toBeGreaterThanOrEqual(3);
  });
});

describe('with as many bytes of bodies in flight as there may be', () => {
  const limits = { bodyBytes: 1024 * KIB };
  const reason = 'too many large bodies are in flight';

  test('another large one is rejected while it arrives, a small one is not', async () => {
    const server = await startServer({ limits });
    const held = await beginBody(server, 400 * KIB);
    const large = { param: { ...requiredModelParams, logo: 'a'.repeat(300 * KIB) } };

    expectShed(await server.post(MODELS, large), reason);
    expect((await server.post(MODELS, { param: requiredModelParams })).status).toBe(200);

    await held.send(held.rest);
    expect((await held.answer()).status).toBe(200);
    expect((await server.post(MODELS, large)).status).toBe(200);
    expect(server.rows('models')).toHaveLength(3);
  });

  test('none is rejected for its Content-Length alone', async () => {
    const server = await startServer({ limits });
    for (let each = 0; each < 10; each++) {
      const connection = await openConnection(server.url);
      const headers = { ...JSON_TYPE, 'Content-Length': String(400 * KIB) };
      await connection.send(rawRequest('POST', MODELS, headers, '{'));
    }
    const large = { param: { ...requiredModelParams, logo: 'a'.repeat(300 * KIB) } };
    expect((await server.post(MODELS, large)).status).toBe(200);
  });
});

test('responses to clients that do not read them are bounded in memory, and their connections are closed', async () => {
  const access = { wellKnownSessions: new Set([SESSION, OTHER]) };
  const server = await startServer({ access, limits: { answerBytes: 2048 * KIB, stall: 500 } });
  const service = modelService({ yaml: 'a'.repeat(500 * KIB) });
  await server.store.addResource('ModelService', service, extras(), nothing);
  const path = `${API}/model-services/${service.uuid}`;
  for (let client = 0; client < 4; client++) {
    const idle = await openConnection(server.url);
    idle.pause();
    // The system takes some megabytes in the client's place.
    await idle.send(rawRequest('GET', path).repeat(30));
  }

  await expect
    .poll(async () => (await server.get(path)).body.error?.details)
    .toBe('the server is overloaded: too many large answers are in flight');
  expect((await server.get(`${API}/models`)).status).toBe(200);
  expect((await server.get(path, { session: OTHER })).status).toBe(200);
  await expect.poll(async () => (await server.get(path)).status, { timeout: 30_000 }).toBe(200);
});

test('answers that unknown senders do not read leave those of sessions their room', async () => {
  const server = await startServer({ limits: { answerBytes: 200 * KIB } });
  const read = rawRequest('GET', '/openapi.json', { Authorization: null });
  const idle = await Promise.all(Array.from({ length: 8 }, () => openConnection(server.url)));
  for (const connection of idle) {
    connection.pause();
    connection.send(read.repeat(40)).catch(() => {});
  }
  const headers = { 'accept-encoding': 'identity' };
  const status = async () => (await fetch(`${server.url}/openapi.json`, { headers })).status;
  await expect.poll(status, { timeout: 20_000 }).toBe(503);
  const service = modelService({ yaml: 'a'.repeat(90 * KIB) });
  await server.store.addResource('ModelService', service, extras(), nothing);
  expect((await server.get(`${API}/model-services`)).status).toBe(200);
});

test('while its memory is nearly full the server rejects requests and stays up', async () => {
  const server = await startServer({ limits: { heapBytes: 1, sample: 100 } });
  await expect.poll(async () => (await server.get(MODELS)).status).toBe(503);
  expectShed(await server.get(MODELS), 'its memory is nearly full');
  expectShed(await server.get('/_aios/health', { session: null }), 'its memory is nearly full');
  expect((await server.get('/_aios/live', { session: null })).status).toBe(200);
});

describe('with as many connections as there may be', () => {
  const limits = { connections: 6 };
  const answered = async (server: Server, address: string, headers = {}) => {
    const connection = await openConnection(server.url, address);
    await connection.send(rawRequest('GET', MODELS, headers));
    return { ...connection, status: (await connection.answer()).status };
  };

  test('those beyond half of one client are closed, all others are served', async () => {
    const server = await startServer({ limits });
    const open = [1, 2, 3].map(() => answered(server, '127.0.0.1'));
    const [first] = await Promise.all(open);
    await expect(answered(server, '127.0.0.1')).rejects.toThrow(/ended|EPIPE|ECONNRESET/);
    for (let each = 0; each < 3; each++) {
      expect(await answered(server, '127.0.0.2')).toMatchObject({ status: 200 });
    }
    await expect(answered(server, '127.0.0.3')).rejects.toThrow(/ended|EPIPE|ECONNRESET/);

    await first?.send(rawRequest('GET', MODELS));
    expect((await first?.answer())?.status).toBe(200);
    first?.reset();
    await expect
      .poll(() => answered(server, '127.0.0.1').catch(String))
      .toMatchObject({ status: 200 });
  });

  test('those of a trusted proxy are open, and the requests in flight of its clients are limited', async () => {
    const server = await startServer({ limits, trustProxy: ['127.0.0.1'] });
    const from = (address: string) => ({ 'X-Forwarded-For': address });
    for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.1']) {
      await beginBody(server, 0, from(address));
    }
    expect(await answered(server, '127.0.0.1', from('192.0.2.1'))).toMatchObject({ status: 503 });
    expect(await answered(server, '127.0.0.1', from('192.0.2.2'))).toMatchObject({ status: 200 });
  });

  test.each([
    ['Max open files            1024                 4096                 files', 10, 694],
    ['Max open files            100                  100                  files', 10, 50],
    ['Max open files            1048576              1048576              files', 10, 8000],
    ['Max open files            unlimited            unlimited            files', 10, 3766],
    ['', 100, 3676],
  ])('of "%s", and %i for the database, leave %i', (limits, reserved, expected) => {
    expect(connectionsMax(`Max cpu time 1 1 seconds\n${limits}\n`, reserved)).toBe(expected);
  });
});
