import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@hey-api/openapi-ts';
import { build } from 'esbuild';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { describe, expect, test } from 'vitest';
import { operations } from '../../../src/contract/operations.ts';
import { GetJob } from '../../../src/contract/schemas/job.ts';
import { type Finishing, temporaryFolder } from '../../support/folder.ts';
import { launchServing } from '../../support/process.ts';

const DOCUMENT = resolve('openapi/openapi.json');
const PROGRAMS = 'test/slow/clients/programs';
const PASSWORD = 'correct horse battery staple';

const execute = promisify(execFile);

interface Generator {
  generate: (folder: string) => Promise<unknown>;
  /** The names of the operations, in the code it generates in a file. */
  names: { file: string; pattern: RegExp };
  compilerOptions?: object;
  /** The program that uses it, where there is one. */
  program?: string;
}

/** Each with its default options. */
const generators: Record<string, Generator> = {
  'openapi-fetch': {
    generate: async (folder) => {
      mkdirSync(folder);
      const types = await openapiTypescript(JSON.parse(readFileSync(DOCUMENT, 'utf8')));
      writeFileSync(join(folder, 'schema.ts'), astToString(types));
    },
    names: { file: 'schema.ts', pattern: /^ {4}(\w+): \{(?=\n {8}parameters: )/gm },
    program: 'openapi-fetch.ts',
  },
  'hey-api': {
    generate: (folder) =>
      createClient({
        input: DOCUMENT,
        output: { path: folder, tsConfigPath: join(folder, '../tsconfig.json') },
        logs: { level: 'silent', file: false },
      }),
    names: { file: 'sdk.gen.ts', pattern: /^export const (\w+) =/gm },
    // The part of the client that is the same for every document doesn't compile with it.
    compilerOptions: { exactOptionalPropertyTypes: false },
  },
};

const compilerOptions = {
  target: 'ES2023',
  module: 'NodeNext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
};

/** A project of its own: the client, and the program that uses it. */
async function project(context: Finishing, name: string): Promise<string> {
  const folder = temporaryFolder(context);
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const { generate, program, compilerOptions: ownOptions } = generators[name] as Generator;
  const options = { compilerOptions: { ...compilerOptions, ...ownOptions } };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
  for (const file of program ? [program, 'wire.ts'] : []) {
    cpSync(join(PROGRAMS, file), join(folder, file));
  }
  await generate(join(folder, 'generated'));
  return folder;
}

/** What the compiler has to say, line by line. */
async function complaintsAbout(folder: string): Promise<string[]> {
  const compiler = resolve('node_modules/typescript/bin/tsc');
  try {
    await execute(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
      timeout: 60_000,
    });
    return [];
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`.trim().split('\n');
  }
}

describe.each(Object.entries(generators))('the client of %s', (name, {
  names,
  program: source,
}) => {
  test('compiles strictly, and so does a program that uses it', async (context) => {
    expect(await complaintsAbout(await project(context, name))).toEqual([]);
  });

  test('calls the operations by their names', async (context) => {
    const folder = await project(context, name);
    const code = readFileSync(join(folder, 'generated', names.file), 'utf8');
    const found = [...code.matchAll(names.pattern)].map(([, found = '']) => found.toLowerCase());
    const known = [...Object.keys(operations), GetJob.name].map((known) => known.toLowerCase());
    expect(found.toSorted()).toEqual(known.toSorted());
  });

  test.skipIf(!source)('works against the running server', async (context) => {
    const folder = await project(context, name);
    const program = join(folder, 'program.mjs');
    await build({
      entryPoints: [join(folder, String(source))],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const server = await launchServing(context, { env: { AIOS_ADMIN_PASSWORD: PASSWORD } });
    const env = { PATH: process.env.PATH, AIOS_URL: server.url, AIOS_PASSWORD: PASSWORD };
    await execute(process.execPath, [program], { env, timeout: 60_000 });

    const done = server
      .log()
      .filter(({ status }) => status === 200)
      .map(({ operation }) => operation);
    expect([...new Set(done)].toSorted()).toEqual([
      'AddModel',
      'AddModelCenter',
      'AddModelService',
      'BindModelToService',
      'CloneModelService',
      'DeleteModel',
      'DeleteModels',
      'GetJob',
      'GetModel',
      'LogInByAccount',
      'QueryModel',
      'QueryModelService',
      'UpdateModelService',
    ]);
  });
});
