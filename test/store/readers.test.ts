import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ModelService } from '../../src/domain/records.ts';
import { Reader } from '../../src/store/sqlite/engine/reader.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-store.ts';
import { countQuestion } from '../../src/store/sqlite/queries.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { extras, modelService } from '../support/records.ts';
import { nothing } from '../support/results.ts';
import { ALL, uuidsOf, where } from '../support/stores.ts';

const PROGRAM = resolve('dist/reader-thread.js');

/** A store on a file of a hundred services, with readers for whatever may take long. */
async function storeWithReaders(context: Finishing, program = PROGRAM) {
  const file = join(temporaryFolder(context), 'aios.db');
  const store = openSqliteStore({
    file,
    migrationsFolder: 'migrations/sqlite',
    readers: { program, smallBytes: 0 },
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

test('what may take long is found by readers: pages, numbers, and fields alone', async (context) => {
  const { store, services } = await storeWithReaders(context);
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

test('a reader sees what was answered before it is asked', async (context) => {
  const { store } = await storeWithReaders(context);
  for (let number = 0; number < 20; number++) {
    await store.addModelService(modelService({ yaml: 'new' }), extras(), nothing);
    expect(await store.list('ModelService', { ...ALL, conditions: scan('new') })).toHaveLength(
      number + 1,
    );
  }
});

test('a page holds what satisfies its query, whatever is written meanwhile', async (context) => {
  const { store, services } = await storeWithReaders(context);
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

test('others are answered while a reader is busy', async (context) => {
  const { store, services } = await storeWithReaders(context);
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
    store.count('ModelService', search('service%')).then(() => order.push('search')),
  ];
  await Promise.all([scanned, ...others]);
  expect(order).toHaveLength(5);
  expect(order.at(-1)).toBe('scan');
});

test('a refusal comes through from the thread', async (context) => {
  const { store } = await storeWithReaders(context);
  for (let added = 0; added < 5; added++) {
    const wide = modelService({ yaml: 'a'.repeat(16_770_000) });
    await store.addModelService(wide, extras(), nothing);
  }
  // More than a page that is bounded.
  const all = store.list('ModelService', { ...ALL, limit: 2000 });
  await expect(all).rejects.toMatchObject({ failure: 'invalidArgument' });
});

test('a reader that ends fails what it was asked, and the next question starts another', async (context) => {
  const program = join(temporaryFolder(context), 'failing.cjs');
  writeFileSync(program, "throw new Error('no reader')");
  const { store } = await storeWithReaders(context, program);
  for (let attempt = 0; attempt < 2; attempt++) {
    const asked = [store.count('ModelService', scan('a')), store.count('ModelService', scan('b'))];
    for (const count of asked) await expect(count).rejects.toThrow('no reader');
  }
  expect(await store.list('ModelService', { ...ALL, limit: 20 })).toHaveLength(20);
});

test('closing waits for no question but that which is being answered', async (context) => {
  const { store } = await storeWithReaders(context);
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

test('a question that its reader does not come to in time is refused, and those after it are answered', async (context) => {
  const { store, file } = await storeWithReaders(context);
  const wide = modelService({ yaml: 'ab'.repeat(2_000_000) });
  await store.addModelService(wide, extras(), nothing);
  const reader = new Reader(PROGRAM, { file, isPatient: true }, 20);
  context.onTestFinished(() => reader.close());
  const slow = countQuestion('ModelService', scan(`%${'ab'.repeat(10)}_c%`));
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, () =>
      reader.ask(slow).then(
        () => 'answered',
        (error) => error.failure,
      ),
    ),
  );
  expect(outcomes.slice(0, 2)).toEqual(['answered', 'answered']);
  expect(outcomes.at(-1)).toBe('notReady');
  expect(await reader.ask(countQuestion('ModelService', []))).toEqual([101]);
});
