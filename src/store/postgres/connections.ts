import { setTimeout } from 'node:timers/promises';
import { ApiError } from '../../contract/errors.ts';
import type { Client, Pool } from './driver.ts';
import {
  CommitUnknown,
  ConnectionLost,
  classifyError,
  isConflict,
  isConnectionReset,
  NotConnected,
  QueryTimeout,
  sqlState,
  translateError,
  violatedConstraint,
} from './errors.ts';

/** How often a transaction is done again that others were in the way of. */
const CONFLICTS_MAX = 10;
/** The same where something came or went while it was done; what is still so then will stay so. */
const VIOLATIONS_MAX = 3;
/** Until it is done again, in milliseconds: at first, and at most. */
const PAUSE_MS = { first: 4, last: 250 };
/** For how long, and after how long each time, it is asked whether a transaction was kept. */
const COMMIT_CHECK = { limitMs: 5000, pauseMs: 250 };

/** SQLSTATEs of a disk that is full, or fails. */
const DISK = /^(53100|58)/;

/** A statement, and the name it is kept prepared by; one without is planned for its values each time. */
export interface Statement {
  text: string;
  name?: string;
}

export interface StatementResult {
  /** As lists, in the order of their columns. */
  rows: unknown[][];
  /** How many rows were changed, or found. */
  count: number;
}

/** Does a statement on a connection. */
export type Run = (statement: Statement, values?: readonly unknown[]) => Promise<StatementResult>;

export type Work<Result> = (run: Run) => Promise<Result>;

const BEGIN = { text: 'BEGIN' };
const BEGIN_SNAPSHOT = { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' };
const COMMIT = { text: 'COMMIT' };
const ROLLBACK = { text: 'ROLLBACK' };

/** What is done on the connections of a pool, each piece of work on one of them. Its promises reject as the store's. */
export class Connections {
  readonly #pool: Pool;
  /** Told of each transaction that was kept. */
  readonly #onCommit: () => void;
  #isClosed = false;
  #isDegraded = false;

  constructor(pool: Pool, onCommit: () => void = () => {}) {
    this.#pool = pool;
    this.#onCommit = onCommit;
  }

  /** Reads, again where the connection turns out to be dead, as all that the pool has may be by then. */
  readonly read = <Result>(work: Work<Result>): Promise<Result> =>
    this.#translateErrors(async () => {
      for (let lost = 0; ; lost++) {
        try {
          return await this.#withConnection(work);
        } catch (error) {
          if (!isConnectionReset(error) || lost > this.#pool.options.max) throw error;
        }
      }
    });

  /** Reads all of one moment. */
  readonly readSnapshot = <Result>(work: Work<Result>): Promise<Result> =>
    this.#translateErrors(() =>
      this.#withConnection(async (run) => {
        await run(BEGIN_SNAPSHOT);
        try {
          return await work(run);
        } finally {
          await run(ROLLBACK).catch(ignore);
        }
      }),
    );

  /** Writes by one statement, which is a transaction by itself. */
  readonly writeStatement = <Result>(work: Work<Result>): Promise<Result> =>
    this.#committed(async () => {
      try {
        return await retry(() => this.#withConnection(work));
      } catch (error) {
        const isSent = error instanceof ConnectionLost && !(error instanceof NotConnected);
        throw isSent ? new CommitUnknown('the statement was sent', { cause: error }) : error;
      }
    });

  /**
   * A transaction, which is durable when the promise resolves, or else undone. It is done again where
   * others were in its way.
   * @param wasCommitted tells whether it was kept; asked where the connection broke as it was to be
   */
  readonly write = <Result>(work: Work<Result>, wasCommitted?: Work<boolean>): Promise<Result> =>
    this.#committed(() =>
      retry(async () => {
        let result: { made: Result } | undefined;
        try {
          return await this.#withConnection(async (run) => {
            await run(BEGIN);
            try {
              result = { made: await work(run) };
            } catch (error) {
              await run(ROLLBACK).catch(ignore);
              throw error;
            }
            await run(COMMIT);
            return result.made;
          });
        } catch (error) {
          if (!result || !(error instanceof ConnectionLost)) throw error;
          const commitUnknown = new CommitUnknown('COMMIT was sent', { cause: error });
          if (!wasCommitted) throw commitUnknown;
          if (await this.#resolveCommit(wasCommitted, commitUnknown)) return result.made;
          throw error;
        }
      }),
    );

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#pool.end();
  }

  /** Whether a transaction was kept, as soon as the database is there again to tell. */
  async #resolveCommit(
    wasCommitted: Work<boolean>,
    commitUnknown: CommitUnknown,
  ): Promise<boolean> {
    const late = setTimeout(COMMIT_CHECK.limitMs, undefined, { ref: false }).then(() => {
      throw commitUnknown;
    });
    for (;;) {
      try {
        return await Promise.race([this.#withConnection(wasCommitted), late]);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw commitUnknown;
        await Promise.race([setTimeout(COMMIT_CHECK.pauseMs), late]);
      }
    }
  }

  async #committed<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await this.#translateErrors(work);
      this.#isDegraded = false;
      this.#onCommit();
      return result;
    } catch (error) {
      if (sqlState(error)?.match(DISK)) this.#isDegraded = true;
      throw error;
    }
  }

  /** Whether the last write failed for the database's disk. */
  get isDegraded(): boolean {
    return this.#isDegraded;
  }

  async #translateErrors<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new ApiError('notReady', 'the database is closed');
    try {
      return await work();
    } catch (error) {
      throw translateError(error);
    }
  }

  async #withConnection<Result>(work: Work<Result>): Promise<Result> {
    const client = await this.#connect();
    const connection = { isLost: false };
    // A broken connection says so twice: to whoever waits for an answer, and so.
    client.on('error', ignore);
    try {
      return await work(createRun(client, connection));
    } catch (error) {
      if (error instanceof QueryTimeout) this.#dropIdle();
      throw error;
    } finally {
      client.off('error', ignore);
      client.release(connection.isLost);
    }
  }

  /** Closes what nobody uses: whoever comes next would wait on it for as long again. */
  #dropIdle(): void {
    for (let idle = this.#pool.idleCount; idle > 0; idle--) {
      this.#pool.connect().then((client) => client.release(true), ignore);
    }
  }

  async #connect(): Promise<Client> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw new NotConnected('the database is away', { cause: error });
    }
  }
}

