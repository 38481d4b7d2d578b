import { setTimeout } from 'node:timers/promises';
import { ApiError } from '../../contract/errors.ts';
import type { Statement, StatementResult, Steps, Work } from '../steps.ts';
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

/** Retries after deadlocks and serialization failures. */
const CONFLICTS_MAX = 10;
/** Retries after a constraint violation, since the retry sees rows that others have added or deleted. */
const VIOLATIONS_MAX = 3;
/** Delays before the first retry and, at most, before later ones, in milliseconds. */
const PAUSE_MS = { first: 4, last: 250 };
/** Duration and interval, in milliseconds, of checks whether a transaction was committed. */
const COMMIT_CHECK = { limitMs: 5000, pauseMs: 250 };

/** SQLSTATEs of a full or failing disk. */
const DISK = /^(53100|58)/;

const BEGIN = { text: 'BEGIN' };
const COMMIT = { text: 'COMMIT' };
const ROLLBACK = { text: 'ROLLBACK' };

/** Wraps work in a transaction that is rolled back. */
export const rolledBack = <Result>(work: Work<Result>, begin: Statement = BEGIN): Work<Result> =>
  function* () {
    yield begin;
    try {
      return yield* work();
    } finally {
      yield* rollBack();
    }
  };

/** Wraps reads so that all of them see one snapshot. */
export const inSnapshot = <Result>(work: Work<Result>): Work<Result> =>
  rolledBack(work, { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' });

/** Without effect on a connection that is lost. */
function* rollBack(): Steps<void> {
  try {
    yield ROLLBACK;
  } catch {}
}

/** Runs each piece of work on one connection of a pool. Its promises reject with the store's errors. */
export class Connections {
  readonly #pool: Pool;
  readonly #onCommit: () => void;
  #isClosed = false;
  /** Whether the last write failed because the database's disk is full or failing. */
  isDegraded = false;

  /** @param onCommit called after each write */
  constructor(pool: Pool, onCommit: () => void = () => {}) {
    this.#pool = pool;
    this.#onCommit = onCommit;
  }

  /** Runs a read. Retries after a broken connection, since all others in the pool may be broken too. */
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

  /** Runs a write of one statement, which needs no explicit transaction. */
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
   * Runs a write in a transaction, which is durable when the promise resolves. Retries after conflicts.
   * @param wasCommitted finds out whether it was committed, if the connection broke during COMMIT
   */
  readonly write = <Result>(work: Work<Result>, wasCommitted?: Work<boolean>): Promise<Result> =>
    this.#committed(() =>
      retry(async () => {
        let done: { result: Result } | undefined;
        try {
          return await this.#withConnection(function* () {
            yield BEGIN;
            try {
              done = { result: yield* work() };
            } catch (error) {
              yield* rollBack();
              throw error;
            }
            yield COMMIT;
            return done.result;
          });
        } catch (error) {
          if (!done || !(error instanceof ConnectionLost)) throw error;
          const unknown = new CommitUnknown('COMMIT was sent', { cause: error });
          if (!wasCommitted) throw unknown;
          if (await this.#resolveCommit(wasCommitted, unknown)) return done.result;
          throw error;
        }
      }),
    );

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#pool.end();
  }

  /** Whether a transaction was committed; repeats the check until the database answers. */
  async #resolveCommit(wasCommitted: Work<boolean>, unknown: CommitUnknown): Promise<boolean> {
    const late = setTimeout(COMMIT_CHECK.limitMs, undefined, { ref: false }).then(() => {
      throw unknown;
    });
    for (;;) {
      try {
        return await Promise.race([this.#withConnection(wasCommitted), late]);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw unknown;
        await Promise.race([setTimeout(COMMIT_CHECK.pauseMs), late]);
      }
    }
  }

  async #committed<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await this.#translateErrors(work);
      this.isDegraded = false;
      this.#onCommit();
      return result;
    } catch (error) {
      if (sqlState(error)?.match(DISK)) this.isDegraded = true;
      throw error;
    }
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
    // A broken connection rejects the query and emits the error as well.
    client.on('error', ignore);
    try {
      return await runSteps(work(), createExecute(client, connection));
    } catch (error) {
      if (error instanceof QueryTimeout) this.#dropIdle();
      throw error;
    } finally {
      client.off('error', ignore);
      client.release(connection.isLost);
    }
  }

  /** Closes idle connections, since a query on one of them would run into the same timeout. */
  #dropIdle(): void {
    for (let idle = this.#pool.idleCount; idle > 0; idle--) {
      this.#pool.connect().then((client) => client.release(true), ignore);
    }
  }

  async #connect(): Promise<Client> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw new NotConnected('no connection could be made', { cause: error });
    }
  }
}

const ignore = () => {};

/** Runs a statement on a connection. */
type Execute = (statement: Statement) => Promise<StatementResult>;

/** Runs the steps of a piece of work; an error of a statement is thrown where the step was yielded. */
async function runSteps<Result>(steps: Steps<Result>, execute: Execute): Promise<Result> {
  let step = steps.next();
  while (!step.done) {
    step = await execute(step.value).then(
      (result) => steps.next(result),
      (error) => steps.throw(error),
    );
  }
  return step.value;
}

function createExecute(client: Client, connection: { isLost: boolean }): Execute {
  return async ({ values = [], ...statement }) => {
    // The driver would wait until its timeout.
    if (connection.isLost) throw new ConnectionLost('the connection to the database broke');
    try {
      const { rows, rowCount } = await client.query({
        ...statement,
        values: values.map(withoutNul),
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

/** Replaces U+0000, which PostgreSQL rejects and no stored text contains (F16): a query for it finds nothing. */
function withoutNul(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.includes('\0') ? value.replaceAll('\0', '\uffff') : value;
  }
  return Array.isArray(value) ? value.map(withoutNul) : value;
}

/** Retries work after conflicts with other transactions. */
async function retry<Result>(work: () => Promise<Result>): Promise<Result> {
  let [conflicts, violations] = [0, 0];
  for (;;) {
    try {
      return await work();
    } catch (error) {
      // The retry finds what another transaction has inserted or deleted, and rejects with its own error.
      const isRetryable = violatedConstraint(error)
        ? ++violations <= VIOLATIONS_MAX
        : isConflict(error) && ++conflicts <= CONFLICTS_MAX;
      if (!isRetryable) throw error;
      await setTimeout(Math.min(PAUSE_MS.first * 2 ** conflicts, PAUSE_MS.last));
    }
  }
}
