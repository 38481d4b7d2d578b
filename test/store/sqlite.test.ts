import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openSqlite } from '../../src/store/sqlite/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import {
  extras,
  image,
  modelService,
  model as newModel,
  newUuid,
  ref,
  session,
  tag,
} from '../support/records.ts';
import { describeStore } from './store-suite.ts';

const migrationsFolder = 'migrations/sqlite';

function openDatabase(context: Finishing, file: string): Database.Database {
  const client = openSqlite({ file, migrationsFolder });
  context.onTestFinished(() => void client.close());
  return client;
}

const newFile = (context: Finishing) => join(temporaryFolder(context), 'aios.db');

describeStore('a file', async (context) =>
  createSqliteStore(openDatabase(context, newFile(context))),
);
describeStore('memory', async (context) => createSqliteStore(openDatabase(context, ':memory:')));

/** A store on a database of two hundred services, and the statements it runs from then on. */
async function tracedStore(context: Finishing) {
  const file = newFile(context);
  openDatabase(context, file);
  const statements: string[] = [];
  const client = new Database(file, { verbose: (statement) => statements.push(String(statement)) });
  context.onTestFinished(() => void client.close());
  const store = createSqliteStore(client);
  const { uuid } = newModel();
  await store.addModel(newModel({ uuid }), extras());
  const services = Array.from({ length: 200 }, () => newUuid());
  for (const service of services) {
    await store.addModelService(
      modelService({
        uuid: service,
        modelServiceImages: [image(service), image(service)],
        modelServiceRefs: [ref(uuid, service)],
      }),
      extras({ tags: [tag(service, 'a tag')] }),
    );
  }
  const known = session();
  await store.addSession(known);
  /** What was run meanwhile. */
  const trace = async (run: () => Promise<unknown>) => {
    statements.length = 0;
    await run();
    return [...statements];
  };
  const explain = (statement: string) =>
    client.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${statement}`).all();
  return { store, model: uuid, service: services[0] ?? '', session: known, trace, explain };
}

describe('SQLite', () => {
  test.for([
    // What answered writes survive: a power cut, with 1 (NORMAL) they would not.
    ['synchronous', 2],
    ['fullfsync', 1],
    ['journal_mode', 'wal'],
    ['foreign_keys', 1],
    ['busy_timeout', 2000],
  ] as const)('is opened with %s = %s', ([pragma, value], context) => {
    const client = openDatabase(context, newFile(context));
    expect(client.pragma(pragma, { simple: true })).toBe(value);
  });

  test('reads a page in as many statements as a single resource', async (context) => {
    const { store, trace } = await tracedStore(context);
    for (const list of [store.listModelServices, store.listModels]) {
      const single = await trace(() => list({ start: 0, limit: 1 }));
      const page = await trace(() => list({ start: 0, limit: 100 }));
      expect(single.length).toBeGreaterThan(0);
      expect(page.length).toBe(single.length);
      expect(page.length).toBeLessThanOrEqual(4);
    }
  });

  test('refuses a page that holds too much, but no single resource', async (context) => {
    const store = createSqliteStore(openDatabase(context, ':memory:'));
    const tooLarge = (resources: number) => ({
      failure: 'invalidArgument',
      message: expect.stringMatching(
        `^the ${resources} resources asked for hold \\d+ bytes, more than 67108864: ask for fewer`,
      ),
    });
    const wide = 'a'.repeat(16_770_000);
    for (let count = 0; count < 4; count++) {
      await store.addModelService(modelService({ yaml: wide, createDate: 1 }), extras());
    }
    expect(await store.listModelServices({ start: 0, limit: 5 })).toHaveLength(4);

    const uuid = newUuid();
    const modelServiceImages = Array.from({ length: 100 }, () => image(uuid));
    await store.addModelService(
      modelService({ uuid, createDate: 2, modelServiceImages }),
      extras(),
    );
    await expect(store.listModelServices({ start: 0, limit: 5 })).rejects.toMatchObject(
      tooLarge(5),
    );
    expect(await store.listModelServices({ start: 4, limit: 5 })).toHaveLength(1);

    const texts = { logo: wide, parameters: wide, introduction: wide, token: wide };
    await store.addModel(newModel({ ...texts, description: wide, createDate: 1 }), extras());
    expect(await store.listModels({ start: 0, limit: 2 })).toHaveLength(1);
    await store.addModel(newModel({ createDate: 2 }), extras());
    await expect(store.listModels({ start: 0, limit: 2 })).rejects.toMatchObject(tooLarge(2));
  });

  test('finds everything through an index, and pages without sorting', async (context) => {
    const { store, model, service, session, trace, explain } = await tracedStore(context);
    const references = (['ModelVO', 'ModelServiceVO', 'TagVO'] as const).map((type) => ({
      field: 'f',
      type,
      uuids: [],
      list: true,
    }));
    const intents: Record<string, () => Promise<unknown>> = {
      find: () => store.findModelService(service),
      findModel: () => store.findModel(model),
      list: () => store.listModelServices({ start: 100, limit: 100 }),
      listModels: () => store.listModels({ start: 0, limit: 100 }),
      count: () => store.countModelServices(),
      countModels: () => store.countModels(),
      tags: () => store.listTags(service),
      session: () => store.useSession(session.uuid, 0, session.expiredDate + 60_000),
      references: () => store.addModel(newModel(), extras({ references })),
      change: () =>
        store.changeModelService(
          service,
          (current) => ({ ...current, modelServiceImages: [] }),
          extras({ tags: [tag(service, 'another')] }),
        ),
    };
    for (const [name, intent] of Object.entries(intents)) {
      const statements = (await trace(intent)).filter((sql) =>
        /^(select|update|delete)/i.test(sql),
      );
      expect(statements.length, name).toBeGreaterThan(0);
      for (const statement of statements) {
        const plan = explain(statement).map(({ detail }) => detail);
        const scans = plan.filter(
          (step) =>
            /^SCAN/.test(step) && !/json_each|USING (COVERING )?INDEX|^SCAN page$/.test(step),
        );
        expect(scans, statement).toEqual([]);
        if (/ from "model(_service)?s"/.test(statement)) {
          expect(
            plan.filter((step) => /TEMP B-TREE/.test(step)),
            statement,
          ).toEqual([]);
        }
      }
    }
  });

  const notice = (failure: string, message: string) =>
    expect.objectContaining({ failure, message });

  test('tells of a lock without blocking reads, and goes on when it is gone', async (context) => {
    const file = newFile(context);
    const client = openDatabase(context, file);
    client.pragma('busy_timeout = 0');
    const store = createSqliteStore(client);
    const other = new Database(file);
    context.onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    const service = modelService();
    await expect(store.addModelService(service, extras())).rejects.toEqual(
      notice('notReady', 'the database is locked by another program'),
    );
    expect(await store.countModelServices()).toBe(0);
    other.exec('ROLLBACK');
    await store.addModelService(service, extras());
    expect(await store.countModelServices()).toBe(1);
  });

  test('tells of a full disk, changes nothing, and goes on when there is room', async (context) => {
    const client = openDatabase(context, newFile(context));
    const store = createSqliteStore(client);
    const pages = client.pragma('page_count', { simple: true }) as number;
    client.pragma(`max_page_count = ${pages + 2}`);
    const large = modelService({ yaml: 'x'.repeat(1_000_000) });
    await expect(store.addModelService(large, extras())).rejects.toEqual(
      notice('internal', 'the disk of the database is full, nothing was changed'),
    );
    expect(await store.countModelServices()).toBe(0);
    client.pragma('max_page_count = 1000000');
    await store.addModelService(large, extras());
    expect(await store.countModelServices()).toBe(1);
  });

  test('tells of a database that can not be written to', async (context) => {
    const file = newFile(context);
    openDatabase(context, file);
    const client = new Database(file, { readonly: true });
    context.onTestFinished(() => void client.close());
    const store = createSqliteStore(client);
    await expect(store.addModel(newModel(), extras())).rejects.toEqual(
      notice('internal', 'the database can not be written to, nothing was changed'),
    );
  });
});
