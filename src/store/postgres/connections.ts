import { setTimeout } from 'node:timers/promises';
import { ApiError } from '../../contract/errors.ts';
import type { Done, Statement, StatementResult, Steps, Transactions, Work } from '../steps.ts';
import { type Client, type Pool, startTimes } from './driver.ts';
import {
  CommitUnknown,
  ConnectionLost,
  classifyError,
  isConflict,
  isConnectionReset,
  isReadOnly,
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
const COMMIT_CHECK = { limitMs: 15_000, pauseMs: 250 };
/** Interval, in milliseconds, at which work without a result finds out whether another host is the primary by now. */
const PRIMARY_CHECK_MS = 3000;
/** PostgreSQL's function that warns when it gives up the wait for a standby, and then reports success. */
const UNREPLICATED = 'SyncRepWaitForLSN';

/** SQLSTATEs of a full or failing disk. */
const DISK = /^(53100|58)/;

const BEGIN = { text: 'BEGIN' };
const COMMIT = { text: 'COMMIT' };
const ROLLBACK = { text: 'ROLLBACK' };
/** Writes to the log alone: once it is committed, a standby has all that was committed before, if it must. */
const REPLICATE = { text: "SELECT pg_logical_emit_message(true, 'aios', '')" };

/** Wraps work in a transaction that is rolled back. */
function* rolledBack<Result>(work: Work<Result>, begin: Statement = BEGIN): Steps<Result> {
  yield begin;
  try {
    return yield* work();
  } finally {
    yield* rollBack();
  }
}

/** Wraps reads so that all of them see one snapshot. */
export const inSnapshot = <Result>(work: Work<Result>): Steps<Result> =>
  rolledBack(work, { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' });

/** @param onDone gets the result before the COMMIT is sent */
function* committed<Result>(
  work: Work<Result>,
  onDone: (done: { result: Result }) => void,
): Steps<Result> {
  yield BEGIN;
  let result: Result;
  try {
    result = yield* work();
  } catch (error) {
    yield* rollBack();
    throw error;
  }
  onDone({ result });
  yield COMMIT;
  return result;
}

/** Finds a write that was done. A primary that restarts shows what it alone has, and may lose it. */
function* findReplicated<Result>(findDone: Work<Done<Result>>): Steps<Done<Result>> {
  const done = yield* rolledBack(findDone);
  if (done) yield REPLICATE;
  return done;
}

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
  readonly writeStatement: Transactions['writeStatement'] = (work, findDone) =>
    this.#committed(async () => {
      try {
        return await retry(() => this.#withConnection(work));
      } catch (error) {
        const isSent = error instanceof ConnectionLost && !(error instanceof NotConnected);
        if (!isSent) throw error;
        // The statement may reach the database after it was looked for.
        return this.#resolveCommit(new CommitUnknown('it was sent', { cause: error }), findDone);
      }
    });

  /** Runs a write in a transaction, which is durable when the promise resolves. Retries after conflicts. */
  readonly write: Transactions['write'] = <Result>(
    work: Work<Result>,
    findDone?: Work<Done<Result>>,
  ) =>
    this.#committed(() =>
      retry(async () => {
        let done: Done<Result>;
        try {
          return await this.#withConnection(() => committed(work, (each) => (done = each)));
        } catch (error) {
          if (!done || !(error instanceof ConnectionLost)) throw error;
          return this.#resolveCommit(error, findDone);
        }
      }),
    );

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }

  /**
   * Looks for a write whose COMMIT was sent and not answered, on the primary there is by then. Repeats the check until
   * the database answers.
   * @returns its result; throws the error if it is not found, CommitUnknown if it can't be found out
   */
  async #resolveCommit<Result>(error: Error, findDone?: Work<Done<Result>>): Promise<Result> {
    const unknown = new CommitUnknown('COMMIT was sent', { cause: error });
    if (!findDone) throw unknown;
    const late = setTimeout(COMMIT_CHECK.limitMs, undefined, { ref: false }).then(() => {
      throw unknown;
    });
    for (;;) {
      try {
        const done = await Promise.race([
          this.#withConnection(() => findReplicated(findDone)),
          late,
        ]);
        if (done) return done.result;
        break;
      } catch (failure) {
        if (!(failure instanceof ConnectionLost)) throw unknown;
        await Promise.race([setTimeout(COMMIT_CHECK.pauseMs), late]);
      }
    }
    throw error;
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
    if (this.#pool.ending) throw new ApiError('notReady', 'the database is closed');
    try {
      return await work();
    } catch (error) {
      throw translateError(error);
    }
  }

  async #withConnection<Result>(work: Work<Result>): Promise<Result> {
    const client = await this.#connect();
    const connection = { isUnusable: false };
    // A broken connection rejects the query and emits the error as well.
    client.on('error', ignore);
    const onNotice = ({ routine }: { routine?: string | undefined }) => {
      connection.isUnusable ||= routine === UNREPLICATED;
    };
    client.on('notice', onNotice);
    const check = setInterval(() => this.#leaveOldPrimary(client), PRIMARY_CHECK_MS);
    try {
      return await runSteps(work(), createExecute(client, connection));
    } catch (error) {
      if (isReadOnly(error)) await this.#pool.findPrimary();
      if (error instanceof QueryTimeout || isReadOnly(error)) this.#dropIdle();
      throw error;
    } finally {
      clearInterval(check);
      client.off('notice', onNotice);
      client.off('error', ignore);
      client.release(connection.isUnusable);
    }
  }

  /** Breaks a connection to a primary that another has replaced: an answer may never come. */
  async #leaveOldPrimary(client: Client): Promise<void> {
    if (!startTimes.has(client)) return;
    const startedAt = await this.#pool.findPrimary();
    if (startedAt === undefined || startedAt === startTimes.get(client)) return;
    client.end().catch(ignore);
    this.#dropIdle();
  }

  /** Closes idle connections, since a query on one of them would fail in the same way. */
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

function createExecute(client: Client, connection: { isUnusable: boolean }): Execute {
  return async ({ values = [], ...statement }) => {
    // The driver would wait until its timeout.
    if (connection.isUnusable) throw new ConnectionLost('the connection to the database broke');
    try {
      const { rows, rowCount } = await client.query({
        ...statement,
        values: values.map(withoutNul),
        rowMode: 'array',
      });
      if (connection.isUnusable) throw new Error('only the primary has what was written');
      return { rows, count: rowCount ?? 0 };
    } catch (thrown) {
      const error = classifyError(thrown);
      connection.isUnusable ||= error instanceof ConnectionLost || isReadOnly(error);
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
