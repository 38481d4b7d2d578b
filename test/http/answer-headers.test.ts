import { describe, expect, test } from 'vitest';
import { steered } from '../support/control.ts';
import { credentials, INITIAL_DIGEST, LOGIN } from '../support/logins.ts';
import { API, SESSION } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const MODELS = `${API}/models`;
const shared = sharedServer(steered({ corsOrigins: ['https://console.example.com'] }));

const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
  fetch(shared().url + path, {
    method,
    headers: {
      authorization: `OAuth ${SESSION}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });

/** The headers that every response must have. */
async function expectGuarded(response: Response): Promise<void> {
  await response.arrayBuffer();
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  for (const name of ['server', 'x-powered-by', 'set-cookie']) {
    expect(response.headers.get(name), name).toBeNull();
  }
}

describe('no response may be cached or have its type guessed:', () => {
  test.each<[string, string, string, Record<string, string>, string | undefined, number]>([
    ['a login', 'PUT', LOGIN, {}, JSON.stringify(credentials(INITIAL_DIGEST)), 200],
    ['a failed login', 'PUT', LOGIN, {}, JSON.stringify(credentials('x')), 503],
    ['a list', 'GET', MODELS, {}, undefined, 200],
    ['a write', 'POST', MODELS, {}, '{}', 400],
    [
      'a request with an unknown session',
      'GET',
      MODELS,
      { authorization: 'Bearer x' },
      undefined,
      400,
    ],
    ['an ended session', 'GET', MODELS, { authorization: 'OAuth x' }, undefined, 503],
    ['a job', 'DELETE', `${MODELS}/x`, { prefer: 'respond-async' }, undefined, 202],
    ['a job that is gone', 'GET', '/zstack/v1/api-jobs/x', {}, undefined, 404],
    ['what is not JSON', 'POST', MODELS, { 'content-type': 'text/plain' }, 'x', 415],
    ['no route', 'GET', '/nothing', {}, undefined, 404],
    ['another verb', 'PATCH', MODELS, {}, undefined, 405],
    ['a bad URL', 'GET', '/%zz', {}, undefined, 400],
    ['health', 'GET', '/_aios/health', {}, undefined, 200],
    ['metrics', 'GET', '/_aios/metrics', {}, undefined, 200],
    ['the journal', 'GET', '/_aios/requests', {}, undefined, 200],
    ['a dump', 'GET', '/_aios/dump', {}, undefined, 200],
  ])('%s', async (_, method, path, headers, body, status) => {
    const response = await send(method, path, headers, body);
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toBe('no-store');
    await expectGuarded(response);
  });

  test('a preflight', async () => {
    const asking = {
      origin: 'https://console.example.com',
      'access-control-request-method': 'PUT',
    };
    const response = await send('OPTIONS', MODELS, asking);
    expect(response.status).toBe(204);
    await expectGuarded(response);
  });
});

describe('the page at /docs, and the console,', () => {
  test.each([
    '/docs',
    '/docs/',
    '/console/',
  ])('%s can not be framed and sends no referrer', async (path) => {
    const response = await send('GET', path);
    await expectGuarded(response);
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test.each([
    '/docs',
    '/docs/static/swagger-ui.css',
    '/console/main.js',
    '/openapi.json',
  ])('%s may be cached by a browser, as it is the same for all', async (path) => {
    const response = await send('GET', path);
    expect(response.headers.get('cache-control')).toMatch(/^public/);
    await expectGuarded(response);
  });
});
