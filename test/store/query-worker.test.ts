import { readFileSync, writeFileSync } from 'node:fs';
import { platform } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ModelService } from '../../src/domain/records.ts';
import { QueryWorker } from '../../src/store/sqlite/engine/query-worker.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-store.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { extras, modelService } from '../support/records.ts';
import { nothing } from '../support/results.ts';
import { ALL, uuidsOf, where } from '../support/stores.ts';

const PROGRAM = resolve('dist/query-process.js');

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
  await Promise.all(
    services.map((service) => store.addResource('ModelService', service, extras(), nothing)),
  );
  return { store, services, file };
}

/** The program of a process that answers each query, but waits at one that names `hang` until it is released. */
function hangingProgram(context: Finishing) {
  const folder = temporaryFolder(context);
  const [program, released, begun] = ['process.cjs', 'released', 'begun'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  writeFileSync(begun, '');
  writeFileSync(
    program,
    `const { appendFileSync, existsSync } = require('node:fs');
    process.on('message', (query) => {
      if (JSON.stringify(query).includes('hang')) {
        appendFileSync(${JSON.stringify(begun)}, '.');
        const pause = new Int32Array(new SharedArrayBuffer(4));
        while (!existsSync(${JSON.stringify(released)})) Atomics.wait(pause, 0, 0, 20);
      }
      process.send({ values: ['answer'] });
    });
    process.send('ready');`,
  );
  return {
    program,
    hasBegun: async () => {
      while (readFileSync(begun).length === 0) await setTimeout(10);
    },
    release: () => writeFileSync(released, ''),
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
  expect(await store.list('ModelService', { ...query, fields: ['uuid', 'name'] })).toEqual(
    long.map(({ uuid, name }) => ({ uuid, name })),
  );

  const tens = { ...twenty, conditions: search('service 1_') };
  expect(uuidsOf(await store.list('ModelService', tens))).toEqual(uuidsOf(services.slice(10, 20)));
  expect(await store.count('ModelService', tens.conditions)).toBe(10);
});

test('a pattern is read by the worker, also with a condition on uuids', async (context) => {
  const program = join(temporaryFolder(context), 'failing.cjs');
  writeFileSync(program, 'process.exit(7)');
  const { store, services } = await storeWithWorker(context, { program });
  const value = services[0]?.uuid ?? '';
  const conditions = [where('ModelService', 'uuid', { is: '=', value }), ...scan('a%')];
  await expect(store.count('ModelService', conditions)).rejects.toThrow('ended with 7');
  await expect(store.list('ModelService', { ...twenty, conditions })).rejects.toThrow('with 7');
  expect(await store.count('ModelService', conditions.slice(0, 1))).toBe(1);
});

test('the worker sees every acknowledged write', async (context) => {
  const { store } = await storeWithWorker(context);
  for (let number = 0; number < 20; number++) {
    await store.addResource('ModelService', modelService({ yaml: 'new' }), extras(), nothing);
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
      await store.changeResources('ModelService', [service?.uuid ?? ''], change, extras(), nothing);
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
  const { program, hasBegun } = hangingProgram(context);
  const { store, services } = await storeWithWorker(context, { program });
  const scanned = store.count('ModelService', scan('hang%')).catch(({ kind }) => kind);
  await hasBegun();
  await Promise.all([
    store.find('ModelService', services[0]?.uuid ?? ''),
    store.list('ModelService', { ...ALL, limit: 20 }),
    store.addResource('ModelService', modelService(), extras(), nothing),
  ]);
  await store.close();
  expect(await scanned).toBe('notReady');
});

test('a process that ends fails its query, and the next query starts another one', async (context) => {
  const program = join(temporaryFolder(context), 'failing.cjs');
  writeFileSync(program, 'process.exit(7)');
  const { store } = await storeWithWorker(context, { program });
  const counts = [store.count('ModelService', scan('a')), store.count('ModelService', scan('b'))];
  for (const count of await Promise.allSettled(counts)) {
    const reason = new Error('the process of the query ended with 7');
    expect(count).toEqual({ status: 'rejected', reason });
  }
  expect(await store.list('ModelService', { ...ALL, limit: 20 })).toHaveLength(20);
});

describe('a query that hangs', () => {
  const HANG = { text: 'hang', values: [] };
  const ANSWER = { text: 'answer', values: [] };
  const answered = { status: 'fulfilled', value: ['answer'] };
  const rejected = (kind: string, message: RegExp) => ({
    status: 'rejected',
    reason: expect.objectContaining({ kind, message: expect.stringMatching(message) }),
  });

  /** A worker with such a process, and a limit of processor time in milliseconds. */
  function hangingWorker(context: Finishing, runLimit: number) {
    const { program, ...hanging } = hangingProgram(context);
    const worker = new QueryWorker({ program, file: '', onIdle: () => {}, runLimit });
    context.onTestFinished(() => worker.close());
    return { worker, ...hanging };
  }

  test('is ended with its process, and those behind it are answered by another one', async (context) => {
    const { worker } = hangingWorker(context, 100);
    const queries = [HANG, ANSWER, HANG, HANG, ANSWER].map((query) => worker.run(query));
    const tooLong = rejected('invalidArgument', /^the query takes longer than 0.1 seconds: narrow/);
    const outcomes = [tooLong, answered, tooLong, tooLong, answered];
    expect(await Promise.allSettled(queries)).toEqual(outcomes);
  });

  test('delays no query of another client, and of its own each of two others in turn', async (context) => {
    const { worker, hasBegun, release } = hangingWorker(context, 60_000);
    const order: string[] = [];
    const run = (client: string, query: typeof HANG) =>
      worker.run(query, { client, isAborted: () => false }).then(() => order.push(client));
    const hanging = [HANG, ANSWER, ANSWER].map((query) => run('slow', query));
    await hasBegun();
    await Promise.all([run('a', ANSWER), run('a', ANSWER), run('b', ANSWER)]);
    expect(order).toEqual(['a', 'b', 'a']);
    release();
    await Promise.all(hanging);
    expect(order.slice(3)).toEqual(['slow', 'slow', 'slow']);
  });

  test.skipIf(platform() !== 'linux')(
    'is not ended while it waits for a processor',
    async (context) => {
      const { worker, hasBegun, release } = hangingWorker(context, 1000);
      const query = worker.run(HANG);
      await hasBegun();
      await setTimeout(1500);
      release();
      expect(await query).toEqual(['answer']);
    },
  );

  test('and those behind it are rejected when the worker closes', async (context) => {
    const { worker, hasBegun } = hangingWorker(context, 60_000);
    const settled = Promise.allSettled([worker.run(HANG), worker.run(ANSWER)]);
    await hasBegun();
    await worker.close();
    const closed = rejected('notReady', /^the database is closed$/);
    expect(await settled).toEqual([closed, closed]);
    expect(await Promise.allSettled([worker.run(ANSWER)])).toEqual([closed]);
  });
});
