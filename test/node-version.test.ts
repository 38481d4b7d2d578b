import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { NODE_MIN, nodeVersionError } from '../src/node-version.ts';

test.each(['22.18.0', '22.20.7', '23.0.0', '24.21.0', '100.0.0'])('%s is new enough', (version) => {
  expect(nodeVersionError(version)).toBeUndefined();
});

test.each(['0.12.18', '9.11.2', '20.20.2', '22.17.1', '22.2.0'])('%s is too old', (version) => {
  expect(nodeVersionError(version)).toBe(
    `Node.js 22.18 or later is required, but this is ${version}.`,
  );
});

test('package.json requires the same release', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(engines.node).toBe(`>=${NODE_MIN}`);
});

/** The first Node.js in PATH that is too old, if any. */
function findOldNode(): { program: string; version: string } | undefined {
  const programs = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'));
  for (const program of new Set(programs.filter((path) => existsSync(path)))) {
    const version = execFileSync(program, ['-p', 'process.versions.node']).toString().trim();
    if (nodeVersionError(version) !== undefined) return { program, version };
  }
  return undefined;
}

const oldNode = findOldNode();
if (oldNode === undefined) console.info('No Node.js before 22.18 is in PATH: none is tried.');

test.skipIf(oldNode === undefined)('the program says so and ends with 1 on an old Node.js', () => {
  const { program = '', version = '' } = oldNode ?? {};
  const { status, stdout, stderr } = spawnSync(program, [resolve('dist/main.js')]);
  expect([status, stdout.toString(), stderr.toString()]).toEqual([
    1,
    '',
    `aios-model-server: ${nodeVersionError(version)}\n`,
  ]);
});

test.skipIf(oldNode === undefined)('the library says so on an old Node.js', () => {
  const { program = '', version = '' } = oldNode ?? {};
  const started = `import(process.argv[1]).then(({ start }) => start()).catch(({ message }) => console.log(message))`;
  const { stdout, stderr } = spawnSync(program, ['-e', started, resolve('dist/index.js')]);
  expect([stdout.toString(), stderr.toString()]).toEqual([`${nodeVersionError(version)}\n`, '']);
});
