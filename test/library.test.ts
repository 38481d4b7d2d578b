import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, expectTypeOf, onTestFinished, test, vi } from 'vitest';
import type { Resources } from '../src/domain/records.ts';
import { start } from '../src/index.ts';
import type { Seed, StartOptions } from '../src/library.ts';
import { temporaryFolder } from './support/folder.ts';
import { newUuid } from './support/records.ts';
import { SESSION } from './support/server.ts';

const CENTER = '52c542f0c3384b6890e08570e611d52a';
const center = {
  uuid: CENTER,
  name: 'center',
  url: 'nfs://10.0.0.1/ai',
  managementIp: '10.0.0.1',
  managementPort: 8989,
};
const seed = { modelCenters: [center] };

async function startFor(options?: StartOptions) {
  const aios = await start(options);
  onTestFinished(aios.close);
  const get = async (path: string, headers: object = aios.headers) => {
    const response = await fetch(aios.api + path, { headers: { ...headers } });
    // biome-ignore lint/suspicious/noExplicitAny: bodies have every shape
    return { status: response.status, body: (await response.json()) as any };
  };
  const names = async () => {
    const { body } = await get('/ai/model-centers?fields=name&sort=+name');
    return body.inventories.map(({ name }: { name: string }) => name);
  };
  return { ...aios, get, names };
}

test('the type of a seed has every list of resources', () => {
  expectTypeOf<keyof Seed>().toEqualTypeOf<keyof Resources>();
});

test('servers have an address, a session and data of their own', async () => {
  const [first, second] = await Promise.all([startFor({ seed }), startFor()]);
  expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(first.api).toBe(`${first.url}/zstack/v1`);
  expect(first.headers).toEqual({ Authorization: `OAuth ${first.session}` });
  expect([await first.names(), await second.names()]).toEqual([['center'], []]);
  expect((await second.get('/ai/models', first.headers)).status).toBe(503);
});

test('options are settings, and variables of the environment are not read', async () => {
  process.env.AIOS_PORT = 'none';
  onTestFinished(() => {
    delete process.env.AIOS_PORT;
  });
  const corsOrigins = ['http://localhost:1', 'http://localhost:2'];
  const options = { session: SESSION, port: undefined, corsOrigins, sessionTimeout: 5 };
  const aios = await startFor(options);
  expect(aios.session).toBe(SESSION);
  const headers = { ...aios.headers, Origin: 'http://localhost:2' };
  const response = await fetch(`${aios.api}/ai/models`, { headers });
  expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:2');
});

test('settings that may come from a file do', async (context) => {
  const sessionFile = join(temporaryFolder(context), 'session');
  writeFileSync(sessionFile, SESSION);
  const aios = await startFor({ sessionFile, session: '' });
  expect(aios.session).toBe(SESSION);
});

test.each<[object, string]>([
  [{ prot: 1 }, 'AIOS_PROT is not a setting; did you mean AIOS_PORT?'],
  [{ port: 70_000 }, 'AIOS_PORT: "70000" is not allowed, only an integer from 0 to 65535.'],
  [{ seed: { models: [{}] } }, 'seed: field[models[0].uuid] of message[the seed] is mandatory'],
  [{ seedFile: '/none' }, 'AIOS_SEED_FILE=/none: ENOENT'],
  [{ host: '192.0.2.1' }, "AIOS_HOST=192.0.2.1 and AIOS_PORT=0 can't be listened on"],
])('%j is rejected', async (options, message) => {
  await expect(start(options)).rejects.toThrow(message);
});

test('resources are added, read, and reset to the seed', async () => {
  const aios = await startFor({ seed });
  const other = { ...center, uuid: newUuid(), name: 'other' };
  await aios.clock.set('2025-11-25T11:51:50Z');
  await aios.load({ modelCenters: [{ ...center, name: 'ignored' }, other] });
  expect(await aios.names()).toEqual(['center', 'other']);
  const createDate = '2025-11-25T11:51:50.000Z';
  expect((await aios.dump()).modelCenters).toMatchObject([{ ...other, createDate }, center]);
  await expect(aios.load({ models: [{}] })).rejects.toThrow('is mandatory');
  await aios.reset();
  expect(await aios.names()).toEqual(['center']);
});

test('calls fail as planned and are in the journal', async () => {
  const aios = await startFor();
  await aios.fail([{ operation: 'QueryModel', error: { code: 'SYS.1006' } }]);
  expect((await aios.get('/ai/models')).body).toMatchObject({ error: { code: 'SYS.1006' } });
  expect((await aios.get('/ai/models')).status).toBe(200);
  await expect.poll(() => aios.requests({ operation: 'QueryModel' })).toHaveLength(2);
  expect(await aios.requests({ status: 200 })).toMatchObject([{ method: 'GET' }]);
  await expect(aios.fail([{ operation: 'Query' }])).rejects.toThrow('operation');
});

