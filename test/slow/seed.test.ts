import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { toSeed } from '../../src/domain/seed.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-store.ts';
import { MIGRATIONS } from '../support/databases.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { ADMIN_UUID, digestOf, quickPasswords } from '../support/logins.ts';
import { type Launch, launch, launchServing, type Program } from '../support/process.ts';
import { call } from '../support/program-calls.ts';
import { extras, modelService, newUuid, session } from '../support/records.ts';
import { requiredServiceParams } from '../support/resources.ts';
import { nothing } from '../support/results.ts';
import { everyResource } from '../support/seeds.ts';
import { API, SESSION } from '../support/server.ts';

// biome-ignore lint/suspicious/noExplicitAny: seeds are spoilt in every way
type Json = any;

const MANY = 10_000;

const dumpOf = async (program: Program) => (await call(program, 'GET', '/_aios/dump')).body;

const wholeSeed = (): Json => JSON.parse(JSON.stringify(toSeed(everyResource())));

/** A seed of so many resources: services, a fifth of them with an image, and models bound to some. */
function largeSeed(count: number): Json {
  const services = Array.from({ length: count / 2 }, (_, index) => ({
    ...requiredServiceParams,
    uuid: newUuid(),
    name: `service ${index}`,
    createDate: '2025-11-25T11:51:50Z',
    modelServiceImages:
      index % 5 === 0
        ? [{ uuid: newUuid(), cpuArchitecture: 'x86_64', createDate: '2025-11-25T11:51:50Z' }]
        : [],
  }));
  const models = services.map((_, index) => ({
    uuid: newUuid(),
    name: `model ${index}`,
    createDate: '2025-11-25T11:51:50Z',
    installPath: '/a',
    modelCenterUuid: 'a',
  }));
  return {
    modelServices: services,
    models,
    modelServiceRefs: models.slice(0, count / 5).map(({ uuid }, index) => ({
      uuid: newUuid(),
      modelUuid: uuid,
      modelServiceUuid: services[index]?.uuid,
    })),
  };
}

const withSeed =
  (seed: unknown, name = 'seed.json') =>
  (context: Finishing) => {
    const cwd = temporaryFolder(context);
    writeFileSync(join(cwd, name), typeof seed === 'string' ? seed : JSON.stringify(seed, null, 2));
    return cwd;
  };

const SEEDED = { AIOS_SEED_FILE: 'seed.json', AIOS_CONTROL: 'on' };
const start = (context: Finishing, { env = {}, ...options }: Launch = {}) =>
  launchServing(context, { ...options, env: { ...SEEDED, ...env } });

async function stop(program: Program): Promise<void> {
  // Signals are listened to only after the line that says it serves.
  expect((await call(program, 'GET', '/_aios/health')).status).toBe(200);
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
}

const databaseIn = (cwd: string) => join(cwd, 'data/aios.db');

/** Every row of every table of a database without writers; undefined if there is no file. */
function rowsIn(file: string): Record<string, unknown[]> | undefined {
  if (!existsSync(file) || statSync(file).size === 0) return undefined;
  const client = new Database(file, { readonly: true });
  try {
    const names = client
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all();
    return Object.fromEntries(
      (names as string[]).map((name) => [name, client.prepare(`SELECT * FROM "${name}"`).all()]),
    );
  } finally {
    client.close();
  }
}

/** Rows that are there before a start: resources, a password and a session. */
async function fillBefore(cwd: string): Promise<void> {
  mkdirSync(join(cwd, 'data'));
  const store = openSqliteStore({ file: databaseIn(cwd), migrationsFolder: MIGRATIONS });
  await store.addResource('ModelService', modelService(), extras(), nothing);
  const hash = await quickPasswords.hash(digestOf('a password'), 'c2FsdA');
  await store.setPassword(ADMIN_UUID, hash);
  await store.addSession(session({ accountUuid: ADMIN_UUID, expiredDate: 4e12 }), 0);
  await store.close();
}

/** The line that a start is rejected with: the only one, naming the setting and the file. */
async function expectedErrorOf(program: Program, file = 'seed.json'): Promise<string> {
  expect(program.url).toBe('');
  expect(await program.ended).toBe(1);
  expect(program.stdout()).not.toContain('serves the API');
  const [line = '', ...more] = program.stderr().split('\n');
  expect(more).toEqual(['']);
  expect(line).toContain(`AIOS_SEED_FILE=${file}`);
  expect(line).not.toMatch(/Error\b|\bat \/|SQLITE|UNIQUE/);
  // As long as an error's details may be (F52), with what stands before it.
  expect(line.length).toBeLessThan(4096 + 100);
  return line;
}

