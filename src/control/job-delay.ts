import { LRUCache } from 'lru-cache';
import type { Job } from '../domain/records.ts';

/** When a job is told to have ended: at once, after some time, or at one of its polls. */
export type JobCompletion = 'at once' | { afterMs: number } | { atPoll: number };

/** Jobs whose polls are counted. */
const COUNTED_MAX = 10_000;

/** Lets polls find jobs running, which end with their write and so never are. */
export class JobDelay {
  readonly #clock: () => number;
  readonly #polls = new LRUCache<string, number>({ max: COUNTED_MAX });
  #completion: JobCompletion = 'at once';

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get completion(): JobCompletion {
    return this.#completion;
  }

  set(completion: JobCompletion): void {
    this.#completion = completion;
    this.#polls.clear();
  }

  /** Whether this poll finds the job still running. */
  readonly isRunning = ({ uuid, createDate }: Pick<Job, 'uuid' | 'createDate'>): boolean => {
    if (this.#completion === 'at once') return false;
    if ('afterMs' in this.#completion) return this.#clock() < createDate + this.#completion.afterMs;
    const polls = (this.#polls.get(uuid) ?? 0) + 1;
    this.#polls.set(uuid, polls);
    return polls < this.#completion.atPoll;
  };
}
