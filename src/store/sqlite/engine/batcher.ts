import { setImmediate, setTimeout } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { ApiError } from '../../../contract/errors.ts';
import { isLocked, translateError } from '../errors.ts';

/** A batch ends after this many writes … */
const WRITES_MAX = 64;
/** … and a batch of writes or reads after this many milliseconds, because it blocks the event loop. */
const BATCH_MS = 5;

/** Iterations of the event loop that a batch waits at most while connections are accepted. */
const ACCEPTING_MAX = 64;

/** Delay, in milliseconds, before a retry of writes that met another program's lock. */
const LOCK_RETRY_MS = 20;
/** Retries in a row: two seconds in total, including the attempts. */
const LOCK_RETRIES_MAX = 80;

type Work = () => unknown;

interface Task {
  work: Work;
  /** Whether the work begins its own transaction, so that it can't be batched. */
  isExclusive: boolean;
  /** Whether the task fails at once if another program holds the lock, in place of waiting. */
  failsIfLocked: boolean;
  isAborted: () => boolean;
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
}

/** Resolves or rejects the promise of a task that has run. */
type Settle = () => void;

/** A write of a batch failed after it had changed rows. */
class PartialWrite extends Error {}

export interface BatcherOptions {
  /** Called after each transaction with its number of writes. */
  onCommit: (writes: number) => void;
  /** Throws if the database's files were moved or replaced, because a write would then be lost. */
  assertFileInPlace: () => void;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Connections that the server has accepted so far. */
  accepted: () => number;
}

/**
 * Batches all writes of one event-loop tick into one transaction, so that they share one fsync (ADR-15).
 *
 * - A write is acknowledged after COMMIT, never before.
 * - A failed write doesn't affect the others of its batch. A batch runs without savepoints first, since a
 *   savepoint copies each page before it changes. Only if a write fails after it has changed rows, the whole
 *   batch is rolled back and run again with a savepoint for each write. So a write may run twice.
 * - A failure of the transaction (a full disk, COMMIT) fails every write of the batch.
 * - The reads of a tick run after its writes, in one read transaction, and see them.
 * - A batch ends after 64 writes or 5 ms; the rest waits for the next tick, so that other events run in between.
 * - Node accepts one connection in each iteration of the event loop. As long as one brings a connection, the batch
 *   waits for the next one: otherwise the last of many simultaneous clients would wait for a batch of each other.
 * - Writes that meet another program's lock are retried for two seconds; reads continue meanwhile.
 * - The database's files are checked before each write transaction and after its COMMIT.
 */
export class TransactionBatcher {
  readonly #client: Database.Database;
  readonly #options: BatcherOptions;
  /** Runs a function in a transaction; inside of one, in a savepoint. */
  readonly #transaction: Database.Transaction<(work: Work) => unknown>;
  readonly #totalChanges: Database.Statement<unknown[]>;
  readonly #writes: Task[] = [];
  readonly #reads: Task[] = [];
  #isScheduled = false;
  /** Number of successive attempts that met another program's lock. */
  #lockRetries = 0;
  #isWaitingForLock = false;
  #isDegraded = false;
  #accepted = 0;

  constructor(client: Database.Database, options: BatcherOptions) {
    this.#client = client;
    this.#options = options;
    this.#transaction = client.transaction((work) => work());
    this.#totalChanges = client.prepare<unknown[]>('SELECT total_changes()').pluck();
  }

  /**
   * Runs a write in the tick's transaction.
   * @param work may run twice, see above
   * @returns the result of `work`, once its changes are durable
   * @throws the error of `work` or of the transaction; nothing is then stored
   */
  readonly write = <Result>(work: () => Result): Promise<Result> =>
    this.#enqueue(this.#writes, { work });

  /** Like `write`, for work that begins its own transaction. */
  readonly exclusive = <Result>(work: () => Result): Promise<Result> =>
    this.#enqueue(this.#writes, { work, isExclusive: true });

  /** Like `write`, but rejects at once if another program holds the lock. */
  readonly tryWrite = <Result>(work: () => Result): Promise<Result> =>
    this.#enqueue(this.#writes, { work, failsIfLocked: true });

  /**
   * Runs a read in the tick's read transaction, which sees every acknowledged write.
   * @param isAborted whether the client has disconnected; then the read is skipped
   */
  readonly read = <Result>(work: () => Result, isAborted?: () => boolean): Promise<Result> =>
    this.#enqueue(this.#reads, isAborted ? { work, isAborted } : { work });

  /** Whether the last write transaction failed. */
  get isDegraded(): boolean {
    return this.#isDegraded;
  }

