import { resolve } from 'node:path';

/** How long an attack lasts, in seconds; `.ci/run` makes it shorter. */
export const ATTACK_SECONDS = Number(process.env.AIOS_ATTACK_SECONDS ?? 10);

/** Prints the figures of an attack as one line. */
export function printFigures(attack: string, figures: Record<string, number | string>): void {
  const values = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  console.info(`${attack}: ${values.join(', ')}`);
}

/** The 99th percentile of a request's duration, in milliseconds, sent again and again. */
export async function measureLatency(
  request: () => Promise<{ milliseconds: number; status: number }>,
  seconds: number,
): Promise<number> {
  const durations: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || durations.length === 0) {
    const { milliseconds, status } = await request();
    if (status !== 200) throw new Error(`status ${status}`);
    durations.push(milliseconds);
  }
  const sorted = durations.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(0.99 * sorted.length)] ?? Number.NaN);
}

/** Repeats each action until the work is done. */
export async function whileRunning<Result>(
  actions: readonly (() => Promise<void>)[],
  work: () => Promise<Result>,
): Promise<Result> {
  let isRunning = true;
  const loops = actions.map(async (act) => {
    while (isRunning) await act();
  });
  try {
    return await work();
  } finally {
    isRunning = false;
    await Promise.all(loops);
  }
}

/** The command that starts the built program with a limit of open files, and options of Node.js. */
export function programWith(files: number, options = ''): [string, ...string[]] {
  const program = `'${process.execPath}' ${options} '${resolve('dist/main.js')}'`;
  return ['sh', '-c', `ulimit -n ${files} && exec ${program}`];
}
