import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { launch } from '../support/process.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const REPORTED_VERSION = new RegExp(`^${version}$`, 'm');

/** The project as it is checked out, with its packages but those named. */
function checkout(context: Finishing, { missing = [] as string[] } = {}): string {
  const folder = temporaryFolder(context);
  for (const name of [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'src',
    'assets',
    'console',
    'openapi',
    'migrations',
  ]) {
    cpSync(name, join(folder, name), { recursive: true, preserveTimestamps: true });
  }
  if (missing.length === 0) {
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    return folder;
  }
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync('node_modules').filter((name) => !missing.includes(name))) {
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
  }
  return folder;
}

/** Writes a built program that prints a line, with this time as that of the build. */
function build(folder: string, time: Date): void {
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist/main.js'), "console.log('built before')");
  utimesSync(join(folder, 'dist/main.js'), time, time);
}

const npmStart = (context: Finishing, cwd: string, ...args: string[]) =>
  launch(context, {
    cwd,
    command: ['npm', 'start', '--', ...args],
    env: { HOME: cwd, npm_config_update_notifier: 'false' },
  });

const LONG_AGO = new Date('2020-01-01');
const SOON = new Date(Date.now() + 60_000);

describe.concurrent('npm start', () => {
  test('builds what is not built, and serves until SIGTERM', async (context) => {
    const folder = checkout(context);
    const program = await npmStart(context, folder, '--port=0', '--database-url=memory:');
    const health = await fetch(`${program.url}/_aios/health`);
    expect(await health.json()).toMatchObject({ status: 'ready', version });
    expect(existsSync(join(folder, 'dist/main.js'))).toBe(true);
    // What has built it has ended.
    expect(spawnSync('pgrep', ['-g', `${program.pid}`, 'esbuild']).stdout?.toString()).toBe('');
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toContain('SIGTERM received');
  });

  test.for([
    ['builds again after a change of a source', LONG_AGO, REPORTED_VERSION],
    ['leaves what is newer than every source', SOON, /^built before$/m],
  ] as const)('%s', async ([, built, said], context) => {
    const folder = checkout(context);
    build(folder, built);
    const program = await npmStart(context, folder, '--version');
    expect(program.stdout()).toMatch(said);
    expect(await program.ended).toBe(0);
  });

  test('says in one sentence what is missing when it can not build', async (context) => {
    const folder = checkout(context, { missing: ['esbuild'] });
    const program = await npmStart(context, folder);
    expect(await program.ended).toBe(1);
    const said = program
      .stderr()
      .split('\n')
      .filter((line) => !line.startsWith('npm'));
    expect(said).toEqual([
      expect.stringMatching(/^aios-model-server: .*not built.* `npm ci --include=dev`/),
      '',
    ]);
    expect(program.stderr()).not.toMatch(/^\s+at /m);
  });

  test('needs nothing to build when it is built already', async (context) => {
    const folder = checkout(context, { missing: ['esbuild'] });
    build(folder, SOON);
    const program = await npmStart(context, folder);
    expect(program.stdout()).toMatch(/^built before$/m);
    expect(await program.ended).toBe(0);
  });
});
