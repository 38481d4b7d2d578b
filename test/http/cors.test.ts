import { describe, expect, test } from 'vitest';
import { expectFailure } from '../support/failures.ts';
import { API, startServer } from '../support/server.ts';

const MODELS = `${API}/models`;
const CONSOLE = 'https://console.example.com';
const OTHER = 'https://other.example.com';
const ALLOW_ORIGIN = 'access-control-allow-origin';

const preflight = (origin: string) => ({
  session: null,
  headers: {
    origin,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'authorization,content-type,x-api-timeout',
  },
});

describe('without origins', () => {
  test('no page may call: there are no CORS headers, and OPTIONS is a verb like others', async () => {
    const server = await startServer();
    const answer = await server.get(MODELS, { headers: { origin: CONSOLE } });
    expect([answer.status, answer.headers.get(ALLOW_ORIGIN)]).toEqual([200, null]);
    expect((await server.call('OPTIONS', MODELS, undefined, preflight(CONSOLE))).status).toBe(405);
  });
});

describe('with origins', () => {
  const corsOrigins = [CONSOLE, 'http://localhost:3000'];

  test.each(corsOrigins)('a page of %s may call', async (origin) => {
    const server = await startServer({ corsOrigins });
    const answer = await server.get(MODELS, { headers: { origin } });
    expect(answer.headers.get(ALLOW_ORIGIN)).toBe(origin);
    expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/i);
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
  });

  test.each([
    OTHER,
    'null',
    `${CONSOLE}.evil.example`,
    CONSOLE.replace('https', 'http'),
  ])('a page of %s may not', async (origin) => {
    const server = await startServer({ corsOrigins });
    const answer = await server.get(MODELS, { headers: { origin } });
    expect(answer.headers.get(ALLOW_ORIGIN)).toBeNull();
    const rejected = await server.call('OPTIONS', MODELS, undefined, preflight(origin));
    expect(rejected.headers.get(ALLOW_ORIGIN)).toBeNull();
  });

  test('a preflight passes without a session, with the API’s verbs and the requested headers', async () => {
    const server = await startServer({ corsOrigins });
    const answer = await server.call('OPTIONS', MODELS, undefined, preflight(CONSOLE));
    expect(answer.status).toBe(204);
    expect(answer.headers.get(ALLOW_ORIGIN)).toBe(CONSOLE);
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, DELETE');
    expect(answer.headers.get('access-control-allow-headers')).toBe(
      'authorization,content-type,x-api-timeout',
    );
  });

  test('failures can be read by the page, too', async () => {
    const server = await startServer({ corsOrigins });
    const headers = { origin: CONSOLE };
    const failures = [
      await server.get(MODELS, { headers, session: null }),
      await server.get(MODELS, { headers, session: 'unknown' }),
      await server.get(`${API}/nothing`, { headers }),
      await server.call('PATCH', MODELS, undefined, { headers }),
      await server.post(MODELS, {}, { headers }),
      await server.post(MODELS, undefined, { headers, raw: '{' }),
    ];
    expect(failures.map(({ status }) => status)).toEqual([400, 503, 404, 405, 400, 400]);
    for (const failure of failures) expect(failure.headers.get(ALLOW_ORIGIN)).toBe(CONSOLE);
  });

  test.each<[string, Record<string, string>]>([
    ['no origin', {}],
    ['an origin alone', { origin: CONSOLE }],
  ])('OPTIONS with %s is no preflight, but a verb like others', async (_, headers) => {
    const server = await startServer({ corsOrigins });
    const response = await fetch(server.url + MODELS, { method: 'OPTIONS', headers });
    const text = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      405,
      'application/json;charset=UTF-8',
    ]);
    const answer = { status: response.status, headers: response.headers, body: JSON.parse(text) };
    expectFailure(answer, 405, 'SYS.1009', expect.any(String));
    expect(response.headers.get('allow')).toBe('DELETE, GET, POST');
  });
});

test('* lets a page of any origin call', async () => {
  const server = await startServer({ corsOrigins: ['*'] });
  for (const origin of [CONSOLE, OTHER]) {
    const answer = await server.get(MODELS, { headers: { origin } });
    expect(answer.headers.get(ALLOW_ORIGIN)).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  }
});
