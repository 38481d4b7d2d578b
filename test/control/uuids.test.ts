import { describe, expect, test } from 'vitest';
import { ControlledUuids } from '../../src/control/uuids.ts';
import {
  expectDone,
  reset,
  seedUuids,
  setClock,
  setJobDelay,
  sharedSteered,
} from '../support/control.ts';
import { beginSession } from '../support/logins.ts';
import { addModel } from '../support/resources.ts';
import { type Answer, API, ROOT, type Server } from '../support/server.ts';

/** The platform's form, version 4 (F21). */
const UUID4 = /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/;
const STILL = '2025-11-25T11:51:50.000Z';

/** Requests that make uuids of every kind; each builds on the answers before it. */
async function scenario(server: Server): Promise<Answer[]> {
  const answers: Answer[] = [];
  const send = async (...request: Parameters<Server['call']>) => {
    const answer = await server.call(...request);
    answers.push(answer);
    return answer.body.inventory?.uuid as string;
  };
  const model = await send('POST', `${API}/models`, {
    param: { name: 'a', installPath: '/a', modelCenterUuid: 'center' },
    userTags: ['one', 'two'],
  });
  const service = await send('POST', `${API}/model-services`, {
    param: {
      name: 'a',
      yaml: 'a: 1',
      requestCpu: 1,
      requestMemory: 1,
      modelCenterUuid: 'center',
      installPath: '/a',
      startCommand: 'a',
      modelUuids: [model],
      architectureImages: ['x86_64', 'aarch64'].map((cpuArchitecture) => ({
        cpuArchitecture,
        vmImageUuid: 'a',
      })),
    },
    systemTags: ['a::b'],
  });
  await send('POST', `${API}/model-services/${service}`, { params: { name: 'clone' } });
  await send('POST', `${API}/models`, { param: { name: 'rejected' } });
  await send('POST', `${ROOT}/user-tags`, {
    params: { resourceType: 'ModelVO', resourceUuid: model, tag: 'three' },
  });
  await send('DELETE', `${API}/models/${model}`);
  for (const list of [`${API}/models`, `${API}/model-services`, `${ROOT}/user-tags`]) {
    await send('GET', list);
  }
  return answers;
}

const reported = (answers: Answer[]) => answers.map(({ status, body }) => ({ status, body }));

/** Two servers, whose clocks stand still at the same moment. */
const [one, other] = [sharedSteered(), sharedSteered()];

async function begin(server: Server, seed: string): Promise<Server> {
  await setClock(server, { now: STILL });
  await seedUuids(server, seed);
  return server;
}

const beginBoth = async (seed: string, otherSeed = seed): Promise<[Server, Server]> => [
  await begin(one(), seed),
  await begin(other(), otherSeed),
];

/** Every uuid of 32 digits in a text. */
const uuidsIn = (value: unknown) => JSON.stringify(value).match(/\b[0-9a-f]{32}\b/g) ?? [];

describe('a seed', () => {
  test('with a clock that stands still, gives whole answers that are the same on every server', async () => {
    const [one, other] = await beginBoth('a');
    const answers = reported(await scenario(one));
    expect(reported(await scenario(other))).toEqual(answers);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(8);
    const uuids = new Set(uuidsIn(answers));
    expect(uuids.size).toBeGreaterThan(5);
    for (const uuid of uuids) expect(uuid).toMatch(UUID4);
  });

  test('differs from another seed’s', async () => {
    const [one, other] = await beginBoth('a', 'b');
    const uuids = new Set(uuidsIn(reported(await scenario(one))));
    expect(uuidsIn(reported(await scenario(other))).filter((uuid) => uuids.has(uuid))).toEqual([]);
  });

  test.each(['', 'ä😀', 'a'.repeat(100_000)])('may be any text: %#', async (seed) => {
    const [one, other] = await beginBoth(seed);
    const model = await addModel(one);
    expect(model.uuid).toMatch(UUID4);
    expect(await addModel(other)).toEqual(model);
  });

  test('isn’t advanced by queries, rejected requests, ids of requests or the control API', async () => {
    const [one, other] = await beginBoth('a');
    for (let times = 0; times < 3; times++) {
      await other.get(`${API}/models`);
      await other.get('/nowhere');
      await other.get('/_aios/health');
      await other.get('/_aios/requests');
      await other.post(`${API}/models`, undefined, { raw: '{' });
      await other.post(`${API}/models`, {}, { session: null });
      await setJobDelay(other, {});
    }
    expect(await addModel(other)).toEqual(await addModel(one));
  });

  test('gives sessions none: they stay secret, and outlast a reset', async () => {
    const server = await begin(one(), 'a');
    const session = await beginSession(server);
    const { uuid } = await addModel(server);
    await reset(server);
    await seedUuids(server, 'a');
    expect((await addModel(server)).uuid).toBe(uuid);
    expect((await beginSession(server)).uuid).not.toBe(session.uuid);
  });

  test('gives uuids that differ, however many', () => {
    const uuids = new ControlledUuids(() => 'random');
    uuids.set({ seed: 'a' });
    const many = Array.from({ length: 100_000 }, () => uuids.next());
    expect(new Set(many).size).toBe(100_000);
    expect(many.filter((uuid) => !UUID4.test(uuid))).toEqual([]);
  });

  test('gives uuids that differ from those of a seed which continues it', () => {
    const sequence = (seed: string) => {
      const uuids = new ControlledUuids(() => 'random');
      uuids.set({ seed });
      return Array.from({ length: 1000 }, () => uuids.next());
    };
    const seeds = ['', '1', '11', 'a', '1 a', ' a', '0 a'];
    expect(new Set(seeds.flatMap(sequence)).size).toBe(seeds.length * 1000);
  });
});

describe('without a seed', () => {
  test('uuids are random, and random again when the seed is taken away', async () => {
    const [one, other] = await beginBoth('a');
    expectDone(await one.put('/_aios/uuids', {}));
    expectDone(await other.put('/_aios/uuids', { seed: null }));
    const uuids = [(await addModel(one)).uuid, (await addModel(other)).uuid];
    expect(new Set(uuids).size).toBe(2);
    for (const uuid of uuids) expect(uuid).toMatch(UUID4);
  });
});
