import { describe, expect, test } from 'vitest';
import { expectFailure } from '../support/failures.ts';
import { type Server, startServer } from '../support/server.ts';

const PAGES = ['/docs', '/docs/'];

async function page(server: Server, path: string) {
  const response = await fetch(server.url + path);
  return { response, html: await response.text() };
}

/** The assets of a page: the targets of `src` and `href`. */
function assetsOf(html: string): string[] {
  return [...html.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(([, target]) => target ?? '');
}

describe.each(PAGES)('%s', (path) => {
  test('needs no session', async () => {
    const { response, html } = await page(await startServer(), path);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(html).toContain('id="swagger-ui"');
  });

  test('gets every asset from this server', async () => {
    const server = await startServer();
    const { response: shown, html } = await page(server, path);
    const assets = assetsOf(html);
    expect(assets).toHaveLength(5);
    for (const asset of assets) {
      const url = new URL(asset, shown.url);
      expect(url.origin).toBe(server.url);
      const response = await fetch(url);
      const bytes = (await response.arrayBuffer()).byteLength;
      expect([asset, response.status, bytes > 0]).toEqual([asset, 200, true]);
    }
  });

  test('has no script or style within, which its policy forbids', async () => {
    const { html } = await page(await startServer(), path);
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=/);
  });

  test('has a policy that allows this server only', async () => {
    const { response } = await page(await startServer(), path);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('unsafe-eval');
    expect(policy.match(/\bhttps?:|[a-z0-9-]+(\.[a-z0-9-]+)+/g)).toBeNull();
  });

  test('works over plain http from another machine', async () => {
    const { response } = await page(await startServer(), path);
    // The directive makes a browser request the assets over https, which is not served.
    expect(response.headers.get('content-security-policy')).not.toContain(
      'upgrade-insecure-requests',
    );
  });
});

test('the script names no other host and no validator', async () => {
  const server = await startServer();
  const { html } = await page(server, '/docs');
  const path = assetsOf(html).find((asset) => asset.endsWith('page.js')) ?? '';
  const script = await (await fetch(new URL(path, `${server.url}/docs`))).text();

  expect(script).toContain('validatorUrl: null');
  expect(script).not.toMatch(/https?:(?!\/\/127\.0\.0\.1)/);
});

test('the document the page shows is the one of /openapi.json', async () => {
  const server = await startServer();
  const shown = await server.get('/docs/json', { session: null });
  const served = await server.get('/openapi.json', { session: null });
  expect(shown.body).toEqual(served.body);
});

test.each([
  ['HEAD', '/docs/static/swagger-ui.css', {}, 200],
  ['GET', '/docs/static/swagger-ui.css', { range: 'bytes=0-9' }, 200],
  ['HEAD', '/docs/static/nothing.css', {}, 404],
  ['GET', '/docs/static/', {}, 404],
  ['GET', '/docs/nothing', {}, 404],
  ['HEAD', '/docs', {}, 200],
  ['POST', '/docs/yaml', {}, 405],
])('%s %s %o is answered by %d', async (method, path, headers, status) => {
  const server = await startServer();
  const { status: answered } = await fetch(server.url + path, { method, headers });
  expect(answered).toBe(status);
});

test.each([
  '/docs/static/nothing.js',
  '/docs/static/../../package.json',
  '/docs/static/%2e%2e/%2e%2e/package.json',
  '/docs/static/..%2f..%2fpackage.json',
])('%s is not to be had', async (path) => {
  const server = await startServer();
  const answer = await server.get(path, { session: null });
  expect([400, 404]).toContain(answer.status);
  const code = answer.status === 400 ? 'SYS.1007' : 'SYS.1009';
  expectFailure(answer, answer.status, code, expect.any(String));
});

describe.each([
  '/docs',
  '/docs/yaml',
  '/docs/static/swagger-ui-bundle.js',
  '/openapi.json',
])('%s', (path) => {
  test.each([
    ['gzip, deflate, br', 'gzip'],
    ['br, gzip;q=0.5', 'gzip'],
    ['gzip;q=0', null],
    ['*', null],
    ['identity', null],
  ])('is the same for a client that accepts %s', async (accepted, encoding) => {
    const { url } = await startServer();
    const response = await fetch(url + path, { headers: { 'accept-encoding': accepted } });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')).toBe('accept-encoding');
    const other = await fetch(url + path, { headers: { 'accept-encoding': 'identity' } });
    expect(await response.text()).toBe(await other.text());
  });

  test('is not sent again to a client that has it', async () => {
    const { url } = await startServer();
    const etag = (await fetch(url + path)).headers.get('etag') ?? '';
    for (const [known, status] of [
      [etag, 304],
      [`"x", ${etag}`, 304],
      ['"x"', 200],
    ] as const) {
      const response = await fetch(url + path, { headers: { 'if-none-match': known } });
      expect([response.status, response.headers.get('etag')]).toEqual([status, etag]);
    }
  });
});

describe.each([
  ['AIOS_PUBLIC_URL', 'https://example.com/a/b', {}, 'https://example.com', '/a/b'],
  ['a trusted proxy', '', { 'x-forwarded-prefix': '/a/b, /c' }, '', '/a/b'],
  [
    'a trusted proxy of a host',
    '',
    { 'x-forwarded-host': 'a.example.com' },
    'http://a.example.com',
    '',
  ],
  [
    'AIOS_PUBLIC_URL, whatever a proxy says',
    'https://a',
    { 'x-forwarded-prefix': '/b' },
    'https://a',
    '',
  ],
  ['nothing that is a path', '', { 'x-forwarded-prefix': '//evil.example.com' }, '', ''],
])('below the URL of %s', (_, publicUrl, headers, origin, prefix) => {
  test.each(['/openapi.json', '/docs/json', '/docs/yaml'])('%s names it', async (path) => {
    const server = await startServer({ trustProxy: true, reply: { mode: 'auto', publicUrl } });
    const text = await (await fetch(server.url + path, { headers })).text();
    const [, url] = /"?servers"?:\s*[[-]\s*{?"?url"?: ?"?([^\s",]+)/.exec(text) ?? [];
    expect(url).toBe(`${origin || server.url}${prefix}/zstack`);
  });

  test('the page finds its files', async () => {
    const { html } = await page(await startServer(), '/docs');
    for (const asset of assetsOf(html)) {
      const { pathname } = new URL(asset, `https://example.com${prefix}/docs`);
      expect(pathname.startsWith(`${prefix}/docs/static/`)).toBe(true);
    }
  });
});

test.each(['/openapi.json', '/docs/yaml'])('%s is for each of many hosts at once', async (path) => {
  const server = await startServer({ trustProxy: true });
  const hosts = Array.from({ length: 20 }, (_, index) => `host-${index}.example.com`);
  const texts = hosts.map(async (host) => {
    const response = await fetch(server.url + path, { headers: { 'x-forwarded-host': host } });
    return response.text();
  });
  const found = (await Promise.all(texts)).map((text) => /host-\d+\.example\.com/.exec(text)?.[0]);
  expect(found).toEqual(hosts);
});

test('the path of a proxy that is not trusted counts for nothing', async () => {
  const server = await startServer({ trustProxy: ['192.0.2.1'] });
  const { body } = await server.get('/openapi.json', { headers: { 'x-forwarded-prefix': '/a' } });
  expect(body.servers[0].url).toBe(`${server.url}/zstack`);
});
