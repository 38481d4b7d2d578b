import { setImmediate as nextTick } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Model } from '../../src/domain/records.ts';
import type { Store, Writes } from '../../src/domain/store.ts';
import { TransactionBatcher } from '../../src/store/sqlite/engine/batcher.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { extras, model, newUuid, ref, tag } from '../support/records.ts';
import { nothing } from '../support/results.ts';
import { openFileStore, openSecondStore } from '../support/sqlite-stores.ts';
import { operationWrites, storeCalls, writeFixtures } from '../support/store-writes.ts';
import { ALL, added, uuidsOf, where } from '../support/stores.ts';

/** Most writes of a transaction. */
const WRITES_MAX = 64;

const times = <Made>(count: number, make: (index: number) => Made): Made[] =>
  Array.from({ length: count }, (_, index) => make(index));

const add = (store: Store, fields: Partial<Model> = {}): Promise<string> => {
  const record = model(fields);
  return store.addResource('Model', record, extras(), () => record.uuid);
};

const lateFailure = expect.objectContaining({
  message: expect.stringMatching(/constraint failed/),
});

/** Fails when it has added a model and a ref: of two defaults the second one can't be. */
const addWithTwoDefaults = (store: Store, services: readonly [string, string], uuid = newUuid()) =>
  store.addResource(
    'Model',
    model({
      uuid,
      modelServiceRefs: services.map((service) => ref(uuid, service, { isDefault: true })),
    }),
    extras(),
    () => 'added',
  );

async function withServices(context: Finishing) {
  const opened = openFileStore(context);
  const services = [await added(opened.store), await added(opened.store)].map(({ uuid }) => uuid);
  opened.commits.length = 0;
  return { ...opened, services: services as [string, string] };
}

/** The values and errors of settled promises. */
async function outcomesOf(pending: readonly Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(pending);
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : one.reason));
}

/** A batcher on a database of one table, whose rows name a parent that must be there when they commit. */
function openBatcher(context: Finishing) {
  const file = `${temporaryFolder(context)}/batcher.db`;
  const client = new Database(file);
  const other = new Database(file);
  context.onTestFinished(() => void client.close());
  context.onTestFinished(() => void other.close());
  client.pragma('journal_mode = WAL');
  client.pragma('foreign_keys = ON');
  client.exec(`CREATE TABLE rows (
    id INTEGER PRIMARY KEY,
    parent INTEGER REFERENCES rows (id) DEFERRABLE INITIALLY DEFERRED
  )`);
  const commits: number[] = [];
  let now = 0;
  let accepted = 0;
  const batcher = new TransactionBatcher(client, {
    onCommit: (writes) => void commits.push(writes),
    assertFileInPlace: () => {},
    now: () => now,
    accepted: () => accepted,
  });
  const insert = client.prepare('INSERT INTO rows VALUES (?, ?)');
  const ids = client.prepare('SELECT id FROM rows ORDER BY id').pluck();
  const committed = other.prepare('SELECT id FROM rows ORDER BY id').pluck();
  return {
    client,
    other,
    batcher,
    /** Lets this many milliseconds pass. */
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
    /** As if the server accepted a connection. */
    accept: () => {
      accepted++;
    },
    commits,
    insert: (id: number, parent: number | null = null) => void insert.run(id, parent),
    /** As the batcher's own connection sees them. */
    ids: () => ids.all() as number[],
    /** As another connection sees them. */
    committed: () => committed.all() as number[],
  };
}

