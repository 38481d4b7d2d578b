import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Seen, Task } from './clients-program.ts';
import { rawRequest } from './raw-http.ts';
import { API } from './server.ts';

const PROGRAM = 'test/support/clients-program.ts';

/** Time for another client's requests before and after. */
const AROUND_MS = 200;

function start(task: Task) {
  const child = fork(PROGRAM, { env: { PATH: process.env.PATH } });
  const exit = once(child, 'exit');
  const seen = once(child, 'message').then(([message]) => message as Seen);
  child.send(task);
  const result = Promise.race([
    seen,
    exit.then(() =>
      Promise.reject(new Error('the clients ended before they reported what they saw')),
    ),
  ]);
  // If it fails before it is awaited.
  result.catch(() => {});
  return {
    result,
    end: () => child.send('end'),
    stop: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Runs a task by clients in a process of their own; resolves with their results. */
export async function clientsOf(task: Task): Promise<Seen> {
  const clients = start(task);
  try {
    return await clients.result;
  } finally {
    await clients.stop();
  }
}

/** The small request that a well-behaved client repeats. */
export const harmless = [
  rawRequest('GET', `${API}/models?limit=5&fields=uuid,name`),
  rawRequest('GET', `${API}/model-services/6c1a5f6167944aa1886294842075279f`),
  rawRequest('GET', '/zstack/v1/accounts/sessions/6c1a5f6167944aa1886294842075279f/valid'),
];

/**
 * Runs some work while a client in another process sends small requests.
 * @returns the result of the work, and that client's measurements
 */
export async function withNeighbour<Result>(
  url: string,
  work: () => Promise<Result>,
): Promise<{ result: Result; neighbour: Seen }> {
  const clients = start({ kind: 'neighbour', url, requests: harmless, pause: 5 });
  try {
    // It starts in about as long.
    await pause(5 * AROUND_MS);
    const result = await work();
    await pause(AROUND_MS);
    clients.end();
    return { result, neighbour: await clients.result };
  } finally {
    await clients.stop();
  }
}

/** Peak of a process' memory since the last call of `forgetPeak`, in megabytes; on Linux only. */
export function peakMegabytes(pid: number): number {
  const [, kibibytes = ''] =
    /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kibibytes) / 1024);
}

export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
