import type Database from 'better-sqlite3';
import type { Question } from './answers.ts';
import { compileEffort } from './effort.ts';
import { Reader } from './reader.ts';

/** Size of a database that is read whole in some milliseconds. */
const SMALL_BYTES = 8 * 1024 * 1024;

export interface ReaderOptions {
  /** Path of the program of their threads. */
  program: string;
  /** Size of a database that needs none, in bytes. */
  smallBytes?: number;
  /** Size that the log of the database may have while they read, in bytes. */
  logBytes?: number;
}

/** The readers of a database, to whom what may take long is left. */
export class Readers {
  readonly #effortOf: ReturnType<typeof compileEffort>;
  readonly #search: Reader;
  /** Of its own: searches are many, and most of them quick. */
  readonly #scan: Reader;

  constructor(client: Database.Database, { program, smallBytes = SMALL_BYTES }: ReaderOptions) {
    this.#effortOf = compileEffort(client, smallBytes);
    this.#search = new Reader(program, { file: client.name, isPatient: false });
    this.#scan = new Reader(program, { file: client.name, isPatient: true });
  }

  /** Undefined where nobody has to wait for the answer. */
  for(question: Question): Reader | undefined {
    const effort = this.#effortOf(question);
    if (effort === 'bounded') return undefined;
    return effort === 'search' ? this.#search : this.#scan;
  }

  /** Does something at a moment when neither reads; questions that come meanwhile wait. */
  async whileIdle(work: () => void): Promise<void> {
    const both = [this.#search, this.#scan];
    try {
      await Promise.all(both.map((reader) => reader.pause()));
      work();
    } finally {
      for (const reader of both) reader.resume();
    }
  }

  async close(): Promise<void> {
    for (const reader of [this.#search, this.#scan]) await reader.close();
  }
}
