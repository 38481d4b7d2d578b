import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ModelService } from '../../src/domain/records.ts';
import type { Store } from '../../src/domain/store.ts';
import { openPostgresStore, openPostgresStoreToRead } from '../../src/store/postgres/open-store.ts';
import { databaseName, hostUrls } from '../../src/store/postgres/pool.ts';
import type { Finishing } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import {
  describePostgres,
  MIGRATIONS,
  openPostgres,
  postgresDatabase,
} from '../support/postgres.ts';
import { queryPostgres } from '../support/postgres-client.ts';
import { describeCluster, startCluster } from '../support/postgres-cluster.ts';
import { openRelay } from '../support/postgres-relay.ts';
import { extras, modelService, newJob } from '../support/records.ts';
import { ALL, added, failure, pathReference } from '../support/stores.ts';

describe('a URL of several hosts', () => {
  const urls = [
    ['postgres://localhost/aios', ['postgres://localhost/aios'], 'localhost/aios'],
    [
      'postgres://u:p%40,s@a:1,[::1]:2,c.example/aios?sslmode=verify-full',
      [
        'postgres://u:p%40,s@a:1/aios?sslmode=verify-full',
        'postgres://u:p%40,s@[::1]:2/aios?sslmode=verify-full',
        'postgres://u:p%40,s@c.example/aios?sslmode=verify-full',
      ],
      'a:1,[::1]:2,c.example/aios',
    ],
    ['postgres:///aios?host=/run', ['postgres:///aios?host=/run'], '/aios'],
  ] as const;

  test.each(urls)('%s', (url, each, name) => {
    expect([hostUrls(url), databaseName(url)]).toEqual([each, name]);
  });
});

const NOT_DONE = failure('SYS.1010', 'the database is not available');
const READ_ONLY = failure(
  'SYS.1010',
  'the database can only be read at present, nothing was changed',
);
const UNKNOWN = failure(
  'SYS.1010',
  'the connection to the database broke: changes may be stored or not',
);

const DONE = 'done';
const toDone = () => DONE;
const written = modelService({ name: 'the written one' });

describePostgres('a write whose answer is lost', () => {
  interface Write {
    /** What is sent last. */
    last: string;
    /** Of a write that the database may get later. */
    notFound?: object;
    write: (store: Store, service: string) => Promise<string>;
  }
  const sought: Record<string, Write> = {
    'an addition by one statement': {
      last: 'INSERT INTO resources',
      notFound: UNKNOWN,
      write: (store) => store.addResource('ModelService', written, extras(), toDone),
    },
    'an addition with references': {
      last: 'COMMIT',
      write: (store, service) => {
        const given = extras({ references: [pathReference(service)] });
        return store.addResource('ModelService', written, given, toDone);
      },
    },
    'a copy': {
      last: 'COMMIT',
      write: (store, service) => {
        return store.deriveResource('ModelService', service, () => written, extras(), toDone);
      },
    },
    'a job': {
      last: 'COMMIT',
      write: (store) =>
        store
          .forJob(newJob(), (result) => ({ result }))
          .addResource('ModelService', written, extras(), toDone),
    },
  };

  async function relayed(context: Finishing) {
    const database = await postgresDatabase(context);
    const [direct, relay] = [await openPostgres(database), await openRelay(context, database)];
    const store = await openPostgres(relay.url);
    context.onTestFinished(async () => {
      await Promise.all([direct.close(), store.close()]);
    });
    const { uuid } = await added(direct);
    return { direct, store, relay, uuid };
  }

  const outcomes = Object.entries(sought).flatMap(([what, each]) =>
    [true, false].map((isDone) => ({ what, isDone, ...each })),
  );
  test.for(outcomes)('is looked for: $what, done: $isDone', async (outcome, context) => {
    const { direct, store, relay, uuid } = await relayed(context);
    relay.cut(outcome.last, outcome.isDone);
    const writing = outcome.write(store, uuid);
    if (outcome.isDone) expect(await writing).toBe(DONE);
    else await expect(writing).rejects.toEqual(outcome.notFound ?? NOT_DONE);
    const names = (await direct.list('ModelService', ALL)).map(({ name }) => name);
    expect(names.includes(written.name)).toBe(outcome.isDone);
  });

  test('is not taken for a resource that had its uuid before', async (context) => {
    const { store, relay, uuid } = await relayed(context);
    relay.cut('INSERT INTO resources', true);
    const again = { ...written, uuid, createDate: 1 };
    const adding = store.addResource('ModelService', again, extras(), toDone);
    await expect(adding).rejects.toEqual(UNKNOWN);
  });

  test.for([true, false])('is not looked for: a change, done: %s', async (isDone, context) => {
    const { direct, store, relay, uuid } = await relayed(context);
    relay.cut('COMMIT', isDone);
    const change = (current: ModelService) => ({ ...current, size: 1 });
    const changing = store.changeResources('ModelService', [uuid], change, extras(), toDone);
    await expect(changing).rejects.toEqual(UNKNOWN);
    expect((await direct.find('ModelService', uuid))?.size).toBe(isDone ? 1 : 0);
  });
});

