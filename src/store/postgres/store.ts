import { ApiError } from '../../contract/errors.ts';
import type { EntityKind } from '../../contract/schemas/fields.ts';
import type { NewJob } from '../../domain/records.ts';
import type { Condition, PageQuery, Store } from '../../domain/store.ts';
import { duplicateJob, queryTooLong } from '../errors.ts';
import { earlyExpiry, JOBS_BYTES_MAX } from '../job-limit.ts';
import { insertResources, readResources } from '../seed.ts';
import { createSessions } from '../sessions.ts';
import { createSnapshots, saveSnapshot } from '../snapshots.ts';
import { type Done, oneStep, type Steps, type Transactions, type Work } from '../steps.ts';
import { operationWrites } from '../writes.ts';
import { Connections, inSnapshot } from './connections.ts';
import { records } from './dialect.ts';
import { LIST_TIMEOUTS, type Pool } from './driver.ts';
import { isCanceled } from './errors.ts';
import { allRecords, listRecords } from './reads.ts';
import { statements } from './statements.ts';

/** Maximum hooks that a server claims at a time. */
const CLAIMED_MAX = 1000;
/**
 * Duration of a server's claim on a hook, in milliseconds: longer than an attempt and the pause after it.
 */
const CLAIM_MS = 15_000;
/** Bytes of outcomes that a server adds before it sums all again, because other servers add some too. */
const SUM_INTERVAL = 16 * 1024 * 1024;

/** Pools of connections to one database. */
export interface Pools {
  main: Pool;
  /** For lists and counts, so that slow ones leave connections to all other statements. */
  lists: Pool;
  /** For health checks, which need a connection even if all others wait for locks. */
  health: Pool;
}

export interface PostgresStoreOptions {
  /** This server's id among those on the database. */
  server: string;
  /** Called after each transaction with its number of writes. */
  onCommit?: ((writes: number) => void) | undefined;
}

