import { platform, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { ApiError } from '../../contract/errors.ts';
import { compileAnswers } from './answers.ts';
import { Database } from './driver.ts';
import { sqliteCode } from './errors.ts';
import { defineMatches } from './patterns.ts';
import type { Asked, ToldError } from './reader.ts';

/** As low as Linux knows. */
const LEAST_PRIORITY = 19;

/** Kibibytes of the file that are kept in memory. */
const CACHE_KIB = 4096;

/** Answers questions on a connection of its own, one after the other: the program of a reader's thread. */
const client = new Database(workerData as string, { readonly: true });
// Where threads have priorities of their own: others wait for what the server's own thread does.
if (platform() === 'linux') setPriority(LEAST_PRIORITY);
// What a scan reads is not read again soon.
client.pragma(`cache_size = -${CACHE_KIB}`);
defineMatches(client);
const answer = compileAnswers(client);

parentPort?.on('message', ({ id, question }: Asked) => {
  parentPort?.postMessage({ id, ...outcomeOf(() => answer(question)) });
});

function outcomeOf(work: () => unknown[]): { values: unknown[] } | { error: ToldError } {
  try {
    return { values: work() };
  } catch (error) {
    const { message } = error as Error;
    const failure = error instanceof ApiError ? error.failure : undefined;
    return { error: { failure, code: sqliteCode(error), message } };
  }
}
