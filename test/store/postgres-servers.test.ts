import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import type { Hook } from '../../src/domain/records.ts';
import type { Store } from '../../src/domain/store.ts';
import { SCHEMA_LOCK } from '../../src/store/postgres/migrate.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import {
  describePostgres,
  emptySchema,
  MIGRATIONS,
  openPostgres,
  POSTGRES_URL,
  postgresDatabase,
  query,
} from '../support/postgres.ts';
import { queryPostgres } from '../support/postgres-client.ts';
import {
  extras,
  hook,
  model,
  modelCenter,
  modelService,
  newJob,
  newUuid,
  ref,
  session,
} from '../support/records.ts';
import { nothing } from '../support/results.ts';
import { ALL, added, addedModel, failure, pathReference } from '../support/stores.ts';

/** A connection to a database, separate from the stores'. */
async function connection(context: Finishing, url: string) {
  const client = new pg.Client(url);
  await client.connect();
  context.onTestFinished(() => client.end());
  return async (text: string) => (await client.query(text)).rows as Record<string, unknown>[];
}

/** Stores on one database, as several servers have them. */
async function servers(context: Finishing, count: number) {
  const url = await postgresDatabase(context);
  const names = Array.from({ length: count }, newUuid);
  const stores = await Promise.all(names.map((name) => openPostgres(url, name)));
  context.onTestFinished(
    async () => void (await Promise.all(stores.map((store) => store.close()))),
  );
  return { url, names, stores, query: await connection(context, url) };
}

async function two(context: Finishing) {
  const { stores, ...rest } = await servers(context, 2);
  const [one, other] = stores as [Store, Store];
  return { ...rest, one, other, stores: [one, other] as const };
}

const DUPLICATE = (uuid: string) => failure('SYS.1007', `Duplicate job uuid[${uuid}]`);
const reasons = (tried: readonly PromiseSettledResult<unknown>[]) =>
  tried.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
const HOOK_URL = 'http://127.0.0.1:1/';

/** Resolves once another connection waits for a lock of this one. */
const oneWaits = (query: (text: string) => Promise<unknown[]>) =>
  expect
    .poll(
      () =>
        query(
          'SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))',
        ),
      { timeout: 10_000, interval: 20 },
    )
    .toHaveLength(1);

/** The content of a schema, to show that nothing changed. */
const TABLES = `SELECT table_name, column_name, data_type FROM information_schema.columns
  WHERE table_schema = current_schema() ORDER BY 1, 2`;

