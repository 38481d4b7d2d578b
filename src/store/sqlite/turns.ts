import { ApiError } from '../../contract/errors.ts';
import type { Database, Statement, Transaction } from './driver.ts';
import { translateError } from './errors.ts';

/** Writes that share a transaction at most: nobody else is served meanwhile. */
const WRITES_MAX = 64;
/** Resources after which the reads of a turn end: all that they give are in memory at once. */
const RESOURCES_MAX = 200;

type Work = () => unknown;

/** What was asked of the database, and who waits for it. */
interface Asked {
  work: Work;
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
}

/** Tells one who waits how it ended. */
type Tell = () => void;

/** One write of several has failed when it had changed something. */
class Halfway extends Error {}

/**
 * Does together, at its end, what a turn of the event loop asks of a database: first the writes, in one
 * transaction, since reaching the disk takes as long for many as for one; then the reads, in another,
 * since its locks take longer than most reads.
 */
export class Turns {
  readonly #client: Database;
  readonly #onCommit: (writes: number) => void;
  /** Within another transaction, a savepoint. */
  readonly #transaction: Transaction<(work: Work) => unknown>;
  /** Tells how many rows the connection has changed so far. */
  readonly #changes: Statement;
  readonly #writes: Asked[] = [];
  readonly #reads: Asked[] = [];
  #isScheduled = false;
  /** Done when the reads of a turn begin, in their transaction. */
  beforeReads: () => void = () => {};

  /** @param onCommit told of each transaction how many writes it held */
  constructor(client: Database, onCommit: (writes: number) => void) {
    this.#client = client;
    this.#onCommit = onCommit;
    this.#transaction = client.transaction((work) => work());
    this.#changes = client.prepare<unknown[]>('SELECT total_changes()').pluck();
  }

  /**
   * Resolves with what `work` returns, once that is durable. Rejects with what it throws, or what kept the
   * transaction from the disk: then nothing of it is kept. One that throws takes no other along.
   * @param work is done once more where another one of its turn fails halfway
   */
  readonly write = <Result>(work: () => Result): Promise<Result> => this.#ask(this.#writes, work);

  /** Resolves with what `work` returns, or rejects with what it throws. It sees all writes that were told of. */
  readonly read = <Result>(work: () => Result): Promise<Result> => this.#ask(this.#reads, work);

  /** Does at once, after what was asked for before, what can share no transaction. */
  readonly alone = async <Result>(work: () => Result): Promise<Result> => {
    this.#requireOpen();
    this.#flush();
    try {
      return work();
    } catch (error) {
      throw translateError(error);
    }
  };

  /** Resolves when nothing is left to do, nor what follows from it. */
  async finish(): Promise<void> {
    while (this.#isScheduled) {
      this.#flush();
      await new Promise(setImmediate);
    }
  }

  #flush(): void {
    while (this.#writes.length > 0) this.#doWrites();
    while (this.#reads.length > 0) this.#doReads();
  }

  #ask<Result>(asked: Asked[], work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#requireOpen();
      asked.push({ work, resolve, reject: (error) => reject(translateError(error)) });
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      setImmediate(() => this.#endTurn());
    });
  }

  #requireOpen(): void {
    if (!this.#client.open) throw new ApiError('notReady', 'the database is closed');
  }

  #endTurn(): void {
    this.#doWrites();
    this.#doReads();
    this.#isScheduled = this.#writes.length > 0 || this.#reads.length > 0;
    if (this.#isScheduled) setImmediate(() => this.#endTurn());
  }

  #doWrites(): void {
    const group = this.#writes.splice(0, WRITES_MAX);
    if (group.length === 0) return;
    try {
      const outcomes = this.#commit(group);
      for (const tell of outcomes) tell();
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    this.#onCommit(group.length);
  }

  #commit(group: readonly Asked[]): Tell[] {
    const doAll = (run: (work: Work) => unknown) =>
      this.#transaction.immediate(() => group.map((asked) => this.#write(asked, run))) as Tell[];
    try {
      return doAll(this.#unlessHalfway);
    } catch (error) {
      if (!(error instanceof Halfway)) throw error;
      // At first without: a savepoint copies each page before it changes, for what almost never fails.
      return doAll(this.#transaction);
    }
  }

  #write({ work, resolve, reject }: Asked, run: (work: Work) => unknown): Tell {
    try {
      const result = run(work) as never;
      return () => resolve(result);
    } catch (error) {
      // A full disk and the like end the whole transaction.
      if (error instanceof Halfway || !this.#client.inTransaction) throw error;
      return () => reject(error);
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
        this.beforeReads();
        for (let left = RESOURCES_MAX; left > 0; ) {
          const asked = this.#reads.shift();
          if (!asked) return;
          left -= read(asked);
        }
      });
    } catch (error) {
      for (const { reject } of this.#reads.splice(0)) reject(error);
    }
  }
}

/** Does a read, and returns how many resources it gave. */
function read({ work, resolve, reject }: Asked): number {
  try {
    const result = work();
    resolve(result as never);
    return Array.isArray(result) ? result.length : 1;
  } catch (error) {
    reject(error);
    return 1;
  }
}