describe('a server with a seed', () => {
  test('has it before it serves: no answer is without it', async (context) => {
    const seed = largeSeed(4000);
    const cwd = withSeed(seed)(context);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    let isOver = false;
    const counts: number[] = [];
    const watch = (async () => {
      while (!isOver) {
        await call({ url }, 'GET', `${API}/models?count=true`)
          .then(({ status, body }) => counts.push(status === 200 ? body.total : -status))
          .catch(() => setTimeout(1));
      }
    })();
    const program = await start(context, { cwd, env: { AIOS_PORT: String(port) } });
    expect(program.url).toBe(url);
    while (counts.length === 0) await setTimeout(5);
    isOver = true;
    await watch;
    expect(new Set(counts)).toEqual(new Set([2000]));
  });

  // The store's suite tests a second start.
  test('serves the same after a second start, but for what was changed by hand', async (context) => {
    const seed = wholeSeed();
    const cwd = withSeed(seed)(context);
    const first = await start(context, { cwd });
    const [stored, deleted] = seed.modelServices;
    const before = await dumpOf(first);
    await call(first, 'PUT', `${API}/model-services/${stored.uuid}`, {
      updateModelService: { name: 'changed' },
    });
    const [changed] = (await dumpOf(first)).modelServices;
    await call(first, 'DELETE', `${API}/model-services/${deleted.uuid}`);
    await stop(first);
    const { modelServices, ...others } = await dumpOf(await start(context, { cwd }));
    expect(modelServices).toEqual([changed, before.modelServices[1]]);
    expect(changed.name).toBe('changed');
    expect(others).toMatchObject({ models: before.models, userTags: before.userTags });
  });

  test('killed at any moment while it starts holds all of it or nothing', async (context) => {
    const cwd = withSeed(largeSeed(MANY))(context);
    const env = { ...SEEDED, AIOS_PORT: '0', AIOS_SESSION: SESSION };
    const counts = new Set<number>();
    for (let wait = 250; wait <= 1150; wait += 100) {
      const file = join(cwd, `${wait}.db`);
      const url = `file:${file}`;
      const launched = launch(context, {
        cwd,
        env: { ...env, AIOS_DATABASE_URL: url, AIOS_LOG_LEVEL: 'error' },
        command: [
          'timeout',
          '-s',
          'KILL',
          String(wait / 1000),
          process.execPath,
          join(process.cwd(), 'dist/main.js'),
        ],
      });
      await (await launched).ended;
      const rows = rowsIn(file);
      counts.add(rows?.resources?.length ?? 0);
      expect(rows?.model_services?.length ?? 0).toBe(rows?.resources?.length ? MANY / 2 : 0);
      expect(rows?.model_service_refs?.length ?? 0).toBe(rows?.resources?.length ? MANY / 5 : 0);
    }
    for (const count of counts) expect([0, MANY]).toContain(count);
  });
});

describe('a seed with a bad entry stops the start', () => {
  // The seed's own tests have every kind of wrong entry.
  test.for<[string, (seed: Json) => void, string]>([
    ['an unknown member', (seed) => (seed.models[1].token = 'a-secret'), 'models[1].token'],
    [
      'a tag of another kind',
      (seed) => (seed.userTags[1].resourceType = 'ModelVO'),
      'userTags[1].resourceUuid',
    ],
  ])('and says where it is: %s', async ([, spoil, path], context) => {
    const seed = wholeSeed();
    spoil(seed);
    const cwd = withSeed(seed)(context);
    await fillBefore(cwd);
    const before = rowsIn(databaseIn(cwd));
    const line = await expectedErrorOf(await start(context, { cwd }));
    expect(line).toContain(path);
    expect(line).not.toContain('a-secret');
    expect(rowsIn(databaseIn(cwd))).toEqual(before);
  });

  test('and leaves the password and sessions, though another password is set', async (context) => {
    const cwd = withSeed({ models: [{}] })(context);
    await fillBefore(cwd);
    const before = rowsIn(databaseIn(cwd));
    await expectedErrorOf(await start(context, { cwd, env: { AIOS_ADMIN_PASSWORD: 'another' } }));
    expect(rowsIn(databaseIn(cwd))).toEqual(before);
  });

  test.for([
    ['an empty file', ''],
    ['half of a file', JSON.stringify(wholeSeed()).slice(0, 2000)],
    ['no object', 'null'],
  ])('and so does %s', async ([, text], context) => {
    const cwd = withSeed(text)(context);
    await expectedErrorOf(await start(context, { cwd }));
    expect(rowsIn(databaseIn(cwd))?.resources ?? []).toEqual([]);
  });

  test('and so does a missing file, and a folder', async (context) => {
    const cwd = temporaryFolder(context);
    for (const file of ['none.json', '.']) {
      const line = await expectedErrorOf(
        await start(context, { cwd, env: { AIOS_SEED_FILE: file } }),
        file,
      );
      expect(line).toMatch(/ENOENT|EISDIR/);
    }
  });
});

