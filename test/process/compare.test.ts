import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { start } from '../../src/index.ts';

async function compareAt(url: string, flags: string[]) {
  const child = spawn(process.execPath, [resolve('dist/main.js'), 'compare', url, ...flags], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text;
    });
  }
  return { child, output, ended: once(child, 'close').then(([code]) => code) };
}

test('Ctrl-C ends the questions, and what was created is deleted', async () => {
  const aios = await start();
  onTestFinished(aios.close);
  const { child, output, ended } = await compareAt(aios.url, [
    '--yes',
    `--session=${aios.session}`,
  ]);
  const count = async (operation: string) => (await aios.requests({ operation })).length;
  await expect.poll(() => count('AddModel'), { timeout: 30_000, interval: 10 }).toBeGreaterThan(2);
  const queries = await count('QueryModelServiceInstanceGroup');
  child.kill('SIGINT');
  // As npm does. The first request of the deletion is seen, and this process answers the others.
  await expect
    .poll(() => count('QueryModelServiceInstanceGroup'), { interval: 1 })
    .toBeGreaterThan(queries);
  child.kill('SIGINT');
  expect(await ended).toBe(2);
  expect(output.stdout).toMatch(/## [1-9]\d* could not be asked/);
  const { about: _about, ...resources } = (await aios.dump()) as Record<string, unknown[]>;
  expect(Object.values(resources).flat()).toEqual([]);
});

test('without a terminal, what would be done is said, but not done', async () => {
  const aios = await start();
  onTestFinished(aios.close);
  const { output, ended } = await compareAt(aios.url, []);
  expect(await ended).toBe(2);
  expect(output.stderr).toContain('names begin with aios-compare-');
  expect(output.stderr).toContain('Nothing was sent. --yes answers the question.');
  expect(await aios.requests()).toEqual([]);
});
