import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dateParser } from '../../src/contract/dates.ts';
import type { EntityKind } from '../../src/contract/schemas/fields.ts';
import { DEFAULT_LIMIT } from '../../src/contract/schemas/query.ts';
import { parseConditions, parseSort } from '../../src/domain/query-language.ts';
import type { PageQuery, Store } from '../../src/domain/store.ts';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { isBoundedCount, isBoundedPage } from '../../src/store/sqlite/queries.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { type Executed, recordStatements } from '../support/executed-statements.ts';
import { fill, OLDEST, uuidOf } from '../support/filled-database.ts';
import { nothing } from '../support/results.ts';
import { uuidsOf } from '../support/stores.ts';

const SERVICES = 100_000;
const MODELS = 10_000;
const CENTERS = 100;
const TAGS = 2_000;

/** The most a query may take of the processor, in milliseconds: many times what it takes. */
const MOST_MS = 50;
/** How often each is measured. */
const RUNS = 10;

const folder = mkdtempSync(join(tmpdir(), 'aios-test-'));
let client: Database.Database;
let store: Store;
let executed: (work: () => Promise<unknown>) => Promise<Executed[]>;

beforeAll(async () => {
  const file = join(folder, 'aios.db');
  client = openSqlite({ file, migrationsFolder: 'migrations/sqlite' });
  executed = recordStatements(client);
  store = createSqliteStore(client);
  await fill(client, store, { services: SERVICES, models: MODELS, centers: CENTERS, tags: TAGS });
});

afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Query {
  q?: string[];
  sort?: string;
  limit?: number;
  start?: number;
}

function pageQuery(
  kind: EntityKind,
  { q = [], sort, limit = DEFAULT_LIMIT, start = 0 }: Query,
): PageQuery {
  const order = parseSort(kind, sort);
  const conditions = parseConditions(kind, q, dateParser('UTC'));
  return { conditions, ...(order && { sort: order }), start, limit };
}

const range = (length: number) => Array.from({ length }, (_, number) => number);
const services = (which: (i: number) => boolean) => range(SERVICES).filter(which);
const numbered = (numbers: number[]) => numbers.map((number) => uuidOf('services', number));
const nameOf = (i: number) => `${i % 5000 === 7 ? 'abc' : 'service'} ${(i * 7919) % SERVICES}`;
/** Whether the service carries a tag of that type, and which. */
const tagOf = (i: number, type: 'User' | 'System') => {
  const number = i / 50;
  if (!Number.isInteger(number) || (number % 2 === 1) !== (type === 'User')) return undefined;
  return number % 100 === 0 ? 'rare' : `team${number % 97}`;
};

/** In the order in which queries answer where they name no other: those of one age by their uuids. */
const byAge = (numbers: number[]) => [
  ...numbered(numbers.filter((i) => i <= OLDEST)).toSorted(),
  ...numbered(numbers.filter((i) => i > OLDEST)),
];

/** Each with what it finds. */
const queries: Record<string, Query & { finds: () => string[] }> = {
  'uuid=': {
    q: [`uuid=${uuidOf('services', 50_000)}`],
    finds: () => numbered([50_000]),
  },
  'name=': {
    q: ['name=SERVICE 4711'],
    finds: () => byAge(services((i) => nameOf(i) === 'service 4711')),
  },
  'name~=abc%': {
    q: ['name~=abc%'],
    finds: () => byAge(services((i) => nameOf(i).startsWith('abc'))),
  },
  'newest 20': {
    sort: '-createDate',
    limit: 20,
    finds: () => numbered(range(SERVICES).slice(-20).toReversed()),
  },
  'refs of one model': {
    q: [`modelServiceRefs.modelUuid=${uuidOf('models', 1234)}`],
    finds: () => byAge(services((i) => i % MODELS === 1234)),
  },
  '__userTag__=': {
    q: ['__userTag__=TEAM5'],
    finds: () => byAge(services((i) => tagOf(i, 'User') === 'team5')),
  },
  '__systemTag__=': {
    q: ['__systemTag__=rare'],
    finds: () => byAge(services((i) => tagOf(i, 'System') === 'rare')),
  },
  'services of one center': {
    q: [`modelCenterUuid=${uuidOf('centers', 7).toUpperCase()}`],
    limit: 100,
    finds: () => byAge(services((i) => i % CENTERS === 7)).slice(0, 100),
  },
  'sort=name limit=20': {
    sort: 'name',
    limit: 20,
    finds: () =>
      numbered(
        services((i) => nameOf(i).startsWith('abc')).toSorted((a, b) =>
          nameOf(a) < nameOf(b) ? -1 : 1,
        ),
      ),
  },
};

