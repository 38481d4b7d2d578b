import { describe, expect, test } from 'vitest';
import { dateFormatter, dateParser } from '../../src/contract/dates.ts';
import type { Request } from '../../src/contract/operations.ts';
import type { Ports, Store } from '../../src/domain/dependencies.ts';
import { PageEnds } from '../../src/domain/page-ends.ts';
import { QueryModelService } from '../../src/domain/QueryModelService.ts';
import type { ModelService } from '../../src/domain/records.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-store.ts';
import type { Finishing } from '../support/folder.ts';
import { extras, modelService } from '../support/records.ts';
import { nothing } from '../support/results.ts';

const NOW = Date.UTC(2025, 10, 25);
const MINUTE = 60_000;
const DAY = 86_400_000;
const position = (uuid: string) => ({ value: 'a', createDate: 1, uuid });

describe('the end of a page', () => {
  test('is where the next page of the same query begins', () => {
    const ends = new PageEnds(() => NOW);

    ends.remember('a query', 100, position('one'));
    ends.remember('a query', 200, position('two'));

    expect(ends.find('a query', 100)).toEqual(position('one'));
    expect(ends.find('a query', 200)).toEqual(position('two'));
  });

  test('is nothing to another query, nor to a page that begins elsewhere', () => {
    const ends = new PageEnds(() => NOW);

    ends.remember('a query', 100, position('one'));

    for (const [query, start] of [
      ['another', 100],
      ['a query', 0],
      ['a query', 99],
      ['a query', 1],
      ['', 100],
      ['query', 100],
    ] as const) {
      expect(ends.find(query, start)).toBeUndefined();
    }
  });

  test('can not be made up by the text of a query', () => {
    const ends = new PageEnds(() => NOW);
    for (const separator of ['\n', '\0', ' ', ',', ':', '\t']) {
      ends.remember(`0${separator}a query`, 1, position('one'));
      ends.remember('a query', 10, position('two'));
      expect(ends.find(`a query`, 1)).toBeUndefined();
      expect(ends.find(`1${separator}0${separator}a query`, 0)).toBeUndefined();
      expect(ends.find(`${separator}a query`, 10)).toBeUndefined();
    }
  });

  test('is the latest', () => {
    const ends = new PageEnds(() => NOW);

    ends.remember('a query', 100, position('one'));
    ends.remember('a query', 100, position('two'));

    expect(ends.find('a query', 100)).toEqual(position('two'));
  });

  test('lasts while a client reads on, and not for ever', () => {
    let now = NOW;
    const ends = new PageEnds(() => now);
    ends.remember('a query', 100, position('one'));

    now += 5 * MINUTE;
    expect(ends.find('a query', 100)).toEqual(position('one'));
    now += DAY;
    expect(ends.find('a query', 100)).toBeUndefined();
  });

  test('is forgotten for those of a great many later pages, and not before', () => {
    const ends = new PageEnds(() => NOW);
    ends.remember('the first', 100, position('one'));
    for (let start = 0; start < 100; start++) ends.remember('others', start, position('two'));
    expect(ends.find('the first', 100)).toEqual(position('one'));
    for (let start = 0; start < 100_000; start++) ends.remember('others', start, position('two'));
    expect(ends.find('the first', 100)).toBeUndefined();
    expect(ends.find('others', 99_999)).toEqual(position('two'));
  });
});

/** A store with services of these names, and what reads pages of it for a session. */
async function listing(
  { onTestFinished }: Finishing,
  ...services: (string | (Partial<ModelService> & { name: string }))[]
) {
  const store: Store = openSqliteStore({ file: ':memory:', migrationsFolder: 'migrations/sqlite' });
  onTestFinished(() => store.close());
  const uuids = new Map<string, string>();
  let age = 0;
  const add = async (given: (typeof services)[number], createDate = age++) => {
    const fields = typeof given === 'string' ? { name: given } : given;
    const service = modelService({ ...fields, createDate });
    uuids.set(fields.name, service.uuid);
    await store.addModelService(service, extras(), nothing);
  };
  for (const service of services) await add(service);
  const ports = {
    store,
    pageEnds: new PageEnds(() => NOW),
    formatDate: dateFormatter('UTC'),
    parseDate: dateParser('UTC'),
  } as Ports;
  return {
    add,
    remove: (...gone: string[]) =>
      store.deleteResources(
        'ModelServiceVO',
        gone.map((name) => uuids.get(name) as string),
        nothing,
      ),
    page: async (query: Request<'QueryModelService'>['query'], session = 'one') => {
      const caller = { address: '127.0.0.1', session };
      const request = { path: {}, params: {}, query, systemTags: [], userTags: [], caller };
      const { inventories = [] } = await QueryModelService(request, ports);
      return inventories.map(({ name }) => name).join('');
    },
  };
}