describePostgres('servers that start', () => {
  test('ten at a time on an empty schema migrate it once, and all open', async (context) => {
    const url = await emptySchema(context);
    const stores = await Promise.all(Array.from({ length: 10 }, () => openPostgres(url)));
    context.onTestFinished(
      async () => void (await Promise.all(stores.map((store) => store.close()))),
    );
    await Promise.all(stores.map((store) => added(store)));
    const counts = await Promise.all(stores.map((store) => store.count('ModelService', [])));
    expect(counts).toEqual(Array(10).fill(10));
    expect(await queryPostgres(url, 'SELECT hash FROM schema_migrations')).toHaveLength(
      readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql')).length,
    );
  });

  test('migrate a database of version 0.7 with its content', async (context) => {
    const url = await emptySchema(context);
    const migrationsFolder = join(temporaryFolder(context), 'postgres');
    cpSync(MIGRATIONS, migrationsFolder, { recursive: true });
    const journal = join(migrationsFolder, 'meta', '_journal.json');
    const { entries, ...rest } = JSON.parse(readFileSync(journal, 'utf8'));
    writeFileSync(journal, JSON.stringify({ ...rest, entries: entries.slice(0, 1) }));
    const old = await openPostgres(url, newUuid(), migrationsFolder);
    await added(old, { name: 'of 0.7' });
    await old.close();

    const steps: string[] = [];
    const open = () => openPostgres(url, newUuid(), MIGRATIONS, (step) => steps.push(step));
    const store = await open();
    const services = await store.list('ModelService', ALL);
    await store.close();
    await (await open()).close();

    expect(steps).toEqual([expect.stringMatching(/^The database .* is brought up to date/)]);
    expect(services.map(({ name }) => name)).toEqual(['of 0.7']);
    const fresh = await emptySchema(context);
    await (await openPostgres(fresh)).close();
    expect(await queryPostgres(url, TABLES)).toEqual(await queryPostgres(fresh, TABLES));
  });

  test('wait for one that migrates, and take over if it dies', async (context) => {
    const url = await emptySchema(context);
    const client = new pg.Client(url);
    await client.connect();
    await client.query(`BEGIN; SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`);
    const opening = openPostgres(url);
    await oneWaits(async (text) => (await client.query(text)).rows);
    expect(await queryPostgres(url, TABLES)).toEqual([]);
    await client.end();
    const store = await opening;
    await added(store);
    await store.close();
  });

  test('need not wait for a migrating one without pending migrations', async (context) => {
    const url = await postgresDatabase(context);
    const query = await connection(context, url);
    await query(`BEGIN; SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`);
    const store = await openPostgres(url);
    await added(store);
    await store.close();
  });

  test('leave a schema as it is if a migration fails in the middle', async (context) => {
    const url = await emptySchema(context);
    const migrationsFolder = join(temporaryFolder(context), 'postgres');
    cpSync(MIGRATIONS, migrationsFolder, { recursive: true });
    const file = join(migrationsFolder, '0000_first.sql');
    const wrong = '\n--> statement-breakpoint\nSELECT 1 / 0;';
    writeFileSync(file, readFileSync(file, 'utf8') + wrong);
    await expect(openPostgres(url, newUuid(), migrationsFolder)).rejects.toThrow(
      / can't be used: division by zero\.$/,
    );
    expect(await queryPostgres(url, TABLES)).toEqual([]);
    await (await openPostgres(url)).close();
  });

  test('migrate a schema in which version 0.7 died before its first migration', async (context) => {
    const url = await emptySchema(context);
    await queryPostgres(
      url,
      `CREATE TABLE schema_migrations (hash text PRIMARY KEY, applied timestamptz NOT NULL);
       CREATE TABLE schema_lock (id bigint PRIMARY KEY, holder text NOT NULL, expires timestamptz NOT NULL);
       INSERT INTO schema_lock VALUES (1, 'dead', now() + interval '1 hour')`,
    );
    const store = await openPostgres(url);
    await added(store);
    await store.close();
  });

  test('start on no database whose encoding is not UTF-8', async (context) => {
    const name = `aios_test_${newUuid()}`;
    await query(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'`,
    );
    context.onTestFinished(async () => void (await query(`DROP DATABASE ${name}`)));
    const url = new URL(POSTGRES_URL);
    url.pathname = name;
    await expect(openPostgres(url.href)).rejects.toThrow(
      / stores its texts as LATIN1: name one that was created with ENCODING 'UTF8'\.$/,
    );
    expect(await queryPostgres(url.href, TABLES)).toEqual([]);
  });

  test('leave a database of another program as it is', async (context) => {
    const url = await emptySchema(context);
    const query = await connection(context, url);
    await query('CREATE TABLE customers (name text)');
    const before = await query(TABLES);
    await expect(openPostgres(url)).rejects.toThrow(
      / has tables of another program, such as customers:/,
    );
    expect(await query(TABLES)).toEqual(before);
  });

  test('leave a database of a newer version as it is', async (context) => {
    const url = await emptySchema(context);
    const query = await connection(context, url);
    await (await openPostgres(url)).close();
    await query(
      `INSERT INTO schema_migrations (hash, applied) VALUES ('of a newer version', now())`,
    );
    const before = [await query(TABLES), await query('SELECT * FROM schema_migrations')];
    await expect(openPostgres(url)).rejects.toThrow(
      / was written by a newer version of this program:/,
    );
    expect([await query(TABLES), await query('SELECT * FROM schema_migrations')]).toEqual(before);
  });
});

describePostgres('of several servers', () => {
  test('a session of one is valid, is extended and ends on all', async (context) => {
    const { one, other } = await two(context);
    const begun = session({ createDate: 0, expiredDate: 100_000 });
    await one.addSession(begun, 0);
    expect(await other.findSession(begun.uuid, 1)).toEqual(begun);
    expect(await other.useSession(begun.uuid, 1, 200_000)).toMatchObject({ expiredDate: 200_000 });
    expect(await one.findSession(begun.uuid, 150_000)).toMatchObject({ expiredDate: 200_000 });
    await other.deleteSession(begun.uuid);
    expect(await one.findSession(begun.uuid, 1)).toBeUndefined();
  });
});

