import { describe, expect, test } from 'vitest';
import { expectDone, reset, setJobDelay, sharedSteered, startSteered } from '../support/control.ts';
import { expectFailure } from '../support/failures.ts';
import { openReceiver } from '../support/hook-receiver.ts';
import { expectAccepted, jobPath, naming, poll } from '../support/jobs.ts';
import { newUuid } from '../support/records.ts';
import { requiredModelParams } from '../support/resources.ts';
import { type Answer, API, type Server } from '../support/server.ts';

const MODELS = `${API}/models`;
const HOUR = 3_600_000;

const shared = sharedSteered({
  jobRetention: HOUR,
  hookTiming: { first: 5, between: 5, timeout: 5000 },
});

/** Adds a model as a job. */
async function begin(
  server: Server,
  param: object = requiredModelParams,
  headers: Record<string, string> = {},
): Promise<string> {
  const uuid = newUuid();
  const answer = await server.post(MODELS, { param }, naming(uuid, { headers }));
  expectAccepted(answer, { location: server.url + jobPath(uuid) });
  return uuid;
}

/** Expects a poll to answer exactly that the job is running (F56). */
function expectRunning({ status, headers, body }: Answer): void {
  expect({ status, type: headers.get('content-type'), body }).toEqual({
    status: 202,
    type: 'application/json;charset=UTF-8',
    body: {},
  });
}

async function statuses(server: Server, uuid: string, polls: number): Promise<number[]> {
  const found: number[] = [];
  for (let times = 0; times < polls; times++) found.push((await poll(server, uuid)).status);
  return found;
}

describe('at once', () => {
  test('is how jobs end by default', async () => {
    const server = shared();
    expect(await statuses(server, await begin(server), 2)).toEqual([200, 200]);
  });

  test.each([
    ['nothing', {}],
    ['the first poll', { atPoll: 1 }],
    ['no time', { afterMs: 0 }],
  ])('is how they end with %s said', async (_, finish) => {
    const server = shared();
    await setJobDelay(server, { atPoll: 3 });
    await setJobDelay(server, finish);
    expect(await statuses(server, await begin(server), 2)).toEqual([200, 200]);
  });
});

describe('at the n-th poll', () => {
  test('a job ends: earlier polls answer that it is running', async () => {
    const server = shared();
    await setJobDelay(server, { atPoll: 3 });
    const uuid = await begin(server);
    expectRunning(await poll(server, uuid));
    expectRunning(await poll(server, uuid));
    const ended = await poll(server, uuid);
    expect(ended.status).toBe(200);
    expect(ended.body).toMatchObject({ success: true, inventory: requiredModelParams });
    expect((await poll(server, uuid)).body).toEqual(ended.body);
  });

  test('a job that fails ends too', async () => {
    const server = shared();
    await setJobDelay(server, { atPoll: 2 });
    const uuid = await begin(server, { name: 'a' });
    expectRunning(await poll(server, uuid));
    const details = expect.stringMatching(/^field\[installPath\] of message.* is mandatory/);
    expectFailure(await poll(server, uuid), 503, 'SYS.1007', details);
  });

  test('counting begins anew with each setting', async () => {
    const server = shared();
    await setJobDelay(server, { atPoll: 2 });
    const uuid = await begin(server);
    expect(await statuses(server, uuid, 2)).toEqual([202, 200]);
    await setJobDelay(server, { atPoll: 3 });
    expect(await statuses(server, uuid, 3)).toEqual([202, 202, 200]);
  });
});

describe('after some time', () => {
  test('by the clock a job ends', async () => {
    const server = shared();
    await setJobDelay(server, { afterMs: 1000 });
    const uuid = await begin(server);
    expectRunning(await poll(server, uuid));
    server.advance(999);
    expectRunning(await poll(server, uuid));
    server.advance(1);
    expect((await poll(server, uuid)).body).toMatchObject({ success: true });
  });
});

describe('a job that is reported as running', () => {
  test('is stored in the transaction of its write', async () => {
    const server = shared();
    await setJobDelay(server, { atPoll: 100 });
    const uuid = await begin(server);
    expectRunning(await poll(server, uuid));
    expect((await server.get(MODELS)).body.inventories).toHaveLength(1);
  });

  test('calls its hook all the same, in time', async () => {
    const server = shared();
    await setJobDelay(server, { atPoll: 100 });
    const receiver = await openReceiver();
    const uuid = await begin(server, requiredModelParams, { 'x-web-hook': receiver.url });
    await receiver.called(1);
    expect(receiver.calls[0]?.headers).toMatchObject({
      'x-job-uuid': uuid,
      'x-job-success': 'true',
    });
    expect(JSON.parse(receiver.calls[0]?.body ?? '')).toMatchObject({ success: true });
    expectRunning(await poll(server, uuid));
  });
});

describe('what is no job is 404 as ever', () => {
  test.each([
    ['by polls', { atPoll: 3 }],
    ['by time', { afterMs: 2 * HOUR }],
  ])('one whose retention has expired, %s', async (_, finish) => {
    const server = shared();
    await setJobDelay(server, finish);
    const uuid = await begin(server);
    server.advance(HOUR + 1);
    expectFailure(await poll(server, uuid), 404, 'SYS.1003', 'the job has been expired');
  });
});

test('a job that a server answered inline, by its settings, is reported as running too', async () => {
  const server = await startSteered({ reply: { mode: 'inline', publicUrl: '' } });
  await setJobDelay(server, { atPoll: 2 });
  const uuid = newUuid();
  const answer = await server.post(MODELS, { param: requiredModelParams }, naming(uuid));
  expect(answer.status).toBe(200);
  expect(await statuses(server, uuid, 2)).toEqual([202, 200]);
});

test('a reset lets jobs end at once again', async () => {
  const server = shared();
  await setJobDelay(server, { atPoll: 2 });
  await reset(server);
  expectDone(await server.delete('/_aios/requests'));
  expect(await statuses(server, await begin(server), 1)).toEqual([200]);
});