describe('a dump', () => {
  /** A server with everything: its seed's resources, changed and added to by hand. */
  async function lived(context: Finishing): Promise<Program> {
    const seed = wholeSeed();
    const program = await start(context, { cwd: withSeed(seed)(context) });
    const [{ uuid: service }] = seed.modelServices;
    const older = seed.models[0].uuid;
    const { body } = await call(program, 'POST', `${API}/models`, {
      param: {
        name: 'own',
        installPath: 'a',
        modelCenterUuid: seed.modelCenters[1].uuid,
        token: 'a-secret-token',
        modelServiceUuids: [service],
      },
      userTags: [' verbatim\n', 'α😀'],
      systemTags: ['a::b'],
    });
    const second = await call(program, 'POST', `${API}/model-services`, {
      param: {
        ...requiredServiceParams,
        yaml: 'a: "α😀"\r\n# a comment\n',
        vendorToSpecUuidsMap: { NVIDIA: ['a'], Huawei: [] },
        architectureImages: [{ cpuArchitecture: 'X86_64', dockerImage: 'registry/a' }],
      },
    });
    const own = second.body.inventory.uuid;
    // The younger model first: services list their bindings in the order they were made.
    for (const model of [body.inventory.uuid, older]) {
      const bound = await call(program, 'POST', `${API}/models/${model}/model-services/${own}`, {});
      expect(bound.status).toBe(200);
    }
    const clone = await call(program, 'POST', `${API}/model-services/${service}`, { params: {} });
    expect(clone.status).toBe(200);
    return program;
  }

  const runDump = async (context: Finishing, options: Launch) => {
    const program = await launch(context, { ...options, args: ['dump', ...(options.args ?? [])] });
    return { code: await program.ended, stdout: program.stdout(), stderr: program.stderr() };
  };

  test('of a running and of a stopped server equals that of the endpoint', async (context) => {
    const program = await lived(context);
    const reported = await dumpOf(program);
    const running = await runDump(context, { cwd: program.cwd });
    expect(running).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(running.stdout)).toEqual(reported);
    expect((await call(program, 'GET', '/_aios/health')).status).toBe(200);
    await stop(program);
    const before = rowsIn(databaseIn(program.cwd));
    const stopped = await runDump(context, { cwd: program.cwd });
    expect(stopped).toEqual(running);
    expect(rowsIn(databaseIn(program.cwd))).toEqual(before);
    expect(stopped.stdout).not.toContain('a-secret-token');
    expect(stopped.stdout.endsWith('}\n')).toBe(true);
  });

  test('is made with the folder, flags and variables of the server’s', async (context) => {
    const cwd = withSeed(wholeSeed())(context);
    const url = 'file:other/place.db';
    await stop(await start(context, { cwd, env: { AIOS_DATABASE_URL: url } }));
    const byFlag = await runDump(context, { cwd, args: ['--database-url', url] });
    const byVariable = await runDump(context, { cwd, env: { AIOS_DATABASE_URL: url } });
    // Settings of the server that don't concern the database are ignored.
    const extra = {
      ...SEEDED,
      AIOS_DATABASE_URL: url,
      AIOS_HOST: '0.0.0.0',
      AIOS_SEED_FILE: 'no',
    };
    const inItsPlace = await runDump(context, { cwd, env: extra });
    expect(byFlag.code).toBe(0);
    expect(JSON.parse(byFlag.stdout).models).toHaveLength(2);
    expect(byVariable).toEqual(byFlag);
    expect(inItsPlace).toEqual(byFlag);
  });

  test.for<[string, Launch]>([
    ['a database in memory', { env: { AIOS_DATABASE_URL: 'memory:' } }],
    ['a text file', { args: ['--database-url', 'file:seed.json'] }],
    ['a missing file', { args: ['--database-url', 'file:none/aios.db'] }],
    ['the default file, if it is missing', {}],
  ])('fails with one sentence for %s', async ([, options], context) => {
    const cwd = withSeed('no database')(context);
    const { code, stdout, stderr } = await runDump(context, { cwd, ...options });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^aios-model-server: (AIOS_DATABASE_URL|The file seed\.json) .+\.\n$/);
    expect(existsSync(join(cwd, 'none'))).toBe(false);
    expect(existsSync(join(cwd, 'data'))).toBe(false);
  });
});

test.for([
  'memory:',
  'file:aios.db',
])('a reset of 10,000 resources in %s restores them', async (url, context) => {
  const large = largeSeed(MANY);
  const cwd = withSeed(large)(context);
  const program = await start(context, { cwd, env: { AIOS_DATABASE_URL: url } });
  const first = await dumpOf(program);
  await call(program, 'DELETE', `${API}/models/${large.models[0].uuid}`);
  expect(await call(program, 'POST', '/_aios/reset')).toMatchObject({
    status: 200,
    body: { success: true },
  });
  expect(await dumpOf(program)).toEqual(first);
});