describePostgres('a job that is sent to two servers at once', () => {
  const ROUNDS = 10;

  test.for<[string, (store: Store, uuid: string, service: string) => Promise<unknown>]>([
    [
      'adds',
      (store, uuid) =>
        store.addResource('ModelService', modelService({ uuid }), extras(), () => ({ uuid })),
    ],
    [
      'changes',
      (store, uuid, service) =>
        store.changeResources(
          'ModelService',
          [service],
          (current) => ({ ...current, size: current.size + 1, name: uuid }),
          extras({ references: [pathReference(service)] }),
          () => ({ uuid: service }),
        ),
    ],
    ['deletes', (store, uuid) => store.deleteResources('ModelServiceVO', [uuid], () => ({ uuid }))],
  ])('succeeds on one of them and is rejected by the other as a duplicate: one that %s', async ([
    what,
    work,
  ], context) => {
    const { stores } = await two(context);
    const { uuid: service } = await added(stores[0], { size: 0 });
    for (let round = 0; round < ROUNDS; round++) {
      const job = newJob();
      // Each would make one of its own.
      const tried = await Promise.allSettled(
        stores.map((store) => work(store.forJob(job), newUuid(), service)),
      );
      expect(reasons(tried)).toEqual([DUPLICATE(job.uuid)]);
      const outcome = tried.find(({ status }) => status === 'fulfilled') as { value: object };
      for (const store of stores) {
        expect(await store.findJob(job.uuid)).toMatchObject({
          success: true,
          outcome: outcome.value,
        });
      }
    }
    const [store] = stores;
    expect(await store.count('ModelService', [])).toBe(what === 'adds' ? ROUNDS + 1 : 1);
    const changed = await store.find('ModelService', service);
    expect(changed?.size).toBe(what === 'changes' ? ROUNDS : 0);
  });
});

describePostgres('a web hook', () => {
  /** Keeps jobs with hooks as a server does. */
  async function hooked(store: Store, count: number): Promise<string[]> {
    const jobs = Array.from({ length: count }, () => newJob({ hookUrl: HOOK_URL }));
    for (const job of jobs)
      await store.forJob(job).addResource('Model', model(), extras(), () => ({}));
    return jobs.map(({ uuid }) => uuid);
  }
  const uuidsOf = (hooks: readonly Hook[]) => hooks.map(({ jobUuid }) => jobUuid).toSorted();
  const lapse = `UPDATE hooks SET claimed_until = 0`;

  test('is left to the server that stored the job, until its claim has expired', async (context) => {
    const { one, other, query } = await two(context);
    const [uuid = ''] = await hooked(one, 1);
    expect(await other.claimHooks([])).toEqual([]);
    expect(await other.claimHook(uuid)).toBeUndefined();
    expect(await one.claimHook(uuid)).toMatchObject({ jobUuid: uuid });
    await query(lapse);
    expect(uuidsOf(await other.claimHooks([]))).toEqual([uuid]);
    // What the first believes it has, it has no more.
    expect(await one.claimHook(uuid)).toBeUndefined();
    expect(await other.claimHook(uuid)).toMatchObject({ jobUuid: uuid });
  });

  test('of a dead server is taken over by one of the others, not by two', async (context) => {
    const {
      stores: [dead, ...alive],
      query,
    } = await servers(context, 6);
    const uuids = await hooked(dead as Store, 60);
    await query(lapse);
    const claimed = await Promise.all(alive.map((store) => store.claimHooks([])));
    expect(uuidsOf(claimed.flat())).toEqual(uuids.toSorted());
  });

  test('whose claim has expired is claimed by one of many at once', async (context) => {
    const { stores, query } = await servers(context, 6);
    for (const uuid of await hooked(stores[0] as Store, 10)) {
      await query(lapse);
      const claimed = await Promise.all(stores.map((store) => store.claimHook(uuid)));
      expect(claimed.filter((hook) => hook !== undefined)).toHaveLength(1);
    }
  });

  test('that another server has locked is skipped', async (context) => {
    const { one, other, query } = await two(context);
    const [locked = '', free = ''] = await hooked(one, 2);
    await query(lapse);
    await query('BEGIN');
    await query(`SELECT 1 FROM hooks WHERE job_uuid = '${locked}' FOR UPDATE`);
    expect(uuidsOf(await other.claimHooks([]))).toEqual([free]);
    await query('ROLLBACK');
    expect(uuidsOf(await other.claimHooks([]))).toEqual([locked]);
  });

  test('is released when its server closes', async (context) => {
    const { url, other } = await two(context);
    const closing = await openPostgres(url);
    const uuids = await hooked(closing, 3);
    const [delivered = ''] = uuids;
    await closing.changeHook(hook(delivered, { attempts: 1, pending: false, url: HOOK_URL }));
    expect(await other.claimHooks([])).toEqual([]);
    await closing.close();
    expect(uuidsOf(await other.claimHooks([]))).toEqual(uuids.slice(1).toSorted());
  });

  test('is noted only by the server that has claimed it', async (context) => {
    const { one: late, other, query } = await two(context);
    const [uuid = ''] = await hooked(late, 1);
    await query(lapse);
    await other.claimHooks([]);
    await other.changeHook(hook(uuid, { attempts: 7, url: HOOK_URL, failure: 'status 500' }));
    await late.changeHook(hook(uuid, { attempts: 1, url: HOOK_URL, pending: false }));
    expect(await other.hookOf(uuid)).toMatchObject({ attempts: 7, pending: true });
  });
});

