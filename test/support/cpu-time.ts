import { readFileSync } from 'node:fs';

/** Milliseconds of processor time that synchronous work takes, whatever else the machine is doing. */
export function cpuMilliseconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Milliseconds of processor time that a process has used, on Linux. */
export function cpuTime(pid: number): number {
  const [, user, system] =
    /\) \S(?: \S+){10} (\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
  // In ticks of a hundredth of a second.
  return (Number(user) + Number(system)) * 10;
}
