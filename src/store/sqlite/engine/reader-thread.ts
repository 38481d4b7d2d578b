import { platform, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { ApiError } from '../../../contract/errors.ts';
import { sqliteCode } from '../errors.ts';
import { type Answer, compileAnswers } from './answers.ts';
import type { ReaderData, SentQuestion, ToldError } from './reader.ts';

/** As low as Linux knows. */
const LEAST_PRIORITY = 19;
/** Kibibytes of the file that are kept in memory. */
const CACHE_KIB = 2048;

const { file, isPatient } = workerData as ReaderData;
// There threads have priorities of their own.
if (isPatient && platform() === 'linux') setPriority(LEAST_PRIORITY);

let answer: Answer | undefined;

/** Answers questions on a connection of its own, one after the other: the program of a reader's thread. */
parentPort?.on('message', ({ id, question }: SentQuestion) => {
  parentPort?.postMessage({
    id,
    ...outcomeOf(() => {
      answer ??= open();
      return answer(question);
    }),
  });
});

function open(): Answer {
  const client = new Database(file, { readonly: true });
  // What a scan reads is not read again soon.
  client.pragma(`cache_size = -${CACHE_KIB}`);
  // Of one moment: what is found and what is read of it.
  return client.transaction(compileAnswers(client));
}

/** Classes don't come through to the other thread, so that an error is told by its parts. */
function outcomeOf(work: () => unknown[]): { values: unknown[] } | { error: ToldError } {
  try {
    return { values: work() };
  } catch (error) {
    const { message } = error as Error;
    const failure = error instanceof ApiError ? error.failure : undefined;
    return { error: { failure, code: sqliteCode(error), message } };
  }
}