  /** Resolves when every task has settled, including tasks added meanwhile. */
  async drain(): Promise<void> {
    while (this.#isScheduled || this.#isWaitingForLock) {
      await (this.#isWaitingForLock ? setTimeout(LOCK_RETRY_MS) : setImmediate());
    }
  }

  #enqueue<Result>(queue: Task[], task: Partial<Task> & { work: () => Result }): Promise<Result> {
    return new Promise((resolve, fail) => {
      if (!this.#client.open) throw new ApiError('notReady', 'the database is closed');
      if (task.failsIfLocked && this.#isWaitingForLock) {
        throw new ApiError('notReady', 'the database is locked');
      }
      const reject = (error: unknown) => fail(translateError(error));
      const defaults = { isExclusive: false, failsIfLocked: false, isAborted: () => false };
      queue.push({ ...defaults, ...task, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#runSoon(ACCEPTING_MAX);
  }

  #runSoon(iterations: number): void {
    globalThis.setImmediate(() => {
      const accepted = this.#options.accepted();
      const isAccepting = accepted > this.#accepted;
      this.#accepted = accepted;
      if (isAccepting && iterations > 0) this.#runSoon(iterations - 1);
      else this.#runTick();
    });
  }

  #runTick(): void {
    this.#isScheduled = false;
    if (!this.#isWaitingForLock) this.#runWrites();
    this.#runReads();
    const hasWrites = this.#writes.length > 0 && !this.#isWaitingForLock;
    if (hasWrites || this.#reads.length > 0) this.#schedule();
  }

  #runWrites(): void {
    const batch = this.#nextBatch();
    const [first] = batch;
    if (!first) return;
    let settles: Settle[];
    try {
      this.#options.assertFileInPlace();
      settles = first.isExclusive ? [this.#runExclusive(first)] : this.#commit(batch);
      this.#options.assertFileInPlace();
    } catch (error) {
      this.#failBatch(batch, error);
      return;
    }
    this.#lockRetries = 0;
    this.#isDegraded = false;
    this.#writes.unshift(...batch.slice(settles.length));
    for (const settle of settles) settle();
    this.#options.onCommit(settles.length);
  }

  #nextBatch(): Task[] {
    const exclusive = this.#writes.findIndex(({ isExclusive }) => isExclusive);
    const shared = exclusive < 0 ? WRITES_MAX : Math.min(exclusive, WRITES_MAX);
    return this.#writes.splice(0, exclusive === 0 ? 1 : shared);
  }

  #failBatch(batch: readonly Task[], error: unknown): void {
    const isRetried = isLocked(error) && this.#lockRetries < LOCK_RETRIES_MAX;
    const failed = batch.filter(({ failsIfLocked }) => failsIfLocked || !isRetried);
    for (const { reject } of failed) reject(error);
    if (!isRetried) {
      this.#isDegraded = true;
      return;
    }
    this.#writes.unshift(...batch.filter(({ failsIfLocked }) => !failsIfLocked));
    this.#lockRetries++;
    this.#isWaitingForLock = true;
    globalThis.setTimeout(() => {
      this.#isWaitingForLock = false;
      this.#schedule();
    }, LOCK_RETRY_MS);
  }

  #runExclusive({ work, resolve, reject }: Task): Settle {
    try {
      const result = work() as never;
      return () => resolve(result);
    } catch (error) {
      // Any error but the operation's own ApiError is a failure of the database.
      if (!(error instanceof ApiError)) throw error;
      return () => reject(error);
    }
  }

  /** Commits writes of the batch until its time is up, but at least one. */
  #commit(batch: readonly Task[]): Settle[] {
    const runAll = (run: (work: Work) => unknown) =>
      this.#transaction.immediate(() => {
        const end = this.#options.now() + BATCH_MS;
        const settles: Settle[] = [];
        for (const task of batch) {
          settles.push(this.#runWrite(task, run));
          if (this.#options.now() >= end) break;
        }
        return settles;
      }) as Settle[];
    try {
      return runAll(this.#runUnprotected);
    } catch (error) {
      if (!(error instanceof PartialWrite)) throw error;
      return runAll(this.#transaction);
    }
  }

  #runWrite({ work, resolve, reject }: Task, run: (work: Work) => unknown): Settle {
    try {
      const result = run(work) as never;
      return () => resolve(result);
    } catch (error) {
      // SQLite itself rolls back the transaction after errors such as a full disk.
      if (error instanceof PartialWrite || !this.#client.inTransaction) throw error;
      return () => reject(error);
    }
  }

  readonly #runUnprotected = (work: Work): unknown => {
    const before = this.#totalChanges.get();
    try {
      return work();
    } catch (error) {
      const hasChanged = this.#client.inTransaction && this.#totalChanges.get() !== before;
      throw hasChanged ? new PartialWrite() : error;
    }
  };

  #runReads(): void {
    if (this.#reads.length === 0) return;
    try {
      this.#transaction.deferred(() => {
        const end = this.#options.now() + BATCH_MS;
        do runRead(this.#reads.shift() as Task);
        while (this.#reads.length > 0 && this.#options.now() < end);
      });
    } catch (error) {
      for (const { reject } of this.#reads.splice(0)) reject(error);
    }
  }
}

function runRead({ work, isAborted, resolve, reject }: Task): void {
  try {
    if (isAborted()) throw new ApiError('notReady', 'the client has disconnected');
    resolve(work() as never);
  } catch (error) {
    reject(error);
  }
}
