import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { ApiError, type Failure } from '../../../contract/errors.ts';
import type { Reader } from '../../../domain/store.ts';
import { queryTooLong } from '../../errors.ts';
import { translateError } from '../errors.ts';
import type { SqlQuery } from './run-query.ts';

/** Processor time that a query may use, in milliseconds (F57). Where it is unknown, this limits the real time. */
const RUN_MS_MAX = 1000;
/** The limit of a query's real time, as a multiple of that of its processor time: the machine may be busy. */
const BUSY_FACTOR = 5;
/** How long a query may wait for its start, in milliseconds. */
const WAIT_MS_MAX = 10_000;
/** Maximum number of clients whose last query is remembered. */
const CLIENTS_MAX = 1000;
/** The unit of processor times in /proc, in milliseconds. */
const TICK_MS = 10;
/** Limits the young generation of the process's heap, which would take more memory by default. */
const HEAP_FLAGS = ['--max-semi-space-size=2'];

/** The message of a process that has loaded its program. */
export const READY = 'ready';

/** An error in the form that the process sends, because a message has no classes. */
interface SentError {
  kind: Failure | undefined;
  /** SQLite's code. */
  code: string | undefined;
  message: string;
}

/** The message with which the process answers a query. */
export type SentResult = { values: unknown[] } | { error: SentError };

export interface QueryWorkerOptions {
  /** Path of the process's program. */
  program: string;
  /** Path of the database file. */
  file: string;
  /** Called when a process has ended a query with its read transaction, before it gets the next one. */
  onIdle: () => void;
  /** Processor time that a query may use, in milliseconds; one second by default. */
  runLimit?: number | undefined;
}

interface QueuedQuery {
  query: SqlQuery;
  reader: Reader;
  resolve: (values: unknown[]) => void;
  reject: (error: unknown) => void;
  timer: NodeJS.Timeout;
}

/** The reader of a query without a client. */
const SERVER: Reader = { isAborted: () => false, client: '' };

/**
 * Runs lists and counts that an index doesn't bound in two processes, so that no other request waits for them
 * (ADR-16). A client has one query at a time in them, and the client whose last query began longest ago comes next, so
 * that the slow queries of one don't delay those of others.
 */
export class QueryWorker {
  readonly #queue: QueuedQuery[] = [];
  readonly #processes: readonly QueryProcess[];
  /** The number of the last start of each client's queries. */
  readonly #started = new LRUCache<string, number>({ max: CLIENTS_MAX });
  #starts = 0;
  #isClosed = false;

  constructor(options: QueryWorkerOptions) {
    this.#processes = [new QueryProcess(options), new QueryProcess(options)];
  }

  /**
   * @param reader a query whose reader has disconnected is skipped
   * @returns the query's values or rows, from one snapshot taken after this call
   * @throws ApiError SYS.1007 for a query that takes too long, SYS.1010 if it has waited too long for others
   */
  run(query: SqlQuery, reader: Reader = SERVER): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw closed();
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(queued), 1);
        reject(new ApiError('notReady', 'the server is overloaded: too many long queries wait'));
      }, WAIT_MS_MAX);
      const queued = { query, reader, resolve, reject, timer };
      this.#queue.push(queued);
      this.#next();
    });
  }

  /** Rejects queued and running queries, and waits for the end of the processes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject, timer } of this.#queue.splice(0)) {
      clearTimeout(timer);
      reject(closed());
    }
    await Promise.all(this.#processes.map((each) => each.close()));
  }

  /** Starts the query of the client whose last start is longest ago, if a process is idle. */
  #next(): void {
    const idle = this.#processes.find(({ client }) => client === undefined);
    const busy = this.#processes.map(({ client }) => client);
    const startOf = ({ reader: { client } }: QueuedQuery) => this.#started.get(client) ?? 0;
    const [next] = this.#queue
      .filter(({ reader }) => !busy.includes(reader.client))
      .sort((one, other) => startOf(one) - startOf(other));
    if (!idle || !next) return;
    this.#queue.splice(this.#queue.indexOf(next), 1);
    clearTimeout(next.timer);
    this.#started.set(next.reader.client, ++this.#starts);
    if (next.reader.isAborted()) {
      next.reject(new ApiError('notReady', 'the client has disconnected'));
    } else {
      const done = idle.run(next.query, next.reader.client).then(next.resolve, next.reject);
      void done.then(() => this.#next());
    }
    this.#next();
  }
}