describePostgres('a concurrent change of two servers', () => {
  const TIMES = 50;

  test('is all stored: a field', async (context) => {
    const { stores } = await two(context);
    const { uuid } = await added(stores[0], { size: 0 });
    const increments = stores.flatMap((store) =>
      Array.from({ length: TIMES }, () =>
        store.changeResources(
          'ModelService',
          [uuid],
          (current) => ({ ...current, size: current.size + 1 }),
          extras({ references: [pathReference(uuid)] }),
          nothing,
        ),
      ),
    );
    await Promise.all(increments);
    expect((await stores[0].find('ModelService', uuid))?.size).toBe(2 * TIMES);
  });
});

describePostgres('transactions that wait for each other', () => {
  test('one of which the database aborts: its write is retried without an error', async (context) => {
    const { one: store, query } = await two(context);
    const { uuid: service } = await added(store);
    const { uuid: bound } = await addedModel(store);
    const lock = (uuid: string) =>
      query(`SELECT 1 FROM resources WHERE uuid = '${uuid}' FOR UPDATE`);
    const [first = '', second = ''] = [service, bound].toSorted();
    const references = [pathReference(bound, 'ModelVO'), pathReference(service)];
    // The database gives up the first that has waited for a second: this connection, if the machine is busy.
    for (let isStoreGivenUp = false; !isStoreGivenUp; ) {
      await query('BEGIN');
      await lock(second);
      const binding = store.bindModelToService(
        ref(bound, service),
        extras({ references }),
        () => 'bound',
      );
      // It has the first lock by then.
      await oneWaits(query);
      isStoreGivenUp = await lock(first).then(
        () => true,
        () => false,
      );
      await query(isStoreGivenUp ? 'COMMIT' : 'ROLLBACK');
      expect(await binding).toBe('bound');
    }
    expect((await store.find('ModelService', service))?.modelServiceRefs).toHaveLength(1);
  });

  test('are equivalent to sequential ones: bindings, changes and deletions', async (context) => {
    const { one, other } = await two(context);
    const pairs = await Promise.all(
      Array.from({ length: 12 }, async () => ({
        service: (await added(one)).uuid,
        model: (await addedModel(other)).uuid,
      })),
    );
    const tried = await Promise.allSettled(
      pairs.flatMap(({ service, model }, index) => {
        const inBoth = [pathReference(model, 'ModelVO'), pathReference(service)];
        const writes = [
          () =>
            one.bindModelToService(ref(model, service), extras({ references: inBoth }), nothing),
          () =>
            other.changeResources(
              'Model',
              [model],
              (current) => ({
                ...current,
                modelServiceRefs: [ref(model, service, { isDefault: true })],
              }),
              extras({ references: inBoth }),
              nothing,
            ),
          () =>
            one.deriveResource(
              'ModelService',
              service,
              (source) => ({
                ...source,
                uuid: newUuid(),
                modelServiceImages: [],
                modelServiceRefs: [],
              }),
              extras({ references: [pathReference(service)] }),
              nothing,
            ),
          ...(index % 3 === 0
            ? [() => other.deleteResources('ModelServiceVO', [service], nothing)]
            : index % 3 === 1
              ? [() => one.deleteResources('ModelVO', [model], nothing)]
              : []),
        ];
        return writes.map((write) => write());
      }),
    );
    for (const reason of reasons(tried))
      expect(reason).toEqual(failure('SYS.1003', expect.any(String)));
    for (const [index, { service, model }] of pairs.entries()) {
      const [storedService, storedModel] = [
        await one.find('ModelService', service),
        await other.find('Model', model),
      ];
      expect([storedService !== undefined, storedModel !== undefined]).toEqual([
        index % 3 !== 0,
        index % 3 !== 1,
      ]);
      const refs = [storedService?.modelServiceRefs, storedModel?.modelServiceRefs].filter(Boolean);
      for (const stored of refs) expect(stored).toHaveLength(index % 3 === 2 ? 1 : 0);
    }
  });

  test('what was unbound stays so, though another default is set at the same time', async (context) => {
    const { one, other } = await two(context);
    for (let round = 0; round < 10; round++) {
      const { uuid } = await addedModel(one);
      const services = await Promise.all([0, 1, 2, 3].map(async () => (await added(one)).uuid));
      for (const service of services) {
        await one.bindModelToService(ref(uuid, service), extras(), nothing);
      }
      const [first = '', ...others] = services;
      const mark = (store: Store) =>
        store.changeResources(
          'Model',
          [uuid],
          (current) => ({
            ...current,
            modelServiceRefs: current.modelServiceRefs.map((each) => ({
              ...each,
              isDefault: each.modelServiceUuid === first,
            })),
          }),
          extras({ references: [pathReference(uuid, 'ModelVO'), pathReference(first)] }),
          nothing,
        );
      await Promise.all([
        ...[one, other, one, other, one, other].map(mark),
        ...others.map((service) => other.unbindModelFromService(uuid, service, nothing)),
      ]);
      const refs = (await one.find('Model', uuid))?.modelServiceRefs;
      expect(refs).toMatchObject([{ modelServiceUuid: first, isDefault: true }]);
    }
  });

  test('a clone has the refs that its source has left, whichever models are deleted at the same time', async (context) => {
    const { one, other } = await two(context);
    for (let round = 0; round < 10; round++) {
      const { uuid: source } = await added(one);
      const models = await Promise.all([0, 1, 2].map(async () => (await addedModel(one)).uuid));
      for (const model of models) {
        await one.bindModelToService(ref(model, source), extras(), nothing);
      }
      const clone = (store: Store) =>
        store.deriveResource(
          'ModelService',
          source,
          (current) => {
            const uuid = newUuid();
            const modelServiceRefs = current.modelServiceRefs.map((each) =>
              ref(each.modelUuid, uuid),
            );
            return { ...current, uuid, modelServiceImages: [], modelServiceRefs };
          },
          extras({ references: [pathReference(source)] }),
          ({ uuid }) => uuid,
        );
      const clones = await Promise.all([
        ...[one, other, one, other, one, other].map(clone),
        ...models.map((model) =>
          other.deleteResources('ModelVO', [model], nothing).then(() => undefined),
        ),
      ]);
      for (const uuid of clones.filter((each) => each !== undefined)) {
        expect((await one.find('ModelService', uuid))?.modelServiceRefs).toEqual([]);
      }
    }
  });

  test('a model that was moved out of a center is not deleted with it', async (context) => {
    const { one, other } = await two(context);
    for (let round = 0; round < 10; round++) {
      const [from, to] = [modelCenter(), modelCenter()];
      for (const center of [from, to])
        await one.addResource('ModelCenter', center, extras(), nothing);
      const models = await Promise.all(
        [0, 1, 2, 3, 4].map(
          async () => (await addedModel(one, { modelCenterUuid: from.uuid })).uuid,
        ),
      );
      const moved = models.map((uuid, index) =>
        (index % 2 ? one : other)
          .changeResources(
            'Model',
            [uuid],
            (current) => ({ ...current, modelCenterUuid: to.uuid }),
            extras({ references: [pathReference(uuid, 'ModelVO')] }),
            () => uuid,
          )
          .catch((error) => {
            expect(error).toEqual(failure('SYS.1003', expect.any(String)));
            return undefined;
          }),
      );
      await other.deleteModelCenter(from.uuid, { withContents: true }, nothing);
      for (const uuid of await Promise.all(moved)) {
        if (uuid) expect((await one.find('Model', uuid))?.modelCenterUuid).toBe(to.uuid);
      }
    }
  });

  test('deleting the same in opposite orders', async (context) => {
    const { one, other } = await two(context);
    for (let round = 0; round < 10; round++) {
      const uuids = await Promise.all(
        Array.from({ length: 20 }, async () => (await added(one)).uuid),
      );
      await Promise.all([
        one.deleteResources('ModelServiceVO', uuids, nothing),
        other.deleteResources('ModelServiceVO', uuids.toReversed(), nothing),
      ]);
    }
    expect(await one.count('ModelService', [])).toBe(0);
  });
});
