import { chmodSync, chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { toSeed } from '../../src/domain/seed.ts';
import { openSqliteStore } from '../../src/store/sqlite/open-store.ts';
import { MIGRATIONS, unusableDatabases } from '../support/databases.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { ADMIN_UUID, digestOf, quickPasswords } from '../support/logins.ts';
import {
  type Launch,
  launch,
  launchServing,
  otherUser,
  otherUserCanRun,
  type Program,
} from '../support/process.ts';
import { call } from '../support/program-calls.ts';
import { extras, modelService, newUuid, session } from '../support/records.ts';
import { requiredServiceParams } from '../support/resources.ts';
import { nothing } from '../support/results.ts';
import { everyResource } from '../support/seeds.ts';
import { API, ROOT, SESSION } from '../support/server.ts';

// biome-ignore lint/suspicious/noExplicitAny: seeds are spoilt in every way
type Json = any;

const MANY = 10_000;

const dumpOf = async (program: Program) => (await call(program, 'GET', '/_aios/dump')).body;

/** What the API shows of everything, in its order. */
async function shown(program: Program) {
  const lists = ['ai/model-centers', 'ai/models', 'ai/model-services', 'user-tags', 'system-tags'];
  const answers = lists.map(async (list) => {
    const { status, body } = await call(program, 'GET', `${ROOT}/${list}?limit=100000`);
    expect(status).toBe(200);
    return [list, body.inventories];
  });
  return Object.fromEntries(await Promise.all(answers));
}

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
  await store.addModelService(modelService(), extras(), nothing);
  const hash = await quickPasswords.hash(digestOf('a password'), 'c2FsdA');
  await store.setPassword(ADMIN_UUID, hash);
  await store.addSession(session({ accountUuid: ADMIN_UUID, expiredDate: 4e12 }), 0);
  await store.close();
}

