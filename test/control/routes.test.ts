import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { controlPaths, expectDone, planned, startSteered, steered } from '../support/control.ts';
import { expectFailure } from '../support/failures.ts';
import { beginSession } from '../support/logins.ts';
import { type Answer, type CallOptions, SESSION, type Server } from '../support/server.ts';
import { sharedServer } from '../support/shared-server.ts';

const VERBS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'];
/** A body that a path takes, where it takes one. */
const bodies: Record<string, object> = {
  '/_aios/faults': { faults: [] },
  '/_aios/clock': {},
  '/_aios/uuids': {},
  '/_aios/jobs': {},
  '/_aios/state': {},
};
const START_TIME = '2025-11-25T11:51:50.000Z';
const routes = Object.entries(controlPaths).flatMap(([path, verbs]) =>
  verbs.map((verb): [verb: string, path: string] => [verb, path]),
);
const call = (server: Server, verb: string, path: string, options?: CallOptions): Promise<Answer> =>
  server.call(verb, path, verb === 'GET' ? undefined : bodies[path], options);

function expectSuccess(answer: Answer): void {
  const { about, ...reported } = answer.body;
  // A dump alone is a seed, which says nothing of success.
  if (about) expect([answer.status, reported.success]).toEqual([200, undefined]);
  else expectDone(answer, reported);
}

describe('without AIOS_CONTROL=on the control API', () => {
  const shared = sharedServer();

  test.each(
    [...Object.keys(controlPaths), '/_aios/dump']
      .filter((path) => path !== '/_aios/jobs')
      .flatMap((path) => VERBS.map((verb): [string, string] => [verb, path])),
  )('is not there: %s %s is 404, with and without a session', async (verb, path) => {
    for (const session of [SESSION, null]) {
      const answer = await shared().call(verb, path, verb === 'GET' ? undefined : {}, { session });
      expectFailure(answer, 404, 'SYS.1009', `no api mapping to ${path}`);
    }
  });

  test('leaves the list of jobs, but not their delay', async () => {
    expect((await shared().get('/_aios/jobs')).status).toBe(200);
    const details = 'The method[PUT] is not allowed for the path[/_aios/jobs]';
    expectFailure(await shared().put('/_aios/jobs', {}), 405, 'SYS.1009', details);
  });
});

describe('every route of the control API', () => {
  const shared = sharedServer(steered());

  test.each(routes)('answers success as the API does: %s %s', async (verb, path) => {
    const answer = await call(shared(), verb, path);
    expectSuccess(answer);
    const first = verb === 'GET' && path === '/_aios/state' ? 'about' : 'success';
    expect(Object.keys(answer.body)[0]).toBe(first);
  });

  test.each(routes)('takes a session that was logged in: %s %s', async (verb, path) => {
    const server = shared();
    const { uuid: session } = await beginSession(server);
    expectSuccess(await call(server, verb, path, { session }));
  });

  test.each(Object.entries(controlPaths))('rejects other verbs: %s', async (path, verbs) => {
    for (const verb of VERBS.filter((each) => !verbs.includes(each))) {
      for (const session of [SESSION, null]) {
        const answer = await shared().call(verb, path, verb === 'GET' ? undefined : {}, {
          session,
        });
        const details = `The method[${verb}] is not allowed for the path[${path}]`;
        expectFailure(answer, 405, 'SYS.1009', details);
        expect(answer.headers.get('allow')).toBe(verbs.join(', '));
      }
    }
  });

  test('is not in the OpenAPI document, neither the served nor the committed one', async () => {
    const { body } = await shared().get('/openapi.json', { session: null });
    const { servers, ...committed } = JSON.parse(readFileSync('openapi/openapi.json', 'utf8'));
    expect(body).toEqual({ ...committed, servers: expect.any(Array) });
    expect(JSON.stringify(body)).not.toContain('_aios');
  });
});

describe('a signed request may use the control API', () => {
  const [ID, SECRET] = ['AKIDEXAMPLE', 'a secret'];
  const DATE = 'Tue, 25 Nov 2025 11:51:50 GMT';
  const shared = sharedServer(
    steered({ accessKeys: { keys: new Map([[ID, SECRET]]), timeZone: 'UTC' } }),
  );
  const signed = (verb: string, path: string, secret = SECRET): CallOptions => {
    const signature = createHmac('sha1', secret).update(`${verb}\n${DATE}\n${path}`);
    const authorization = `ZStack ${ID}:${signature.digest('base64')}`;
    return { session: null, headers: { date: DATE, authorization } };
  };

  test.each(routes)('%s %s', async (verb, path) => {
    expectSuccess(await call(shared(), verb, path, signed(verb, path)));
    const forged = await call(shared(), verb, path, signed(verb, path, 'another secret'));
    expectFailure(forged, 503, 'ID.1001', 'wrong accessKey signature');
  });
});

test('without authorization the control API needs no session either', async () => {
  const server = await startSteered({ access: { required: false } });
  for (const [verb, path] of routes) {
    expectSuccess(await call(server, verb, path, { session: null }));
  }
});

