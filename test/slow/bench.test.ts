import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Finishing, temporaryFolder } from '../support/folder.ts';

const SHORT = {
  BENCH_SECONDS: '1',
  BENCH_ROUNDS: '1',
  BENCH_FEW: '1000',
  BENCH_MANY: '2000',
  BENCH_SCANNED: '1000',
  BENCH_SEEDED: '100',
  BENCH_TOOL: 'autocannon',
};

/** The reference is built of the repository's history, which a shallow clone lacks. */
const hasReference =
  spawnSync('git', ['cat-file', '-e', 'a283ad2c2f673752ef08f45d219a94ead442ce42']).status === 0;

/** Runs the benchmark, which a signal ends once its output has the text. */
async function bench(context: Finishing, until?: string) {
  const [folder, temporary] = [temporaryFolder(context), temporaryFolder(context)];
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['bench/main.ts'], {
    env: { PATH, HOME, ...SHORT, BENCH_OUT: folder, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  context.onTestFinished(() => void child.kill('SIGTERM'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (until !== undefined && output.includes(until)) child.kill('SIGTERM');
    });
  }
  const [code] = await once(child, 'close');
  const left = readdirSync(temporary).filter((name) => name.startsWith('aios-bench-'));
  return { folder, temporary, code, output, left };
}

test.skipIf(!hasReference)(
  'a short run measures every load with success, and leaves no folder behind',
  async (context) => {
    const { folder, code, output, left } = await bench(context);
    expect(existsSync(join(folder, 'results.json')), output).toBe(true);
    const { rows, samples } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
    const loads = Object.entries<Record<string, unknown>[]>(samples['this version'].loads);
    expect(loads).toHaveLength(13);
    for (const [name, [round]] of loads) {
      expect(round, name).toMatchObject({ failed: 0, p99: expect.any(Number) });
      expect(round?.answers, name).toBeGreaterThan(0);
    }
    expect(rows.length).toBeGreaterThan(15);
    const missed = rows.filter(
      (row: { measured: number; floor: number }) => row.measured > row.floor,
    );
    expect(code, output).toBe(missed.length > 0 ? 1 : 0);
    expect(left).toEqual([]);
  },
);

test.skipIf(!hasReference)(
  'a run that is ended leaves no process and no folder',
  async (context) => {
    const { temporary, code, output, left } = await bench(context, 'memory after a start');
    expect(code, output).toBe(1);
    expect(left).toEqual([]);
    const processes = () => {
      // With their environment, which names the folder.
      const { stdout } = spawnSync('ps', ['axeww', '-o', 'args'], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, ONE_OF_THEM: 'this' },
      });
      return stdout.split('\n');
    };
    expect(processes().filter((line) => line.includes('ONE_OF_THEM=this'))).not.toEqual([]);
    await expect.poll(() => processes().filter((line) => line.includes(temporary))).toEqual([]);
  },
);
