import type Database from 'better-sqlite3';
import type { NewJob, Resources } from '../../domain/records.ts';
import type { Store } from '../../domain/store.ts';
import { duplicateJob } from '../errors.ts';
import { shouldExtend } from '../sessions.ts';
import { earlyExpiry, OUTCOMES_MAX } from '../statement.ts';
import { TransactionBatcher } from './engine/batcher.ts';
import { QueryWorker, type QueryWorkerOptions } from './engine/query-worker.ts';
import { compileQueryRunner } from './engine/run-query.ts';
import { WalLimit } from './engine/wal-limit.ts';
import { FileIdentity } from './file/files.ts';
import { createReads } from './reads.ts';
import { compileRecords } from './records.ts';
import { insertResources, readResources, restoreSnapshot, saveSnapshot } from './seed.ts';
import { compileStatements } from './statements.ts';
import { operationWrites } from './writes.ts';

/** Milliseconds that a statement waits for another program's lock; this blocks the event loop. */
const BUSY_TIMEOUT_MS = 5;

export interface SqliteStoreOptions {
  /** Called after each transaction with its number of writes. */
  onCommit?: ((writes: number) => void) | undefined;
  /** Monotonic milliseconds; without it, only the number of writes limits a batch. */
  now?: (() => number) | undefined;
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
  const run = compileStatements(client);
  const records = compileRecords(client);
  const wal = new WalLimit(client, fileIdentity);
  const batcher = new TransactionBatcher(client, {
    assertFileInPlace: fileIdentity.assertFileInPlace,
    onCommit: options.onCommit ?? (() => {}),
    now: options.now ?? (() => 0),
  });
  const { read, write } = batcher;
  const runQuery = compileQueryRunner(client);
  const { queryWorker } = options;
  const onIdle = () => wal.checkpointIfLarge();
  // Another connection can't read a database in memory.
  const worker =
    queryWorker && !client.memory
      ? new QueryWorker({ ...queryWorker, file: client.name, onIdle })
      : undefined;
  /** The resources in the seed snapshot; replacing by the same object restores the snapshot. */
  let lastReplaced: Resources | undefined;
  /** The settings of the control API, in memory because there is only one server. */
  let control: string | undefined;
  /** Hooks are claimed once, at the start, because there is no other server that could leave some later. */
  let hasClaimedHooks = false;
  /** The size of all stored outcomes, in bytes. */
  let [outcomeBytes = 0] = run.sumOutcomes();

  /** Tests by a small write whether writes work; used after a failed write. */
  function checkWriting(): void {
    fileIdentity.assertDiskSpace();
    run.rewrite();
  }

  /**
   * Inserts a job with its outcome and its hook in the transaction of `work`, which returns the result.
   * @throws ApiError SYS.1007 for a uuid in use
   */
  async function writeJob<Result>(
    { hookUrl, ...job }: NewJob,
    success: boolean,
    work: () => Result,
    toOutcome: (result: object) => object = (result) => result,
  ): Promise<Result> {
    let added = 0;
    const result = await write(() => {
      // Before the work, whose repetition would fail with a misleading error.
      if (run.jobByUuid(job)) throw duplicateJob(job);
      const written = work();
      added = sum(run.insertJob({ ...job, success, outcome: toOutcome(written as object) }));
      if (hookUrl !== undefined)
        run.insertHook({ jobUuid: job.uuid, url: hookUrl, attempts: 0, pending: true });
      const excess = outcomeBytes + added - OUTCOMES_MAX;
      if (excess > 0) added -= sum(run.deleteJobs(earlyExpiry(excess)));
      return written;
    });
    outcomeBytes += added;
    return result;
  }

  const store: Store = {
    ...operationWrites(run, records, write),
    forJob: (job, toOutcome) => ({
      ...store,
      ...operationWrites(run, records, (work) => writeJob(job, true, work, toOutcome)),
    }),
    addFailedJob: async (job, failure) => void (await writeJob(job, false, () => failure)),
    findJob: (uuid) => read(() => run.jobByUuid({ uuid })),
    pendingHooks: () => read(() => run.pendingHooks()),
    hookOf: (jobUuid) => read(() => run.hookByJob({ uuid: jobUuid })),
    claimHooks: async () => {
      if (hasClaimedHooks) return read(() => []);
      const hooks = await store.pendingHooks();
      hasClaimedHooks = true;
      return hooks;
    },
    claimHook: async (jobUuid) => {
      const hook = await store.hookOf(jobUuid);
      return hook?.pending ? hook : undefined;
    },
    changeHook: (hook) => write(() => void run.updateHook(hook)),
    sweepJobs: async (before, limit) => {
      const sizes = await write(() => run.deleteJobs({ before, early: 0, ...limit }));
      outcomeBytes -= sum(sizes);
      return sizes.length;
    },

    ...createReads({ batcher, records, runQuery, fileIdentity, worker }),

    addSession: (session, now) =>
      write(() => {
        run.deleteExpiredSessions({ now });
        run.insertSession(session);
      }),
    findSession: (uuid, now) => read(() => run.sessionByUuid({ uuid, now })),
    useSession: async (uuid, now, expiredDate) => {
      const session = await read(() => run.sessionByUuid({ uuid, now }));
      if (!session || !shouldExtend(session.expiredDate, expiredDate, now)) return session;
      const slide = batcher.tryWrite(() => {
        // Read again, because the session may have been renewed or deleted meanwhile.
        const current = run.sessionByUuid({ uuid, now });
        if (!current || current.expiredDate >= expiredDate) return current;
        run.updateSession({ uuid, expiredDate });
        return { ...current, expiredDate };
      });
      // Reads must work with the session even if the database can't be written to.
      return slide.catch(() => session);
    },
    deleteSession: (uuid) => write(() => void run.deleteSession({ uuid })),

    findPassword: (accountUuid) => read(() => run.passwordOf({ accountUuid })[0]),
    setPassword: (accountUuid, hash) =>
      write(() => {
        run.setPassword({ accountUuid, hash });
        run.deleteSessionsOf({ accountUuid });
      }),

    addResources: (resources) =>
      batcher.exclusive(() => {
        const isAll = client
          .transaction(() => {
            const wasEmpty = run.anyResource().length === 0;
            insertResources(run, resources);
            if (wasEmpty) saveSnapshot(client);
            return wasEmpty;
          })
          .immediate();
        if (isAll) lastReplaced = resources;
      }),
    replaceResources: async (resources) => {
      await batcher.exclusive(() => {
        // With foreign keys off, SQLite can empty a whole table at once.
        client.pragma('foreign_keys = OFF');
        try {
          client
            .transaction(() => {
              run.deleteEverything();
              if (resources === lastReplaced) return restoreSnapshot(client);
              insertResources(run, resources);
              saveSnapshot(client);
            })
            .immediate();
          lastReplaced = resources;
        } finally {
          client.pragma('foreign_keys = ON');
        }
      });
      outcomeBytes = 0;
    },
    readControl: () => read(() => control),
    changeControl: (change) =>
      read(() => {
        control = change(control);
        return control;
      }),
    readResources: () => read(() => readResources(run, records, runQuery)),

    ping: () =>
      batcher.isDegraded
        ? write(checkWriting)
        : read(() => {
            fileIdentity.assertFileInPlace();
            run.ping();
          }),
    close: async () => {
      await worker?.close();
      await batcher.drain();
      client.close();
    },
  };
  return store;
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
