import type Database from 'better-sqlite3';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { Resources } from '../../domain/records.ts';
import type { Store } from '../../domain/store.ts';
import { createJobs, sumOf } from '../jobs.ts';
import { insertResources, insertRows, newRows, readResources } from '../seed.ts';
import { createSessions } from '../sessions.ts';
import { createSnapshots, saveSnapshot } from '../snapshots.ts';
import { oneStep, type Steps, type Transactions } from '../steps.ts';
import { operationWrites } from '../writes.ts';
import { records, statements } from './dialect.ts';
import { TransactionBatcher } from './engine/batcher.ts';
import { QueryWorker, type QueryWorkerOptions } from './engine/query-worker.ts';
import { compileQueryRunner } from './engine/run-query.ts';
import { createWalLimit } from './engine/wal-limit.ts';
import { FileIdentity } from './file/files.ts';
import { createReads } from './reads.ts';
import { copyResources, deleteEverything, restoreCopy } from './resource-copy.ts';
import { createStepRunner } from './run-steps.ts';

/** Milliseconds that a statement waits for another program's lock; this blocks the event loop. */
const BUSY_TIMEOUT_MS = 5;

export interface SqliteStoreOptions {
  /** Called after each transaction with its number of writes. */
  onCommit?: ((writes: number) => void) | undefined;
  /** Monotonic milliseconds; without it, only the number of writes limits a batch. */
  now?: (() => number) | undefined;
  /** Connections that the server has accepted so far. */
  accepted?: (() => number) | undefined;
  /** The process that runs long queries; without it, they block the event loop. */
  queryWorker?: Pick<QueryWorkerOptions, 'program' | 'runLimit'> | undefined;
}

/** Creates the store on an open and migrated SQLite database; closing it closes the database. */
export function createSqliteStore(
  client: Database.Database,
  options: SqliteStoreOptions = {},
): Store {
  // The batcher retries writes that meet a lock, and runs other tasks meanwhile.
  client.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const fileIdentity = new FileIdentity(client);
  const run = createStepRunner(client);
  const batcher = new TransactionBatcher(client, {
    assertFileInPlace: fileIdentity.assertFileInPlace,
    onCommit: options.onCommit ?? (() => {}),
    now: options.now ?? (() => 0),
    accepted: options.accepted ?? (() => 0),
  });
  const write: Transactions['write'] = (work) => batcher.write(() => run(work()));
  const transactions: Transactions = {
    read: (work) => batcher.read(() => run(work())),
    write,
    writeStatement: write,
    tryWrite: (work) => batcher.tryWrite(() => run(work())),
  };
  const { read } = transactions;
  const runQuery = compileQueryRunner(client);
  const { queryWorker } = options;
  // Another connection can't read a database in memory.
  const worker =
    queryWorker && !client.memory
      ? new QueryWorker({
          ...queryWorker,
          file: client.name,
          onIdle: createWalLimit(client, fileIdentity),
        })
      : undefined;
  /** The resources of the temporary copy; replacing by the same object restores the copy. */
  let copied: Resources | undefined;
  /** The settings of the control API, in memory because there is only one server. */
  let control: string | undefined;
  /** Hooks are claimed once, at the start, because there is no other server that could leave some later. */
  let hasClaimedHooks = false;
  const stored = { bytes: sumOf(run(oneStep(statements.sumJobBytes()))), isShared: false };

  /** Tests by a small write whether writes work; used after a failed write. */
  function checkWriting(): void {
    fileIdentity.assertDiskSpace();
    // An unused number in the file's header.
    client.pragma('user_version = 0');
  }

  const store: Store = {
    ...operationWrites(statements, records)(transactions),
    ...createSessions(statements, transactions),
    ...createSnapshots(statements, transactions),
    ...createJobs({ statements, records, transactions, claim: {}, stored }, () => store),
    claimHooks: async () => {
      if (hasClaimedHooks) return [];
      const hooks = await store.pendingHooks();
      hasClaimedHooks = true;
      return hooks;
    },
    claimHook: async (jobUuid) => {
      const hook = await store.hookOf(jobUuid);
      return hook?.pending ? hook : undefined;
    },
    find: (kind, uuid, reader) =>
      batcher.read(() => run(records.find(kind, uuid)), reader?.isAborted),
    ...createReads({ batcher, runQuery, fileIdentity, worker }),

    addResources: (resources) =>
      batcher.exclusive(() => {
        const wasEmpty = client
          .transaction(() => {
            const isEmpty = !client.prepare('SELECT 1 FROM resources LIMIT 1').get();
            run(insertResources(statements, resources));
            if (isEmpty) copyResources(client);
            return isEmpty;
          })
          .immediate();
        if (wasEmpty) copied = resources;
      }),
    replaceResources: async (resources, snapshot) => {
      await batcher.exclusive(() => {
        // With foreign keys off, SQLite can empty a whole table at once.
        client.pragma('foreign_keys = OFF');
        try {
          client
            .transaction(() => {
              deleteEverything(client);
              if (snapshot) run(saveSnapshot(statements, snapshot));
              if (resources === copied) return restoreCopy(client);
              run(insertRows(statements, newRows(resources, [])));
              copyResources(client);
            })
            .immediate();
          copied = resources;
        } finally {
          client.pragma('foreign_keys = ON');
        }
      });
      stored.bytes = 0;
    },
    readControl: () => batcher.read(() => control),
    changeControl: (change) =>
      batcher.read(() => {
        control = change(control);
        return control;
      }),
    readResources: () => read(() => readResources(allRecords, statements)),

    ping: () =>
      batcher.isDegraded
        ? batcher.write(checkWriting)
        : batcher.read(() => {
            fileIdentity.assertFileInPlace();
            runQuery({ text: 'SELECT 1', values: [] });
          }),
    close: async () => {
      await worker?.close();
      await batcher.drain();
      client.close();
    },
  };
  return store;
}

/** Reads all records of a kind as a seed has them, oldest first. */
function* allRecords(kind: EntityKind): Steps<object[]> {
  const { text, toRecord } = records.allOf(kind);
  return (yield { text }).rows.map(toRecord);
}
