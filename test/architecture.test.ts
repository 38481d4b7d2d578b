import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { operations } from '../src/contract/operations.ts';
import { handlers } from '../src/domain/handlers.ts';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

interface Module {
  /** From the project's folder, such as `src/domain/dependencies.ts`. */
  path: string;
  /** Without comments. */
  code: string;
  /** What it imports: paths as above, packages and `node:` modules by their names. */
  imports: string[];
}

function modulesOf(folder: string): Module[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tsx?|mjs)$/.test(name))
    .map((name) => {
      const path = join(folder, name);
      const code = readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
      const found = code.matchAll(/(?:(?<!')\bfrom\s*|\bimport\s*\(?\s*)'([^'\n]+)'/g);
      const imports = [...found].map(([, name = '']) =>
        name.startsWith('.') ? relative('.', join(path, '..', name)) : name,
      );
      return { path, code, imports };
    });
}

const modules = modulesOf('src');
const tests = modulesOf('test');
const benchmark = modulesOf('bench');
const consoleModules = modulesOf('console');

/** `@fastify/cors` of `@fastify/cors/types.js`. */
const packageOf = (name: string) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name;
const isPackage = (name: string) =>
  !/^(src|test|bench|console|dist|migrations|openapi)\//.test(name) && !isBuiltin(name);
const packagesOf = (some: Module[]) =>
  new Set(some.flatMap(({ imports }) => imports.filter(isPackage).map(packageOf)));

const inFolder = (folder: string) => modules.filter(({ path }) => path.startsWith(`${folder}/`));
const isScript = ({ path }: Module) => path.startsWith('src/scripts/');

test('the imports are found', () => {
  const app = modules.find(({ path }) => path === 'src/app.ts');
  expect(app?.imports).toEqual(
    expect.arrayContaining(['fastify', 'src/domain/jobs.ts', 'src/http/docs.ts']),
  );
  const store = modules.find(({ path }) => path === 'src/store/sqlite/store.ts');
  expect(store?.imports).toEqual(
    expect.arrayContaining(['src/domain/store.ts', 'src/store/sqlite/engine/batcher.ts']),
  );
  expect(modules.find(({ path }) => path === 'src/log.ts')?.imports).toContain('pino-pretty');
});

describe('a layer imports only itself and inner layers', () => {
  const STORE = [
    /^src\/(contract|store)\//,
    /^src\/domain\/(store|records|references|literals)\.ts$/,
  ];
  const layers: Record<string, RegExp[]> = {
    contract: [/^src\/contract\//, /^(@sinclair\/typebox|node:buffer)$/],
    // Of node:net the parsers of addresses.
    domain: [/^src\/(contract|domain)\//, /^(ipaddr\.js|yaml|lru-cache|node:net)$/],
    store: [...STORE, /^(drizzle-orm(\/.+)?|better-sqlite3|pg|lru-cache|node:.+)$/],
    control: [
      /^src\/(contract|domain|http|control)\//,
      /^(fastify|@sinclair\/typebox|lru-cache|node:.+)$/,
      /^openapi\/(control|seed\.schema)\.json$/,
    ],
    http: [
      /^src\/(contract|domain|http)\//,
      /^(fastify|@fastify\/.+|@prometheus-io\/client|fastest-levenshtein|ipaddr\.js|lru-cache|yaml|node:.+)$/,
      /^openapi\/openapi\.json$/,
    ],
  };

  test.each(Object.entries(layers))('%s', (layer, allowed) => {
    const members = inFolder(`src/${layer}`);
    expect(members.length).toBeGreaterThan(3);
    const others = members.flatMap(({ path, imports }) =>
      imports
        .filter((name) => !allowed.some((pattern) => pattern.test(name)))
        .map((name) => `${path} imports ${name}`),
    );
    expect(others).toEqual([]);
  });

  test('every top-level folder is one of them, the commands or the scripts', () => {
    const folders = new Set(
      modules.map(({ path }) => path.split('/').slice(1, -1)[0]).filter((name) => name),
    );
    const expected = [...Object.keys(layers), 'cli', 'scripts'];
    expect([...folders].toSorted()).toEqual(expected.toSorted());
  });

  test.each([
    ['store/sqlite', 'store/postgres', 'pg'],
    ['store/postgres', 'store/sqlite', 'better-sqlite3'],
  ])('%s does not import %s or %s', (folder, other, driver) => {
    const imports = inFolder(`src/${folder}`).flatMap((module) => module.imports);
    expect(imports.filter((name) => name === driver || name.startsWith(`src/${other}/`))).toEqual(
      [],
    );
  });

  test('what both stores share imports neither of them', () => {
    const shared = modules.filter(({ path }) => /^src\/store\/[^/]+$/.test(path));
    expect(shared.length).toBeGreaterThan(3);
    const own = shared.flatMap(({ imports }) =>
      imports.filter((name) => /^src\/store\/.+\//.test(name)),
    );
    expect(own).toEqual([]);
  });

  test('the migration tool is not part of the program', () => {
    expect(modules.filter(({ imports }) => imports.includes('drizzle-kit'))).toEqual([]);
  });
});

test('no modules import each other in a circle, not even for types', () => {
  const importsOf = new Map(modules.map(({ path, imports }) => [path, imports]));
  const acyclic = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, importers: string[]) => {
    if (importers.includes(path)) {
      circles.push([...importers.slice(importers.indexOf(path)), path].join(' → '));
    } else if (!acyclic.has(path)) {
      for (const name of importsOf.get(path) ?? []) visit(name, [...importers, path]);
      acyclic.add(path);
    }
  };
  for (const { path } of modules) visit(path, []);
  expect(circles).toEqual([]);
  expect(acyclic).toContain('src/app.ts');
});

test('only app.ts, program.ts, the commands and scripts wire layers together', () => {
  const layersOf = ({ imports }: Module) =>
    new Set(
      imports.flatMap(
        (name) => /^src\/(contract|domain|store|http|control)\//.exec(name)?.[1] ?? [],
      ),
    );
  const outside = modules.filter((module) => /^src\/(cli\/)?[^/]+$/.test(module.path));
  const inCli = (name: string) => `cli/${name}`;
  const wiring = outside.filter((module) => layersOf(module).size > 0).map(({ path }) => path);
  expect(wiring.toSorted()).toEqual(
    [
      'app',
      'program',
      'database',
      'start',
      'library',
      ...['commands', 'serve', 'guide', 'dump', 'demo', 'backup', 'copy'].map(inCli),
    ]
      .map((name) => `src/${name}.ts`)
      .toSorted(),
  );
  const meeting = modules.filter(
    (module) => !isScript(module) && layersOf(module).has('http') && layersOf(module).has('store'),
  );
  expect(meeting).toEqual([]);
});

test('nothing but the benchmark imports the benchmark', () => {
  const importing = (some: Module[]) =>
    some.filter(({ imports }) => imports.some((name) => name.startsWith('bench/')));
  expect(importing([...modules, ...tests])).toEqual([]);
  expect(importing(benchmark)).not.toEqual([]);
});

describe('only the programs and the scripts', () => {
  const outer = ['main', 'bin', 'program', 'environment', 'store/sqlite/engine/query-process'].map(
    (name) => `src/${name}.ts`,
  );
  const inner = modules.filter((module) => !outer.includes(module.path) && !isScript(module));
  test.each([
    [
      'access the process',
      /\bprocess\s*[.[]|['"](node:)?process['"]|\bconsole\.(log|info|warn|error|debug)\b/,
    ],
    ['read the clock', /\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(|\bperformance\.now\b/],
    [
      'generate random values',
      /\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b|\bMath\.random\b/,
    ],
  ])('%s', (_what, pattern) => {
    expect(inner.filter(({ code }) => pattern.test(code)).map(({ path }) => path)).toEqual([]);
    expect(modules.some(({ code }) => pattern.test(code))).toBe(true);
  });
});

test('only the catalogue of errors knows the statuses of failures', () => {
  const statuses = Object.keys(STATUS_CODES).filter((status) => Number(status) >= 400);
  const literal = new RegExp(`(?<![\\w.])(${statuses.join('|')})(?![\\w.])`, 'g');
  const found = modules
    .filter(({ path }) => path !== 'src/contract/errors.ts')
    .flatMap(({ path, code }) => (code.match(literal) ?? []).map((status) => `${path}: ${status}`));
  expect(found).toEqual([
    // The bounds of a class of statuses that the framework, not this program, has chosen.
    'src/http/protocol/error-handler.ts: 500',
    'src/http/protocol/error-handler.ts: 400',
    'src/http/protocol/error-handler.ts: 500',
  ]);
});

describe('an operation of the catalogue', () => {
  const names = Object.keys(operations);
  const wire = readFileSync('docs/wire.md', 'utf8');

  test.each(names)('%s has a handler, a test and a row in docs/wire.md', (name) => {
    expect(Object.keys(handlers)).toContain(name);
    expect(existsSync(`test/operations/${name}.test.ts`)).toBe(true);
    const row = name.replace(/^Get/, 'Query');
    expect(wire).toMatch(new RegExp(`^\\| ${row} \\| \``, 'm'));
  });

  test('is what every handler and test is about', () => {
    expect(Object.keys(handlers).toSorted()).toEqual(names.toSorted());
    const tested = readdirSync('test/operations').map((file) => file.replace('.test.ts', ''));
    expect(tested.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('a package', () => {
  /** Development packages that are run, not imported, with the command that runs them. */
  const tools: Record<string, string> = {
    '@biomejs/biome': 'biome',
    '@fastify/swagger-ui': 'build.mjs',
    '@redocly/cli': 'redocly',
    '@vitest/coverage-v8': 'coverage',
    'dts-bundle-generator': 'dts-bundle-generator',
    node: 'node',
    typescript: 'tsc',
  };
  const imported = packagesOf([...modules, ...tests, ...benchmark, ...consoleModules]);

  test('is a dependency if it is not in the bundle, and only then', () => {
    expect(Object.keys(manifest.dependencies)).toEqual(['better-sqlite3']);
    expect(imported).toContain('better-sqlite3');
  });

  test('is a development dependency if something else imports or runs it, and only then', () => {
    const others = [...imported].filter((name) => !Object.hasOwn(manifest.dependencies, name));
    const types = Object.keys(manifest.devDependencies).filter((name) =>
      name.startsWith('@types/'),
    );
    expect([...others, ...Object.keys(tools), ...types].toSorted()).toEqual(
      Object.keys(manifest.devDependencies).toSorted(),
    );
    const commands = Object.values<string>(manifest.scripts).join('\n');
    for (const command of Object.values(tools)) expect(commands).toContain(command);
  });

  test('that has a prebuilt binary is not compiled: npm does not record that in the lock file', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    expect(packages['node_modules/better-sqlite3']).toMatchObject({ gypfile: false });
  });

  test('has one exact version', () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    const isExact = (version: unknown) => /^\d+\.\d+\.\d+$/.test(String(version));
    expect(versions.filter((version) => !isExact(version))).toEqual([]);
  });
});

test('the image and the changelog name the version of the package', () => {
  const { version } = manifest;
  expect(readFileSync('Dockerfile', 'utf8')).toContain(`ARG VERSION=${version}\n`);
  expect(/^## \[(\d\S*)\]/m.exec(readFileSync('CHANGELOG.md', 'utf8'))?.[1]).toBe(version);
});
