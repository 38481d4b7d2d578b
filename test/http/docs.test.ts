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
    const { html } = await page(server, path);
    const assets = assetsOf(html);
    expect(assets).toHaveLength(7);
    for (const asset of assets) {
      const url = new URL(asset, `${server.url}${path}`);
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

test('the initializer names no other host and no validator', async () => {
  const server = await startServer();
  const { html } = await page(server, '/docs');
  const path = assetsOf(html).find((asset) => asset.endsWith('swagger-initializer.js')) ?? '';
  const script = await (await fetch(server.url + path)).text();

  expect(script).toContain('"validatorUrl":null');
  const urls = script.replace(/\/\/.*stackoverflow.*$/gm, '').match(/https?:\/\/[^'"\s]+/g);
  expect(urls).toBeNull();
});

test('the document the page shows is the one of /openapi.json', async () => {
  const server = await startServer();
  const shown = await server.get('/docs/json', { session: null });
  const served = await server.get('/openapi.json', { session: null });
  expect(shown.body).toEqual(served.body);
});

test.each([
  ['HEAD', '/docs/static/swagger-ui.css', {}, 200],
  ['GET', '/docs/static/swagger-ui.css', { range: 'bytes=0-9' }, 206],
  ['GET', '/docs/static/swagger-ui.css', { range: 'bytes=99999999-' }, 400],
  ['HEAD', '/docs/static/nothing.css', {}, 404],
  ['GET', '/docs/static/', {}, 404],
  ['GET', '/docs/nothing', {}, 404],
  ['HEAD', '/docs', {}, 405],
  ['HEAD', '/docs/json', {}, 405],
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
