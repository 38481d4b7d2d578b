import { describe, expect, test } from 'vitest';
import { startSteered, steered } from '../support/control.ts';
import { expectFailure } from '../support/failures.ts';
import { addModel, addModelService } from '../support/resources.ts';
import { API, SESSION, startServer } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const MODELS = `${API}/models`;
const SERVICES = `${API}/model-services`;
const OTHER = 'https://other.example.com';
const CONSOLE = 'https://console.example.com';
const open = { access: { required: false } };

/** A request as a browser sends it for a page, with no session. */
const asPage = (headers: Record<string, string>) => ({ session: null, headers });
const crossSite = asPage({
  origin: OTHER,
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'no-cors',
});
const rejected = [400, 'SYS.1007', expect.stringContaining('Invalid header[Origin]')] as const;

describe('with AIOS_AUTH=off, a page of another site', () => {
  test('can not reset the server, which takes no body', async () => {
    const server = await startSteered(open);
    await addModel(server);
    const before = server.snapshot();
    expectFailure(await server.call('POST', '/_aios/reset', undefined, crossSite), ...rejected);
    expect(server.snapshot()).toEqual(before);
  });

  test('can not clone or bind by a form without fields', async () => {
    const server = await startServer(open);
    const model = await addModel(server);
    const service = await addModelService(server);
    const before = server.snapshot();
    const { headers } = crossSite;
    const form = asPage({ ...headers, 'content-type': 'application/x-www-form-urlencoded' });
    for (const path of [
      `${SERVICES}/${service.uuid}`,
      `${MODELS}/${model.uuid}/model-services/${service.uuid}`,
    ]) {
      for (const options of [crossSite, form]) {
        expectFailure(await server.call('POST', path, undefined, options), ...rejected);
      }
    }
    expect(server.snapshot()).toEqual(before);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
  ])('can not send JSON as %s, the types that need no preflight', async (type) => {
    const server = await startServer(open);
    // Not even where its pages may write.
    const headers = { 'content-type': type };
    const answer = await server.call('POST', MODELS, undefined, {
      session: null,
      headers,
      raw: '{"param":{}}',
    });
    expectFailure(answer, 415, 'SYS.1007', expect.any(String));
  });
});

describe('a write is rejected, also with a session, from', () => {
  const shared = sharedServer(steered({ corsOrigins: [CONSOLE] }));
  const own = () => shared().url;

  test.each<[string, () => Record<string, string>]>([
    ['another site', () => ({ origin: OTHER, 'sec-fetch-site': 'cross-site' })],
    [
      'another port of this machine',
      () => ({ origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' }),
    ],
    ['a page without an origin', () => ({ origin: 'null', 'sec-fetch-site': 'cross-site' })],
    ['a page that sends no origin', () => ({ 'sec-fetch-site': 'cross-site' })],
    ['a browser that names the origin alone', () => ({ origin: OTHER })],
    ['a page without an origin, in such a browser', () => ({ origin: 'null' })],
    ['an origin that only begins with the own', () => ({ origin: `${own()}.example.com` })],
    ['an origin that begins with an allowed one', () => ({ origin: `${CONSOLE}.example.com` })],
    ['what is no origin', () => ({ origin: 'x' })],
  ])('%s', async (_, headersOf) => {
    for (const [method, path] of [
      ['POST', '/_aios/reset'],
      ['POST', `${SERVICES}/x`],
      ['PUT', '/_aios/uuids'],
      ['DELETE', `${MODELS}/x`],
      ['DELETE', '/zstack/v1/accounts/sessions/x'],
      ['PUT', '/zstack/v1/accounts/login'],
    ] as const) {
      const options = { session: SESSION, headers: headersOf() };
      expectFailure(await shared().call(method, path, undefined, options), ...rejected);
    }
  });

  test('a page, but not its reads, whose responses the browser withholds', async () => {
    const answer = await shared().get(MODELS, {
      headers: { origin: OTHER, 'sec-fetch-site': 'cross-site' },
    });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });
});

describe('a write is done for', () => {
  const shared = sharedServer(
    steered({
      corsOrigins: [CONSOLE],
      reply: { mode: 'auto', publicUrl: 'https://aios.example.com' },
    }),
  );

  test.each<[string, () => Record<string, string>]>([
    ['a program, which sends neither header', () => ({})],
    ['the own page', () => ({ origin: shared().url, 'sec-fetch-site': 'same-origin' })],
    ['the own page, in a browser that names the origin alone', () => ({ origin: shared().url })],
    [
      'the own page behind a proxy',
      () => ({ origin: 'https://outside.example.com', 'sec-fetch-site': 'same-origin' }),
    ],
    [
      'the own page behind a proxy that is named by AIOS_PUBLIC_URL',
      () => ({ origin: 'https://aios.example.com' }),
    ],
    ['a user without a page', () => ({ 'sec-fetch-site': 'none' })],
    ['a page of AIOS_CORS_ORIGINS', () => ({ origin: CONSOLE, 'sec-fetch-site': 'cross-site' })],
  ])('%s', async (_, headersOf) => {
    const answer = await shared().call('POST', '/_aios/reset', undefined, { headers: headersOf() });
    expect(answer.body).toEqual({ success: true });
  });

  test('any page where AIOS_CORS_ORIGINS=*', async () => {
    const server = await startSteered({ corsOrigins: ['*'] });
    const { headers } = crossSite;
    expect((await server.call('POST', '/_aios/reset', undefined, { headers })).status).toBe(200);
  });

  test('the page of a proxy whose X-Forwarded-Host is believed', async () => {
    const server = await startSteered({ trustProxy: true });
    const headers = {
      origin: 'https://outside.example.com',
      'x-forwarded-host': 'outside.example.com',
    };
    expect((await server.call('POST', '/_aios/reset', undefined, { headers })).status).toBe(200);
    const distrusting = await startSteered();
    expectFailure(
      await distrusting.call('POST', '/_aios/reset', undefined, { headers }),
      ...rejected,
    );
  });
});
