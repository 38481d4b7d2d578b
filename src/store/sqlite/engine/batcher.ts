import { setImmediate, setTimeout } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { ApiError } from '../../../contract/errors.ts';
import { isLocked, translateError } from '../errors.ts';
import { charactersOf } from './answers.ts';

/** Writes that share a transaction at most: nobody else is served meanwhile. */
const WRITES_MAX = 64;
/** Resources, and characters of theirs, after which the reads of a turn end: others wait while all are told. */
const RESOURCES_MAX = 200;
const CHARACTERS_MAX = 1_000_000;

/** Until writes are tried again that met another program's lock; reads go on meanwhile. */
const LOCKED_PAUSE_MS = 20;
/** Two seconds, with the attempts. */
const LOCKED_PAUSES_MAX = 80;

type Work = () => unknown;

/** What was asked of the database, and who waits for it. */
interface Asked {
  work: Work;
  /** Whether it can share no transaction. */
  isAlone: boolean;
  /** Whether it fails at once where it meets another program's lock. */
  isImpatient: boolean;
  /** Whether somebody still waits for it. */
  isWanted: () => boolean;
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
}

/** Tells one who waits how it ended. */
type Tell = () => void;

/** A write that was done, with how much of a turn it takes, in resources. */
interface Done {
  weight: number;
  tell: Tell;
}

const always = () => true;

/** One write of several has failed when it had changed something. */
class Halfway extends Error {}

export interface TurnsOptions {
  /** Told of each transaction how many writes it held. */
  onCommit: (writes: number) => void;
  /** Throws where what is written would not be found again; asked before each transaction, and after it. */
  requireKept: () => void;
}

/**
 * Does together, at its end, what a turn of the event loop asks of a database: first the writes, in one
 * transaction, since reaching the disk takes as long for many as for one; then the reads, in another,
 * since its locks take longer than most reads.
 */
export class Turns {
  readonly #client: Database.Database;
  readonly #options: TurnsOptions;
  /** Within another transaction, a savepoint. */
  readonly #transaction: Database.Transaction<(work: Work) => unknown>;
  /** Tells how many rows the connection has changed so far. */
  readonly #changes: Database.Statement;
  readonly #writes: Asked[] = [];
  readonly #reads: Asked[] = [];
  #isScheduled = false;
  /** How often in a row writes have met another program's lock: once too often, they no longer wait for it. */
  #pauses = 0;
  #isPausing = false;
  #isFailing = false;
  /** Whether the next turn begins with the reads that were asked for last. */
  #isLatestFirst = false;

  constructor(client: Database.Database, options: TurnsOptions) {
    this.#client = client;
    this.#options = options;
    this.#transaction = client.transaction((work) => work());
    this.#changes = client.prepare<unknown[]>('SELECT total_changes()').pluck();
  }

  /**
   * Resolves with what `work` returns, once that is durable. Rejects with what it throws, or what kept the
   * transaction from the disk: then nothing of it is kept. One that throws takes no other along.
   * @param work is done once more where another one of its turn fails halfway
   */
  readonly write = <Result>(work: () => Result): Promise<Result> => this.#ask(this.#writes, work);

  /** The same for what can share no transaction, and begins one itself. */
  readonly writeAlone = <Result>(work: () => Result): Promise<Result> =>
    this.#ask(this.#writes, work, { isAlone: true });

  /** The same for what isn't worth waiting for another program's lock, which has it rejected at once. */
  readonly writeUnlessLocked = <Result>(work: () => Result): Promise<Result> =>
    this.#ask(this.#writes, work, { isImpatient: true });

  /**
   * Resolves with what `work` returns, or rejects with what it throws. It sees all writes that were told of.
   * @param isWanted asked when its turn comes: without anybody who waits it is left out, and rejects
   */
  readonly read = <Result>(work: () => Result, isWanted = always): Promise<Result> =>
    this.#ask(this.#reads, work, { isWanted });