describe('the writes of one tick', () => {
  test('share a commit', async (context) => {
    const { store, commits } = openFileStore(context);
    const calls = storeCalls(await writeFixtures(store));
    commits.length = 0;
    const operations = Object.keys(operationWrites) as (keyof Writes)[];
    const others = ['addFailedJob', 'sweepJobs', 'changeHook', 'addSession'] as const;
    const sessions = ['deleteSession', 'setPassword'] as const;
    const grouped = [...operations, ...others, ...sessions];
    await Promise.allSettled(grouped.map((name) => calls[name]()));
    expect(commits).toEqual([grouped.length]);
  });

  test.for([
    [WRITES_MAX, [64]],
    [WRITES_MAX + 1, [64, 1]],
    [2 * WRITES_MAX + 2, [64, 64, 2]],
  ] as const)('are %i in commits of %j', async ([count, expected], context) => {
    const { store, commits, rows } = openFileStore(context);
    const pending = await Promise.all(times(count, () => add(store)));
    expect(commits).toEqual(expected);
    expect(uuidsOf(rows('models') as { uuid: string }[]).toSorted()).toEqual(pending.toSorted());
  });

  test.for([
    [10, [10]],
    [100, [64, 36]],
  ] as const)('wait for those of %i connections accepted in successive ticks, in commits of %j', async ([
    count,
    expected,
  ], context) => {
    const { batcher, accept, commits, insert } = openBatcher(context);
    const pending = [];
    for (const id of times(count, (index) => index)) {
      accept();
      pending.push(batcher.write(() => insert(id)));
      await nextTick();
    }
    await Promise.all(pending);
    expect(commits).toEqual(expected);
  });

  test('do not wait for ever while connections are accepted that bring none', async (context) => {
    const { batcher, accept, insert } = openBatcher(context);
    let isDone = false;
    const write = batcher
      .write(() => insert(1))
      .then(() => {
        isDone = true;
      });
    for (let tick = 0; tick < 100 && !isDone; tick++) {
      accept();
      await nextTick();
    }
    expect(isDone).toBe(true);
    await write;
  });

  test('end their batch when its time is over, and all are done in their order', async (context) => {
    const { batcher, advance, commits, insert, committed } = openBatcher(context);
    const seen = await Promise.all(
      times(5, (id) =>
        batcher
          .write(() => {
            insert(id);
            advance(3);
          })
          .then(() => committed().includes(id)),
      ),
    );
    expect(seen).toEqual(times(5, () => true));
    expect(commits).toEqual([2, 2, 1]);
    expect(committed()).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('a write that fails', () => {
  test.for([
    ['first', [0]],
    ['in the middle', [2]],
    ['last', [4]],
    ['several times', [0, 1, 3, 4]],
  ] as const)('partially, %s, does not affect the others of its batch, and leaves nothing', async ([
    ,
    at,
  ], context) => {
    const { store, commits, rows, services } = await withServices(context);
    const isFailing = (index: number) => (at as readonly number[]).includes(index);
    const outcomes = await outcomesOf(
      times(5, (index) =>
        isFailing(index) ? addWithTwoDefaults(store, services) : add(store, { name: `${index}` }),
      ),
    );
    const stored = rows('models').map(({ uuid, name }) => [uuid, name]);
    expect(outcomes).toEqual(
      times(5, (index) => (isFailing(index) ? lateFailure : expect.any(String))),
    );
    expect(stored).toEqual(
      times(5, (index) => [outcomes[index], `${index}`]).filter((_, index) => !isFailing(index)),
    );
    expect(rows('model_service_refs')).toEqual([]);
    expect(rows('resources')).toHaveLength(stored.length + 2);
    expect(commits).toEqual([5]);
  });
});

describe('a transaction that fails', () => {
  test('to begin rejects all of its writes, and the next one works', async (context) => {
    const { store, client, file, commits, rows } = openFileStore(context);
    client.pragma('busy_timeout = 0');
    const other = new Database(file);
    context.onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    const locked = expect.objectContaining({
      kind: 'notReady',
      message: 'the database is locked by another program',
    });
    const pending = times(WRITES_MAX + 2, () => add(store));
    const read = store.count('Model', []);
    expect(await outcomesOf(pending)).toEqual(pending.map(() => locked));
    expect(await read).toBe(0);
    expect(commits).toEqual([]);
    other.exec('ROLLBACK');
    expect(rows('models')).toEqual([]);
    await Promise.all([add(store), add(store)]);
    expect(rows('models')).toHaveLength(2);
    expect(commits).toEqual([2]);
  });

  test('to commit rejects all of its writes and stores none, and the next one works', async (context) => {
    const { batcher, insert, ids, committed, commits } = openBatcher(context);
    const pending = [
      batcher.write(() => insert(1)),
      // Its parent is missing, which only the commit finds.
      batcher.write(() => insert(2, 99)),
      batcher.write(() => insert(3)),
    ];
    const read = batcher.read(ids);
    const failed = expect.objectContaining({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' });
    expect(await outcomesOf(pending)).toEqual([failed, failed, failed]);
    expect(await read).toEqual([]);
    expect(committed()).toEqual([]);
    expect(commits).toEqual([]);
    await Promise.all([batcher.write(() => insert(1)), batcher.write(() => insert(3))]);
    expect(committed()).toEqual([1, 3]);
    expect(commits).toEqual([2]);
  });

  test('to commit when one of its writes has failed partially stores none either', async (context) => {
    const { batcher, insert, committed } = openBatcher(context);
    const pending = [
      batcher.write(() => insert(1)),
      batcher.write(() => {
        insert(2);
        insert(1);
      }),
      batcher.write(() => insert(3, 99)),
    ];
    const outcomes = await outcomesOf(pending);
    expect(outcomes).toEqual(Array(3).fill(expect.objectContaining({ name: 'SqliteError' })));
    expect(committed()).toEqual([]);
    await batcher.write(() => insert(4));
    expect(committed()).toEqual([4]);
  });

  test('that one of its writes has ended rejects all of them', async (context) => {
    const { client, batcher, insert, committed } = openBatcher(context);
    const thrown = new Error('the disk failed');
    const pending = [
      batcher.write(() => insert(1)),
      batcher.write(() => {
        // As SQLite itself does on some errors.
        client.exec('ROLLBACK');
        throw thrown;
      }),
      batcher.write(() => insert(3)),
    ];
    expect(await outcomesOf(pending)).toEqual([thrown, thrown, thrown]);
    expect(committed()).toEqual([]);
    await batcher.write(() => insert(4));
    expect(committed()).toEqual([4]);
  });

  test('on a full disk stores only whole writes, and all that were answered', async (context) => {
    const { store, client, rows } = openFileStore(context);
    const full = expect.objectContaining({
      kind: 'internal',
      message: 'the disk of the database is full, nothing was changed',
    });
    const pages = client.pragma('page_count', { simple: true }) as number;
    client.pragma(`max_page_count = ${pages + 10}`);
    const large = () => add(store, { introduction: 'x'.repeat(200_000) });
    const outcomes = await outcomesOf([add(store), large(), add(store), large(), add(store)]);
    expect(outcomes[1]).toEqual(full);
    expect(outcomes[3]).toEqual(full);
    const answered = outcomes.filter((outcome) => typeof outcome === 'string');
    const rejected = outcomes.filter((outcome) => typeof outcome !== 'string');
    expect(rejected).toEqual(rejected.map(() => full));
    const stored = (table: string) => rows(table).map(({ uuid }) => uuid);
    expect(stored('models').toSorted()).toEqual(answered.toSorted());
    expect(stored('resources').toSorted()).toEqual(answered.toSorted());
    client.pragma('max_page_count = 1000000');
    const room = await Promise.all([large(), large()]);
    expect(stored('models').toSorted()).toEqual([...answered, ...room].toSorted());
  });
});

describe('a read', () => {
  test('sees earlier writes of the same tick', async (context) => {
    const { store, services } = await withServices(context);
    const [service] = services;
    const uuids = times(20, () => newUuid());
    for (const uuid of uuids) void add(store, { uuid });
    const last = uuids.at(-1) ?? '';
    void store.bindModelToService(ref(last, service), extras(), nothing);
    void store.addTag(tag(service, 'a tag'), nothing);
    const named = where('Model', 'uuid', { is: '=', value: last });
    const [found, bound, listed, fields, counted, tags, all] = await Promise.all([
      store.find('Model', last),
      store.find('ModelService', service),
      store.list('Model', { ...ALL, conditions: [named] }),
      store.list('Model', { ...ALL, fields: ['uuid'] }),
      store.count('Model', []),
      store.list('UserTag', ALL),
      store.readResources(),
    ]);
    expect(found?.modelServiceRefs).toMatchObject([{ modelServiceUuid: service }]);
    expect(bound?.modelServiceRefs).toMatchObject([{ modelUuid: last }]);
    expect(uuidsOf(listed)).toEqual([last]);
    expect(uuidsOf(fields as { uuid: string }[]).toSorted()).toEqual(uuids.toSorted());
    expect(counted).toBe(uuids.length);
    expect(tags).toHaveLength(1);
    expect(uuidsOf(all.models).toSorted()).toEqual(uuids.toSorted());
  });

  test('sees the same moment as the others of its tick', async (context) => {
    const { batcher, other, ids, committed } = openBatcher(context);
    const [before, after] = await Promise.all([
      batcher.read(() => {
        const seen = ids();
        other.exec('INSERT INTO rows VALUES (1, NULL)');
        return seen;
      }),
      batcher.read(ids),
    ]);
    expect([before, after, committed()]).toEqual([[], [], [1]]);
    expect(await batcher.read(ids)).toEqual([1]);
  });

  test('that fails does not affect the others of its batch', async (context) => {
    const { batcher, ids } = openBatcher(context);
    const thrown = new Error('it failed');
    const outcomes = await outcomesOf([
      batcher.read(ids),
      batcher.read(() => {
        throw thrown;
      }),
      batcher.read(ids),
    ]);
    expect(outcomes).toEqual([[], thrown, []]);
  });

  test('ends its tick’s reads when their time is over, and others are served between', async (context) => {
    const { batcher, advance } = openBatcher(context);
    let tick = 0;
    let isOver = false;
    const count = () => {
      tick++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const ticks = await Promise.all(
      times(4, () => batcher.read(() => advance(5)).then(() => tick)),
    );
    isOver = true;
    expect(new Set(ticks).size).toBe(4);
  });

  test('is skipped if the client has disconnected', async (context) => {
    const { batcher, ids } = openBatcher(context);
    let isAborted = false;
    let read = 0;
    const count = () => {
      read++;
      return ids();
    };
    const pending = [batcher.read(count, () => isAborted), batcher.read(count, () => !isAborted)];
    const later = Promise.allSettled(pending);
    isAborted = true;
    const notReady = expect.objectContaining({ kind: 'notReady' });
    expect(await later).toEqual([
      { status: 'rejected', reason: notReady },
      { status: 'fulfilled', value: [] },
    ]);
    expect(read).toBe(1);
  });

  test('is done however many writes follow it', async (context) => {
    const { batcher, ids } = openBatcher(context);
    let isOver = false;
    let written = 0;
    const write = async () => {
      while (!isOver) {
        await batcher.write(() => {});
        written++;
      }
    };
    const writers = times(2 * WRITES_MAX, write);
    const read = batcher.read(ids).then(() => 'done');
    const waited = (async () => {
      for (let tick = 0; tick < 50; tick++) await nextTick();
      return `not done after ${written} writes`;
    })();
    const outcome = await Promise.race([read, waited]);
    isOver = true;
    await Promise.all([...writers, read]);
    expect(outcome).toBe('done');
  });
});

describe('closing', () => {
  test('executes pending calls, and settles all promises', async (context) => {
    const { store, file, services } = await withServices(context);
    const uuids = times(2 * WRITES_MAX, () => newUuid());
    const writes = uuids.map((uuid) => add(store, { uuid }));
    const failed = outcomesOf([addWithTwoDefaults(store, services)]);
    const reads = times(3, () => store.list('Model', ALL));
    const counted = store.count('Model', []);
    await store.close();
    expect(await outcomesOf(writes)).toEqual(uuids);
    expect(await failed).toEqual([lateFailure]);
    // As of the end of the first batch.
    expect((await Promise.all(reads)).map((page) => page.length)).toEqual(
      Array(3).fill(WRITES_MAX),
    );
    expect(await counted).toBe(WRITES_MAX);
    const reopened = openSecondStore(context, file);
    expect(await reopened.count('Model', [])).toBe(128);
  });
});
