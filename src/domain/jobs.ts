import { LRUCache } from 'lru-cache';
import type { ApiError } from '../contract/errors.ts';
import type { Dependencies } from './dependencies.ts';
import type { Job, NewJob } from './records.ts';
import type { Store } from './store.ts';

/** Refused jobs that are remembered: those of unauthenticated clients must not fill the database (F5). */
const REFUSED_MAX = 1000;
/** What is swept at a time: others wait meanwhile. */
const SWEPT_MAX = { jobs: 1000, bytes: 8 * 1024 * 1024 };

/** How a job has ended, as whoever asks for it is told. */
export interface JobOutcome {
  success: boolean;
  /** The body of the answer: the operation's, or its failure's. */
  body: object;
}

/** Whether a poll is told that a job is still running; none ever is by itself. */
export type IsRunning = (job: Pick<Job, 'uuid' | 'createDate'>) => boolean;

export type JobResult<Result> = { result: Result } | { failure: ApiError };

/** A job that was refused for lack of a session, with the body of its failure. */
interface RejectedJob {
  createDate: number;
  failure: object;
}

/** What becomes of jobs: each ends in the transaction of what its operation writes. */
export class Jobs {
  readonly #dependencies: Pick<Dependencies, 'store' | 'clock' | 'pause'>;
  readonly #retention: number;
  readonly #isRunning: IsRunning;
  readonly #refused: LRUCache<string, RejectedJob>;

  /** @param retention how long an outcome can be asked for, in milliseconds */
  constructor(
    dependencies: Pick<Dependencies, 'store' | 'clock' | 'pause'>,
    retention: number,
    isRunning: IsRunning = () => false,
  ) {
    this.#isRunning = isRunning;
    this.#dependencies = dependencies;
    this.#retention = retention;
    this.#refused = new LRUCache({
      max: REFUSED_MAX,
      ttl: retention,
      ttlResolution: 0,
      perf: { now: dependencies.clock },
    });
  }

  /**
   * Runs an operation as a job. Whatever becomes of it is kept before this resolves.
   * @param operate the operation, on the store it is given
   * @param options.storesRejections whether the job takes the failures for which the request is at fault;
   *   else they leave no job (F1)
   * @param options.injected the failure that a test has asked for, which the job takes though it were SYS.1010
   * @param options.failureOf makes a failure of whatever was thrown
   * @throws ApiError SYS.1007 for a uuid in use: the operation was not done; SYS.1010; and what the job doesn't keep
   */
  async run<Result>(
    job: NewJob,
    operate: (store: Store) => Promise<Result>,
    options: {
      storesRejections: boolean;
      injected: ApiError | undefined;
      failureOf: (thrown: unknown) => ApiError;
    },
  ): Promise<JobResult<Result>> {
    const { store } = this.#dependencies;
    try {
      return { result: await operate(store.forJob(job)) };
    } catch (thrown) {
      const failure = options.failureOf(thrown);
      const isDuplicate = failure.failure === 'duplicateJob';
      // What the server can't do for the moment is to be asked for again, as the same job (F5).
      const mayPass = failure.failure === 'notReady' && failure !== options.injected;
      if (isDuplicate || mayPass || (failure.isClientError && !options.storesRejections))
        throw failure;
      await store.addFailedJob(job, failure.answer);
      return { failure };
    }
  }

  /** Remembers a job that was refused for lack of a session as failed: in this server alone, up to a bound. */
  refuse({ uuid, createDate }: NewJob, { answer }: ApiError): void {
    this.#refused.set(uuid, { createDate, failure: answer });
  }

  /** Forgets the refused jobs. */
  forget(): void {
    this.#refused.clear();
  }

  /** Undefined for a job that is unknown, or was too long ago. */
  async find(uuid: string): Promise<JobOutcome | 'running' | undefined> {
    const job = await this.#dependencies.store.findJob(uuid);
    const refused = job ? undefined : this.#refused.get(uuid);
    const { createDate } = job ?? refused ?? {};
    if (createDate === undefined || !this.isRetained({ createDate })) return undefined;
    if (this.#isRunning({ uuid, createDate })) return 'running';
    return job ? toOutcome(job) : refused && { success: false, body: refused.failure };
  }

  /** Whether a job's outcome can still be asked for. */
  isRetained({ createDate }: Pick<Job, 'createDate'>): boolean {
    return createDate >= this.#oldest();
  }

  /** Removes the jobs that can't be asked for any more. */
  async sweep(): Promise<void> {
    const { store, pause } = this.#dependencies;
    const before = this.#oldest();
    while ((await store.sweepJobs(before, SWEPT_MAX)) > 0) await pause(0);
  }

  #oldest(): number {
    return this.#dependencies.clock() - this.#retention;
  }
}

/** What is told of a job. */
export function toOutcome({ success, outcome }: Job): JobOutcome {
  return { success, body: success ? { success, ...outcome } : outcome };
}
