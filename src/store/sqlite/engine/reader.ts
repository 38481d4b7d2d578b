import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { ApiError, type Failure } from '../../../contract/errors.ts';
import { translateError } from '../errors.ts';
import type { Question } from './answers.ts';

/** Megabytes for what a thread has just made. */
const YOUNG_MB = 4;

/** Questions that the thread has at a time: one that it answers, others to go on with while nobody sends more; scans are long. */
const SENT_MAX = { search: 16, scan: 2 };
/** Until a question is refused that the thread hasn't come to, in milliseconds. */
const PATIENCE_MS = 10_000;

/** A question on its way to the thread. */
export interface SentQuestion {
  id: number;
  question: Question;
}

/** An error by its parts: classes don't come through from a thread. */
export interface ToldError {
  failure: Failure | undefined;
  /** SQLite's. */
  code: string | undefined;
  message: string;
}

/** What the thread answers it. */
export type SentAnswer = { id: number } & ({ values: unknown[] } | { error: ToldError });

/** What a thread is told at its start. */
export interface ReaderData {
  file: string;
  /** Whether all others go before. */
  isPatient: boolean;
}

interface Waiting {
  resolve: (values: unknown[]) => void;
  reject: (error: unknown) => void;
}

/** A question that waits for its turn, with what refuses it in the end. */
interface Queued extends Waiting {
  question: Question;
  patience: NodeJS.Timeout;
}

/**
 * Answers questions in a thread of its own, so that nobody but those who ask there waits for long ones.
 * The thread starts with its first question.
 */
export class Reader {
  readonly #program: string;
  readonly #data: ReaderData;
  readonly #patience: number;
  readonly #sentMax: number;
  readonly #queue = new Set<Queued>();
  /** What the thread was asked. */
  readonly #sent = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #asked = 0;
  #isClosed = false;
  #isPaused = false;
  /** Told when the thread has answered all that it was asked. */
  #onIdle: () => void = () => {};

  /**
   * @param program path of the thread's program
   * @param patience how long a question waits for its turn, in milliseconds
   */
  constructor(program: string, data: ReaderData, patience = PATIENCE_MS) {
    this.#program = program;
    this.#data = data;
    this.#patience = patience;
    this.#sentMax = data.isPatient ? SENT_MAX.scan : SENT_MAX.search;
  }

  /**
   * Resolves with the answer, of a moment that is none before that of asking.
   * Rejects with ApiError SYS.1010 where the thread has too much to do before.
   */
  async ask(question: Question): Promise<unknown[]> {
    if (this.#isClosed) throw closed();
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => {
        this.#queue.delete(queued);
        reject(new ApiError('notReady', 'the server is overloaded: too many long queries wait'));
      }, this.#patience);
      const queued = { question, resolve, reject, patience };
      this.#queue.add(queued);
      this.#sendNext();
    });
  }

  /** Resolves when nothing is being answered, nor will be until `resume`. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    if (this.#sent.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  resume(): void {
    this.#isPaused = false;
    this.#sendNext();
  }

  /** Waits for the question that is being answered; those after it fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#thread?.terminate();
    this.#failQueue(closed());
  }

  #sendNext(): void {
    for (const queued of this.#queue) {
      if (this.#isPaused || this.#sent.size >= this.#sentMax) return;
      this.#queue.delete(queued);
      clearTimeout(queued.patience);
      this.#thread ??= this.#start();
      const id = this.#asked++;
      this.#sent.set(id, queued);
      this.#thread.postMessage({ id, question: queued.question } satisfies SentQuestion);
    }
  }

  #failQueue(reason: unknown): void {
    for (const { reject, patience } of this.#queue) {
      clearTimeout(patience);
      reject(reason);
    }
    this.#queue.clear();
  }

  #start(): Worker {
    const thread = new Worker(this.#program, {
      workerData: this.#data,
      // A thread takes as much as it is given; what it makes is told at once.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    // Nothing of it shall keep a process that is otherwise done.
    thread.unref();
    thread.on('message', (answer: SentAnswer) => {
      const waiting = this.#sent.get(answer.id);
      this.#sent.delete(answer.id);
      if (this.#sent.size === 0) this.#onIdle();
      this.#sendNext();
      if ('values' in answer) waiting?.resolve(answer.values);
      else waiting?.reject(errorOf(answer.error));
    });
    let reason: unknown = closed();
    thread.on('error', (error) => {
      reason = error;
    });
    thread.on('exit', () => {
      this.#thread = undefined;
      for (const { reject } of this.#sent.values()) reject(reason);
      this.#sent.clear();
      this.#onIdle();
      this.#failQueue(reason);
    });
    return thread;
  }
}

const closed = () => new ApiError('notReady', 'the database is closed');

function errorOf({ failure, code, message }: ToldError): unknown {
  if (failure) return new ApiError(failure, message);
  return translateError(code ? new Database.SqliteError(message, code) : new Error(message));
}