/** The line that a start is refused with: the only one, naming the setting and the file. */
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

  test('serves it from memory too', async (context) => {
    const seed = wholeSeed();
    const cwd = withSeed(seed)(context);
    const program = await start(context, { cwd, env: { AIOS_DATABASE_URL: 'memory:' } });
    expect(await dumpOf(program)).toEqual({ ...seed, about: expect.any(String) });
  });

  test('changes nothing when it starts again, where the seed names no more than it must', async (context) => {
    const seed = wholeSeed();
    for (const { uuid: _, ...tag } of seed.userTags.splice(0)) seed.userTags.push(tag);
    for (const ref of seed.modelServiceRefs) delete ref.uuid;
    for (const image of seed.modelServices[0].modelServiceImages) delete image.uuid;
    for (const model of seed.models) delete model.createDate;
    const cwd = withSeed(seed)(context);
    await stop(await start(context, { cwd }));
    const first = rowsIn(databaseIn(cwd));
    await stop(await start(context, { cwd }));
    expect(rowsIn(databaseIn(cwd))).toEqual(first);
  });

  test('leaves what was changed by hand, and brings back what was deleted', async (context) => {
    const seed = wholeSeed();
    const cwd = withSeed(seed)(context);
    const first = await start(context, { cwd });
    const before = await dumpOf(first);
    const [stored, gone] = seed.modelServices;
    await call(first, 'PUT', `${API}/model-services/${stored.uuid}`, {
      updateModelService: {
        name: 'changed',
        architectureImages: [{ cpuArchitecture: 'loongarch64' }],
      },
    });
    await call(first, 'DELETE', `${API}/model-services/${gone.uuid}`);
    await call(first, 'DELETE', `${ROOT}/tags/${seed.userTags[0].uuid}`);
    const own = await call(first, 'POST', `${API}/models`, {
      param: { name: 'own', installPath: 'a', modelCenterUuid: 'a' },
    });
    const changed = (await dumpOf(first)).modelServices.find(
      ({ uuid }: Json) => uuid === stored.uuid,
    );
    await stop(first);

    const second = await start(context, { cwd });
    const after = await dumpOf(second);
    expect(after.modelServices).toEqual([changed, before.modelServices[1]]);
    expect(changed).toMatchObject({ name: 'changed', cpuArchitectures: ['loongarch64'] });
    expect(after.userTags).toEqual(before.userTags);
    expect(after.modelServiceRefs).toHaveLength(3);
    expect(after.models.map(({ uuid }: Json) => uuid)).toEqual([
      ...before.models.map(({ uuid }: Json) => uuid),
      own.body.inventory.uuid,
    ]);
  });

  test('starts again though the text of one of its tags was changed', async (context) => {
    const seed = wholeSeed();
    const cwd = withSeed(seed)(context);
    const first = await start(context, { cwd });
    const path = `${ROOT}/system-tags/${seed.systemTags[0].uuid}/actions`;
    const { status } = await call(first, 'PUT', path, { updateSystemTag: { tag: 'changed' } });
    expect(status).toBe(200);
    await stop(first);
    const second = await start(context, { cwd });
    expect(second.stderr()).toBe('');
    expect((await dumpOf(second)).systemTags).toMatchObject([{ tag: 'changed' }]);
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a seed with a bad entry stops the start', () => {
  const bad: [string, (seed: Json) => void, string][] = [
    ['a missing name', (seed) => delete seed.models[1].name, 'models[1].name'],
    ['an unknown member', (seed) => (seed.models[1].token = 'a-secret'), 'models[1].token'],
    [
      'a tag of another kind',
      (seed) => (seed.userTags[1].resourceType = 'ModelVO'),
      'userTags[1].resourceUuid',
    ],
  ];

  test.for(bad)('and says where it is: %s', async ([, spoil, path], context) => {
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

  test('and leaves a database that was not there without a resource', async (context) => {
    const seed = wholeSeed();
    seed.systemTags[0].resourceUuid = newUuid();
    const cwd = withSeed(seed)(context);
    await expectedErrorOf(await start(context, { cwd }));
    expect(rowsIn(databaseIn(cwd))?.resources ?? []).toEqual([]);
    // Once it is mended the server starts with it.
    writeFileSync(join(cwd, 'seed.json'), JSON.stringify(wholeSeed()));
    expect((await shown(await start(context, { cwd })))['ai/models']).toHaveLength(2);
  });

  test('and leaves the password and sessions, though another password is set', async (context) => {
    const cwd = withSeed({ models: [{}] })(context);
    await fillBefore(cwd);
    const before = rowsIn(databaseIn(cwd));
    await expectedErrorOf(await start(context, { cwd, env: { AIOS_ADMIN_PASSWORD: 'another' } }));
    expect(rowsIn(databaseIn(cwd))).toEqual(before);
  });

  const files: [string, string][] = [
    ['an empty file', ''],
    ['broken JSON', '{\n  "models": [\n    {\n      "uuid": "a",\n    }\n  ]\n}\n'],
    ['text', 'models:\n  - name: a\n'],
    ['nothing', 'null'],
    ['half of a file', JSON.stringify(wholeSeed()).slice(0, 2000)],
  ];
  test.for(files)('and so does %s', async ([, text], context) => {
    const cwd = withSeed(text)(context);
    await fillBefore(cwd);
    const before = rowsIn(databaseIn(cwd));
    await expectedErrorOf(await start(context, { cwd }));
    expect(rowsIn(databaseIn(cwd))).toEqual(before);
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

  test('and so does a file that can not be read', async (context) => {
    if (!(await otherUserCanRun())) return context.skip('the other user can not run the program');
    const cwd = withSeed({})(context);
    chmodSync(join(cwd, 'seed.json'), 0);
    if (otherUser !== undefined) chownSync(cwd, otherUser, otherUser);
    const options = otherUser === undefined ? {} : { user: otherUser };
    const line = await expectedErrorOf(await start(context, { cwd, ...options }));
    expect(line).toContain('EACCES');
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
    const stopped = await runDump(context, { cwd: program.cwd });
    expect(stopped).toEqual(running);
    expect(stopped.stdout).not.toContain('a-secret-token');
    expect(stopped.stdout.endsWith('}\n')).toBe(true);
  });

  test('changes nothing in the database', async (context) => {
    const program = await lived(context);
    await stop(program);
    const before = rowsIn(databaseIn(program.cwd));
    await runDump(context, { cwd: program.cwd });
    expect(rowsIn(databaseIn(program.cwd))).toEqual(before);
  });

  test('is a seed that makes an equal server', async (context) => {
    const first = await lived(context);
    const { stdout } = await runDump(context, { cwd: first.cwd });
    const second = await start(context, { cwd: withSeed(stdout)(context) });
    expect(second.stderr()).toBe('');
    expect(await dumpOf(second)).toEqual(JSON.parse(stdout));
    expect(await shown(second)).toEqual(await shown(first));
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
    ['a file that is not there', { args: ['--database-url', 'file:none/aios.db'] }],
    ['the default file, which is not there', {}],
  ])('is refused in a sentence of %s', async ([, options], context) => {
    const cwd = temporaryFolder(context);
    const { code, stdout, stderr } = await runDump(context, { cwd, ...options });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^aios-model-server: AIOS_DATABASE_URL .+\.\n$/);
    expect(existsSync(join(cwd, 'none'))).toBe(false);
    expect(existsSync(join(cwd, 'data'))).toBe(false);
  });

  test('is refused of an unusable database', async (context) => {
    const unusable = unusableDatabases['a text file'];
    const cwd = temporaryFolder(context);
    const file = join(cwd, 'aios.db');
    await unusable.make(file);
    const { code, stdout, stderr } = await runDump(context, {
      cwd,
      args: ['--database-url', `file:${file}`],
    });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(unusable.sentence);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  test('is a whole one while resources come and go', async (context) => {
    const seed = largeSeed(4000);
    const program = await start(context, { cwd: withSeed(seed)(context) });
    let isOver = false;
    const churn = (async () => {
      for (const { uuid } of seed.modelServices) {
        if (isOver) return;
        await call(program, 'DELETE', `${API}/model-services/${uuid}`);
        await call(
          program,
          'POST',
          `${API}/models/${seed.models.at(-1).uuid}/model-services/${seed.modelServices.at(-1).uuid}`,
          {},
        );
      }
    })();
    try {
      for (let dump = 0; dump < 5; dump++) {
        const { code, stdout, stderr } = await runDump(context, { cwd: program.cwd });
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        const { modelServices, models, modelServiceRefs } = JSON.parse(stdout);
        const there = new Set([...modelServices, ...models].map(({ uuid }) => uuid));
        const dangling = modelServiceRefs.filter(
          ({ modelUuid, modelServiceUuid }: Json) =>
            !there.has(modelUuid) || !there.has(modelServiceUuid),
        );
        expect(dangling).toEqual([]);
      }
    } finally {
      isOver = true;
      await churn;
    }
  });
});

describe('a reset', () => {
  // Many times what it takes on an idle machine.
  test.for([
    ['memory:', 1000],
    ['file:aios.db', 3000],
  ] as const)('of 10,000 resources in %s takes at most %i ms', async ([url, limit], context) => {
    const large = largeSeed(MANY);
    const cwd = withSeed(large)(context);
    const program = await start(context, { cwd, env: { AIOS_DATABASE_URL: url } });
    const first = await dumpOf(program);

    const times: number[] = [];
    for (let run = 0; run < 5; run++) {
      await call(program, 'DELETE', `${API}/models/${large.models[run].uuid}`);
      const begun = performance.now();
      const { status, body } = await call(program, 'POST', '/_aios/reset');
      times.push(performance.now() - begun);
      expect([status, body]).toEqual([200, { success: true }]);
    }
    const sorted = times.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] as number;
    const figures = times.map((time) => time.toFixed(1)).join(', ');
    console.log(`reset, ${url}: median ${median.toFixed(1)} ms of ${figures}`);
    expect(await dumpOf(program)).toEqual(first);
    expect(median).toBeLessThan(limit);
  });
});
