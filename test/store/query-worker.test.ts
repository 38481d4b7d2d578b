import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ModelService } from '../../src/domain/records.ts';
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

test('a page holds what satisfies its query, whatever is written meanwhile', async (context) => {
  const { store, services } = await storeWithWorker(context);
  const [service] = services;
  let isReading = true;
  const writing = (async () => {
    for (let turn = 0; isReading; turn++) {
      const change = (current: ModelService) => ({ ...current, yaml: turn % 2 ? 'flip' : 'flop' });
      await store.changeModelService(service?.uuid ?? '', change, extras(), nothing);
    }
  })();
  let found = 0;
  for (let asked = 0; asked < 50 || found < 10; asked++) {
    const page = await store.list('ModelService', { ...twenty, conditions: scan('fli_') });
    for (const { yaml } of page) expect(yaml).toBe('flip');
    found += page.length;
  }
  isReading = false;
  await writing;
});

test('other requests are answered while the worker is busy', async (context) => {
  const { store, services } = await storeWithWorker(context);
  const wide = modelService({ name: 'wide', yaml: 'ab'.repeat(8_000_000) });
  await store.addModelService(wide, extras(), nothing);
  const order: string[] = [];
  // One that the text satisfies nowhere, and each place of it has to be looked at.
  const pattern = `%${'ab'.repeat(10)}_c%`;
  const scanned = store.count('ModelService', scan(pattern)).then(() => order.push('scan'));
  await setTimeout(50);
  const others = [
    store.find('ModelService', services[0]?.uuid ?? '').then(() => order.push('find')),
    store.list('ModelService', { ...ALL, limit: 20 }).then(() => order.push('list')),
    store.addModelService(modelService(), extras(), nothing).then(() => order.push('add')),
  ];
  await Promise.all(others);
  expect(order.toSorted()).toEqual(['add', 'find', 'list']);
  await scanned;
});

test('a thread that ends fails its queries, and the next query starts another one', async (context) => {
  const program = join(temporaryFolder(context), 'failing.cjs');
  writeFileSync(program, "throw new Error('no reader')");
  const { store } = await storeWithWorker(context, { program });
  for (let attempt = 0; attempt < 2; attempt++) {
    const asked = [store.count('ModelService', scan('a')), store.count('ModelService', scan('b'))];
    for (const count of asked) await expect(count).rejects.toThrow('no reader');
  }
  expect(await store.list('ModelService', { ...ALL, limit: 20 })).toHaveLength(20);
});

test('closing rejects the queries that wait', async (context) => {
  const { store } = await storeWithWorker(context);
  const asked = Array.from({ length: 50 }, (_, number) =>
    store.count('ModelService', scan(`%${number}`)).then(
      () => 'answered',
      (error) => error.failure,
    ),
  );
  await setTimeout(0);
  await store.close();
  expect(new Set(await Promise.all(asked))).toContain('notReady');
  await expect(store.count('ModelService', [])).rejects.toMatchObject({ failure: 'notReady' });
});

describe('a query that runs too long', () => {
  /** One that takes SQLite about a second: each place of the text has to be looked at. */
  const slow = scan(`%${'ab'.repeat(10)}_c%`);
  const tooLong = expect.objectContaining({
    failure: 'invalidArgument',
    message: expect.stringMatching(/^the query takes longer than a second: narrow its conditions/),
  });
  const overloaded = expect.objectContaining({ failure: 'notReady' });

  const storeWithWideText = async (context: Finishing, runLimit: number) => {
    const opened = await storeWithWorker(context, { runLimit });
    await opened.store.addModelService(
      modelService({ name: 'wide', yaml: 'ab'.repeat(8_000_000) }),
      extras(),
      nothing,
    );
    return opened;
  };

  test('is refused, and the next one is answered by another thread', async (context) => {
    const { store } = await storeWithWideText(context, 300);
    const [rejected, answered] = await Promise.allSettled([
      store.count('ModelService', slow),
      store.count('ModelService', search('service%')),
    ]);
    expect(rejected).toEqual({ status: 'rejected', reason: tooLong });
    expect(answered).toEqual({ status: 'fulfilled', value: 100 });
  });

  test('has others refused while two such still run, until one of them ends', async (context) => {
    const { store } = await storeWithWideText(context, 300);
    const outcomes = await Promise.allSettled([
      store.count('ModelService', slow),
      store.count('ModelService', slow),
      store.count('ModelService', search('service%')),
    ]);
    const reasons = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason);
    expect(reasons).toEqual([tooLong, tooLong, overloaded]);
    await expect
      .poll(() => store.count('ModelService', search('service%')).catch(() => 'refused'), {
        timeout: 15_000,
      })
      .toBe(100);
  });
});
