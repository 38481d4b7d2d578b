import {
  constants,
  copyFileSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
} from 'node:fs';
import { platform } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { type EntityKind, queryableEntities } from '../../src/contract/schemas/fields.ts';
import { QueryWorker } from '../../src/store/sqlite/engine/query-worker.ts';
import { openSqlite } from '../../src/store/sqlite/file/open.ts';
import { openSqliteStore, openSqliteStoreToRead } from '../../src/store/sqlite/open-store.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { putEmptyDatabase } from '../support/empty-database.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import {
  extras,
  image,
  instanceGroup,
  modelService,
  model as newModel,
  session as newSession,
  newUuid,
  noResources,
  ref,
  tag,
} from '../support/records.ts';
import { copyRelease, type Release, releases } from '../support/released.ts';
import { asIs, nothing } from '../support/results.ts';
import { storeCalls, writeFixtures } from '../support/store-writes.ts';
import { ALL, addedCenter, addedModel, type OpenStore, uuidsOf, where } from '../support/stores.ts';
import { describeStore } from './store-suite.ts';

const migrationsFolder = 'migrations/sqlite';

const kinds = Object.keys(queryableEntities) as EntityKind[];

function openDatabase(context: Finishing, file: string): Database.Database {
  const client = openSqlite({ file, migrationsFolder });
  context.onTestFinished(() => void client.close());
  return client;
}

const notice = (kind: string, message: string) => expect.objectContaining({ kind, message });

const firstRelease = (context: Finishing) => copyRelease(context, releases[0] as Release);

const newFile = (context: Finishing) => join(temporaryFolder(context), 'aios.db');

const openStore: OpenStore = async (context) => {
  const file = newFile(context);
  putEmptyDatabase(file);
  const client = openDatabase(context, file);
  // Tests don't cut the power; that commits are otherwise synced is tested below.
  client.pragma('synchronous = OFF');
  return createSqliteStore(client);
};
describeStore('a file', openStore);

