import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { describe, expect, test } from 'vitest';
import {
  type ExampleProgram,
  expectFailedLogin,
  expectFirstCalls,
  isAtHand,
} from '../support/example-programs.ts';
import { temporaryFolder } from '../support/folder.ts';

const execute = promisify(execFile);

const programs: Record<string, ExampleProgram> = {
  java: {
    command: ['java', 'examples/java/FirstCalls.java'],
    // The least version that it compiles with.
    needs: [['javac', '--release', '17', '--version']],
  },
  go: { command: ['go', 'run', 'examples/go/first-calls.go'], needs: [['go', 'version']] },
};

describe.each(Object.entries(programs))('the example %s', (name, program) => {
  const skipped = !isAtHand(name, program.needs);

  test.skipIf(skipped)('makes its calls', () => expectFirstCalls(program));

  test.skipIf(skipped)('fails where it can’t log in', () => expectFailedLogin(program));
});

/** Compiles a program strictly, against the packages of this checkout. */
async function compile(folder: string, program: string): Promise<void> {
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const options = '--strict --noEmit --target es2023 --module nodenext --skipLibCheck --types node';
  const compiler = resolve('node_modules/typescript/bin/tsc');
  const args = [...options.split(' '), '--allowImportingTsExtensions', join(folder, program)];
  const run = execute(process.execPath, [compiler, ...args], { cwd: folder });
  // The compiler's complaints are on standard output.
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
}

test('the example typescript compiles against the OpenAPI document', async (context) => {
  const folder = temporaryFolder(context);
  cpSync('examples/typescript', folder, { recursive: true });
  const document = JSON.parse(readFileSync('openapi/openapi.json', 'utf8'));
  writeFileSync(join(folder, 'aios.ts'), astToString(await openapiTypescript(document)));
  await compile(folder, 'first-calls.ts');
});

/** An image to run the tests of containers with; without one they are compiled alone. */
const { AIOS_IMAGE } = process.env;

/** Each with the command that finds its library; none of them fetches anything. */
const suites: Record<string, { finds: string[]; commands: string[][] }> = {
  java: {
    finds: ['test', '-d', `${homedir()}/.m2/repository/org/testcontainers/junit-jupiter`],
    commands: [['mvn', '-o', '-q', '-B', AIOS_IMAGE ? 'test' : 'test-compile']],
  },
  go: {
    finds: ['go', 'mod', 'download', 'github.com/testcontainers/testcontainers-go@v0.45.0'],
    commands: [['go', 'mod', 'tidy'], AIOS_IMAGE ? ['go', 'test', '-count=1'] : ['go', 'vet']],
  },
  python: {
    finds: ['python3', '-c', 'import pytest, requests, testcontainers'],
    commands: [['python3', '-m', 'pytest', '-q', ...(AIOS_IMAGE ? [] : ['--collect-only'])]],
  },
};

describe('the example of containers', () => {
  // Go fetches no module then.
  process.env.GOPROXY = 'off';

  for (const [name, { finds, commands }] of Object.entries(suites)) {
    const skipped = !isAtHand(`testcontainers/${name}`, [finds]);
    test.skipIf(skipped)(
      `in ${name} compiles, and runs where AIOS_IMAGE is set`,
      async (context) => {
        const folder = temporaryFolder(context);
        cpSync(`examples/testcontainers/${name}`, folder, { recursive: true });
        for (const [program = '', ...args] of commands) {
          await execute(program, args, { cwd: folder, timeout: 280_000 });
        }
      },
    );
  }

  const hasPackage = existsSync('node_modules/testcontainers');
  if (!hasPackage) console.warn('testcontainers/typescript is skipped: its package is missing');
  test.skipIf(!hasPackage)('in typescript compiles', async (context) => {
    const folder = temporaryFolder(context);
    cpSync('examples/testcontainers/typescript/aios.test.ts', join(folder, 'aios.test.ts'));
    await compile(folder, 'aios.test.ts');
  });
});
