import { expect, test } from 'vitest';
import type { Finishing } from '../support/folder.ts';
import { describePostgres, postgresDatabase } from '../support/postgres.ts';
import { launchServing, type Program } from '../support/process.ts';
import { addService, call } from '../support/program-calls.ts';
import { newUuid } from '../support/records.ts';
import { API, ROOT } from '../support/server.ts';

/** Two servers on one empty database, which tests may steer. */
async function launchTwo(context: Finishing): Promise<[Program, Program]> {
  const AIOS_DATABASE_URL = await postgresDatabase(context);
  const launch = () => launchServing(context, { env: { AIOS_DATABASE_URL, AIOS_CONTROL: 'on' } });
  return [await launch(), await launch()];
}

const get = (program: Program, path: string) => call(program, 'GET', path);
const put = (program: Program, path: string, body: object) => call(program, 'PUT', path, body);

describePostgres('control settings of one server apply to all', () => {
  test('faults, each of which applies as often as requested, on whichever server', async (context) => {
    const [one, other] = await launchTwo(context);
    const fault = { operation: 'AddModelService', times: 3, error: { code: 'SYS.1006' } };
    expect((await put(one, '/_aios/faults', { faults: [fault] })).status).toBe(200);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => addService(index % 2 ? one : other, `s${index}`)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([
      ...[200, 200, 200, 200, 200, 503, 503, 503],
    ]);
    for (const program of [one, other]) {
      const { body } = await get(program, '/_aios/faults');
      expect(body.faults).toMatchObject([{ ...fault, struck: 3 }]);
    }
  });

  test('the clock', async (context) => {
    const [one, other] = await launchTwo(context);
    await put(one, '/_aios/clock', { now: '2030-01-02T03:04:05Z' });
    const { body } = await addService(other, 'later');
    expect(body.inventory.createDate).toBe('Jan 2, 2030 3:04:05 AM');
  });

  test('a reset', async (context) => {
    const [one, other] = await launchTwo(context);
    await addService(one, 'a');
    await put(other, '/_aios/faults', { faults: [{ operation: '*', times: 9, status: 500 }] });
    await put(other, '/_aios/clock', { now: '2030-01-02T03:04:05Z' });
    expect((await call(one, 'POST', '/_aios/reset')).status).toBe(200);
    const added = await addService(other, 'b');
    expect([added.status, added.body.inventory.createDate.includes('2030')]).toEqual([200, false]);
    for (const program of [one, other]) {
      const { body } = await get(program, `${API}/model-services`);
      expect(body.inventories.map(({ name }: { name: string }) => name)).toEqual(['b']);
    }
  });
});

describePostgres('a job that is rejected for lack of a session', () => {
  test('is remembered only by the server that rejected it', async (context) => {
    const [one, other] = await launchTwo(context);
    const uuid = newUuid();
    const asked = await call(
      one,
      'POST',
      `${API}/model-services`,
      {},
      {
        authorization: 'OAuth 00000000000000000000000000000000',
        'x-job-uuid': uuid,
      },
    );
    expect(asked.status).toBe(202);
    const outcomes = [one, other].map(async (program) => {
      const poll = await get(program, `${ROOT}/api-jobs/${uuid}`);
      return [poll.status, poll.body.error.code];
    });
    expect(await Promise.all(outcomes)).toEqual([
      [503, 'ID.1001'],
      [404, 'SYS.1003'],
    ]);
  });
});

describePostgres('state of one server is that of all', () => {
  test('the seed that one was given, and snapshots that another took', async (context) => {
    const [one, other] = await launchTwo(context);
    const names = async (program: Program) =>
      (await get(program, `${API}/model-services`)).body.inventories.map(
        ({ name }: { name: string }) => name,
      );
    expect((await put(one, '/_aios/state', {})).status).toBe(200);
    await addService(other, 'a');
    expect((await put(other, '/_aios/snapshots/a', {})).status).toBe(200);
    await call(other, 'POST', '/_aios/reset');
    expect(await names(one)).toEqual([]);
    await call(one, 'POST', '/_aios/snapshots/a/restore');
    expect(await names(other)).toEqual(['a']);
    await put(one, '/_aios/snapshots/seed', {});
    await addService(one, 'b');
    await call(other, 'POST', '/_aios/reset');
    expect(await names(one)).toEqual(['a']);
  });
});