/** What a plan does with a table as a whole, which nothing but a page in an index's order may. */
function wholeTables({ sql, plan }: Executed, conditional: boolean): string[] {
  const steps = plan();
  const scans = steps.filter((step) => /^SCAN (?!json_each)/.test(step));
  const sorted = steps.some((step) => /USE TEMP B-TREE FOR ORDER BY/.test(step));
  const inOrder = !conditional && !sorted && /\bLIMIT\b/.test(sql);
  return scans.filter((step) => !inOrder || !/ USING (COVERING )?INDEX /.test(step));
}

describe.each(Object.entries(queries))('%s', (_name, { finds, ...query }) => {
  const page = pageQuery('ModelService', query);

  test('finds what it should', async () => {
    const expected = finds();
    expect(expected.length).toBeGreaterThan(0);
    expect(uuidsOf(await store.list('ModelService', page))).toEqual(expected);
  });

  test('uses an index, and reads and sorts no table as a whole', async () => {
    const statements = await executed(() => store.list('ModelService', page));
    expect(statements.length).toBeGreaterThan(1);
    for (const statement of statements) {
      expect(wholeTables(statement, query.q !== undefined), statement.sql).toEqual([]);
      expect(statement.plan(), statement.sql).toContainEqual(
        expect.stringMatching(/^(SEARCH|SCAN) model_\w+ USING (COVERING )?INDEX /),
      );
    }
  });
});

const conditional = Object.entries(queries).filter(([, { q }]) => q);
test.each(conditional)('%s is counted by an index', async (_name, query) => {
  const { conditions } = pageQuery('ModelService', query);
  const statements = await executed(() => store.count('ModelService', conditions));
  expect(statements).toHaveLength(1);
  for (const statement of statements) {
    expect(wholeTables(statement, true), statement.sql).toEqual([]);
  }
});

test('a query that no index serves is told from those', async () => {
  for (const query of [{ q: ['description=x'] }, { sort: 'lastOpDate', limit: 20 }]) {
    const page = pageQuery('ModelService', query);
    const statements = await executed(() => store.list('ModelService', page));
    const found = statements.flatMap((each) => wholeTables(each, query.q !== undefined));
    expect(found).toContainEqual(expect.stringMatching(/^SCAN model_services/));
  }
});

