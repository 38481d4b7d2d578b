import { ApiError } from '../contract/errors.ts';
import type { NewJob } from '../domain/records.ts';
import type { Hooks, Jobs, Store } from '../domain/store.ts';
import { duplicateJob } from './errors.ts';
import type { CompiledRecords } from './records.ts';
import type { Statements } from './statements.ts';
import {
  type Done,
  inOrder,
  noSteps,
  oneStep,
  type Statement,
  type StatementResult,
  type Steps,
  type Transactions,
  type Work,
} from './steps.ts';
import { operationWrites } from './writes.ts';

/** Maximum size of all stored jobs, in bytes: beyond it the oldest jobs expire early (F56). */
const BYTES_MAX = 256 * 1024 * 1024;
/** Bytes that are deleted beyond an excess, so that this happens seldom. */
const BYTES_FREED = 4 * 1024 * 1024;
/** Bytes of jobs that a server adds before it sums all again, where other servers add some too. */
const SUM_INTERVAL = 16 * 1024 * 1024;

interface Parts {
  statements: Statements & Record<'insertHook' | 'updateHook', (hook: object) => Statement>;
  records: CompiledRecords;
  transactions: Transactions;
  /** Values of this server's claim for the statements of hooks. */
  claim: object;
  /** The size of all jobs, as far as this server knows, and whether other servers write some too. */
  stored: { bytes: number; isShared: boolean };
}

/**
 * Creates the methods of jobs and their hooks.
 * @param store returns the whole store
 */
export function createJobs(
  { statements, records, transactions, claim, stored }: Parts,
  store: () => Store,
): Jobs & Pick<Hooks, 'pendingHooks' | 'hookOf' | 'changeHook'> {
  const { read, write, writeStatement } = transactions;
  const makeWrites = operationWrites(statements, records);
  let unsummed = SUM_INTERVAL;

  /**
   * Inserts a job that has ended, with its hook, and deletes the oldest jobs beyond the maximum size.
   * @returns the change of the size of all jobs
   * @throws ApiError SYS.1007 for a uuid in use
   */
  function* insertJob(
    { hookUrl: url, ...job }: NewJob,
    success: boolean,
    outcome: object,
  ): Steps<number> {
    const inserted = yield statements.insertJobOnce({ ...job, success, outcome });
    if (inserted.count === 0) throw duplicateJob(job);
    if (url !== undefined) {
      const hook = { jobUuid: job.uuid, url, attempts: 0, pending: true };
      yield statements.insertHook({ ...hook, ...claim });
    }
    const size = sumOf(inserted);
    unsummed += size;
    if (stored.isShared && (unsummed >= SUM_INTERVAL || stored.bytes + size > BYTES_MAX)) {
      unsummed = 0;
      stored.bytes = sumOf(yield statements.sumJobBytes()) - size;
    }
    const excess = stored.bytes + size - BYTES_MAX;
    if (excess <= 0) return size;
    const oldest = { before: Number.MAX_SAFE_INTEGER, early: 1, jobs: 20_000 };
    return size - sumOf(yield statements.deleteJobs({ ...oldest, bytes: excess + BYTES_FREED }));
  }

  function* exists(job: NewJob): Steps<boolean> {
    return (yield* statements.jobByUuid(job)).length > 0;
  }

  /** @param onDone gets the result and the change of the size of all jobs before the transaction ends */
  function* jobSteps<Result>(
    job: NewJob,
    success: boolean,
    work: Work<Result>,
    toOutcome: (result: object) => object,
    onDone: (done: { result: Result; change: number }) => void,
  ): Steps<Result> {
    // Before the work, whose repetition would fail with a misleading error.
    if (yield* exists(job)) throw duplicateJob(job);
    const result = yield* work();
    const change = yield* insertJob(job, success, toOutcome(result as object));
    onDone({ result, change });
    return result;
  }

  /** Waits for a transaction that inserts the same job, if it has not ended yet. */
  function* findDone<Result>(job: NewJob, done: Done<Result>): Steps<Done<Result>> {
    const { count } = yield statements.insertJobOnce({ ...job, success: true, outcome: {} });
    return count === 0 ? done : undefined;
  }

  /** Runs work in a transaction that also inserts a job with its result. */
  async function writeJob<Result>(
    job: NewJob,
    success: boolean,
    work: Work<Result>,
    toOutcome: (result: object) => object = (result) => result,
  ): Promise<Result> {
    let done: { result: Result; change: number } | undefined;
    try {
      const written = await write(
        () => jobSteps(job, success, work, toOutcome, (each) => (done = each)),
        () => findDone(job, done),
      );
      stored.bytes += done?.change ?? 0;
      return written;
    } catch (error) {
      // The work may have failed because another server ran the same job at the same time.
      const isRejected = error instanceof ApiError && error.kind !== 'notReady';
      const isDuplicate = stored.isShared && isRejected && (await read(() => exists(job)));
      throw isDuplicate ? duplicateJob(job) : error;
    }
  }

  return {
    forJob: (job, toOutcome) => {
      const writeAsJob = <Result>(work: Work<Result>) => writeJob(job, true, work, toOutcome);
      const jobTransactions = { write: writeAsJob, writeStatement: writeAsJob };
      return { ...store(), ...makeWrites(jobTransactions) };
    },
    addFailedJob: async (job, failure) => {
      await writeJob(job, false, () => noSteps(failure));
    },
    findJob: async (uuid) => (await read(() => statements.jobByUuid({ uuid })))[0],
    listJobs: (limit) => read(() => statements.listJobs({ limit })),
    sweepJobs: async (before, limit) => {
      const oldest = { before, early: 0, ...limit };
      const deleted = await writeStatement(() => oneStep(statements.deleteJobs(oldest)));
      stored.bytes -= sumOf(deleted);
      return deleted.count;
    },
    pendingHooks: () => read(() => statements.pendingHooks()),
    hookOf: async (uuid) => (await read(() => statements.hookByJob({ uuid })))[0],
    changeHook: (hook) =>
      writeStatement(() => inOrder(statements.updateHook({ ...hook, ...claim }))),
  };
}

/** The sum of a statement's first column. */
export function sumOf({ rows }: StatementResult): number {
  return rows.reduce((sum, [size]) => sum + (size as number), 0);
}
