import { describe, expect, test } from 'vitest';
import { expectFailure } from '../support/failures.ts';
import { openConnection, rawRequest } from '../support/raw-http.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API, type Server, startServer } from '../support/server.ts';

const MODELS = `${API}/models`;
/** Far longer than the tests take: a shorter duration proves that nothing waited for it. */
const patient = { closeQuiet: 50, closeGrace: 3_600_000 };

/** Holds the server's next lists back until released. */
function holdLists({ store }: Server): { begun: Promise<void>; release: () => void } {
  const { list } = store;
  let release = () => {};
  let begin = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  store.list = async (kind, query) => {
    begin();
    await released;
    return list(kind, query);
  };
  return { begun, release };
}

describe('a request in flight when the server closes', () => {
  test('is answered', async () => {
    const server = await startServer({ timeouts: patient });
    const { begun, release } = holdLists(server);
    const answer = server.get(MODELS);
    await begun;
    const closing = server.app.close();
    setTimeout(release, 100);

    expect((await answer).body).toEqual({ success: true, inventories: [] });
    await closing;
  });

  test('may still send the rest of its body, and is executed', async () => {
    const server = await startServer({ timeouts: patient });
    const connection = await openConnection(server.url);
    const body = JSON.stringify({ param: requiredModelParams });
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': String(body.length),
    };
    await connection.send(rawRequest('POST', MODELS, headers, body.slice(0, 20)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closing = server.app.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await connection.send(body.slice(20));

    expect((await connection.answer()).body).toMatchObject({ success: true });
    expect(server.rows('models')).toHaveLength(1);
    await closing;
    await connection.closed();
  });
});

test('requests on their way are read and answered, not cut', async () => {
  const server = await startServer({ timeouts: patient });
  const calls = Array.from({ length: 40 }, () => server.get('/_aios/live'));
  const closing = server.app.close();
  for (const { status } of await Promise.all(calls)) expect([200, 503]).toContain(status);
  await closing;
});

describe('a later request', () => {
  test('on a connection still open gets SYS.1010, or finds it closed', async () => {
    const server = await startServer({ timeouts: patient });
    const { begun, release } = holdLists(server);
    const connection = await openConnection(server.url);
    await connection.send(rawRequest('GET', MODELS));
    await begun;
    const closing = server.app.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await connection.send(rawRequest('GET', `${API}/model-services`));
    release();

    expect((await connection.answer()).status).toBe(200);
    const later = await connection.answer().catch(() => undefined);
    if (later) {
      expectFailure(later, 503, 'SYS.1010', expect.any(String));
      expect(later.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(later.headers.get('connection')).toBe('close');
    }
    await closing;
    await connection.closed();
  });

  test.each([
    MODELS,
    `${API}/nothing`,
    '/_aios/health',
    '/openapi.json',
  ])('gets SYS.1010: %s', async (path) => {
    const server = await startServer({ timeouts: patient });
    const { begun, release } = holdLists(server);
    const busy = await openConnection(server.url);
    const half = await openConnection(server.url);
    await busy.send(rawRequest('GET', MODELS));
    const request = rawRequest('GET', path);
    await half.send(request.slice(0, -2));
    await begun;
    const closing = server.app.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await half.send(request.slice(-2));

    const answer = await half.answer();
    expectFailure(answer, 503, 'SYS.1010', expect.any(String));
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    release();
    await closing;
    await half.closed();
  });
});

describe('close() ends within its grace', () => {
  const timeouts = { closeGrace: 200, closeQuiet: 50 };
  const POST = rawRequest('POST', MODELS, {
    'Content-Type': 'application/json',
    'Content-Length': '100',
  });

  test.each([
    ['a body that never ends', `${POST}{"param"`],
    ['a body that never begins', POST],
    ['headers that never end', 'GET / HTTP/1.1\r\nHost: x\r\n'],
    ['a client that says nothing', ''],
  ])('despite %s', async (_, bytes) => {
    const server = await startServer({ timeouts });
    const connection = await openConnection(server.url);
    if (bytes !== '') await connection.send(bytes);
    await new Promise((resolve) => setTimeout(resolve, 50));

    await server.app.close();
    await connection.closed();
  });

  test('despite an operation that never ends', async () => {
    const server = await startServer({ timeouts });
    const { begun } = holdLists(server);
    const connection = await openConnection(server.url);
    await connection.send(rawRequest('GET', MODELS));
    await begun;
    await server.app.close();
    await connection.closed();
  });

  test('called twice', async () => {
    const server = await startServer({ timeouts });
    await Promise.all([server.app.close(), server.app.close()]);
    await server.app.close();
  });
});
