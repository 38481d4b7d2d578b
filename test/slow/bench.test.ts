import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Finishing, temporaryFolder } from '../support/folder.ts';

const SHORT = { BENCH_SECONDS: '1', BENCH_ROUNDS: '1', BENCH_SERVICES: '10000' };

interface Run {
  /** Where it writes; its temporary files are in the folder of that name. */
  folder: string;
  temporary: string;
  code: unknown;
  output: string;
}

/** Runs the benchmark, which a signal ends when its output holds the text. */
async function bench(
  context: Finishing,
  env: Record<string, string>,
  until?: string,
): Promise<Run> {
  const [folder, temporary] = [temporaryFolder(context), temporaryFolder(context)];
  const child = spawn(process.execPath, ['bench/main.ts'], {
    env: { PATH: process.env.PATH, ...SHORT, BENCH_OUT: folder, TMPDIR: temporary, ...env },
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
  return { folder, temporary, code, output };
}

const hasWrk = spawnSync('wrk', ['-v']).error === undefined;
const number = expect.any(Number);
const text = expect.stringMatching(/./);
const SERVED = ['AddModelService', 'GET by uuid'];

describe.each(['wrk', 'autocannon'])('a short run with %s', (tool) => {
  test.skipIf(tool === 'wrk' && !hasWrk)(
    'has every request answered, and tells all that it measured',
    async (context) => {
      const { folder, temporary, code, output } = await bench(context, { BENCH_TOOL: tool });
      expect(existsSync(join(folder, 'results.json')), output).toBe(true);
      const results = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
      expect(results).toEqual({
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        machine: {
          cores: number,
          processor: text,
          memoryGigabytes: number,
          system: text,
          node: process.versions.node,
          sqlite: expect.stringMatching(/^3\.\d+/),
        },
        tool: expect.stringMatching(new RegExp(`^${tool} \\d`)),
        settings: { seconds: 1, warmUpSeconds: 1, rounds: 1, connections: 50, services: 10_000 },
        rows: expect.any(Array),
        figures: expect.any(Array),
        loads: expect.any(Array),
      });

      const hasPrism = !output.includes('Prism is not installed');
      const { rows, figures, loads } = results;
      const peers = hasPrism ? ['bare Fastify', 'Prism'] : ['bare Fastify'];
      const names = loads.map(({ name }: { name: string }) => name);
      expect(names).toEqual([
        ...SERVED.flatMap((name) => [name, ...peers.map((peer) => `${name}, ${peer}`)]),
        'GET by uuid, few rows',
        'GET by uuid, many rows',
        'GET by uuid, any of many rows',
        'newest 100',
        'name~=abc%, again and again',
        'name~=…%, another each time',
        'name=',
        'refs of one model',
        'GET by uuid during full scans',
        'newest 100 during 20 adds/s',
      ]);
      for (const { name, rounds } of loads) {
        expect(rounds, name).toHaveLength(1);
        expect(rounds[0], name).toMatchObject({ failed: 0, p50: number, p99: number });
        expect(rounds[0].answers, name).toBeGreaterThan(0);
        expect(rounds[0].perSecond, name).toBeGreaterThan(0);
        expect(rounds[0].p99, name).toBeGreaterThanOrEqual(rounds[0].p50);
        if (existsSync('/proc/self/stat')) expect(rounds[0].cpuMicroseconds, name).toEqual(number);
      }

      const hasMemory = existsSync('/proc/self/status');
      expect(rows).toHaveLength(12 - (hasPrism ? 0 : 2) - (hasMemory ? 0 : 1));
      for (const row of rows) {
        expect(row).toEqual({
          name: text,
          how: text,
          unit: expect.stringMatching(/^(×|\/s|ms|MB)$/),
          better: expect.stringMatching(/^(more|less)$/),
          floor: number,
          goal: number,
          measured: number,
          rounds: expect.arrayContaining([number]),
          met: expect.stringMatching(/^(goal|floor|none)$/),
        });
      }
      expect(figures.map(({ name }: { name: string }) => name)).toEqual(
        expect.arrayContaining(['one full-scan query', 'cold start to healthy']),
      );

      const missed = rows.filter(({ met }: { met: string }) => met === 'none');
      expect(code, output).toBe(missed.length > 0 ? 1 : 0);
      const plot = readFileSync(join(folder, 'plot.svg'), 'utf8');
      expect(plot.match(/>floor [≥≤]/g)).toHaveLength(rows.length);
      expect(readdirSync(temporary).filter((name) => name.startsWith('aios-bench-'))).toEqual([]);
    },
  );
});

test('a run that is ended leaves no process and no folder behind', async (context) => {
  // Ours, the peer and, where it is installed, Prism are up by then.
  const { temporary, code, output } = await bench(context, {}, 'bare Fastify ');
  expect(code, output).toBe(1);
  expect(readdirSync(temporary).filter((name) => name.startsWith('aios-bench-'))).toEqual([]);
  const processes = () => {
    // With what they were started with, which names the folder.
    const { stdout } = spawnSync('ps', ['axeww', '-o', 'args'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ONE_OF_THEM: 'this' },
    });
    return stdout.split('\n');
  };
  expect(processes().filter((line) => line.includes('ONE_OF_THEM=this'))).not.toEqual([]);
  await expect.poll(() => processes().filter((line) => line.includes(temporary))).toEqual([]);
});
