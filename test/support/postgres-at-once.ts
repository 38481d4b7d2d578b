import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** Synchronous statements on PostgreSQL, as on a file. */
export interface AtOnce {
  /**
   * Does statements in one transaction; returns the rows that the last of them finds, in SQLite's terms.
   * @throws Error with the database's message
   */
  run(statements: string): Record<string, unknown>[];
}

/** How long a thread may take for an answer. */
const ANSWER_MS = 15_000;

/** Connects to a database, until the process ends. */
export function connectAtOnce(url: string): AtOnce {
  const { port1: port, port2 } = new MessageChannel();
  const state = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./postgres-thread.mjs', import.meta.url), {
    workerData: { url, port: port2, state },
    transferList: [port2],
  });
  worker.unref();
  port.unref();
  return {
    run(statements) {
      Atomics.store(state, 0, 0);
      port.postMessage(statements);
      const waited = Atomics.wait(state, 0, 0, ANSWER_MS);
      if (waited === 'timed-out') throw new Error(`PostgreSQL did not answer: ${statements}`);
      // Its thread has sent it by then, but it may still be on its way.
      let answer = receiveMessageOnPort(port)?.message;
      while (!answer) answer = receiveMessageOnPort(port)?.message;
      if (answer.error) throw new Error(`${answer.error}: ${statements}`);
      return answer.rows;
    },
  };
}