  /** Whether the last transaction of writes was kept from the disk. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** Resolves when nothing is left to do, nor what follows from it. */
  async finish(): Promise<void> {
    while (this.#isScheduled || this.#isPausing) {
      await (this.#isPausing ? setTimeout(LOCKED_PAUSE_MS) : setImmediate());
    }
  }

  #ask<Result>(
    asked: Asked[],
    work: () => Result,
    { isAlone = false, isImpatient = false, isWanted = always } = {},
  ): Promise<Result> {
    return new Promise((resolve, fail) => {
      if (!this.#client.open) throw new ApiError('notReady', 'the database is closed');
      const reject = (error: unknown) => fail(translateError(error));
      if (isImpatient && this.#isPausing) throw new ApiError('notReady', 'the database is locked');
      asked.push({ work, isAlone, isImpatient, isWanted, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    globalThis.setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#isScheduled = false;
    if (!this.#isPausing) this.#doWrites();
    this.#doReads();
    const isLeft = this.#reads.length > 0 || (this.#writes.length > 0 && !this.#isPausing);
    if (isLeft) this.#schedule();
  }

  #doWrites(): void {
    const group = this.#nextWrites();
    if (group.length === 0) return;
    try {
      this.#options.requireKept();
      const outcomes = group[0]?.isAlone ? [this.#doAlone(group[0])] : this.#commit(group);
      this.#options.requireKept();
      this.#pauses = 0;
      this.#isFailing = false;
      this.#writes.unshift(...group.splice(outcomes.length));
      for (const tell of outcomes) tell();
    } catch (error) {
      this.#fail(group, error);
      return;
    }
    this.#options.onCommit(group.length);
  }

  #fail(group: readonly Asked[], error: unknown): void {
    if (isLocked(error) && this.#pauses < LOCKED_PAUSES_MAX) {
      for (const { reject } of group.filter(({ isImpatient }) => isImpatient)) reject(error);
      this.#pause(group.filter(({ isImpatient }) => !isImpatient));
      return;
    }
    this.#isFailing = true;
    for (const { reject } of group) reject(error);
  }

  #nextWrites(): Asked[] {
    const alone = this.#writes.findIndex(({ isAlone }) => isAlone);
    const shared = alone < 0 ? WRITES_MAX : Math.min(alone, WRITES_MAX);
    return this.#writes.splice(0, alone === 0 ? 1 : shared);
  }

  /** Does these writes again after a while: another program holds the lock, and nothing is done of them. */
  #pause(group: readonly Asked[]): void {
    this.#writes.unshift(...group);
    this.#pauses++;
    this.#isPausing = true;
    globalThis.setTimeout(() => {
      this.#isPausing = false;
      this.#schedule();
    }, LOCKED_PAUSE_MS);
  }

  #doAlone({ work, resolve, reject }: Asked): Tell {
    try {
      const result = work() as never;
      return () => resolve(result);
    } catch (error) {
      // What no rule refuses keeps all writes from the disk.
      if (!(error instanceof ApiError)) throw error;
      return () => reject(error);
    }
  }

  /** Does as many of these writes as a turn takes, the first of them at least. */
  #commit(group: readonly Asked[]): Tell[] {
    const doAll = (run: (work: Work) => unknown) =>
      this.#transaction.immediate(() => {
        const tells: Tell[] = [];
        for (let left = RESOURCES_MAX; left > 0 && tells.length < group.length; ) {
          const { weight, tell } = this.#write(group[tells.length] as Asked, run);
          tells.push(tell);
          left -= weight;
        }
        return tells;
      }) as Tell[];
    try {
      return doAll(this.#unlessHalfway);
    } catch (error) {
      if (!(error instanceof Halfway)) throw error;
      // At first without: a savepoint copies each page before it changes, for what almost never fails.
      return doAll(this.#transaction);
    }
  }

  #write({ work, resolve, reject }: Asked, run: (work: Work) => unknown): Done {
    try {
      const result = run(work) as never;
      const weight = weightOf(result);
      return { weight, tell: () => tellInTurn(weight, () => resolve(result)) };
    } catch (error) {
      // A full disk and the like end the whole transaction.
      if (error instanceof Halfway || !this.#client.inTransaction) throw error;
      return { weight: 1, tell: () => reject(error) };
    }
  }

  readonly #unlessHalfway = (work: Work): unknown => {
    const before = this.#changes.get();
    try {
      return work();
    } catch (error) {
      throw this.#client.inTransaction && this.#changes.get() !== before ? new Halfway() : error;
    }
  };

  #doReads(): void {
    if (this.#reads.length === 0) return;
    try {
      this.#transaction.deferred(() => {
        for (let left = RESOURCES_MAX; left > 0; ) {
          const asked = this.#isLatestFirst ? this.#reads.pop() : this.#reads.shift();
          if (!asked) break;
          left -= read(asked);
        }
      });
      // Where many are asked for that take long, small ones that come later don't wait for all of them.
      this.#isLatestFirst = this.#reads.length > 0 && !this.#isLatestFirst;
    } catch (error) {
      for (const { reject } of this.#reads.splice(0)) reject(error);
    }
  }
}

/** Does a read, and returns how much of a turn it takes, in resources. */
function read({ work, isWanted, resolve, reject }: Asked): number {
  try {
    if (!isWanted()) throw new ApiError('notReady', 'nobody waits for the answer any more');
    const result = work();
    const weight = Array.isArray(result)
      ? result.reduce((sum, each) => sum + weightOf(each), 0)
      : weightOf(result);
    tellInTurn(weight, () => resolve(result as never));
    return weight;
  } catch (error) {
    reject(error);
    return 1;
  }
}

/** Tells at once, but of what takes a turn to read, and as long to answer with, when others have had theirs. */
function tellInTurn(weight: number, tell: Tell): void {
  if (weight < RESOURCES_MAX) tell();
  else globalThis.setImmediate(tell);
}

function weightOf(resource: unknown): number {
  if (typeof resource !== 'object' || resource === null) return 1;
  return 1 + (charactersOf(Object.values(resource)) * RESOURCES_MAX) / CHARACTERS_MAX;
}
