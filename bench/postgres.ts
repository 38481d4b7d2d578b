import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import examples from '../openapi/examples.json' with { type: 'json' };
import { openDatabase } from '../src/database.ts';
import type { Store } from '../src/domain/store.ts';
import { writeTables } from '../src/scripts/tables.ts';
import { parseDatabaseUrl } from '../src/setting-values.ts';
import { image, modelService, newUuid } from '../test/support/records.ts';
import { startChild } from './children.ts';
import { median } from './floors.ts';
import { type Answer, chooseTool, type Tool, tryOnce, valuesOf } from './load.ts';
import { hasCount, type Load, PATH } from './requests.ts';
import { machineOf, writeResults } from './results.ts';
import { bundlePeer, folder, numberOf } from './run.ts';
import {
  LOADS,
  type LoadName,
  type PostgresResults,
  SETUPS,
  type Setup,
  type SetupRound,
  scaleTables,
  WAYS,
  type Way,
} from './scale-table.ts';
import { type Server, startServer } from './servers.ts';
import { formatFigure } from './speed-table.ts';

/** Minimum rate of AddModelService on one server, as a multiple of the fastest bare insert. */
const FLOOR = 0.8;
/** Client connections to all servers together; a multiple of their number. */
const CONNECTIONS = 48;
/** The connections that a server's writes and reads by UUID use by default. */
const DATABASE_CONNECTIONS = 10;

const databaseUrl = process.env.AIOS_BENCH_POSTGRES_URL ?? process.env.AIOS_TEST_POSTGRES_URL;
if (!databaseUrl) {
  console.error('AIOS_BENCH_POSTGRES_URL, or AIOS_TEST_POSTGRES_URL, must name a database.');
  process.exit(1);
}

const seconds = numberOf('BENCH_SECONDS', 6);
const settings = {
  seconds,
  warmUpSeconds: Math.min(3, seconds),
  rounds: numberOf('BENCH_ROUNDS', 3),
  connections: CONNECTIONS,
  databaseConnections: DATABASE_CONNECTIONS,
  services: numberOf('BENCH_SERVICES', 20_000),
};
const tool: Tool = chooseTool(folder, process.env.BENCH_TOOL);

const client = new pg.Client(databaseUrl);
await client.connect();
const schema = `aios_bench_${newUuid()}`;
await client.query(`CREATE SCHEMA ${schema}; SET search_path = ${schema}`);

const schemaUrl = new URL(databaseUrl);
schemaUrl.searchParams.set('options', `-c search_path=${schema}`);
const postgresUrl = schemaUrl.href;
const fileUrl = `file:${join(folder, 'bench.db')}`;

const request = examples.operations.AddModelService.body;
const add: Load = {
  path: PATH,
  body: {
    ...request,
    param: {
      ...request.param,
      architectureImages: ['X86_64', 'AARCH64'].map((cpuArchitecture) => ({
        cpuArchitecture,
        dockerImage: `registry.example.com/${cpuArchitecture.toLowerCase()}/chat:1`,
      })),
    },
  },
  isRight: ({ inventory }: Answer) => inventory?.modelServiceImages.length === 2,
};

