import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './support/folder.ts';
import { installPackage, packedFiles } from './support/installed-package.ts';
import { launchServing } from './support/process.ts';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

test('the package has what it needs and nothing of the sources', () => {
  const files = packedFiles();
  const expected = [
    ...['package.json', 'README.md', 'README.zh-CN.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE'],
    ...['main', 'bin', 'index', 'query-process'].map((name) => `dist/${name}.js`),
    ...['dist/THIRD-PARTY-NOTICES', 'dist/static/swagger-ui.css', 'dist/probes.yaml'],
    ...['index.html', 'main.css', 'main.js'].map((name) => `dist/console/${name}`),
    ...['openapi/openapi.json', 'openapi/seed.schema.json'],
    ...['migrations/sqlite/meta/_journal.json'],
  ];
  expect(files).toEqual(expect.arrayContaining(expected));
  const folders = ['dist', 'migrations', 'openapi'];
  const others = files.filter((file) => !folders.includes(file.split('/')[0] ?? ''));
  expect(others.toSorted()).toEqual(expected.filter((file) => !file.includes('/')).toSorted());
  expect(files.filter((file) => /\.map$|compile-cache|_snapshot\.json/.test(file))).toEqual([]);
});

test('where shells have no exec, as on Windows, an install makes a command of that name', (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  cpSync('package.json', join(folder, 'package.json'));
  const asWindows = `data:text/javascript,Object.defineProperty(process,'platform',{value:'win32'})`;
  const { dependencies, start } = manifest.scripts;
  const env = { PATH: process.env.PATH, NODE_OPTIONS: `--import=${asWindows}` };
  expect(spawnSync(dependencies, { shell: true, cwd: folder, env }).stderr.toString()).toBe('');
  expect(readFileSync(join(folder, 'node_modules/.bin/exec.cmd'), 'utf8')).toBe('@%*');
  expect(start).toMatch(/^exec node [\w=./ -]+$/);
});

test('the manifest names no home, since none is known', () => {
  for (const name of ['private', 'repository', 'homepage', 'bugs']) {
    expect(manifest).not.toHaveProperty(name);
  }
});

describe('the licences', () => {
  const ALLOWED = /^(0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|ISC|MIT)$/;
  const notices = readFileSync('dist/THIRD-PARTY-NOTICES', 'utf8').split('\n\n----\n\n');

  /** The packages in the bundle, by its source maps. */
  const bundled = readdirSync('dist', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js.map'))
    .flatMap((name) => JSON.parse(readFileSync(`dist/${name}`, 'utf8')).sources as string[])
    .flatMap((path) => /node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path) ?? [])
    // Packages that are bundles themselves have maps of sources which are not there.
    .filter((folder) => existsSync(`${folder}/package.json`))
    .concat('node_modules/better-sqlite3', 'node_modules/@fastify/swagger-ui');
  const packages = [...new Set(bundled)].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    return { title: `${name} ${version} (${license})`, license };
  });

  test('of each bundled package are in the notices, and are allowed ones', () => {
    expect(packages.length).toBeGreaterThan(50);
    expect(packages.map(({ title }) => title)).toContainEqual(expect.stringMatching(/^preact /));
    for (const { title, license } of packages) {
      expect(license, title).toMatch(ALLOWED);
      const [notice = '', ...more] = notices.filter((text) => text.startsWith(`${title}\n\n`));
      expect(more, title).toEqual([]);
      expect(notice.length, title).toBeGreaterThan(500);
      expect(notice, title).toMatch(/copyright|blue oak/i);
    }
    expect(notices.join()).toContain('Copyright 2020-2021 SmartBear Software Inc.');
  });

  test('of the program is the Apache License', () => {
    expect(readFileSync('LICENSE', 'utf8')).toContain('Version 2.0, January 2004');
    expect(manifest.license).toBe('Apache-2.0');
  });
});

describe('installed', () => {
  test('the program starts with the heap setting of npm start, and ends by a signal', async (context) => {
    const folder = installPackage(context);
    const link = join(folder, 'node_modules/.bin/aios-model-server');
    mkdirSync(join(folder, 'node_modules/.bin'));
    symlinkSync('../aios-model-server/dist/bin.js', link);
    const env = { AIOS_DATABASE_URL: 'memory:' };
    const program = await launchServing(context, {
      command: [process.execPath, link],
      env,
    });
    for (const path of ['/_aios/health', '/docs', '/docs/json', '/docs/yaml', '/console/']) {
      expect((await fetch(program.url + path)).status, path).toBe(200);
    }
    const commandLine = `/proc/${program.pid}/cmdline`;
    if (existsSync(commandLine)) {
      const [, least, most, path] = readFileSync(commandLine, 'utf8').split('\0');
      const main = join(folder, 'node_modules/aios-model-server/dist/main.js');
      const flags = ['--min-semi-space-size=8', '--max-semi-space-size=8'];
      expect([least, most, path]).toEqual([...flags, main]);
      expect(manifest.scripts.start).toContain(flags.join(' '));
    }
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  test('the example for node:test passes', (context) => {
    const folder = installPackage(context);
    cpSync('examples/node-test', folder, { recursive: true });
    const { stdout } = run(folder, process.execPath, ['--test', '--test-reporter=tap']);
    expect(stdout).toMatch(/^# pass 2$/m);
  });

  test('the example for vitest passes', (context) => {
    const folder = installPackage(context, ['vitest']);
    cpSync('examples/vitest', folder, { recursive: true });
    const { stdout } = run(folder, process.execPath, ['node_modules/vitest/vitest.mjs', 'run']);
    expect(stdout).toMatch(/Tests +4 passed/);
  });
});

function run(cwd: string, program: string, args: string[]) {
  const env = { PATH: process.env.PATH, NO_COLOR: '1' };
  const result = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  expect(result.status, result.stdout + result.stderr).toBe(0);
  return result;
}