const ignore = () => {};

function createRun(client: Client, connection: { isLost: boolean }): Run {
  return async (statement, values = []) => {
    // It would wait for the answer that does not come.
    if (connection.isLost) throw new ConnectionLost('the connection to the database broke');
    try {
      const { rows, rowCount } = await client.query({
        ...statement,
        values: values.map(bindable),
        rowMode: 'array',
      });
      return { rows, count: rowCount ?? 0 };
    } catch (thrown) {
      const error = classifyError(thrown);
      connection.isLost ||= error instanceof ConnectionLost;
      throw error;
    }
  };
}

/** A text without U+0000, which no text has that is kept (F16): asked for, it finds nothing. */
function bindable(value: unknown): unknown {
  if (typeof value === 'string')
    return value.includes('\0') ? value.replaceAll('\0', '\uffff') : value;
  return Array.isArray(value) ? value.map(bindable) : value;
}

/** Does work again where others were in its way. */
async function retry<Result>(work: () => Promise<Result>): Promise<Result> {
  let [conflicts, violations] = [0, 0];
  for (;;) {
    try {
      return await work();
    } catch (error) {
      // What another has taken meanwhile is found the next time, and refused in words of its own.
      const mayPass = violatedConstraint(error)
        ? ++violations <= VIOLATIONS_MAX
        : isConflict(error) && ++conflicts <= CONFLICTS_MAX;
      if (!mayPass) {
        throw error;
      }
      await setTimeout(Math.min(PAUSE_MS.first * 2 ** conflicts, PAUSE_MS.last));
    }
  }
}