describe('a list is read without the query worker', () => {
  test.each<[boolean, Query]>([
    [true, {}],
    [true, { sort: '-createDate', limit: 100 }],
    [true, { sort: 'name', limit: 20 }],
    [true, { start: 10_000 }],
    [true, { q: ['uuid=x'] }],
    [true, { q: ['uuid?=x,y', 'yaml~=%a%'], sort: 'lastOpDate' }],
    [true, { q: ['name=x'] }],
    [true, { q: ['modelCenterUuid=x'], sort: '-createDate' }],
    [false, { start: 10_001 }],
    [false, { limit: 1001 }],
    [false, { q: ['uuid!=x'] }],
    [false, { q: ['uuid!?=x'] }],
    [false, { q: ['name~=abc%'] }],
    [false, { q: ['name!=x'] }],
    [false, { q: ['name=x', 'description=y'] }],
    [false, { q: ['name=x'], sort: 'name' }],
    [false, { q: ['modelCenterUuid=x'], sort: 'lastOpDate' }],
    [false, { q: ['modelServiceRefs.uuid=x'] }],
    [false, { q: ['modelCenter.name=x'] }],
    [false, { q: ['__userTag__=x'] }],
    [false, { q: ['description=x'], sort: '-createDate', limit: 1 }],
    [false, { sort: 'lastOpDate' }],
  ])('%s: %o', (expected, query) => {
    expect(isBoundedPage('ModelService', pageQuery('ModelService', query))).toBe(expected);
  });

  test.each([
    [true, ['uuid=x', 'name=y']],
    [false, []],
    [false, ['name=x']],
    [false, ['yaml~=%x%']],
  ] as const)('%s: the number of those with %j', (expected, q) => {
    const { conditions } = pageQuery('ModelService', { q: [...q] });
    expect(isBoundedCount(conditions)).toBe(expected);
  });
});

test('each takes little time', async () => {
  const work: Record<string, () => Promise<unknown>> = {
    ...Object.fromEntries(
      Object.entries(queries).flatMap(([name, query]) => {
        const page = pageQuery('ModelService', query);
        return [
          [name, () => store.list('ModelService', page)],
          ...(query.q
            ? [[`${name}, counted`, () => store.count('ModelService', page.conditions)]]
            : []),
        ];
      }),
    ),
    'a service by its uuid': () => store.find('ModelService', uuidOf('services', 50_000)),
    'a model by its uuid': () => store.find('Model', uuidOf('models', 5000)),
    'a center, with what it adds up': () => store.find('ModelCenter', uuidOf('centers', 50)),
  };
  const table: Record<
    string,
    { 'processor, ms': number; 'clock, ms': number; 'slowest, ms': number }
  > = {};
  for (const [name, run] of Object.entries(work)) {
    await run();
    const times: number[] = [];
    const start = process.cpuUsage();
    for (const _ of range(RUNS)) {
      const began = performance.now();
      await run();
      times.push(performance.now() - began);
    }
    const { user, system } = process.cpuUsage(start);
    const sorted = times.toSorted((a, b) => a - b);
    const rounded = (milliseconds = 0) => Number(milliseconds.toFixed(2));
    table[name] = {
      'processor, ms': rounded((user + system) / 1000 / RUNS),
      'clock, ms': rounded(sorted[RUNS / 2]),
      'slowest, ms': rounded(sorted.at(-1)),
    };
  }
  console.log(tableOf(table));
  for (const [name, row] of Object.entries(table)) {
    expect(row['processor, ms'], name).toBeLessThan(MOST_MS);
  }
});

test('what is deleted with a resource is found through an index', async () => {
  const start = process.cpuUsage();
  await store.deleteResources(
    'ModelServiceVO',
    range(100).map((i) => uuidOf('services', i * 50)),
    nothing,
  );
  await store.deleteModelCenter(uuidOf('centers', 0), { withModels: true }, nothing);
  const { user, system } = process.cpuUsage(start);
  // A hundred services and a hundred models, each with what belongs to it.
  expect((user + system) / 1000 / 200).toBeLessThan(MOST_MS / 10);
  expect(await store.count('Model', [])).toBe(MODELS - MODELS / CENTERS);
  expect(await store.count('ModelService', [])).toBe(SERVICES - 100);
});

function tableOf(rows: Record<string, Record<string, number>>): string {
  const [first = {}] = Object.values(rows);
  const lines = [
    ['', ...Object.keys(first)],
    ...Object.entries(rows).map(([name, row]) => [
      name,
      ...Object.values(row).map((figure) => figure.toFixed(2)),
    ]),
  ];
  return lines
    .map(
      ([name = '', ...cells]) => name.padEnd(34) + cells.map((cell) => cell.padStart(16)).join(''),
    )
    .join('\n');
}