test('the clock is stopped, advanced and reset', async () => {
  const { clock } = await startFor();
  await clock.set(new Date('2025-11-25T11:51:50Z'));
  await clock.advance(1500);
  expect(clock.now().toISOString()).toBe('2025-11-25T11:51:51.500Z');
  await clock.reset();
  expect(clock.now().getTime()).toBeGreaterThan(Date.UTC(2026, 0));
  await expect(clock.set('yesterday')).rejects.toThrow(RangeError);
});

test('the state is replaced, and restored from snapshots', async () => {
  const aios = await startFor({ seed });
  const other = { ...center, uuid: newUuid(), name: 'other' };
  await aios.replace({ modelCenters: [other] });
  await aios.clock.set('2025-11-25T11:51:50Z');
  await aios.snapshot('a');
  await aios.load(seed);
  await aios.restore('a', { clock: true });
  expect(await aios.names()).toEqual(['other']);
  expect(aios.clock.now().toISOString()).toBe('2025-11-25T11:51:50.000Z');
  await aios.load(seed);
  await aios.reset();
  expect(await aios.names()).toEqual(['other']);
  await expect(aios.restore('b')).rejects.toThrow('there is no snapshot[b]');
});

test('without the control API nothing is controlled', async () => {
  const aios = await startFor({ seed, control: false });
  expect(await aios.names()).toEqual(['center']);
  for (const call of [aios.reset, aios.dump]) {
    await expect(call()).rejects.toThrow('needs control: true');
  }
  expect((await fetch(`${aios.url}/_aios/dump`, { headers: aios.headers })).status).toBe(404);
});

test('null stands for no options, and the metrics describe the build', async () => {
  const aios = await startFor(null as never);
  const response = await fetch(`${aios.url}/_aios/metrics`, { headers: { ...aios.headers } });
  const { node } = process.versions;
  expect(await response.text()).toMatch(
    new RegExp(`^aios_build_info{version="[\\d.]+",node_version="${node}",database="memory",`, 'm'),
  );
});

test('a test may replace fetch', async (context) => {
  const aios = await start();
  context.onTestFinished(() => aios.close());
  vi.stubGlobal('fetch', () => Promise.reject(new Error('replaced')));
  context.onTestFinished(() => void vi.unstubAllGlobals());
  await aios.reset();
  expect((await aios.dump()).models).toEqual([]);
});

test('await using closes it', async () => {
  let url: string;
  {
    await using aios = await start();
    url = aios.url;
    expect((await fetch(`${url}/_aios/live`)).status).toBe(200);
  }
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

/** Starts and closes servers three times; prints what is left the second and the third time. */
const PROGRAM = `
import { readdirSync, readFileSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

const { start } = await import(process.env.LIBRARY);

async function useServers() {
  const servers = await Promise.all([start(), start(), start({ databaseUrl: 'file:aios.db' })]);
  for (const { api, headers, close } of servers) {
    // The pattern makes a list of a file run in a process of its own.
    const response = await fetch(api + '/ai/models?q=name~=%25a%25', { headers });
    if (!(await response.json()).success) throw new Error('no answer');
    await Promise.all([close(), close()]);
  }
  while (resources() !== before) await setImmediate();
}
const resources = () =>
  process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate').join();
// Opened by the library when it loads, and a resource when it is a pipe.
process.stderr.fd;
const before = resources();
const count = (folder) => { try { return readdirSync(folder).length } catch { return 0 } };
const left = () => [
  count('/proc/self/task'),
  count('/proc/self/fd'),
  count('/proc/self/task') && readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8'),
  ['SIGTERM', 'exit', 'uncaughtException'].map((name) => process.listenerCount(name)),
];
await useServers();
for (let round = 0; round < 2; round++) {
  await useServers();
  writeSync(1, JSON.stringify(left()) + '\\n');
}
`;

test('nothing is left of closed servers: no handle, thread, process, listener or file', (context) => {
  const folder = temporaryFolder(context);
  const args = ['--input-type=module', '--eval', PROGRAM];
  const LIBRARY = pathToFileURL(resolve('dist/index.js')).href;
  const env = { PATH: process.env.PATH, TMPDIR: folder, LIBRARY };
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: 50_000,
  });
  expect([stderr, status]).toEqual(['', 0]);
  const [second, third] = stdout.trim().split('\n');
  expect(third).toBe(second);
  expect(JSON.parse(second ?? '').slice(2)).toEqual([expect.stringMatching(/^$/), [0, 0, 0]]);
  expect(readdirSync(folder).filter((name) => !name.startsWith('aios.db'))).toEqual([]);
});