describe('a page', () => {
  test('skips nothing when what came before it is gone', async (context) => {
    const { page, remove } = await listing(context, 'a', 'b', 'c', 'd', 'e');
    expect(await page({ limit: 2 })).toBe('ab');
    await remove('a', 'b');
    expect(await page({ start: 2, limit: 2 })).toBe('cd');
    await remove('c');
    expect(await page({ start: 4, limit: 2 })).toBe('e');
  });

  test('repeats nothing when others come before it', async (context) => {
    const { page, add } = await listing(context, 'a', 'b', 'c', 'd');
    expect(await page({ limit: 2 })).toBe('ab');
    await add('0', -1);
    expect(await page({ start: 2, limit: 2 })).toBe('cd');
    expect(await page({ start: 4, limit: 2 })).toBe('');
  });

  test('of another size goes on all the same', async (context) => {
    const { page, remove } = await listing(context, 'a', 'b', 'c', 'd', 'e');
    expect(await page({ limit: 2 })).toBe('ab');
    await remove('a');
    expect(await page({ start: 2, limit: 1 })).toBe('c');
    expect(await page({ start: 3, limit: 1000 })).toBe('de');
  });

  test('goes on whatever fields are asked for, sorted by one that is not among them', async (context) => {
    const { page, remove } = await listing(context, 'd', 'c', 'b', 'a');
    expect(await page({ sort: 'name', limit: 2, fields: 'name' })).toBe('ab');
    await remove('a');
    expect(await page({ sort: 'name', start: 2, limit: 1, fields: 'name,uuid' })).toBe('c');
    expect(await page({ sort: '+name', start: 3, limit: 1 })).toBe('d');
  });

  test.for([
    // Nothing comes before everything; what is the same, by age.
    ['description', '23104'],
    ['-description', '04123'],
    ['system', '01234'],
    ['-system', '01234'],
    ['-createDate', '43210'],
    ['', '01234'],
  ] as const)('sorted by "%s" goes on among those that share or lack it', async ([
    sort,
    all,
  ], context) => {
    const services = ['B', 'a', null, null, 'b'].map((description, index) => ({
      name: String(index),
      description,
    }));
    const { page, remove } = await listing(context, ...services);
    for (const [start, name] of [...all].entries()) {
      expect(await page({ sort, start, limit: 1 })).toBe(name);
      await remove(name);
    }
  });

  test('begins anew where a client does', async (context) => {
    const { page, remove, add } = await listing(context, 'a', 'b', 'c', 'd', 'e');
    expect(await page({ limit: 2 })).toBe('ab');
    await remove('a');
    await add('f');
    expect(await page({ limit: 2 })).toBe('bc');
    expect(await page({ start: 2, limit: 2 })).toBe('de');
  });

  test('of a start that no page ended at counts from the beginning', async (context) => {
    const { page, remove } = await listing(context, 'a', 'b', 'c', 'd', 'e');
    expect(await page({ limit: 2 })).toBe('ab');
    await remove('a');
    expect(await page({ start: 3, limit: 1 })).toBe('e');
    expect(await page({ start: 1, limit: 1 })).toBe('c');
  });

  test.for([
    ['another session', {}, 'two'],
    ['other conditions', { q: ['name!=x'] }, 'one'],
    ['another order', { sort: '-uuid' }, 'one'],
    ['another direction', { sort: '-name' }, 'one'],
  ] as [string, object, string][])('of %s is no page of this list', async ([
    ,
    other,
    session,
  ], context) => {
    const { page, remove } = await listing(context, 'a', 'b', 'c', 'd', 'e');
    const sort = 'name';
    expect(await page({ sort, limit: 2 })).toBe('ab');
    await remove('a');
    await page({ sort, ...other, limit: 2 }, session);
    expect(await page({ sort, start: 2, limit: 3 })).toBe('cde');
  });

  test('after one that was not full repeats nothing of it', async (context) => {
    const { page, remove } = await listing(context, 'a', 'b', 'c', 'd', 'e');
    for (const start of [0, 2, 4]) await page({ start, limit: 2 });
    await remove('a', 'b', 'c', 'd');

    // A client that goes on until a page is empty.
    expect(await page({ limit: 2 })).toBe('e');
    expect(await page({ start: 2, limit: 2 })).toBe('');
  });

  test('skips nothing, however long the conditions are', async (context) => {
    const { page, remove } = await listing(context, 'a', 'b', 'c', 'd');
    const q = [`name?=a,b,c,d,${'x'.repeat(32).concat(',').repeat(500)}`];
    expect(await page({ q, limit: 2 })).toBe('ab');
    await remove('a', 'b');
    expect(await page({ q, start: 2, limit: 2 })).toBe('cd');
  });
});
