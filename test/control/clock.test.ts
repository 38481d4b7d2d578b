import { describe, expect, test } from 'vitest';
import { expectDone, setClock, sharedSteered } from '../support/control.ts';
import { expectError } from '../support/errors.ts';
import { expectFailure } from '../support/failures.ts';
import { naming, poll } from '../support/jobs.ts';
import { beginSession, sessionExpired, sessionPath } from '../support/logins.ts';
import { newUuid } from '../support/records.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  requiredModelParams,
} from '../support/resources.ts';
import { API, ROOT, type Server, START, START_DATE } from '../support/server.ts';

const MODELS = `${API}/models`;
const STILL = '2020-02-29T23:59:59.500Z';
const STILL_DATE = 'Feb 29, 2020 11:59:59 PM';
const HOUR = 3_600_000;

const shared = sharedSteered({ jobRetention: HOUR });

const isValid = async (server: Server, session: string): Promise<boolean> =>
  (await server.get(`${sessionPath(session)}/valid`, { session: null })).body.valid;

describe('a clock that stands still', () => {
  test('dates whatever is made, and whatever is changed', async () => {
    const server = shared();
    expectDone(await server.put('/_aios/clock', { now: STILL }), { now: STILL });
    server.advance(HOUR);
    const dated = { createDate: STILL_DATE, lastOpDate: STILL_DATE };
    const images = [{ cpuArchitecture: 'x86_64', vmImageUuid: 'a' }];
    const service = await addModelService(server, { architectureImages: images });
    expect(service).toMatchObject({ ...dated, modelServiceImages: [dated] });
    const model = await addModel(server);
    expect(model).toMatchObject(dated);
    expect(await addModelCenter(server)).toMatchObject(dated);
    const params = { resourceType: 'ModelVO', resourceUuid: model.uuid, tag: 'a' };
    const tag = await server.post(`${ROOT}/user-tags`, { params });
    expect(tag.body.inventory).toMatchObject(dated);

    await setClock(server, { now: '2021-01-01T00:00:00Z' });
    const { body } = await server.put(`${MODELS}/${model.uuid}`, { updateModel: { name: 'b' } });
    expect(body.inventory).toMatchObject({
      createDate: STILL_DATE,
      lastOpDate: 'Jan 1, 2021 12:00:00 AM',
    });
  });

  test('decides when sessions expire', async () => {
    const server = shared();
    await setClock(server, { now: '2025-11-25T12:00:00.000Z' });
    const session = await beginSession(server);
    expect(session).toMatchObject({
      createDate: 'Nov 25, 2025 12:00:00 PM',
      expiredDate: 'Nov 25, 2025 2:00:00 PM',
    });
    server.advance(24 * HOUR);
    expect(await isValid(server, session.uuid)).toBe(true);
    await setClock(server, { now: '2025-11-25T14:00:00.000Z' });
    expect(await isValid(server, session.uuid)).toBe(false);
    expectError(await server.get(MODELS, { session: session.uuid }), sessionExpired);
    await setClock(server, { now: '2025-11-25T13:59:59.999Z' });
    expect((await server.get(MODELS, { session: session.uuid })).status).toBe(200);
  });

  test('decides when jobs expire', async () => {
    const server = shared();
    const uuid = newUuid();
    await setClock(server, { now: '2025-11-25T12:00:00.000Z' });
    await server.post(MODELS, { param: requiredModelParams }, naming(uuid));
    server.advance(24 * HOUR);
    await setClock(server, { now: '2025-11-25T13:00:00.000Z' });
    expect((await poll(server, uuid)).status).toBe(200);
    await setClock(server, { now: '2025-11-25T13:00:00.001Z' });
    expectFailure(await poll(server, uuid), 404, 'SYS.1003', 'the job has been expired');
  });

  test('may show a time in any zone', async () => {
    const { body } = await setClock(shared(), { now: '2020-03-01T07:59:59.500+08:00' });
    expect(body.now).toBe(STILL);
  });
});

describe('a clock that is ahead', () => {
  test('runs on, by so much', async () => {
    const server = shared();
    const { body } = await setClock(server, { aheadMs: HOUR });
    expect(body.now).toBe(new Date(START + HOUR).toISOString());
    server.advance(1000);
    expect(await addModel(server)).toMatchObject({ createDate: 'Nov 25, 2025 12:51:51 PM' });
  });
});

describe('the real time is back', () => {
  test.each([
    ['after an empty object', {}],
    ['after nulls', { now: null, aheadMs: null }],
  ])('%s', async (_, body) => {
    const server = shared();
    for (const other of [{ now: STILL }, { aheadMs: HOUR }]) {
      await setClock(server, other);
      const real = new Date(START).toISOString();
      expectDone(await server.put('/_aios/clock', body), { now: real });
      expect(await addModel(server)).toMatchObject({ createDate: START_DATE });
    }
  });
});

describe('an invalid time is rejected and the clock is unchanged', () => {
  test.each([
    ['nothing', ''],
    ['a word', 'yesterday'],
    ['a number', '1764071510000'],
    ['the form of the wire', START_DATE],
    ['without a zone', '2025-11-25T11:51:50'],
    ['a month too late', '2025-13-25T11:51:50Z'],
    ['before 1970', '1969-12-31T23:59:59Z'],
    ['beyond what there are dates for', '+275760-09-13T00:00:00.001Z'],
  ])('%s', async (_, now) => {
    const server = shared();
    await setClock(server, { now: STILL });
    const details = 'field[now] must be a time such as 2025-11-25T11:51:50.000Z';
    expectFailure(await server.put('/_aios/clock', { now }), 400, 'SYS.1007', details);
    expect(await addModel(server)).toMatchObject({ createDate: STILL_DATE });
  });

  test.each([
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    8.64e15,
  ])('so far ahead that there is no date: %d', async (aheadMs) => {
    const server = shared();
    const answer = await server.put('/_aios/clock', { aheadMs });
    expectFailure(answer, 400, 'SYS.1007', expect.stringContaining('aheadMs'));
    expect(await addModel(server)).toMatchObject({ createDate: START_DATE });
  });
});