/** Runs a load on servers, with the same number of connections to each. */
async function runLoad(servers: readonly Server[], { path, ...load }: Load): Promise<SetupRound> {
  const connections = CONNECTIONS / servers.length;
  const all = servers.map(({ api }) => ({ ...load, url: api + path, connections }));
  for (const one of all) await tryOnce(one);
  const warmUps = await Promise.all(all.map((one) => tool.run(one, settings.warmUpSeconds)));
  const measured = await Promise.all(all.map((one) => tool.run(one, settings.seconds)));
  return {
    perSecond: measured.reduce((sum, { perSecond }) => sum + perSecond, 0),
    // The value of the slowest server.
    p99: Math.max(...measured.map(({ p99 }) => p99)),
    failed: [...warmUps, ...measured].reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** Runs work on the store of a URL. */
async function withStore<Result>(
  url: string,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const place = parseDatabaseUrl(url);
  if (!place) throw new Error(`${url} is no database`);
  const store = await openDatabase(
    { databaseUrl: place, databaseConnections: 1 },
    {
      migrationsFolder: 'migrations',
      server: 'bench',
      onCommit: () => {},
      onConnectionLost: () => {},
      now: () => performance.now(),
    },
  );
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Empties the tables; retries after a deadlock with the last requests of a load. */
async function empty(tries = 20): Promise<void> {
  try {
    await client.query('TRUNCATE resources, jobs, sessions CASCADE');
  } catch (error) {
    const isDeadlock = (error as pg.DatabaseError).code === '40P01';
    if (!isDeadlock || tries === 0) throw error;
    await setTimeout(250);
    await empty(tries - 1);
  }
}

/** The row and images that a server stores for the request; the bare program inserts the same. */
const storedService = () =>
  withStore(postgresUrl, async (store) => {
    const [service] = (await store.readResources()).modelServices;
    if (!service) throw new Error('the database has no service');
    const { modelServiceImages, ...fields } = service;
    const images = modelServiceImages.map(({ cpuArchitecture, vmImageUuid, dockerImage }) => ({
      ...{ cpuArchitecture, vmImageUuid, dockerImage },
    }));
    return { ...fields, images };
  });

/** Services per second that the bare program inserts. */
async function insertBare(program: string, way: Way, service: object): Promise<number> {
  const { databaseConnections, warmUpSeconds } = settings;
  const args = [postgresUrl, databaseConnections, warmUpSeconds, settings.seconds, way].map(String);
  const child = startChild(process.execPath, [program, ...args, JSON.stringify(service)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  await once(child, 'close');
  const perSecond = Number(output);
  if (output === '' || Number.isNaN(perSecond)) throw new Error(`${program} measured nothing`);
  return perSecond;
}

const print = (...words: string[]) => console.log(words.join(' '));
const ours: SetupRound[] = [];
const bare = Object.fromEntries(Object.keys(WAYS).map((way) => [way, [] as number[]])) as Record<
  Way,
  number[]
>;

/** Measures one server and the bare program alternately, each on empty tables. */
async function compareWithBareDrizzle(): Promise<void> {
  const program = await bundlePeer('bare-drizzle');
  const server = await startServer(postgresUrl, join(folder, 'server.log'));
  await tryOnce({ ...add, url: server.api + add.path });
  const service = await storedService();
  for (let round = 0; round < settings.rounds; round += 1) {
    await empty();
    const result = await runLoad([server], add);
    ours.push(result);
    print('AddModelService'.padEnd(50), formatFigure(result.perSecond, '/s'));
    for (const way of Object.keys(WAYS) as Way[]) {
      await empty();
      const perSecond = await insertBare(program, way, service);
      bare[way].push(perSecond);
      print(`bare Drizzle, ${WAYS[way]}`.padEnd(50), formatFigure(perSecond, '/s'));
    }
  }
  await server.stop();
}

/** Adds the same services to both databases. */
async function fillBoth(): Promise<string[]> {
  const modelServices = Array.from({ length: settings.services }, (_, index) => {
    const service = modelService({ createDate: 1_764_071_510_000 + index * 10 });
    return { ...service, modelServiceImages: [image(service.uuid)] };
  });
  const nothing = {
    modelCenters: [],
    models: [],
    modelServiceRefs: [],
    datasets: [],
    modelServiceInstanceGroups: [],
  };
  const resources = { ...nothing, modelServices, userTags: [], systemTags: [] };
  await empty();
  for (const url of [fileUrl, postgresUrl]) {
    await withStore(url, (store) => store.addResources(resources));
  }
  // Autovacuum would do this after some time.
  await client.query('ANALYZE');
  return modelServices.map(({ uuid }) => uuid);
}

const samples = Object.fromEntries(
  Object.keys(SETUPS).map((setup) => [
    setup,
    Object.fromEntries(Object.keys(LOADS).map((load) => [load, [] as SetupRound[]])),
  ]),
) as Record<Setup, Record<LoadName, SetupRound[]>>;

/** Measures one server and several, on both databases; services added in one round remain for the next. */
async function measureSetups(): Promise<void> {
  const uuids = await fillBoth();
  const loads: Record<LoadName, Load> = {
    get: {
      path: `${PATH}/{}`,
      values: valuesOf(folder, 'uuids', uuids),
      isRight: hasCount(1),
    },
    newest: { path: `${PATH}?limit=100&sort=-createDate`, isRight: hasCount(100) },
    add,
  };
  for (let round = 0; round < settings.rounds; round += 1) {
    for (const setup of Object.keys(SETUPS) as Setup[]) {
      const { database, servers: count } = SETUPS[setup];
      const url = database === 'SQLite' ? fileUrl : postgresUrl;
      const log = join(folder, `${setup}.log`);
      const servers = await Promise.all(Array.from({ length: count }, () => startServer(url, log)));
      for (const name of Object.keys(LOADS) as LoadName[]) {
        const result = await runLoad(servers, loads[name]);
        samples[setup][name].push(result);
        const figures = `${formatFigure(result.perSecond, '/s')}, p99 ${formatFigure(result.p99, 'ms')}`;
        print(`${LOADS[name]}, ${count} on ${database}`.padEnd(50), figures);
      }
      await Promise.all(servers.map((server) => server.stop()));
    }
  }
}

print(`${tool.name}, ${CONNECTIONS} connections, ${seconds} s each, ${settings.rounds} rounds`);
const { rows: versions } = await client.query('SHOW server_version');
const { rows: commits } = await client.query('SHOW synchronous_commit');
try {
  await compareWithBareDrizzle();
  await measureSetups();
} finally {
  await client.query(`DROP SCHEMA ${schema} CASCADE`);
  await client.end();
}

const ways = Object.keys(WAYS) as Way[];
const peer = ways.reduce((best, way) => (median(bare[way]) > median(bare[best]) ? way : best));
const ratios = ours.map(({ perSecond }, round) => perSecond / (bare[peer][round] ?? Number.NaN));
const results: PostgresResults = {
  date: new Date().toISOString(),
  machine: {
    ...machineOf(),
    postgres: versions[0].server_version,
    synchronousCommit: commits[0].synchronous_commit,
  },
  tool: tool.name,
  settings,
  besidePeer: {
    ...{ floor: FLOOR, peer, ratio: median(ratios), ratios, ours },
    ways: ways.map((way) => ({ way, perSecond: median(bare[way]), rounds: bare[way] })),
  },
  setups: (Object.keys(SETUPS) as Setup[]).map((setup) => ({
    setup,
    loads: (Object.keys(LOADS) as LoadName[]).map((load) => {
      const rounds = samples[setup][load];
      const [perSecond, p99] = (['perSecond', 'p99'] as const).map((figure) =>
        median(rounds.map((round) => round[figure])),
      );
      return { load, perSecond: perSecond ?? Number.NaN, p99: p99 ?? Number.NaN, rounds };
    }),
  })),
};
const target = process.env.BENCH_OUT ?? 'bench';
mkdirSync(target, { recursive: true });
writeResults(join(target, 'results-postgres.json'), results);
if (!process.env.BENCH_OUT) writeTables('docs/scale.md', scaleTables(results));
print(
  `=> ${formatFigure(median(ratios), '×')} of ${WAYS[peer]} (floor ${formatFigure(FLOOR, '×')})`,
);

const allRounds = [
  ...ours,
  ...Object.values(samples).flatMap((loads) => Object.values(loads).flat()),
];
const failed = allRounds.reduce((sum, round) => sum + round.failed, 0);
if (median(ratios) < FLOOR) console.error('The floor is missed.');
if (failed > 0) console.error(`Not every answer was a success: ${failed}.`);
process.exitCode = median(ratios) < FLOOR || failed > 0 ? 1 : 0;
