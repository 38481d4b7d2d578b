import { describe, expect, test } from 'vitest';
import {
  expectDone,
  journal,
  plan,
  planned,
  reset,
  seedUuids,
  setClock,
  sharedSteered,
} from '../support/control.ts';
import { expectFailure } from '../support/failures.ts';
import { newUuid } from '../support/records.ts';
import { addModel, addModelService } from '../support/resources.ts';
import { API, type Server, START } from '../support/server.ts';

const shared = sharedSteered();
const path = (name: string) => `/_aios/snapshots/${name}`;
const take = (server: Server, name: string) => server.put(path(name));
const restore = (server: Server, name: string, also?: object) =>
  server.post(`${path(name)}/restore`, also);
const listed = async (server: Server) => {
  const { body } = await server.get('/_aios/snapshots');
  return body.snapshots.map(({ name }: { name: string }) => name);
};
const state = async (server: Server) => (await server.get('/_aios/state')).body;

/** Forgets all snapshots: they outlive a reset. */
async function emptied(): Promise<Server> {
  const server = shared();
  for (const name of await listed(server)) expectDone(await server.delete(path(name)));
  await reset(server);
  return server;
}

test('a snapshot is restored as it was, also what a dump leaves out', async () => {
  const server = await emptied();
  const { uuid } = await addModel(server, { name: 'a', token: 'a secret' });
  const [before, stored] = [await state(server), server.rows('models')];
  const { body } = await take(server, 'one');
  expect(body).toEqual({
    success: true,
    name: 'one',
    createDate: new Date(START).toISOString(),
    bytes: expect.any(Number),
  });
  const { success, ...one } = body;
  expectDone(await server.get('/_aios/snapshots'), { snapshots: [one] });

  await server.delete(`${API}/models/${uuid}`);
  await addModel(server, { name: 'b' });
  await take(server, 'two');
  for (const _ of ['once', 'and again']) {
    expectDone(await restore(server, 'one'));
    expect([await state(server), server.rows('models')]).toEqual([before, stored]);
  }
  expectDone(await restore(server, 'two'));
  expect((await state(server)).models).toMatchObject([{ name: 'b' }]);
});

test('a snapshot taken again replaces the former one', async () => {
  const server = await emptied();
  await take(server, 'one');
  await addModel(server, { name: 'a' });
  await take(server, 'one');
  await reset(server);
  await restore(server, 'one');
  expect((await state(server)).models).toMatchObject([{ name: 'a' }]);
  expect(await listed(server)).toEqual(['one']);
});

test('a restore is a reset to the snapshot, with its clock and uuids only where asked', async () => {
  const server = await emptied();
  const now = '2020-01-01T00:00:00.000Z';
  await setClock(server, { now });
  await seedUuids(server, 'a');
  await addModel(server);
  await take(server, 'one');
  const { uuid: next } = await addModel(server);

  await plan(server, { operation: '*', times: 9, status: 503 });
  expectDone(await restore(server, 'one', { clock: true, uuids: true }));
  expect([await planned(server), await journal(server)]).toEqual([[], []]);
  expect(await addModel(server)).toMatchObject({
    uuid: next,
    createDate: 'Jan 1, 2020 12:00:00 AM',
  });
  expectDone(await restore(server, 'one'));
  const { uuid, createDate } = (await addModel(server)) as { uuid: string; createDate: string };
  expect([uuid === next, createDate.includes('2020')]).toEqual([false, false]);
});

test('the snapshot `seed` is what resets go back to, until it is deleted', async () => {
  const server = await emptied();
  await addModel(server, { name: 'a' });
  await take(server, 'seed');
  await reset(server);
  expect((await state(server)).models).toMatchObject([{ name: 'a' }]);
  expectDone(await server.delete(path('seed')));
  await reset(server);
  expect((await state(server)).models).toEqual([]);
});

describe('a snapshot of another version', () => {
  /** Takes a snapshot of a model and a service, as if by a version whose state was another one. */
  async function takenBefore(
    change: (resources: Record<string, Record<string, unknown>[]>) => void,
  ) {
    const server = await emptied();
    await addModel(server, { name: 'a', vendor: 'b' });
    await addModelService(server);
    await take(server, 'old');
    const snapshot = await server.store.findSnapshot('old');
    const saved = JSON.parse(snapshot?.state ?? '');
    change(saved.resources);
    const state = JSON.stringify({ ...saved, version: '0.1.0' });
    await server.store.saveSnapshot({ name: 'old', createDate: 0, bytes: 1, state });
    await addModel(server, { name: 'later' });
    return server;
  }

  test('is restored where columns came or went since that may be unset', async () => {
    const server = await takenBefore(({ models = [] }) => {
      for (const model of models) Object.assign(model, { vendor: undefined, former: 'c' });
    });
    expectDone(await restore(server, 'old'));
    const { models, modelServices } = await state(server);
    expect([models.length, modelServices.length]).toEqual([1, 1]);
    expect(models[0]).toMatchObject({ name: 'a' });
    expect(models[0]).not.toHaveProperty('vendor');
  });

  test.each<[what: string, change: Parameters<typeof takenBefore>[0]]>([
    ['columns', ({ models = [] }) => models.forEach((model) => void delete model.type)],
    ['tables', (resources) => void delete resources.datasets],
    ['lists', ({ modelServices = [] }) => void delete modelServices[0]?.modelServiceImages],
  ])('is rejected where it lacks %s that must be set, and changes no resource', async (_, change) => {
    const server = await takenBefore(change);
    const before = await state(server);
    expectFailure(
      await restore(server, 'old'),
      503,
      'SYS.1006',
      expect.stringMatching(
        /^snapshot\[old\] of version 0\.1\.0 lacks what version .* needs: take it again$/,
      ),
    );
    expect(await state(server)).toEqual(before);
  });
});

describe('a snapshot is rejected', () => {
  test.each(['', 'a%2Fb', '%20', `${'a'.repeat(65)}`])('with the name %j', async (name) => {
    const answer = await take(shared(), name);
    expectFailure(
      answer,
      name === '' ? 404 : 400,
      name === '' ? 'SYS.1009' : 'SYS.1007',
      expect.stringMatching(/./),
    );
  });

  test('that is not there', async () => {
    const server = await emptied();
    await addModel(server, { name: 'a' });
    const before = await state(server);
    expectFailure(await restore(server, 'none'), 404, 'SYS.1003', 'there is no snapshot[none]');
    expect(await state(server)).toEqual(before);
    expectDone(await server.delete(path('none')));
  });

  test('beyond a hundred, or 256 MiB in total, until some are deleted', async () => {
    const server = await emptied();
    const { store } = server;
    const saved = { createDate: 0, bytes: 2 * 1024 * 1024, state: '{}' };
    for (let index = 0; index < 100; index++) {
      await store.saveSnapshot({ ...saved, name: `s${index}` });
    }
    const details = expect.stringMatching(/^at most 100 snapshots of 268435456 bytes/);
    expectFailure(await take(server, 'more'), 503, 'SYS.1006', details);
    expect((await take(server, 's1')).status).toBe(200);
    const large = { ...saved, name: 's1', bytes: 70 * 1024 * 1024 };
    await expect(store.saveSnapshot(large)).rejects.toThrow('at most 100');
    expectDone(await server.delete(path('s0')));
    expect((await take(server, newUuid())).status).toBe(200);
    await emptied();
  });
});
