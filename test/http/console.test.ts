import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Server, startServer } from '../support/server.ts';

/** Maximum size of the whole console as it is sent, in bytes. */
const GZIPPED_MAX = 60_000;

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const FILES = ['', 'main.js', 'main.css'];

const get = ({ url }: Server, path: string, headers: Record<string, string> = {}) =>
  fetch(url + path, { headers, redirect: 'manual' });

test.each([
  ['/', html, 302, 'console/'],
  ['/console', html, 302, 'console/'],
  ['/', { accept: '*/*' }, 404, null],
  ['/', { accept: 'application/json' }, 404, null],
])('%s for a client that sends %o is %d to %s', async (path, headers, status, location) => {
  const response = await get(await startServer(), path, headers);
  expect([response.status, response.headers.get('location')]).toEqual([status, location]);
  if (status === 404) expect(await response.json()).toHaveProperty('error.code', 'SYS.1009');
});

test.each(FILES)('/console/%s is sent compressed, once to each client', async (file) => {
  const server = await startServer();
  const response = await get(server, `/console/${file}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(response.headers.get('vary')).toBe('accept-encoding');
  expect(response.headers.get('cache-control')).toBe('public, max-age=0');
  expect(await response.text()).toBe(readFileSync(`dist/console/${file || 'index.html'}`, 'utf8'));
  const etag = response.headers.get('etag') ?? '';
  expect((await get(server, `/console/${file}`, { 'if-none-match': etag })).status).toBe(304);
});

test('its policy forbids inline code and other hosts, and its page has neither', async () => {
  const response = await get(await startServer(), '/console/');
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).not.toMatch(/unsafe|https?:|upgrade-insecure/);
  const text = await response.text();
  expect(text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|<style|\s(on\w+|style)=|https?:/);
  const targets = [...text.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(([, target]) => target);
  expect(targets).toEqual(['../docs/static/icon.svg', 'main.css', 'main.js', '../docs']);
});

test(`all of it is at most ${GZIPPED_MAX / 1000} kB`, () => {
  const sizes = FILES.map((file) => gzipSync(readFileSync(`dist/console/${file || 'index.html'}`)));
  const bytes = sizes.reduce((sum, compressed) => sum + compressed.length, 0);
  console.info(`the console has ${(bytes / 1000).toFixed(1)} kB, gzipped`);
  expect(bytes).toBeLessThanOrEqual(GZIPPED_MAX);
  expect(sizes.every((compressed) => gunzipSync(compressed).length > 100)).toBe(true);
});

describe('without its files', () => {
  const start = () => startServer({ consoleAssets: 'dist/nothing' });

  test('the server works, and leads browsers to /docs', async () => {
    const server = await start();
    const response = await get(server, '/', html);
    expect([response.status, response.headers.get('location')]).toEqual([302, 'docs']);
    expect((await server.get('/zstack/v1/ai/models')).status).toBe(200);
  });

  test.each(FILES)('/console/%s is an unknown path', async (file) => {
    const response = await get(await start(), `/console/${file}`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toHaveProperty(
      'error.details',
      `no api mapping to /console/${file}`,
    );
  });
});
