import { Worker } from 'node:worker_threads';
import { ApiError, type Failure } from '../../contract/errors.ts';
import type { Question } from './answers.ts';
import { Database } from './driver.ts';
import { translateError } from './errors.ts';

/** Megabytes for what a thread has just made. */
const YOUNG_MB = 4;

/** A question on its way to the thread. */
export interface Asked {
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
export type Answer = { id: number } & ({ values: unknown[] } | { error: ToldError });

interface Waiting {
  resolve: (values: unknown[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Answers questions in a thread of its own, so that nobody but those who ask there waits for long ones.
 * The thread starts with its first question.
 */
export class Reader {
  readonly #file: string;
  readonly #program: string;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  #asked = 0;

  /** @param program path of the thread's program */
  constructor(file: string, program: string) {
    this.#file = file;
    this.#program = program;
  }

  /** Resolves with the value of each row. Its moment is none before that of asking. */
  ask(question: Question): Promise<unknown[]> {
    this.#thread ??= this.#start();
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#thread?.postMessage({ id, question } satisfies Asked);
    });
  }

  /** Waits for the question that is being answered; those after it fail. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #start(): Worker {
    const thread = new Worker(this.#program, {
      workerData: this.#file,
      // What it makes are short texts, told at once.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    // Nothing of it shall keep a process that is otherwise done.
    thread.unref();
    thread.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('values' in answer) waiting?.resolve(answer.values);
      else waiting?.reject(errorOf(answer.error));
    });
    let reason: unknown = new ApiError('notReady', 'the database is closed');
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

function errorOf({ failure, code, message }: ToldError): unknown {
  if (failure) return new ApiError(failure, message);
  return translateError(code ? new Database.SqliteError(message, code) : new Error(message));
}
