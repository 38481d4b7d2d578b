import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { packageCommand, replayFirstMinute } from '../support/first-minute.ts';
import { temporaryFolder } from '../support/folder.ts';
import { launch } from '../support/process.ts';

const PACKAGES_MAX = 5;
const BYTES_MAX = 45_000_000;

/** Where npm has its registry and its cache. */
const settingsOfNpm = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^(HOME|npm_config_\w+)$/i.test(name)),
) as Record<string, string>;
const env = { ...process.env, NO_COLOR: '1' };
const npm = (cwd: string, ...args: string[]) =>
  execFileSync('npm', args, { cwd, env, encoding: 'utf8' });

function folderSize(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

test('the package is small, its types are complete, and it serves', (context) => {
  const folder = temporaryFolder(context);
  const file = npm('.', 'pack', '--silent', '--pack-destination', folder).trim();
  npm(folder, 'init', '-y');
  const start = performance.now();
  npm(folder, 'install', '--no-audit', '--no-fund', join(folder, file));
  const seconds = (performance.now() - start) / 1000;
  const packages = npm(folder, 'ls', '--all', '--parseable').trim().split('\n').length - 1;
  const bytes = folderSize(join(folder, 'node_modules'));
  console.info(
    `installed ${packages} packages of ${Math.round(bytes / 1e6)} MB in ${seconds.toFixed(1)} s`,
  );
  expect(packages).toBeLessThanOrEqual(PACKAGES_MAX);
  expect(bytes).toBeLessThanOrEqual(BYTES_MAX);
  expect(npm(folder, 'exec', '--', 'aios-model-server', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);

  npm(folder, 'install', '--no-audit', '--no-fund', '--no-save', ...['vitest@4', '@types/node@22']);
  cpSync('examples/vitest', folder, { recursive: true });
  const libraries = ['--lib', 'es2024,esnext.disposable', '--types', 'node'];
  const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext'];
  const sources = readdirSync('examples/vitest').filter((name) => name.endsWith('.ts'));
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const args = [tsc, ...options, ...libraries, '--allowImportingTsExtensions', ...sources];
  execFileSync(process.execPath, args, { cwd: folder });
  expect(npm(folder, 'exec', '--', 'vitest', 'run')).toMatch(/Tests +4 passed/);
});

test('a newcomer adds and sees a model by the package, as docs/tour.md says', async (context) => {
  const folder = temporaryFolder(context);
  const file = npm('.', 'pack', '--silent', '--pack-destination', folder).trim();
  const program = await launch(context, {
    command: ['bash', '-c', `${packageCommand} --port=0`],
    env: { ...settingsOfNpm, PACKAGE: join(folder, file), AIOS_LOG_FORMAT: 'pretty' },
  });
  await replayFirstMinute(program);
  // The database is where the person is.
  expect(readdirSync(join(program.cwd, 'data'))).toContain('aios.db');
  expect(program.stderr()).not.toContain('aios-model-server@');
});
