import { describe, expect, test } from 'vitest';
import { steered } from '../support/control.ts';
import { expectFailure } from '../support/failures.ts';
import { startServer } from '../support/server.ts';

const HEALTH = '/_aios/health';
const LIVE = '/_aios/live';
const READY = { status: 'ready', version: '0.0.0-test', aiosVersion: '5.5.22', database: 'ok' };
const anonymous = { session: null };

describe('while the database answers', () => {
  test.each([
    [HEALTH, {}, { ...READY, control: 'off' }],
    [HEALTH, steered(), { ...READY, control: 'on' }],
    [LIVE, {}, { status: 'live' }],
  ])('%s says so without a session', async (path, options, body) => {
    const server = await startServer(options);
    const answer = await server.get(path, anonymous);
    expect([answer.status, answer.body]).toEqual([200, body]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);

    const head = await server.call('HEAD', path, undefined, anonymous);
    expect([head.status, head.body]).toEqual([200, undefined]);
    expect(head.headers.get('content-length')).toBe(answer.headers.get('content-length'));
  });
});

describe('when the database is away', () => {
  test('health is SYS.1010 with Retry-After', async () => {
    const server = await startServer();
    await server.store.close();

    const answer = await server.get(HEALTH, anonymous);
    expectFailure(answer, 503, 'SYS.1010', expect.any(String));
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    const head = await server.call('HEAD', HEALTH, undefined, anonymous);
    expect([head.status, head.body]).toEqual([503, undefined]);
  });

  test('the API is SYS.1010 as well', async () => {
    const server = await startServer();
    await server.store.close();

    const answer = await server.get('/zstack/v1/ai/models');
    expectFailure(answer, 503, 'SYS.1010', expect.any(String));
  });

  test('live is live: a restart would not bring the database back', async () => {
    const server = await startServer();
    await server.store.close();
    expect((await server.get(LIVE, anonymous)).status).toBe(200);
  });
});