describe('the settings can be read', () => {
  const shared = sharedServer(steered());
  const REAL = { now: START_TIME, stopped: false, aheadMs: 0 };
  const initial = { clock: REAL, uuids: {}, jobs: {} };

  test.each<[path: string, body: object, settings: object]>([
    [
      'clock',
      { now: '2026-01-01T00:00:00Z' },
      { clock: { now: '2026-01-01T00:00:00.000Z', stopped: true, aheadMs: 0 } },
    ],
    [
      'clock',
      { aheadMs: 1000 },
      { clock: { now: '2025-11-25T11:51:51.000Z', stopped: false, aheadMs: 1000 } },
    ],
    ['uuids', { seed: 'a' }, { uuids: { seed: 'a' } }],
    ['jobs', { atPoll: 3 }, { jobs: { atPoll: 3 } }],
    ['jobs', { afterMs: 500 }, { jobs: { afterMs: 500 } }],
  ])('after PUT /_aios/%s %j, and are the initial ones after {}', async (path, body, settings) => {
    await shared().put(`/_aios/${path}`, body);
    expectDone(await shared().get('/_aios/settings'), { ...initial, ...settings });
    await shared().put(`/_aios/${path}`, {});
    expectDone(await shared().get('/_aios/settings'), initial);
  });
});

describe('a request that can’t be read is rejected and changes nothing', () => {
  const shared = sharedServer(steered());
  const PLAN = { operation: 'GetModel', times: 7, status: 500 };
  const reported = [{ ...PLAN, struck: 0 }];

  beforeEach(async () => {
    await shared().put('/_aios/faults', { faults: [PLAN] });
    await shared().put('/_aios/jobs', { atPoll: 5 });
    await shared().put('/_aios/uuids', { seed: crypto.randomUUID() });
  });

  async function expectRejected(
    answer: Promise<Answer>,
    details: unknown = expect.stringMatching(/./),
  ): Promise<void> {
    expectFailure(await answer, 400, 'SYS.1007', details);
    expect(await planned(shared())).toEqual(reported);
  }

  test.each([
    ['faults', { faults: [], more: 1 }, 'field[more] is unknown'],
    ['faults', { faults: [{ operation: '*', tims: 2 }] }, 'field[faults[0].tims] is unknown'],
    [
      'faults',
      { faults: [{ operation: '*', error: { code: 'SYS.1000', detail: 'a' } }] },
      'field[faults[0].error.detail] is unknown',
    ],
    ['clock', { time: '2025-11-25T11:51:50.000Z' }, 'field[time] is unknown'],
    ['uuids', { sed: 'a' }, 'field[sed] is unknown'],
    ['jobs', { atPol: 2 }, 'field[atPol] is unknown'],
  ])('an unknown member of %s: %j', async (path, body, details) => {
    await expectRejected(shared().put(`/_aios/${path}`, body), details);
  });

  test('an unknown parameter of a look at the journal', async () => {
    await expectRejected(shared().get('/_aios/requests?operatoin=AddModel'));
  });

  test.each([
    ['faults', {}],
    ['faults', { faults: [null] }],
    ['faults', { faults: [{}] }],
    ['faults', { faults: [{ operation: '*', times: 0 }] }],
    ['faults', { faults: [{ operation: '*', times: 1.5 }] }],
    ['faults', { faults: [{ operation: '*', delayMs: -1 }] }],
    ['faults', { faults: [{ operation: '*', delayMs: 86_400_001 }] }],
    ['faults', { faults: [{ operation: '*', drop: 1 }] }],
    ['faults', { faults: [{ operation: '*', error: {} }] }],
    ['faults', { faults: [{ operation: '*', error: { code: 'SYS.9999' } }] }],
    ['faults', { faults: [{ operation: '*', status: 399 }] }],
    ['faults', { faults: [{ operation: 'AddModel' }, { operation: '*', status: 'bad' }] }],
    ['clock', { now: {} }],
    ['clock', { aheadMs: 1.5 }],
    ['uuids', { seed: {} }],
    ['jobs', { afterMs: -1 }],
    ['jobs', { afterMs: 86_400_001 }],
    ['jobs', { atPoll: 0 }],
    ['jobs', { afterMs: 1, atPoll: 1 }],
    ['clock', []],
  ])('a member of the wrong type, or out of range, of %s: %j', async (path, body) => {
    await expectRejected(shared().put(`/_aios/${path}`, body));
  });

  test.each([
    'operation[]=AddModel',
    'status=ok',
    'limit=few',
    'limit=-1',
    'after=-1',
    'limit=1&limit=2',
  ])('a filter of the journal that is none: %s', async (filter) => {
    await expectRejected(shared().get(`/_aios/requests?${filter}`));
  });

  test.each(Object.keys(bodies))('broken JSON: %s', async (path) => {
    const raw = '{"faults":[';
    const details = expect.stringMatching(/^the body is not valid JSON: /);
    await expectRejected(shared().put(path, undefined, { raw }), details);
  });

  test.each([
    ...Object.keys(bodies).map((path) => ['PUT', path]),
    ['POST', '/_aios/reset'],
  ])('another content type: %s %s', async (verb, path) => {
    const raw = JSON.stringify(bodies[path as string] ?? {});
    const headers = { 'content-type': 'text/plain' };
    const answer = await shared().call(verb as string, path as string, undefined, {
      raw,
      headers,
    });
    const details = "the body's Content-Type must be application/json, but was [text/plain]";
    expectFailure(answer, 415, 'SYS.1007', details);
    expect(await planned(shared())).toEqual(reported);
  });

  test('a body beyond the limit', async () => {
    const server = await startSteered({ bodyLimit: 1000 });
    const answer = await server.put('/_aios/uuids', { seed: 'a'.repeat(1000) });
    expectFailure(answer, 413, 'SYS.1007', 'the body is larger than 1000 bytes');
  });
});

test('probes read no settings of the control API', async () => {
  const server = await startSteered();
  const read = vi.spyOn(server.store, 'readControl');
  for (const path of ['/_aios/health', '/_aios/live', '/docs/json']) {
    expect((await server.get(path)).status).toBe(200);
  }
  expect(read).not.toHaveBeenCalled();
  await server.get('/_aios/requests');
  expect(read).toHaveBeenCalledOnce();
});
