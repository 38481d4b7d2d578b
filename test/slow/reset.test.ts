import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Resources, SystemTag, UserTag } from '../../src/domain/records.ts';
import {
  expectDone,
  journal,
  plan,
  reset,
  seedUuids,
  setClock,
  setJobDelay,
  sharedSteered,
} from '../support/control.ts';
import { expectFailure } from '../support/failures.ts';
import { deferredAnswer, inOrder, openReceiver, status } from '../support/hook-receiver.ts';
import { expectAccepted, naming, poll } from '../support/jobs.ts';
import { beginSession, sessionPath } from '../support/logins.ts';
import {
  dataset,
  image,
  instanceGroup,
  model,
  modelCenter,
  modelService,
  newUuid,
  ref,
  tag,
} from '../support/records.ts';
import {
  addModel,
  addModelCenter,
  addModelService,
  requiredModelParams,
} from '../support/resources.ts';
import { API, ROOT, type Server, START_DATE } from '../support/server.ts';

const MODELS = `${API}/models`;
const SERVICES = `${API}/model-services`;

const center = modelCenter();
const { modelServiceRefs: _refs, ...seedModel } = model({ token: 'a token', tagUuids: ['a'] });
const { modelServiceRefs: _others, ...service } = modelService({
  vendorToSpecUuidsMap: { A: ['b'] },
});
const seed: Resources = {
  modelCenters: [center],
  models: [seedModel, model({ name: 'another' })],
  modelServices: [{ ...service, modelServiceImages: [image(service.uuid)] }],
  modelServiceRefs: [ref(seedModel.uuid, service.uuid, { isDefault: true })],
  datasets: [dataset({ modelCenterUuid: center.uuid, token: 'a token' })],
  modelServiceInstanceGroups: [instanceGroup()],
  userTags: [tag(service.uuid, 'chat') as UserTag],
  systemTags: [
    tag(seedModel.uuid, 'a::b', { resourceType: 'ModelVO', type: 'System' }) as SystemTag,
  ],
};

const hookTiming = { first: 80, between: 20, timeout: 5000 };
const empty = sharedSteered({ hookTiming });
const seeded = sharedSteered({ control: { seed } });
/** Where hooks are called when they are by default. */
const unhurried = sharedSteered();

const add = (server: Server, options?: Parameters<Server['post']>[2]) =>
  server.post(MODELS, { param: requiredModelParams }, options);

/** All resources as the API lists them. */
async function everything(server: Server): Promise<unknown[]> {
  const paths = [
    MODELS,
    SERVICES,
    `${API}/model-centers`,
    `${ROOT}/user-tags`,
    `${ROOT}/system-tags`,
  ];
  return Promise.all(paths.map(async (path) => (await server.get(path)).body));
}

/** The rows of all tables but those of accounts and sessions. */
function data(server: Server): Record<string, unknown[]> {
  const { sessions, accounts, ...others } = server.snapshot();
  expect(sessions).toBeDefined();
  return others;
}

/** Changes something of everything. */
async function changeEverything(server: Server): Promise<void> {
  const { uuid } = await addModel(server);
  await addModelService(server, {
    modelUuids: [uuid],
    architectureImages: [{ cpuArchitecture: 'x86_64', vmImageUuid: 'a' }],
  });
  await addModelCenter(server);
  const params = { resourceType: 'ModelVO', resourceUuid: uuid, tag: 'a' };
  for (const kind of ['user-tags', 'system-tags']) await server.post(`${ROOT}/${kind}`, { params });
  for (const { uuid: each } of seed.models) {
    await server.put(`${MODELS}/${each}`, { updateModel: { name: 'changed' } });
  }
  await server.delete(`${SERVICES}/${service.uuid}`);
  await server.delete(`${API}/model-centers/${center.uuid}?deleteMode=Enforcing`);
  expectAccepted(await add(server, naming(newUuid())));
}

describe('the data', () => {
  test('removes everything without a seed', async () => {
    const server = empty();
    const [reported, stored] = [await everything(server), data(server)];
    await changeEverything(server);
    expect(await everything(server)).not.toEqual(reported);
    await reset(server);
    expect(await everything(server)).toEqual(reported);
    expect(data(server)).toEqual(stored);
    expect(reported).toEqual(Array.from({ length: 5 }, () => ({ success: true, inventories: [] })));
  });

  test('restores the seed each time, also fields outside inventories', async () => {
    const server = seeded();
    const [reported, stored] = [await everything(server), data(server)];
    expect(stored.models).toHaveLength(2);
    expect(stored.models).toContainEqual(expect.objectContaining({ token: 'a token' }));
    for (let times = 0; times < 3; times++) {
      await changeEverything(server);
      expect(await everything(server)).not.toEqual(reported);
      await reset(server);
      expect(await everything(server)).toEqual(reported);
      expect(data(server)).toEqual(stored);
    }
  });

  test('without jobs of unauthenticated clients', async () => {
    const server = empty();
    const uuid = newUuid();
    const session = '00000000000040008000000000000000';
    expectAccepted(await add(server, naming(uuid, { session })));
    expect((await poll(server, uuid)).status).toBe(503);
    await reset(server);
    expectFailure(await poll(server, uuid), 404, 'SYS.1003', 'the job has been expired');
  });
});

