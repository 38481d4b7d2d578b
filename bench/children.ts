import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Milliseconds from SIGTERM until SIGKILL. */
const GRACE_MS = 10_000;

const children = new Set<ChildProcess>();

// Child processes must not outlive this one.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null;

/** Starts a process that is killed when this one exits; its environment has no settings of the caller. */
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

/** Ends a process by SIGTERM, or by SIGKILL if it takes too long. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const exit = once(child, 'exit');
  const gracePeriod = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  child.kill('SIGTERM');
  await exit;
  clearTimeout(gracePeriod);
}
