import { LRUCache } from 'lru-cache';
import type { ApiError } from '../contract/errors.ts';
import type { Dependencies } from './dependencies.ts';
import type { Job, NewJob } from './records.ts';
import type { Store } from './store.ts';

/** Maximum number of rejected jobs in memory; unauthenticated clients must not fill the database (F5). */
const REJECTED_MAX = 1000;
/** Maximum number of jobs, and bytes of outcomes, to delete in one transaction, because other requests wait for it. */
const SWEEP_LIMIT = { jobs: 1000, bytes: 8 * 1024 * 1024 };

/** The outcome of a job, as polls return it. */
export interface JobOutcome {
  /** ZStack's name of the operation. */
  operation: string;
  createDate: number;
  success: boolean;
  /** The body of the operation's answer, or of its error. */
  body: object;
}

/** Whether polls report a job as still running; a stored job has always ended. */
export type IsRunning = (job: Pick<Job, 'uuid' | 'createDate'>) => boolean;

export type JobResult<Result> = { result: Result } | { failure: ApiError };

/** Runs and finds jobs. Each job is stored, as ended, in the transaction of its operation's write. */
export class Jobs {
  readonly #dependencies: Pick<Dependencies, 'store' | 'clock' | 'pause'>;
  readonly #retention: number;
  readonly #isRunning: IsRunning;
  /** Jobs that were rejected for lack of a session. */
  readonly #rejected: LRUCache<string, Job>;

  /** @param retention how long an outcome can be polled, in milliseconds */
  constructor(
    dependencies: Pick<Dependencies, 'store' | 'clock' | 'pause'>,
    retention: number,
    isRunning: IsRunning = () => false,
  ) {
    this.#isRunning = isRunning;
    this.#dependencies = dependencies;
    this.#retention = retention;
    this.#rejected = new LRUCache({
      max: REJECTED_MAX,
      ttl: retention,
      ttlResolution: 0,
      perf: { now: dependencies.clock },
    });
  }

  /**
   * Runs an operation as a job. Its outcome is stored before this resolves.
   * @param operate runs the operation on the given store
   * @param options.storesRejections whether errors of the client are stored as the job's outcome;
   *   otherwise they are thrown and leave no job (F1)
   * @param options.injected the error that a test injected, which is stored even if it is SYS.1010
   * @param options.failureOf converts a thrown value to an ApiError
   * @param options.toOutcome what is stored of a result; by default all of it
   * @throws ApiError SYS.1007 for a uuid in use, without effect; SYS.1010; errors that are not stored
   */
  async run<Result>(
    job: NewJob,
    operate: (store: Store) => Promise<Result>,
    options: {
      storesRejections: boolean;
      injected: ApiError | undefined;
      failureOf: (thrown: unknown) => ApiError;
      toOutcome?: ((result: object) => object) | undefined;
    },
  ): Promise<JobResult<Result>> {
    const { store } = this.#dependencies;
    try {
      return { result: await operate(store.forJob(job, options.toOutcome)) };
    } catch (thrown) {
      const failure = options.failureOf(thrown);
      const isDuplicate = failure.failure === 'duplicateJob';
      // The client may retry with the same job uuid (F5).
      const isTemporary = failure.failure === 'notReady' && failure !== options.injected;
      const isRejection = failure.isClientError && !options.storesRejections;
      if (isDuplicate || isTemporary || isRejection) throw failure;
      await store.addFailedJob(job, failure.answer);
      return { failure };
    }
  }

  /** Stores a job as failed for lack of a session, in the memory of this server. */
  reject(job: NewJob, { answer }: ApiError): void {
    this.#rejected.set(job.uuid, { ...job, success: false, outcome: answer });
  }

  /** Deletes the rejected jobs. */
  clear(): void {
    this.#rejected.clear();
  }

  /** Resolves to undefined for a job that is unknown or too old. */
  async find(uuid: string): Promise<(JobOutcome & { isRunning: boolean }) | undefined> {
    const job = (await this.#dependencies.store.findJob(uuid)) ?? this.#rejected.get(uuid);
    if (!job || !this.isRetained(job)) return undefined;
    return { ...outcomeOf(job), isRunning: this.#isRunning(job) };
  }

  /** Whether a job's outcome can still be polled. */
  isRetained({ createDate }: Pick<Job, 'createDate'>): boolean {
    return createDate >= this.#oldest();
  }

  /** Deletes the jobs that can no longer be polled. */
  async sweep(): Promise<void> {
    const { store, pause } = this.#dependencies;
    const before = this.#oldest();
    while ((await store.sweepJobs(before, SWEEP_LIMIT)) > 0) await pause(0);
  }

  #oldest(): number {
    return this.#dependencies.clock() - this.#retention;
  }
}

/** Maps a stored job to its outcome as polls return it. */
export function outcomeOf({ operation, createDate, success, outcome }: Job): JobOutcome {
  return { operation, createDate, success, body: success ? { success, ...outcome } : outcome };
}