test('sessions stay valid, those of the settings and those that were logged in', async () => {
  const server = empty();
  const { uuid: session } = await beginSession(server);
  expectDone(await server.post('/_aios/reset', undefined, { session }));
  expect((await server.get(MODELS, { session })).status).toBe(200);
  expect((await server.get(MODELS)).status).toBe(200);
  const { body } = await server.get(`${sessionPath(session)}/valid`, { session: null });
  expect(body).toEqual({ success: true, valid: true });
  await server.delete(sessionPath(session), undefined, { session: null });
  expectFailure(await server.get(MODELS, { session }), 503, 'ID.1001', 'Session expired');
});

describe('as at the start are', () => {
  test('faults, clock, uuids, pace of jobs and journal', async () => {
    const server = empty();
    await plan(server, { operation: '*', times: 100, status: 503 });
    await setClock(server, { now: '2020-01-01T00:00:00Z' });
    await seedUuids(server, 'a');
    await setJobDelay(server, { atPoll: 3 });
    expect((await add(server)).status).toBe(503);
    expect(await journal(server)).toHaveLength(1);
    await reset(server);
    expectDone(await server.get('/_aios/requests'), { requests: [] });
    expectDone(await server.get('/_aios/faults'), { faults: [] });
    const uuid = newUuid();
    expectAccepted(await add(server, naming(uuid)));
    const { status: polled, body } = await poll(server, uuid);
    expect(polled).toBe(200);
    expect(body.inventory).toMatchObject({ createDate: START_DATE });
    await seedUuids(server, 'a');
    const { uuid: first } = await addModel(server);
    expect(body.inventory.uuid).not.toBe(first);
  });
});

describe('while requests are in flight', () => {
  const WRITERS = 30;

  // The store's suite has writes at the same time, with their parts.
  test('a job that was accepted is there with its write, or neither is', async () => {
    const server = empty();
    const uuids = Array.from({ length: WRITERS }, newUuid);
    const accepted = uuids.map((uuid) => add(server, naming(uuid)));
    await Promise.all([reset(server), ...accepted]);
    for (const answer of accepted) expectAccepted(await answer);
    const found = (await server.get(MODELS)).body.inventories as { uuid: string }[];
    const polls = await Promise.all(uuids.map((uuid) => poll(server, uuid)));
    const done = polls.filter(({ status: code }) => code === 200);
    expect(done.map(({ body }) => body.inventory.uuid).toSorted()).toEqual(
      found.map(({ uuid }) => uuid).toSorted(),
    );
    expect(polls.filter(({ status: code }) => code === 404)).toHaveLength(WRITERS - done.length);
  });

  test('resets may come at once', async () => {
    const server = seeded();
    const reported = await everything(server);
    await changeEverything(server);
    const answers = await Promise.all(Array.from({ length: 5 }, () => server.post('/_aios/reset')));
    for (const answer of answers) expectDone(answer);
    expect(await everything(server)).toEqual(reported);
  });
});

describe('a web hook', () => {
  const addWithHook = async (server: Server, url: string, uuid = newUuid()) =>
    expectAccepted(await add(server, naming(uuid, { headers: { 'x-web-hook': url } })));

  test('that is still to be called is forgotten with its job', async () => {
    const server = empty();
    const receiver = await openReceiver();
    await addWithHook(server, receiver.url);
    await reset(server);
    expect(server.rows('hooks')).toEqual([]);
    await setTimeout(3 * hookTiming.first);
    expect(receiver.calls).toEqual([]);
  });

  test('that is being called ends as it may, and leaves nothing behind', async () => {
    const server = empty();
    const held = deferredAnswer(status(500));
    const receiver = await openReceiver(inOrder(held.answer, status(200)));
    await addWithHook(server, receiver.url);
    await receiver.called(1);
    await reset(server);
    held.release();
    await setTimeout(5 * hookTiming.between);
    expect(receiver.calls).toHaveLength(1);
    expect(server.rows('hooks')).toEqual([]);
  });

  test('of a job after the reset is called in its own time, though a job before it had its uuid', async () => {
    const server = unhurried();
    const receiver = await openReceiver();
    const uuid = newUuid();
    await addWithHook(server, receiver.url, uuid);
    await setTimeout(150);
    await reset(server);
    await addWithHook(server, receiver.url, uuid);
    const accepted = performance.now();
    await receiver.called(1);
    // F56: the client begins to wait only after the answer.
    expect((receiver.calls[0]?.at ?? 0) - accepted).toBeGreaterThan(200);
  });
});