/** A store on a database of two hundred services, and the statements it runs from then on. */
async function tracedStore(context: Finishing) {
  const file = newFile(context);
  openDatabase(context, file);
  const statements: string[] = [];
  const client = new Database(file, { verbose: (statement) => statements.push(String(statement)) });
  context.onTestFinished(() => void client.close());
  const store = createSqliteStore(client);
  const { uuid } = newModel();
  await store.addResource('Model', newModel({ uuid }), extras(), nothing);
  const services = Array.from({ length: 200 }, () => newUuid());
  for (const service of services) {
    await store.addResource(
      'ModelService',
      modelService({
        uuid: service,
        modelServiceImages: [image(service), image(service)],
        modelServiceRefs: [ref(uuid, service)],
      }),
      extras({ tags: [tag(service, 'a tag')] }),
      nothing,
    );
  }
  const { uuid: center } = await addedCenter(store);
  for (let count = 0; count < 200; count++) await addedModel(store, { modelCenterUuid: center });
  const known = newSession();
  await store.addSession(known, 0);
  /** The statements executed. */
  const trace = async (run: () => Promise<unknown>) => {
    statements.length = 0;
    await run();
    return [...statements];
  };
  const explain = (statement: string) =>
    client.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${statement}`).all();
  const [service = ''] = services;
  return { store, model: uuid, service, center, session: known, trace, explain };
}

/** What an answered write survives a power cut by: with `synchronous` 1, which is NORMAL, it would not. */
const DURABLE = { journal_mode: 'wal', synchronous: 2, fullfsync: 1, foreign_keys: 1 };

const pragmasOf = (client: Database.Database) =>
  Object.fromEntries(
    Object.keys(DURABLE).map((name) => [name, client.pragma(name, { simple: true })]),
  );

/** What a function reads of a process or descriptor, or nothing if that has ended. */
function unlessGone<Read>(read: () => Read[]): Read[] {
  try {
    return read();
  } catch {
    return [];
  }
}

/** How processes hold a file open: `0` for reading only, `2` for writing too. */
function accessModes(file: string): number[] {
  const path = realpathSync(file);
  const modesOf = (pid: string): number[] =>
    unlessGone(() => readdirSync(`/proc/${pid}/fd`)).flatMap((descriptor) =>
      unlessGone(() => {
        if (readlinkSync(`/proc/${pid}/fd/${descriptor}`) !== path) return [];
        const info = readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8');
        const [, flags = ''] = /^flags:\s*([0-7]+)$/m.exec(info) ?? [];
        return [Number.parseInt(flags, 8) & (constants.O_WRONLY | constants.O_RDWR)];
      }),
    );
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(modesOf);
}

describe('the connection that writes', () => {
  test.for<[string, (context: Finishing, file: string) => void]>([
    ['a new file', () => {}],
    ['the file of the first release', (context, file) => copyFileSync(firstRelease(context), file)],
    [
      'a file that another program left without a log',
      (_, file) => {
        putEmptyDatabase(file);
        const other = new Database(file);
        other.pragma('journal_mode = DELETE');
        other.close();
      },
    ],
  ])('to %s syncs each commit and enforces foreign keys', ([, make], context) => {
    const file = newFile(context);
    make(context, file);
    const client = openDatabase(context, file);
    expect(pragmasOf(client)).toEqual(DURABLE);
    expect(client.pragma('busy_timeout', { simple: true })).toBe(2000);
  });

  test('also after a replacement of all data, and after a failed one', async (context) => {
    const client = openDatabase(context, newFile(context));
    const store = createSqliteStore(client);
    await store.replaceResources(noResources);
    expect(pragmasOf(client)).toEqual(DURABLE);
    const modelServiceRefs = [ref(newUuid(), newUuid())];
    const replaced = store.replaceResources({ ...noResources, modelServiceRefs });
    await expect(replaced).rejects.toThrow();
    expect(pragmasOf(client)).toEqual(DURABLE);
  });

  test.skipIf(platform() !== 'linux')(
    'is the only one: that of the query worker is read-only',
    async (context) => {
      const file = newFile(context);
      const queryWorker = { program: resolve('dist/query-process.js') };
      const store = openSqliteStore({ file, migrationsFolder, queryWorker });
      context.onTestFinished(() => store.close());
      expect(accessModes(file)).toEqual([constants.O_RDWR]);
      for (const [field, pattern] of [
        ['name', 'a%'],
        ['yaml', '%a'],
      ] as const) {
        await store.count('ModelService', [where('ModelService', field, { is: 'like', pattern })]);
      }
      expect(accessModes(file).toSorted()).toEqual([constants.O_RDONLY, constants.O_RDWR]);
      const reading = openSqliteStoreToRead({ file, migrationsFolder });
      context.onTestFinished(() => reading.close());
      expect(accessModes(file).toSorted()).toEqual([
        constants.O_RDONLY,
        constants.O_RDONLY,
        constants.O_RDWR,
      ]);
    },
  );
});

test('the query worker reads from the WAL, and can not write', async (context) => {
  const file = newFile(context);
  putEmptyDatabase(file);
  const program = resolve('dist/query-process.js');
  const worker = new QueryWorker({ program, file, onIdle: () => {} });
  context.onTestFinished(() => worker.close());
  const run = (text: string) => worker.run({ text, values: [] });
  expect(await run('SELECT journal_mode FROM pragma_journal_mode')).toEqual(['wal']);
  await expect(run("INSERT INTO resources VALUES ('a', 'b') RETURNING uuid")).rejects.toEqual(
    notice('internal', 'the database can not be written to, nothing was changed'),
  );
});

describe('SQLite', () => {
  test('reads a page in as many statements, however many it holds', async (context) => {
    const { store, trace } = await tracedStore(context);
    for (const kind of kinds) {
      const list = (limit: number) => trace(() => store.list(kind, { ...ALL, limit }));
      const [few, many] = [await list(2), await list(100)];
      expect(few.length, kind).toBeGreaterThan(0);
      expect(many.length, kind).toBe(few.length);
      expect(many.length, kind).toBeLessThanOrEqual(6);
    }
  });

  test('rejects a page that is too large, but no single resource', async (context) => {
    const store = createSqliteStore(openDatabase(context, ':memory:'));
    const tooLarge = (resources: number) => ({
      kind: 'invalidArgument',
      message: expect.stringMatching(
        `^the ${resources} resources asked for hold \\d+ bytes, more than 67108864: ask for fewer`,
      ),
    });
    const wide = 'a'.repeat(16_770_000);
    for (let count = 0; count < 4; count++) {
      await store.addResource(
        'ModelService',
        modelService({ yaml: wide, createDate: 1 }),
        extras(),
        nothing,
      );
    }
    const page = (start: number, limit: number) => ({ conditions: [], start, limit });
    expect(await store.list('ModelService', page(0, 5))).toHaveLength(4);

    const uuid = newUuid();
    const modelServiceImages = Array.from({ length: 100 }, () => image(uuid));
    await store.addResource(
      'ModelService',
      modelService({ uuid, createDate: 2, modelServiceImages }),
      extras(),
      nothing,
    );
    const services = store.list('ModelService', page(0, 5));
    await expect(services).rejects.toMatchObject(tooLarge(5));
    expect(await store.list('ModelService', page(4, 5))).toHaveLength(1);

    const texts = { logo: wide, parameters: wide, introduction: wide, description: wide };
    await store.addResource(
      'Model',
      newModel({ ...texts, vendor: wide, createDate: 1 }),
      extras(),
      nothing,
    );
    expect(await store.list('Model', page(0, 2))).toHaveLength(1);
    await store.addResource('Model', newModel({ createDate: 2 }), extras(), nothing);
    await expect(store.list('Model', page(0, 2))).rejects.toMatchObject(tooLarge(2));

    // An answer repeats the yaml of a group in each of its instances.
    for (const createDate of [1, 2]) {
      const group = instanceGroup({ yaml: wide, createDate });
      await store.addResource('ModelServiceInstanceGroup', group, extras(), nothing);
    }
    const groups = store.list('ModelServiceInstanceGroup', page(0, 2));
    expect(await groups).toHaveLength(2);
    const group = instanceGroup({ yaml: wide, createDate: 3 });
    await store.addResource('ModelServiceInstanceGroup', group, extras(), nothing);
    await expect(store.list('ModelServiceInstanceGroup', page(0, 3))).rejects.toMatchObject(
      tooLarge(3),
    );
  });

  test('does not count fields outside inventories', async (context) => {
    const store = createSqliteStore(openDatabase(context, ':memory:'));
    const token = 'a'.repeat(16_770_000);
    for (let count = 0; count < 5; count++)
      await store.addResource('Model', newModel({ token }), extras(), nothing);
    expect(await store.list('Model', ALL)).toHaveLength(5);
  });

  test('rejects some fields of a page only where these hold too much', async (context) => {
    const store = createSqliteStore(openDatabase(context, ':memory:'));
    const wide = 'ü'.repeat(8_000_000);
    for (const createDate of [1, 2, 3, 4, 5]) {
      await store.addResource(
        'ModelService',
        modelService({ yaml: wide, name: `${createDate}`, createDate }),
        extras(),
        nothing,
      );
    }
    const fields = (limit: number, ...names: string[]) =>
      store.list('ModelService', { ...ALL, limit, fields: ['uuid', ...names] });
    await expect(store.list('ModelService', ALL)).rejects.toMatchObject({ errorCode: 'SYS.1007' });
    await expect(fields(5, 'yaml')).rejects.toMatchObject({
      errorCode: 'SYS.1007',
      message: expect.stringMatching(/^the 5 resources asked for hold 80\d{6} bytes/),
    });
    expect(await fields(4, 'yaml')).toHaveLength(4);
    expect(await fields(5, 'name', 'createDate', 'size')).toHaveLength(5);
    const other = { is: '=', value: '3' } as const;
    const conditions = [where('ModelService', 'name', other, true)];
    expect(await store.list('ModelService', { ...ALL, conditions })).toHaveLength(4);
  });

  test('answers the same after more forms of query than it caches statements', async (context) => {
    const store = createSqliteStore(openDatabase(context, ':memory:'));
    const [first, second] = [await addedCenter(store), await addedCenter(store)];
    const named = where('ModelCenter', 'uuid', { is: '=', value: first.uuid });
    const present = where('ModelCenter', 'name', { is: 'present' });
    const fields = ['uuid', 'name', 'url', 'status', 'managementIp', 'createDate', 'lastOpDate'];
    const forms = Array.from({ length: 128 }, (_, number) => {
      const some = fields.filter((_field, bit) => number & (1 << bit));
      return { conditions: Array(number).fill(present), selected: ['uuid', ...some] };
    });
    for (const { conditions, selected } of [...forms, ...forms]) {
      const both = { ...ALL, conditions };
      expect(await store.list('ModelCenter', { ...both, fields: selected })).toHaveLength(2);
      expect(await store.count('ModelCenter', [...conditions, named])).toBe(1);
    }
    expect(uuidsOf(await store.list('ModelCenter', ALL)).toSorted()).toEqual(
      uuidsOf([first, second]).toSorted(),
    );
  });

  test('finds everything through an index, and pages without sorting', async (context) => {
    const { store, model, service, trace, explain } = await tracedStore(context);
    const references = (['ModelVO', 'ModelServiceVO', 'TagVO'] as const).map((type) => ({
      field: 'f',
      type,
      uuids: [],
      list: true,
    }));
    const calls = Object.entries(storeCalls(await writeFixtures(store)));
    // These look at everything, or happen seldom.
    const others =
      /^(readResources|replaceResources|(save|list)Snapshots?|pendingHooks|claimHooks|sweepJobs|setPassword)$/;
    const intents: Record<string, () => Promise<unknown>> = {
      ...Object.fromEntries(calls.filter(([name]) => !others.test(name))),
      ...Object.fromEntries(
        kinds.flatMap((kind): [string, () => Promise<unknown>][] => [
          [`find ${kind}`, () => store.find(kind, service)],
          [`list ${kind}`, () => store.list(kind, { ...ALL, start: 100, limit: 100 })],
          [
            `list fields of ${kind}`,
            () => store.list(kind, { ...ALL, fields: ['uuid', 'createDate'] }),
          ],
          [`count ${kind}`, () => store.count(kind, [])],
        ]),
      ),
      references: () => store.addResource('Model', newModel(), extras({ references }), nothing),
      change: () =>
        store.changeResources(
          'ModelService',
          [service],
          (current) => ({ ...current, modelServiceImages: [] }),
          extras({ tags: [tag(service, 'another')] }),
          asIs,
        ),
      changeModel: () =>
        store.changeResources(
          'Model',
          [model],
          (current) => ({
            ...current,
            modelServiceRefs: current.modelServiceRefs.map((one, index) => ({
              ...one,
              isDefault: index === 0,
            })),
          }),
          extras(),
          asIs,
        ),
    };
    for (const intent of Object.values(intents)) {
      const statements = (await trace(intent)).filter((sql) =>
        /^(select|update|delete)/i.test(sql),
      );
      for (const statement of statements) {
        const plan = explain(statement).map(({ detail }) => detail);
        const scans = plan.filter(
          (step) =>
            /^SCAN/.test(step) && !/json_each|CONSTANT ROW|USING (COVERING )?INDEX/.test(step),
        );
        expect(scans, statement).toEqual([]);
        if (/ from "model(_service)?s"/i.test(statement)) {
          expect(
            plan.filter((step) => /TEMP B-TREE/.test(step)),
            statement,
          ).toEqual([]);
        }
      }
    }
  });

  test('delays writes by a lock, but no reads', async (context) => {
    const file = newFile(context);
    const store = createSqliteStore(openDatabase(context, file));
    const other = new Database(file);
    context.onTestFinished(() => void other.close());
    const known = newSession();
    await store.addSession(known, 0);
    other.exec('BEGIN IMMEDIATE');
    const order: string[] = [];
    const written = store
      .addResource('ModelService', modelService(), extras(), nothing)
      .then(() => order.push('written'));
    const used = store.useSession(known.uuid, 0, known.expiredDate + 60_000);
    // The lock has it stay as it is.
    expect(await used).toEqual(known);
    expect(await store.count('ModelService', [])).toBe(0);
    order.push('read');
    other.exec('ROLLBACK');
    order.push('free');
    await written;
    expect(order).toEqual(['read', 'free', 'written']);
    expect(await store.count('ModelService', [])).toBe(1);
  });

  test('lets a session be used where nothing can be written', async (context) => {
    const client = openDatabase(context, newFile(context));
    const store = createSqliteStore(client);
    const known = newSession();
    await store.addSession(known, 0);
    client.pragma('query_only = ON');
    const { uuid, expiredDate } = known;
    expect(await store.useSession(uuid, 0, expiredDate + 60_000)).toEqual(known);
    await expect(store.addSession(newSession(), 0)).rejects.toEqual(
      notice('internal', 'the database can not be written to, nothing was changed'),
    );
    await expect(store.ping()).rejects.toEqual(
      notice('internal', 'the database can not be written to, nothing was changed'),
    );
    client.pragma('query_only = OFF');
    await store.ping();
    expect((await store.useSession(uuid, 0, expiredDate + 60_000))?.expiredDate).toBe(
      expiredDate + 60_000,
    );
  });

  test('does not write into a file that was moved, and still reads it', async (context) => {
    const file = newFile(context);
    const store = createSqliteStore(openDatabase(context, file));
    await store.addResource('ModelService', modelService(), extras(), nothing);
    for (const part of ['', '-wal', '-shm']) {
      renameSync(file + part, `${file}.moved`);
      const gone = notice('internal', expect.stringMatching(/moved, replaced or deleted/));
      await expect(
        store.addResource('ModelService', modelService(), extras(), nothing),
      ).rejects.toEqual(gone);
      await expect(store.ping()).rejects.toEqual(gone);
      expect(await store.count('ModelService', [])).toBe(1);
      renameSync(`${file}.moved`, file + part);
      await store.ping();
    }
    await store.addResource('ModelService', modelService(), extras(), nothing);
    expect(await store.count('ModelService', [])).toBe(2);
  });
});