/** Creates the store on a migrated PostgreSQL database; closing it closes the pools. */
export function createPostgresStore(
  pools: Pools,
  { server, onCommit = () => {} }: PostgresStoreOptions,
): Store {
  const connections = new Connections(pools.main, () => onCommit(1));
  const listConnections = new Connections(pools.lists);
  const healthConnections = new Connections(pools.health);
  const { read, write, writeStatement } = connections;
  const readList = <Result>(work: Work<Result>) =>
    listConnections.read(work).catch((error) => {
      throw isCanceled(error) ? queryTooLong(LIST_TIMEOUTS.statementMs / 1000) : error;
    });
  const transactions = { read, write, writeStatement, tryWrite: writeStatement };

  /** The size of all stored outcomes when they were last summed, and of those that this server has added since. */
  let [summed, added] = [0, SUM_INTERVAL];

  /** Inserts a job; returns the size of its outcome, or undefined if the uuid is in use. */
  function* tryInsertJob(
    job: NewJob,
    success: boolean,
    outcome: object,
  ): Steps<number | undefined> {
    const { rows } = yield statements.insertJobOnce({ ...job, success, outcome });
    return rows[0]?.[0] as number | undefined;
  }

  /**
   * Inserts a job that has ended, with its hook claimed for this server, and deletes the oldest jobs beyond the
   * maximum size of outcomes.
   * @throws ApiError SYS.1007 for a uuid in use
   */
  function* insertJob(job: NewJob, success: boolean, outcome: object): Steps<void> {
    const size = yield* tryInsertJob(job, success, outcome);
    if (size === undefined) throw duplicateJob(job);
    if (job.hookUrl !== undefined) {
      const hook = { jobUuid: job.uuid, url: job.hookUrl, attempts: 0, pending: true };
      yield statements.insertHook({ ...hook, claimedBy: server, claimMs: CLAIM_MS });
    }
    added += size;
    if (added < SUM_INTERVAL && summed + added <= JOBS_BYTES_MAX) return;
    summed = (yield statements.sumJobBytes()).rows[0]?.[0] as number;
    added = 0;
    if (summed <= JOBS_BYTES_MAX) return;
    const { rows } = yield statements.deleteJobs(earlyExpiry(summed - JOBS_BYTES_MAX));
    for (const [size] of rows) summed -= size as number;
  }

  function* hasJob(job: NewJob): Steps<boolean> {
    return (yield* statements.jobByUuid(job)).length > 0;
  }

  function* jobSteps<Result>(
    job: NewJob,
    work: Work<Result>,
    toOutcome: (result: object) => object,
  ): Steps<Result> {
    // Before the work, whose repetition would fail with a misleading error.
    if (yield* hasJob(job)) throw duplicateJob(job);
    const result = yield* work();
    yield* insertJob(job, true, toOutcome(result as object));
    return result;
  }

  /** Waits for a transaction that inserts the same job, if it has not ended yet. */
  function* findJobDone<Result>(job: NewJob, done: Done<Result>): Steps<Done<Result>> {
    return (yield* tryInsertJob(job, false, {})) === undefined ? done : undefined;
  }

  /** Makes the runner of a job's write, which inserts the job in the same transaction. */
  function jobWrite(job: NewJob, toOutcome = (result: object) => result): Transactions['write'] {
    return async <Result>(work: Work<Result>) => {
      let done: Done<Result>;
      const remember = (result: object) => {
        done = { result: result as Result };
        return toOutcome(result);
      };
      try {
        return await write(
          () => jobSteps(job, work, remember),
          () => findJobDone(job, done),
        );
      } catch (error) {
        // The work may have failed because another server ran the same job at the same time.
        const isRejected = error instanceof ApiError && error.failure !== 'notReady';
        throw isRejected && (await read(() => hasJob(job))) ? duplicateJob(job) : error;
      }
    };
  }

  /** The settings of the control API; undefined if none were set. */
  function* readControl(find: typeof statements.control): Steps<string | undefined> {
    const { rows } = yield find();
    return (rows[0]?.[0] as string) || undefined;
  }

  const store: Store = {
    ...operationWrites(statements, records, transactions),
    ...createSessions(statements, transactions),
    ...createSnapshots(statements, transactions),
    forJob: (job, toOutcome) => {
      const writeAsJob = jobWrite(job, toOutcome);
      const jobTransactions = { write: writeAsJob, writeStatement: writeAsJob };
      return { ...store, ...operationWrites(statements, records, jobTransactions) };
    },
    addFailedJob: (job, failure) => write(() => insertJob(job, false, failure)),
    findJob: async (uuid) => (await read(() => statements.jobByUuid({ uuid })))[0],
    listJobs: (limit) => read(() => statements.listJobs({ limit })),
    pendingHooks: () => read(() => statements.pendingHooks()),
    hookOf: async (uuid) => (await read(() => statements.hookByJob({ uuid })))[0],
    claimHooks: (uuids) =>
      write(function* () {
        const claim = { server, claimMs: CLAIM_MS, limit: CLAIMED_MAX };
        if (uuids.length > 0) yield statements.extendClaims({ ...claim, uuids });
        return yield* statements.claimHooks(claim);
      }),
    claimHook: async (uuid) => {
      const claim = { uuid, server, claimMs: CLAIM_MS };
      return (await writeStatement(() => statements.claimHook(claim)))[0];
    },
    changeHook: async (hook) => {
      await writeStatement(() =>
        oneStep(statements.updateHook({ ...hook, server, claimMs: CLAIM_MS })),
      );
    },
    sweepJobs: async (before, limit) =>
      (await writeStatement(() => oneStep(statements.deleteJobs({ before, early: 0, ...limit }))))
        .count,

    find: (kind, uuid) => read(() => records.find(kind, uuid)),
    list: (kind, query) => readList(() => listRecords(kind, query)),
    listFields: (kind, query, fields) => readList(() => listRecords(kind, query, fields)) as never,
    listWithTotal: (kind, query, fields) =>
      readList(() => inSnapshot(() => listAndCount(kind, query, fields))),
    count: (kind, conditions) => readList(() => countRecords(kind, conditions)),

    addResources: (resources) => write(() => insertResources(statements, resources)),
    replaceResources: (resources, snapshot) =>
      write(function* () {
        yield statements.deleteAll();
        yield* insertResources(statements, resources);
        if (snapshot) yield* saveSnapshot(statements, snapshot);
      }),
    readControl: () => read(() => readControl(statements.control)),
    changeControl: (change) =>
      write(function* () {
        yield statements.insertControl();
        const state = change(yield* readControl(statements.lockControl));
        yield statements.updateControl({ state });
        return state;
      }),
    readResources: () => read(() => inSnapshot(() => readResources(allRecords, statements))),

    ping: async () => {
      const { rows } = await healthConnections.read(() =>
        oneStep({ text: 'SHOW transaction_read_only' }),
      );
      if (rows[0]?.[0] === 'on') {
        throw new ApiError('notReady', 'the database can only be read at present');
      }
      // After a disk failure, only another write shows whether writes work again.
      if (!connections.isDegraded) return;
      await write(function* () {
        yield statements.insertControl();
        yield statements.rewriteControl();
      });
    },
    close: async () => {
      await writeStatement(() => oneStep(statements.releaseHooks({ server }))).catch(() => {});
      for (const each of [connections, listConnections, healthConnections]) await each.close();
    },
  };
  return store;
}

function* listAndCount<K extends EntityKind>(
  kind: K,
  query: PageQuery,
  fields?: readonly string[],
): Steps<{ records: never; total: number }> {
  const found = (yield* listRecords(kind, query, fields)) as never;
  return { records: found, total: yield* countRecords(kind, query.conditions) };
}

function* countRecords(kind: EntityKind, conditions: readonly Condition[]): Steps<number> {
  const { rows } = yield records.countOf(kind, conditions);
  return rows[0]?.[0] as number;
}
