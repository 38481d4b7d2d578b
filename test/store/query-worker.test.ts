import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { ModelService } from '../../src/domain/records.ts';
import { QueryWorker } from '../../src/store/sqlite/engine/query-worker.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-store.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { extras, modelService } from '../support/records.ts';
import { nothing } from '../support/results.ts';
import { ALL, uuidsOf, where } from '../support/stores.ts';

const PROGRAM = resolve('dist/query-thread.js');

/** A store on a file of a hundred services, with a query worker. */
async function storeWithWorker(context: Finishing, { program = PROGRAM, runLimit = 60_000 } = {}) {
  const file = join(temporaryFolder(context), 'aios.db');
  const store = openSqliteStore({
    file,
    migrationsFolder: 'migrations/sqlite',
    queryWorker: { program, runLimit },
  });
  context.onTestFinished(() => store.close());
  const services = Array.from({ length: 100 }, (_, number) =>
    modelService({ name: `Service ${number}`, yaml: 'a'.repeat(number), createDate: number }),
  );
  await Promise.all(services.map((service) => store.addModelService(service, extras(), nothing)));
  return { store, services, file };
}

/**
 * The program of a thread that answers each query, but hangs at one that names `hang` until it is released: as
 * SQLite does, it can't be interrupted.
 */
