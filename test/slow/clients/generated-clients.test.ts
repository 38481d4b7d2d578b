import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@hey-api/openapi-ts';
import { build } from 'esbuild';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';
import { operations } from '../../../src/contract/operations.ts';
import { GetJob } from '../../../src/contract/schemas/job.ts';
import { type Finishing, temporaryFolder } from '../../support/folder.ts';
import { launchServing } from '../../support/process.ts';
import { SESSION } from '../../support/server.ts';
import { installTools } from '../../support/tools.ts';

const DOCUMENT = resolve('openapi/openapi.json');
/** For generators that know no OpenAPI 3.1. */
const DOCUMENT_30 = resolve('openapi/openapi-3.0.json');
const PROGRAMS = 'test/slow/clients/programs';
const PASSWORD = 'correct horse battery staple';

const execute = promisify(execFile);

interface Generator {
  /** Package that is installed for the test; without it a development dependency generates. */
  tool?: string;
  packages?: string[];
  /** The arguments of the tool, or what generates. */
  generate: (folder: string) => Promise<unknown> | string[];
  /** The names of the operations, in the code it generates in a file. */
  names: { file: string; pattern: RegExp };
  compilerOptions?: object;
  /** Operations that its program calls. */
  calls?: string[];
}

/** What `exercise.ts` calls. */
const EXERCISED = [
  'AddModel',
  'AddModelService',
  'BindModelToService',
  'CloneModelService',
  'QueryModel',
  'UpdateModelService',
];

/** Where the part of a client that is the same for every document doesn't compile with all options. */
const lenient = {
  module: 'ESNext',
  moduleResolution: 'bundler',
  exactOptionalPropertyTypes: false,
};

/** Each with its default options, by the name of its program. */
const generators: Record<string, Generator> = {
  'openapi-fetch': {
    generate: async (folder) => {
      mkdirSync(folder);
      const types = await openapiTypescript(JSON.parse(readFileSync(DOCUMENT, 'utf8')));
      writeFileSync(join(folder, 'schema.ts'), astToString(types));
    },
    names: { file: 'schema.ts', pattern: /^ {4}(\w+): \{(?=\n {8}parameters: )/gm },
    calls: [
      ...EXERCISED,
      ...['AddModelCenter', 'DeleteModel', 'DeleteModels', 'GetJob', 'GetModel', 'LogInByAccount'],
      'QueryModelService',
    ],
  },
  'hey-api': {
    generate: (folder) =>
      createClient({
        input: DOCUMENT,
        output: { path: folder, tsConfigPath: join(folder, '../tsconfig.json') },
        logs: { level: 'silent', file: false },
      }),
    names: { file: 'sdk.gen.ts', pattern: /^export const (\w+) =/gm },
    compilerOptions: { exactOptionalPropertyTypes: false },
  },
  orval: {
    tool: 'orval',
    packages: ['orval@8.38.0'],
    generate: (folder) => [
      ...['--input', DOCUMENT, '--output', join(folder, 'api.ts'), '--client', 'fetch'],
    ],
    names: { file: 'api.ts', pattern: /^export const (\w+) = async/gm },
    compilerOptions: lenient,
  },
  'swagger-typescript-api': {
    tool: 'swagger-typescript-api',
    packages: ['swagger-typescript-api@13.13.0'],
    generate: (folder) => [
      ...['generate', '--path', DOCUMENT, '--output', folder, '--name', 'api.ts', '--silent'],
    ],
    names: { file: 'api.ts', pattern: /^ {4} \* @name (\w+)$/gm },
    compilerOptions: lenient,
  },
  oazapfts: {
    tool: 'oazapfts',
    packages: ['oazapfts@7.5.0', '@oazapfts/runtime@1.2.0'],
    generate: (folder) => [DOCUMENT, join(folder, 'api.ts')],
    names: { file: 'api.ts', pattern: /^export function (\w+)\(/gm },
    compilerOptions: lenient,
  },
  'openapi-typescript-codegen': {
    tool: 'openapi',
    packages: ['openapi-typescript-codegen@0.31.0'],
    generate: (folder) => ['--input', DOCUMENT_30, '--output', folder],
    names: { file: 'services', pattern: /^ {4}public static (\w+)\(/gm },
    compilerOptions: lenient,
  },
};

const compilerOptions = {
  target: 'ES2023',
  module: 'NodeNext',
  types: ['node'],
  typeRoots: [resolve('node_modules/@types')],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
};

/** A project of its own: the client, and the program that uses it. Undefined where its tool can't be installed. */
async function project(context: Finishing, name: string): Promise<string | undefined> {
  const { generate, packages, tool, compilerOptions: ownOptions } = generators[name] as Generator;
  const tools = packages && (await installTools(context, packages));
  if (packages && !tools) return undefined;
  const folder = tools?.folder ?? temporaryFolder(context);
  if (!tools) symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const options = {
    compilerOptions: { ...compilerOptions, ...ownOptions },
    include: ['*.ts', 'generated'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
  for (const file of [`${name}.ts`, 'wire.ts', 'exercise.ts']) {
    cpSync(join(PROGRAMS, file), join(folder, file));
  }
  if (tools) mkdirSync(join(folder, 'generated'));
  const generated = generate(join(folder, 'generated'));
  await (Array.isArray(generated) ? tools?.run(tool ?? '', generated) : generated);
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

function operationNames(folder: string, { file, pattern }: Generator['names']): string[] {
  const path = join(folder, 'generated', file);
  const files = statSync(path).isDirectory()
    ? readdirSync(path).map((name) => join(path, name))
    : [path];
  const code = files.map((name) => readFileSync(name, 'utf8')).join('\n');
  return [...code.matchAll(pattern)].map(([, name = '']) => name.toLowerCase()).toSorted();
}

test.for(
  Object.entries(generators),
)('the client of %s compiles strictly, and its program works', async ([
  name,
  generator,
], context) => {
  const folder = await project(context, name);
  if (folder === undefined) return context.skip();
  expect(await complaintsAbout(folder)).toEqual([]);
  const known = [...Object.keys(operations), GetJob.name].map((known) => known.toLowerCase());
  expect(operationNames(folder, generator.names)).toEqual(known.toSorted());

  const program = join(folder, 'program.mjs');
  await build({
    entryPoints: [join(folder, `${name}.ts`)],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const server = await launchServing(context, {
    env: { AIOS_ADMIN_PASSWORD: PASSWORD, AIOS_SESSION: SESSION },
  });
  const env = { AIOS_URL: server.url, AIOS_PASSWORD: PASSWORD, AIOS_SESSION: SESSION };
  await execute(process.execPath, [program], { env, timeout: 60_000 });

  const done = server
    .log()
    .filter(({ status }) => status === 200)
    .map(({ operation }) => operation);
  expect([...new Set(done)].toSorted()).toEqual((generator.calls ?? EXERCISED).toSorted());
});
