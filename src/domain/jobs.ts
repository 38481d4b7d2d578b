import { LRUCache } from 'lru-cache';
import { ApiError } from '../contract/errors.ts';
import type { Dependencies } from './dependencies.ts';
import type { Job, NewJob } from './records.ts';

/** Maximum number of rejected jobs in memory; unauthenticated clients must not fill the database (F5). */
const REJECTED_MAX = 1000;
/** Maximum number of jobs, and bytes of outcomes, to delete in one transaction, because other requests wait for it. */
const SWEEP_LIMIT = { jobs: 1000, bytes: 8 * 1024 * 1024 };

/** Makes polls report jobs as running for a while, although a stored job has always ended. */
export interface JobDelay {
  readonly isActive: boolean;
  isRunning(job: Pick<Job, 'uuid' | 'createDate'>): boolean;
}

/** Finds jobs. Each job is stored, as ended, in the transaction of its operation's write. */
export class Jobs {
  readonly #dependencies: Pick<Dependencies, 'store' | 'clock' | 'pause'>;
  readonly #retention: number;
  readonly #delay: JobDelay | undefined;
  /** Jobs that were rejected for lack of a session. */
  readonly #rejected: LRUCache<string, Job>;

  /** @param retention how long an outcome can be polled, in milliseconds */
  constructor(
    dependencies: Pick<Dependencies, 'store' | 'clock' | 'pause'>,
    retention: number,
    delay?: JobDelay,
  ) {
    this.#delay = delay;
    this.#dependencies = dependencies;
    this.#retention = retention;
    this.#rejected = new LRUCache({
      max: REJECTED_MAX,
      ttl: retention,
      ttlResolution: 0,
      perf: { now: dependencies.clock },
    });
  }

  /** Stores a job as failed for lack of a session, in the memory of this server. */
  reject(job: NewJob, { answer }: ApiError): void {
    this.#rejected.set(job.uuid, { ...job, success: false, outcome: answer });
  }

  /** Deletes the rejected jobs. */
  clear(): void {
    this.#rejected.clear();
  }

  /** Whether jobs don't end at once for their clients. */
  get isDelayed(): boolean {
    return this.#delay?.isActive ?? false;
  }

  /** @throws ApiError 404 for a job that is unknown or too old */
  async find(uuid: string): Promise<Job & { isRunning: boolean }> {
    const job = (await this.#dependencies.store.findJob(uuid)) ?? this.#rejected.get(uuid);
    if (!job || !this.isRetained(job))
      throw new ApiError('jobNotFound', 'the job has been expired');
    return { ...job, isRunning: this.#delay?.isRunning(job) ?? false };
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

/** The body of a job's answer, or of its error. */
export function answerOf({ success, outcome }: Job): object {
  return success ? { success, ...outcome } : outcome;
}