/**
 * A process that runs one query at a time. The driver can't interrupt SQLite, so a query that takes too long is ended
 * with its process; the next one starts another.
 */
class QueryProcess {
  /** The client of the running query. */
  client: string | undefined;
  readonly #options: QueryWorkerOptions;
  #running: Pick<QueuedQuery, 'query' | 'resolve' | 'reject'> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #child: ChildProcess | undefined;
  /** Whether the process has loaded its program, which doesn't count as running a query. */
  #isReady = false;

  constructor(options: QueryWorkerOptions) {
    this.#options = options;
  }

  run(query: SqlQuery, client: string): Promise<unknown[]> {
    this.client = client;
    return new Promise((resolve, reject) => {
      this.#running = { query, resolve, reject };
      try {
        this.#child ??= this.#start();
        if (this.#isReady) this.#send(this.#child);
      } catch (error) {
        this.#end(error);
      }
    });
  }

  async close(): Promise<void> {
    const child = this.#child;
    child?.ref();
    const ended = child && once(child, 'exit');
    this.#end(closed());
    await ended;
  }

  #send(child: ChildProcess): void {
    const running = this.#running;
    // Ignores errors, because a process whose channel is broken ends, and `exit` follows.
    child.send(running?.query as SqlQuery, () => {});
    const limit = this.#options.runLimit ?? RUN_MS_MAX;
    const before = processorTime(child);
    let realTime = 0;
    const check = () => {
      const used = (processorTime(child) ?? realTime) - (before ?? 0);
      const remaining = Math.min(limit - used, limit * BUSY_FACTOR - realTime);
      if (remaining <= 0) {
        // First handles a result that arrived while the server was busy.
        setImmediate(() => this.#running === running && this.#end(queryTooLong(limit / 1000)));
        return;
      }
      const pause = Math.max(remaining, TICK_MS);
      realTime += pause;
      this.#timer = setTimeout(check, pause);
    };
    check();
  }

  /** Clears the running query, and returns it to be settled. */
  #finish() {
    const finished = this.#running;
    clearTimeout(this.#timer);
    this.#running = undefined;
    this.client = undefined;
    return finished;
  }

  /** Ends the process and rejects its query. */
  #end(reason: unknown): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
    this.#isReady = false;
    this.#finish()?.reject(reason);
  }

  #start(): ChildProcess {
    const { program, file, onIdle } = this.#options;
    const started = fork(program, [file], {
      execArgv: HEAP_FLAGS,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    // An idle process must not keep the server's alive.
    started.unref();
    started.channel?.unref();
    started.on('message', (sent: SentResult | typeof READY) => {
      if (this.#child !== started) return;
      if (sent === READY) {
        this.#isReady = true;
        if (this.#running) this.#send(started);
        return;
      }
      const finished = this.#finish();
      if ('values' in sent) finished?.resolve(sent.values);
      else finished?.reject(errorOf(sent.error));
      onIdle();
    });
    const onEnd = (reason: unknown) => {
      if (this.#child === started) this.#end(reason);
    };
    started.on('error', onEnd);
    started.on('exit', (code, signal) =>
      onEnd(new Error(`the process of the query ended with ${signal ?? code}`)),
    );
    return started;
  }
}

const closed = () => new ApiError('notReady', 'the database is closed');

function errorOf({ kind, code, message }: SentError): unknown {
  if (kind) return new ApiError(kind, message);
  return translateError(code ? new Database.SqliteError(message, code) : new Error(message));
}

/** The processor time that a process has used, in milliseconds; undefined where the system has no /proc. */
function processorTime({ pid }: ChildProcess): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return undefined;
  }
}
