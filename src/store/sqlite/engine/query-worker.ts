import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { ApiError, type Failure, invalidArgument } from '../../../contract/errors.ts';
import { translateError } from '../errors.ts';
import type { SqlQuery } from './run-query.ts';

/** How long a query may run, in milliseconds (F57). */
const RUN_MS_MAX = 1000;
/** How long a query may wait for its start, in milliseconds. */
const WAIT_MS_MAX = 10_000;
/** Maximum threads that still run a query after its timeout, because SQLite can't be interrupted. */
const ABANDONED_MAX = 2;
/** Megabytes of young generation in the thread's heap; the default would use more memory. */
const YOUNG_GENERATION_MB = 4;

/** The message of a thread that has loaded its program. */
export const READY = 'ready';

/** An error in the form that the thread sends, because a structured clone loses the class. */
export interface SentError {
  failure: Failure | undefined;
  /** SQLite's code. */
  code: string | undefined;
  message: string;
}

/** The thread's reply to a query. */
export type SentResult = { values: unknown[] } | { error: SentError };

export interface QueryWorkerOptions {
  /** Path of the thread's program. */
  program: string;
  /** Path of the database file. */
  file: string;
  /** Called between two queries, when the thread has no open read transaction. */
  onIdle: () => void;
  /** Maximum duration of a query, in milliseconds; one second by default. */
  runLimit?: number | undefined;
}

interface QueuedQuery {
  query: SqlQuery;
  isAborted: () => boolean;
  resolve: (values: unknown[]) => void;
  reject: (error: unknown) => void;
  timer: NodeJS.Timeout;
}

/**
 * Runs lists and counts that an index doesn't bound in a separate thread, one after the other, so that no other
 * request waits for them (ADR-16). A query that has run for a second is rejected and its thread is replaced, so
 * that no other query waits for it either.
 */
export class QueryWorker {
  readonly #options: QueryWorkerOptions;
  readonly #queue: QueuedQuery[] = [];
  readonly #abandoned = new Set<Worker>();
  #current: QueuedQuery | undefined;
  #thread: Worker | undefined;
  /** Whether the thread has loaded its program, which doesn't count as running a query. */
  #isReady = false;
  #isClosed = false;

  constructor(options: QueryWorkerOptions) {
    this.#options = options;
  }

  /**
   * @param isAborted whether the client has disconnected; then the query is skipped
   * @returns the query's values or rows, from one snapshot taken after this call
   * @throws ApiError SYS.1007 for a query that takes too long, SYS.1010 if too many others wait or still run
   */
  run(query: SqlQuery, isAborted: () => boolean = () => false): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw closed();
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(queued), 1);
        reject(overloaded());
      }, WAIT_MS_MAX);
      const queued = { query, isAborted, resolve, reject, timer };
      this.#queue.push(queued);
      this.#next();
    });
  }

  /** Rejects queued and running queries, and waits for the threads to end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const threads = [...this.#abandoned, ...(this.#thread ? [this.#thread] : [])];
    this.#rejectAll(closed());
    await Promise.all(threads.map((thread) => thread.terminate()));
  }

  #next(): void {
    if (this.#current) return;
    if (this.#abandoned.size >= ABANDONED_MAX) {
      this.#rejectAll(overloaded());
      return;
    }
    const next = this.#queue.shift();
    if (!next) return;
    clearTimeout(next.timer);
    if (next.isAborted()) {
      next.reject(new ApiError('notReady', 'the client has disconnected'));
      this.#next();
      return;
    }
    this.#current = next;
    this.#thread ??= this.#startThread();
    this.#thread.postMessage(next.query);
    if (this.#isReady) this.#startTimer();
  }

  #startTimer(): void {
    const running = this.#current;
    if (!running) return;
    const limit = this.#options.runLimit ?? RUN_MS_MAX;
    // Handles a result first that arrived while the main thread was busy.
    running.timer = setTimeout(() => setImmediate(() => this.#abandonThread(running)), limit);
  }

  #abandonThread(overdue: QueuedQuery): void {
    if (this.#current !== overdue) return;
    const thread = this.#thread as Worker;
    this.#thread = undefined;
    this.#abandoned.add(thread);
    void thread.terminate();
    this.#finish()?.reject(
      invalidArgument(
        "the query takes longer than a second: narrow its conditions, or ask for less with 'limit'",
      ),
    );
    this.#next();
  }

  /** Clears the running query and its timer, and returns it to be settled. */
  #finish(): QueuedQuery | undefined {
    const finished = this.#current;
    clearTimeout(finished?.timer);
    this.#current = undefined;
    return finished;
  }

  #rejectAll(error: unknown): void {
    this.#finish()?.reject(error);
    for (const { reject, timer } of this.#queue.splice(0)) {
      clearTimeout(timer);
      reject(error);
    }
  }

  #startThread(): Worker {
    const { program, file } = this.#options;
    this.#isReady = false;
    const thread = new Worker(program, {
      workerData: file,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    // An idle thread must not keep the process alive.
    thread.unref();
    thread.on('message', (sent: SentResult | typeof READY) => {
      if (this.#thread !== thread) return;
      if (sent === READY) {
        this.#isReady = true;
        this.#startTimer();
        return;
      }
      const finished = this.#finish();
      if ('values' in sent) finished?.resolve(sent.values);
      else finished?.reject(errorOf(sent.error));
      this.#options.onIdle();
      this.#next();
    });
    let reason: unknown = closed();
    thread.on('error', (error) => {
      reason = error;
    });
    thread.on('exit', () => {
      this.#abandoned.delete(thread);
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      this.#rejectAll(reason);
    });
    return thread;
  }
}

const closed = () => new ApiError('notReady', 'the database is closed');
const overloaded = () =>
  new ApiError('notReady', 'the server is overloaded: too many long queries wait');

function errorOf({ failure, code, message }: SentError): unknown {
  if (failure) return new ApiError(failure, message);
  return translateError(code ? new Database.SqliteError(message, code) : new Error(message));
}
