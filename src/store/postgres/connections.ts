import { setTimeout } from 'node:timers/promises';
import { ApiError } from '../../contract/errors.ts';
import type { Client, Pool } from './driver.ts';
import {
  ConnectionLost,
  classified,
  isConflict,
  isCut,
  NoAnswer,
  NotConnected,
  overtakenBy,
  sqlState,
  translateError,
  Unsettled,
} from './errors.ts';

/** How often a transaction is done again that others were in the way of. */
const CONFLICTS_MAX = 10;
/** The same where something came or went while it was done; what is still so then will stay so. */
const OVERTAKEN_MAX = 3;
/** Until it is done again, in milliseconds: at first, and at most. */
const PAUSE_MS = { first: 4, last: 250 };
/** For how long, and after how long each time, it is asked whether a transaction was kept. */
const SETTLING = { limitMs: 5000, pauseMs: 250 };

/** SQLSTATEs of a disk that is full, or fails. */
const DISK = /^(53100|58)/;

/** A statement, and the name it is kept prepared by; one without is planned for its values each time. */
export interface Statement {
  text: string;
  name?: string;
}

export interface Outcome {
  /** As lists, in the order of their columns. */
  rows: unknown[][];
  /** How many rows were changed, or found. */
  count: number;
}

/** Does a statement on a connection. */
export type Run = (statement: Statement, values?: readonly unknown[]) => Promise<Outcome>;

export type Work<Result> = (run: Run) => Promise<Result>;

const BEGIN = { text: 'BEGIN' };
const BEGIN_MOMENT = { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' };
const COMMIT = { text: 'COMMIT' };
const ROLLBACK = { text: 'ROLLBACK' };

/** What is done on the connections of a pool, each piece of work on one of them. Its promises reject as the store's. */
export class Connections {
  readonly #pool: Pool;
  /** Told of each transaction that was kept. */
  readonly #onCommit: () => void;
  #isClosed = false;
  #isFailing = false;

  constructor(pool: Pool, onCommit: () => void = () => {}) {
    this.#pool = pool;
    this.#onCommit = onCommit;
  }

  /** Reads, again where the connection turns out to be dead, as all that the pool has may be by then. */
  readonly read = <Result>(work: Work<Result>): Promise<Result> =>
    this.#translated(async () => {
      for (let lost = 0; ; lost++) {
        try {
          return await this.#on(work);
        } catch (error) {
          if (!isCut(error) || lost > this.#pool.options.max) throw error;
        }
      }
    });

  /** Reads all of one moment. */
  readonly readMoment = <Result>(work: Work<Result>): Promise<Result> =>
    this.#translated(() =>
      this.#on(async (run) => {
        await run(BEGIN_MOMENT);
        try {
          return await work(run);
        } finally {
          await run(ROLLBACK).catch(ignore);
        }
      }),
    );

  /** Writes by one statement, which is a transaction by itself. */
  readonly writeAtOnce = <Result>(work: Work<Result>): Promise<Result> =>
    this.#kept(async () => {
      try {
        return await again(() => this.#on(work));
      } catch (error) {
        const isSent = error instanceof ConnectionLost && !(error instanceof NotConnected);
        throw isSent ? new Unsettled('the statement was sent', { cause: error }) : error;
      }
    });

  /**
   * A transaction, which is durable when the promise resolves, or else undone. It is done again where
   * others were in its way.
   * @param isKept tells whether it was kept; asked where the connection broke as it was to be
   */
  readonly write = <Result>(work: Work<Result>, isKept?: Work<boolean>): Promise<Result> =>
    this.#kept(() =>
      again(async () => {
        let result: { made: Result } | undefined;
        try {
          return await this.#on(async (run) => {
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
          const unsettled = new Unsettled('COMMIT was sent', { cause: error });
          if (!isKept) throw unsettled;
          if (await this.#settle(isKept, unsettled)) return result.made;
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
  async #settle(isKept: Work<boolean>, unsettled: Unsettled): Promise<boolean> {
    const late = setTimeout(SETTLING.limitMs, undefined, { ref: false }).then(() => {
      throw unsettled;
    });
    for (;;) {
      try {
        return await Promise.race([this.#on(isKept), late]);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw unsettled;
        await Promise.race([setTimeout(SETTLING.pauseMs), late]);
      }
    }
  }

  async #kept<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await this.#translated(work);
      this.#isFailing = false;
      this.#onCommit();
      return result;
    } catch (error) {
      if (sqlState(error)?.match(DISK)) this.#isFailing = true;
      throw error;
    }
  }

  /** Whether the last write failed for the database's disk. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  async #translated<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new ApiError('notReady', 'the database is closed');
    try {
      return await work();
    } catch (error) {
      throw translateError(error);
    }
  }

  async #on<Result>(work: Work<Result>): Promise<Result> {
    const client = await this.#connect();
    const connection = { isLost: false };
    // A broken connection says so twice: to whoever waits for an answer, and so.
    client.on('error', ignore);
    try {
      return await work(runOn(client, connection));
    } catch (error) {
      if (error instanceof NoAnswer) this.#dropIdle();
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

function runOn(client: Client, connection: { isLost: boolean }): Run {
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
      const error = classified(thrown);
      connection.isLost ||= error instanceof ConnectionLost;
      throw error;
    }
  };
}

/** A text without U+0000, which no text has that is kept (decision 16): asked for, it finds nothing. */
function bindable(value: unknown): unknown {
  if (typeof value === 'string')
    return value.includes('\0') ? value.replaceAll('\0', '\uffff') : value;
  return Array.isArray(value) ? value.map(bindable) : value;
}

/** Does work again where others were in its way. */
async function again<Result>(work: () => Promise<Result>): Promise<Result> {
  let [conflicts, overtaken] = [0, 0];
  for (;;) {
    try {
      return await work();
    } catch (error) {
      // What another has taken meanwhile is found the next time, and refused in words of its own.
      const mayPass = overtakenBy(error)
        ? ++overtaken <= OVERTAKEN_MAX
        : isConflict(error) && ++conflicts <= CONFLICTS_MAX;
      if (!mayPass) {
        throw error;
      }
      await setTimeout(Math.min(PAUSE_MS.first * 2 ** conflicts, PAUSE_MS.last));
    }
  }
}
