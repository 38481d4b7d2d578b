import { LRUCache } from 'lru-cache';
import type { Job } from '../domain/records.ts';

/** When polls report a job as ended: at once, after some time, or from a given poll on. */
export type JobCompletion = 'at once' | { afterMs: number } | { atPoll: number };

/** Maximum number of jobs whose polls are counted. */
const COUNTED_MAX = 10_000;

/** Makes polls report jobs as running, although every stored job has ended. */
export class JobDelay {
  readonly #clock: () => number;
  readonly #polls = new LRUCache<string, number>({ max: COUNTED_MAX });
  #completion: JobCompletion = 'at once';

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get isActive(): boolean {
    return this.#completion !== 'at once';
  }

  set(completion: JobCompletion): void {
    this.#completion = completion;
    this.#polls.clear();
  }

  /** Whether this poll reports the job as running; counts the poll. */
  isRunning({ uuid, createDate }: Pick<Job, 'uuid' | 'createDate'>): boolean {
    if (this.#completion === 'at once') return false;
    if ('afterMs' in this.#completion) return this.#clock() < createDate + this.#completion.afterMs;
    const polls = (this.#polls.get(uuid) ?? 0) + 1;
    this.#polls.set(uuid, polls);
    return polls < this.#completion.atPoll;
  }
}
