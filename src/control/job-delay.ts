import { LRUCache } from 'lru-cache';
import type { Job } from '../domain/records.ts';

/** When a job is told to have ended: at once, after some time, or at one of its polls. */
export type Finish = 'at once' | { afterMs: number } | { atPoll: number };

/** Jobs whose polls are counted. */
const COUNTED_MAX = 10_000;

/** Lets polls find jobs running, which end with their write and so never are. */
export class JobPace {
  readonly #clock: () => number;
  readonly #polls = new LRUCache<string, number>({ max: COUNTED_MAX });
  #finish: Finish = 'at once';

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get finish(): Finish {
    return this.#finish;
  }

  set(finish: Finish): void {
    this.#finish = finish;
    this.#polls.clear();
  }

  /** Whether this poll finds the job still running. */
  readonly isRunning = ({ uuid, createDate }: Pick<Job, 'uuid' | 'createDate'>): boolean => {
    if (this.#finish === 'at once') return false;
    if ('afterMs' in this.#finish) return this.#clock() < createDate + this.#finish.afterMs;
    const polls = (this.#polls.get(uuid) ?? 0) + 1;
    this.#polls.set(uuid, polls);
    return polls < this.#finish.atPoll;
  };
}
