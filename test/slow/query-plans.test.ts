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
import { isBoundedCount, isBoundedPage } from '../../src/store/sqlite/reads.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { type Executed, recordStatements } from '../support/executed-statements.ts';
import { fill, OLDEST, uuidOf } from '../support/filled-database.ts';
import { uuidsOf } from '../support/stores.ts';

const SERVICES = 100_000;
const MODELS = 10_000;
const CENTERS = 100;
const TAGS = 2_000;

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

/** A plan's scan of a whole table, which is allowed only for a page in the order of an index. */
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

test('a query that no index serves scans its table', async () => {
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
    [true, { q: ['uuid?=x,y', 'name!=a'], sort: 'lastOpDate' }],
    [true, { q: ['name=x'] }],
    [true, { q: ['modelCenterUuid=x'], sort: '-createDate' }],
    [false, { q: ['uuid?=x,y', 'yaml~=%a%'] }],
    [false, { q: ['uuid?=x,y', 'yaml!=a'] }],
    [false, { q: ['uuid?=x,y'], sort: 'yaml' }],
    [false, { q: ['uuid=x', 'modelServiceImages.dockerImage>1'] }],
    [false, { q: ['uuid=x', 'modelCenter.name=y'] }],
    [false, { q: ['uuid=x', '__userTag__=y'] }],
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
    [false, ['uuid=x', 'modelServiceRefs.uuid!=y']],
  ] as const)('%s: the number of those with %j', (expected, q) => {
    const { conditions } = pageQuery('ModelService', { q: [...q] });
    expect(isBoundedCount(conditions)).toBe(expected);
  });
});