describeCluster('a server whose database fails over', { timeout: 120_000 }, () => {
  async function clusters(context: Finishing) {
    const [one, other] = await Promise.all([startCluster(context), startCluster(context)]);
    for (const [cluster, name] of [
      [one, 'on one'],
      [other, 'on the other'],
    ] as const) {
      const store = await openPostgres(cluster.url);
      await added(store, { name });
      await store.close();
    }
    await other.startAsStandby();
    const nowhere = `127.0.0.1:${await freePort()}`;
    const hosts = [nowhere, ...[other, one].map(({ url }) => new URL(url).host)];
    const url = one.url.replace(new URL(one.url).host, hosts.join());
    const store = await openPostgres(url);
    context.onTestFinished(() => store.close());
    return { one, other, store, url };
  }
  const names = async (store: Store) =>
    (await store.list('ModelService', ALL)).map(({ name }) => name);

  test('uses the host that takes writes', async (context) => {
    const { one, other, store } = await clusters(context);
    expect(await names(store)).toEqual(['on one']);
    await one.stop('immediate');
    await expect(names(store)).rejects.toEqual(NOT_DONE);
    await expect(store.ping()).rejects.toEqual(NOT_DONE);
    await other.query('SELECT pg_promote()');
    await store.ping();
    await added(store, { name: 'after' });
    expect((await names(store)).toSorted()).toEqual(['after', 'on the other']);
  });

  test('leaves a primary that does not answer, once another has replaced it', async (context) => {
    const { one, other, store } = await clusters(context);
    await Promise.all(Array.from({ length: 20 }, () => names(store)));
    await one.freeze();
    context.onTestFinished(one.thaw);
    const reading = names(store);
    await other.query('SELECT pg_promote()');
    expect(await reading).toEqual(['on the other']);
    // A write is not repeated.
    const writing = () => added(store).catch((error) => error.message);
    await expect.poll(writing).toMatchObject({ requestCpu: 4 });
  });

  test('does not read from a standby; a dump does, also where a primary is near', async (context) => {
    const { one, other } = await clusters(context);
    const hosts = [other, one].map(({ url }) => new URL(url).host).join();
    const url = other.url.replace(new URL(other.url).host, hosts);
    const store = await openPostgresStoreToRead(url, MIGRATIONS);
    expect(await names(store)).toEqual(['on the other']);
    await other.freeze();
    context.onTestFinished(other.thaw);
    const reading = names(store);
    // Longer than after which a server leaves a primary that does not answer.
    await setTimeout(4000);
    other.thaw();
    expect(await reading).toEqual(['on the other']);
    await store.close();
    const stopping = AbortSignal.abort();
    const options = { server: '', connections: 2, migrationsFolder: MIGRATIONS, stopping };
    await expect(
      openPostgresStore({ url: other.url, onConnectionLost: () => {}, ...options }),
    ).rejects.toThrow(/can't be used: the host is a standby, which takes no writes\.$/);
  });

  test('drops a connection on which a write was refused as read-only', async (context) => {
    const cluster = await startCluster(context);
    await (await openPostgres(cluster.url)).close();
    await cluster.query('ALTER DATABASE postgres SET default_transaction_read_only = on');
    const store = await openPostgres(cluster.url);
    context.onTestFinished(() => store.close());
    expect(await names(store)).toEqual([]);
    await expect(added(store)).rejects.toEqual(READ_ONLY);
    const writable = `${cluster.url}?options=-c%20default_transaction_read_only%3Doff`;
    await queryPostgres(writable, 'ALTER DATABASE postgres RESET default_transaction_read_only');
    await added(store);
  });

  test('leaves a host that is read-only', async (context) => {
    const { one, other, store } = await clusters(context);
    expect(await names(store)).toEqual(['on one']);
    await other.query('SELECT pg_promote()');
    await one.query('ALTER SYSTEM SET default_transaction_read_only = on');
    await one.query('SELECT pg_reload_conf()');
    const setting = () => one.query('SHOW default_transaction_read_only');
    await expect.poll(setting).toEqual([{ default_transaction_read_only: 'on' }]);
    await expect(added(store)).rejects.toEqual(READ_ONLY);
    await added(store, { name: 'after' });
    const direct = await openPostgres(other.url);
    context.onTestFinished(() => direct.close());
    expect((await names(direct)).toSorted()).toEqual(['after', 'on the other']);
  });

  test('acknowledges nothing that only the primary has', async (context) => {
    const cluster = await startCluster(context);
    await cluster.query('ALTER ROLE postgres SET client_min_messages = error');
    const store = await openPostgres(cluster.url);
    context.onTestFinished(() => store.close());
    const { uuid } = await added(store);
    const wait = async (names: string) => {
      await cluster.query(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`);
      await cluster.query('SELECT pg_reload_conf()');
    };
    const WAITING = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    const untilWaiting = (count: number) =>
      expect.poll(() => cluster.query(`SELECT pid ${WAITING}`)).toHaveLength(count);
    await wait('nobody');
    const deleting = store.deleteResources('ModelServiceVO', [uuid], toDone);
    const refused = expect(deleting).rejects.toEqual(UNKNOWN);
    const adding = store.addResource('ModelService', written, extras(), toDone);
    await untilWaiting(2);
    // As `statement_timeout` does: the database then reports success, with a warning.
    await cluster.query(`SELECT pg_cancel_backend(pid) ${WAITING}`);
    await refused;
    // It is stored, and waits for a standby that has it.
    await untilWaiting(1);
    await wait('');
    expect(await adding).toBe(DONE);
  });
});