function hangingThread(context: Finishing) {
  const folder = temporaryFolder(context);
  const [program, fifo, begun] = ['thread.cjs', 'fifo', 'begun'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  execFileSync('mkfifo', [fifo]);
  writeFileSync(begun, '');
  writeFileSync(
    program,
    `const { appendFileSync, openSync } = require('node:fs');
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', (query) => {
      if (JSON.stringify(query).includes('hang')) {
        appendFileSync(${JSON.stringify(begun)}, '.');
        openSync(${JSON.stringify(fifo)}, 'r');
      }
      parentPort.postMessage({ values: ['answer'] });
    });
    parentPort.postMessage('ready');`,
  );
  let writer: number | undefined;
  context.onTestFinished(() => {
    if (writer !== undefined) closeSync(writer);
  });
  return {
    program,
    hasBegun: async (count: number) => {
      while (readFileSync(begun).length < count) await nextTick();
      // What the thread has sent before that is received by then.
      for (const _ of [1, 2, 3]) await nextTick();
    },
    /** Opens the pipe's other end, which opening it to read waits for. */
    release: () => {
      writer ??= openSync(fifo, 'r+');
    },
  };
}

const scan = (pattern: string) => [where('ModelService', 'yaml', { is: 'like', pattern })];
const search = (pattern: string) => [where('ModelService', 'name', { is: 'like', pattern })];
const twenty = { start: 0, limit: 20 };

test('lists, counts and partial lists that no index bounds are read by the worker', async (context) => {
  const { store, services } = await storeWithWorker(context);
  const long = services.filter(({ yaml }) => yaml.length >= 90);
  const query = { ...twenty, conditions: scan(`${'a'.repeat(90)}%`) };
  expect(uuidsOf(await store.list('ModelService', query))).toEqual(uuidsOf(long));
  expect(await store.count('ModelService', query.conditions)).toBe(10);
  expect(await store.listFields('ModelService', query, ['uuid', 'name'])).toEqual(
    long.map(({ uuid, name }) => ({ uuid, name })),
  );

  const tens = { ...twenty, conditions: search('service 1_') };
  expect(uuidsOf(await store.list('ModelService', tens))).toEqual(uuidsOf(services.slice(10, 20)));
  expect(await store.count('ModelService', tens.conditions)).toBe(10);
});

test('the worker sees every acknowledged write', async (context) => {
  const { store } = await storeWithWorker(context);
  for (let number = 0; number < 20; number++) {
    await store.addModelService(modelService({ yaml: 'new' }), extras(), nothing);
    expect(await store.list('ModelService', { ...ALL, conditions: scan('new') })).toHaveLength(
      number + 1,
    );
  }
});

test('a page has only rows that satisfy its query, also during writes', async (context) => {
  const { store, services } = await storeWithWorker(context);
  const [service] = services;
  let isReading = true;
  const writing = (async () => {
    for (let count = 0; isReading; count++) {
      const change = (current: ModelService) => ({ ...current, yaml: count % 2 ? 'flip' : 'flop' });
      await store.changeModelService(service?.uuid ?? '', change, extras(), nothing);
    }
  })();
  let found = 0;
  for (let queries = 0; queries < 50 || found < 10; queries++) {
    const page = await store.list('ModelService', { ...twenty, conditions: scan('fli_') });
    for (const { yaml } of page) expect(yaml).toBe('flip');
    found += page.length;
  }
  isReading = false;
  await writing;
});

test('other requests are answered while the worker is busy', async (context) => {
  const { program, hasBegun, release } = hangingThread(context);
  const { store, services } = await storeWithWorker(context, { program });
  context.onTestFinished(release);
  const scanned = store.count('ModelService', scan('hang%')).catch(({ failure }) => failure);
  await hasBegun(1);
  await Promise.all([
    store.find('ModelService', services[0]?.uuid ?? ''),
    store.list('ModelService', { ...ALL, limit: 20 }),
    store.addModelService(modelService(), extras(), nothing),
  ]);
  release();
  await store.close();
  expect(await scanned).toBe('notReady');
});

test('a thread that ends fails its queries, and the next query starts another one', async (context) => {
  const program = join(temporaryFolder(context), 'failing.cjs');
  writeFileSync(program, "throw new Error('no reader')");
  const { store } = await storeWithWorker(context, { program });
  for (let attempt = 0; attempt < 2; attempt++) {
    const counts = [store.count('ModelService', scan('a')), store.count('ModelService', scan('b'))];
    for (const count of counts) await expect(count).rejects.toThrow('no reader');
  }
  expect(await store.list('ModelService', { ...ALL, limit: 20 })).toHaveLength(20);
});

describe('a query that hangs', () => {
  const HANG = { sql: 'hang', values: [] };
  const ANSWER = { sql: 'answer', values: [] };
  const tooLong = expect.objectContaining({
    failure: 'invalidArgument',
    message: expect.stringMatching(/^the query takes longer than a second: narrow its conditions/),
  });
  const overloaded = expect.objectContaining({
    failure: 'notReady',
    message: expect.stringContaining('overloaded'),
  });

  /** A worker with such a thread, and a clock that the test moves. */
  function hangingWorker(context: Finishing) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { program, hasBegun, release } = hangingThread(context);
    const worker = new QueryWorker({ program, file: '', onIdle: () => {} });
    context.onTestFinished(async () => {
      vi.useRealTimers();
      release();
      await worker.close();
    });
    /** Lets a second pass once so many queries have hung, with so many timers: the last one's, and one of each that waits. */
    const passSecond = async (hung: number, timers: number) => {
      await hasBegun(hung);
      while (vi.getTimerCount() < timers) await nextTick();
      vi.advanceTimersByTime(1000);
    };
    return { worker, hasBegun, passSecond, release };
  }

  test('is rejected after a second, and the next one is answered by another thread', async (context) => {
    const { worker, passSecond } = hangingWorker(context);
    const settled = Promise.allSettled([worker.run(HANG), worker.run(ANSWER)]);
    await passSecond(1, 2);
    expect(await settled).toEqual([
      { status: 'rejected', reason: tooLong },
      { status: 'fulfilled', value: ['answer'] },
    ]);
  });

  test('causes further ones to be rejected while two such still run', async (context) => {
    const { worker, passSecond, release } = hangingWorker(context);
    const settled = Promise.allSettled([worker.run(HANG), worker.run(HANG), worker.run(ANSWER)]);
    await passSecond(1, 3);
    await passSecond(2, 2);
    const reasons = (await settled).map((one) => one.status === 'rejected' && one.reason);
    expect(reasons).toEqual([tooLong, tooLong, overloaded]);
    await expect(worker.run(ANSWER)).rejects.toEqual(overloaded);
    release();
    let answer: unknown;
    while (!answer) {
      await nextTick();
      answer = await worker.run(ANSWER).catch(() => undefined);
    }
    expect(answer).toEqual(['answer']);
  });

  test('and those behind it are rejected when the worker closes', async (context) => {
    const { worker, hasBegun, release } = hangingWorker(context);
    const settled = Promise.allSettled([worker.run(HANG), worker.run(ANSWER)]);
    await hasBegun(1);
    const closed = worker.close();
    release();
    await closed;
    const closedError = expect.objectContaining({ message: 'the database is closed' });
    expect(await settled).toEqual(Array(2).fill({ status: 'rejected', reason: closedError }));
    await expect(worker.run(ANSWER)).rejects.toEqual(closedError);
  });
});
