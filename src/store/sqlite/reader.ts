import { Worker } from 'node:worker_threads';
import { ApiError, type Failure } from '../../contract/errors.ts';
import type { Question } from './answers.ts';
import { Database } from './driver.ts';
import { translateError } from './errors.ts';

/** Megabytes for what a thread has just made. */
const YOUNG_MB = 4;

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

/**
 * Answers questions in a thread of its own, so that nobody but those who ask there waits for long ones.
 * The thread starts with its first question.
 */
export class Reader {
  readonly #program: string;
  readonly #data: ReaderData;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #asked = 0;
  #isClosed = false;

  /** @param program path of the thread's program */
  constructor(program: string, data: ReaderData) {
    this.#program = program;
    this.#data = data;
  }

  /** Resolves with the answer, of a moment that is none before that of asking. */
  async ask(question: Question): Promise<unknown[]> {
    if (this.#isClosed) throw closed();
    this.#thread ??= this.#start();
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#thread?.postMessage({ id, question } satisfies SentQuestion);
    });
  }

  /** Waits for the question that is being answered; those after it fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#thread?.terminate();
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
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('values' in answer) waiting?.resolve(answer.values);
      else waiting?.reject(errorOf(answer.error));
    });
    let reason: unknown = closed();
    thread.on('error', (error) => {
      reason = error;
    });
    thread.on('exit', () => {
      this.#thread = undefined;
      for (const { reject } of this.#waiting.values()) reject(reason);
      this.#waiting.clear();
    });
    return thread;
  }
}

const closed = () => new ApiError('notReady', 'the database is closed');

function errorOf({ failure, code, message }: ToldError): unknown {
  if (failure) return new ApiError(failure, message);
  return translateError(code ? new Database.SqliteError(message, code) : new Error(message));
}
