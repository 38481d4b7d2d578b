import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

/** For a process to end by itself once asked to, in milliseconds. */
const PATIENCE_MS = 10_000;

const children = new Set<ChildProcess>();

// However this process ends, save by a signal that can't be caught, the others end with it.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null;

/** Starts a process that ends with this one at the latest, in an environment that sets nothing up. */
export function startChild(command: string, args: string[], options: SpawnOptions): ChildProcess {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(command, args, {
    ...options,
    env: { PATH, HOME, TMPDIR, ...options.env },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Asks it to end, and sees to it. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const exit = once(child, 'exit');
  const gracePeriod = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  child.kill('SIGTERM');
  await exit;
  clearTimeout(gracePeriod);
}
