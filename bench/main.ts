import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import examples from '../openapi/examples.json' with { type: 'json' };
import { writeTables } from '../src/scripts/tables.ts';
import { startScanning } from './background-load.ts';
import { column, makeDatabase, readThrough } from './database.ts';
import {
  type CpuMeasured,
  emptySamples,
  joinHalves,
  LOADS,
  type LoadName,
  median,
  rowsOf,
  type Samples,
} from './floors.ts';
import {
  type Answer,
  CONNECTIONS,
  chooseTool,
  headersOf,
  tryOnce,
  type Values,
  valuesOf,
} from './load.ts';
import { buildReference } from './reference.ts';
import { add, clone, type Load, PATH, readsIn, typed, update } from './requests.ts';
import { machineOf, writeResults } from './results.ts';
import { bundlePeer, folder, numberOf } from './run.ts';
import { type Server, startBareFastify, startServer } from './servers.ts';
import { formatFigure, isMissed, speedTables } from './speed-table.ts';

const COLD_STARTS = 7;

const seconds = numberOf('BENCH_SECONDS', 5);
const warmUpSeconds = Math.min(2, seconds);
const rounds = numberOf('BENCH_ROUNDS', 5);
const few = numberOf('BENCH_FEW', 20_000);
const many = numberOf('BENCH_MANY', 1_000_000);
const scanned = numberOf('BENCH_SCANNED', 100_000);
const seeded = numberOf('BENCH_SEEDED', 100_000);
const tool = chooseTool(folder, process.env.BENCH_TOOL);

/** This version and 0.7, which are measured alternately; the names of their files contain `files`. */
const versions = [
  { name: 'this version', files: 'current', program: undefined, samples: emptySamples() },
  { name: '0.7', files: 'old', program: buildReference(), samples: emptySamples() },
] as const;
type Version = (typeof versions)[number];
const [current, old] = versions;
const failures: string[] = [];

/** Puts a load on a server and measures it; a server that is not warm gets it for a while before. */
async function measure(server: Server, { path, ...load }: Load, name: string, isWarm = false) {
  const whole = { ...load, url: server.api + path };
  if (!isWarm) {
    await tryOnce(whole);
    const warmUp = await tool.run(whole, warmUpSeconds);
    if (warmUp.failed > 0) failures.push(`${warmUp.failed} answers of ${name} were no success`);
  }
  const before = server.cpuSeconds() ?? Number.NaN;
  const measured = await tool.run(whole, seconds);
  const cpuSeconds = (server.cpuSeconds() ?? Number.NaN) - before;
  if (measured.failed > 0) failures.push(`${measured.failed} answers of ${name} were no success`);
  const microseconds = (cpuSeconds / measured.answers) * 1e6;
  console.log(
    [
      name.padEnd(58),
      formatFigure(measured.perSecond, '/s').padStart(10),
      `p99 ${formatFigure(measured.p99, 'ms')}`.padStart(14),
      Number.isNaN(cpuSeconds) ? '' : `${microseconds.toFixed(0)} µs CPU`.padStart(12),
    ].join(' '),
  );
  return { ...measured, cpuSeconds };
}

/** One of the loads that are compared with each other, on a running server. */
interface Part {
  version: Version;
  server: Server;
  name: LoadName;
  load: Load;
}

/** Measures the parts there and back (A B C, C B A): what a machine gains or loses meanwhile is then shared equally. */
async function compareLoads(parts: readonly Part[]): Promise<void> {
  const halves = parts.map((part) => ({ ...part, measured: [] as CpuMeasured[] }));
  for (const half of [...halves, ...halves.toReversed()]) {
    const { version, server, name, load, measured } = half;
    const isWarm = measured.length > 0;
    measured.push(await measure(server, load, `${LOADS[name]}, ${version.name}`, isWarm));
  }
  for (const { version, name, measured } of halves) {
    version.samples.loads[name].push(joinHalves(measured));
  }
}

const start = (version: Version, file: string, settings = {}) =>
  startServer(`file:${file}`, `${file}.log`, {
    ...(version.program !== undefined && { program: version.program }),
    settings,
  });

const fileOf = (name: string) => join(folder, `${name}.db`);
const fewOf = ({ files }: Version) => fileOf(`few-${files}`);

/** Measures writes and reads of both versions, each on a file of its own. */
async function measureVersions(): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await measureWrites(round);
    await measureReads();
  }
}

async function measureWrites(round: number): Promise<void> {
  const written = ({ files }: Version) => fileOf(`writes-${files}-${round}`);
  const adding: Part[] = [];
  for (const version of versions) {
    adding.push({
      version,
      server: await start(version, written(version)),
      name: 'add',
      load: add,
    });
  }
  const server = await start(current, fileOf(`typed-writes-${round}`));
  adding.push({ version: current, server, name: 'addTyped', load: typed(add) });
  await compareLoads(adding);
  for (const part of adding) await part.server.stop();

  const changing: { version: Version; server: Server; values: Values }[] = [];
  for (const version of versions) {
    const uuids = column(written(version), 'model_services', 'uuid').slice(0, few);
    const values = valuesOf(folder, `written-${version.files}`, uuids);
    changing.push({ version, server: await start(version, written(version)), values });
  }
  await compareLoads(
    changing.map((part) => ({ ...part, name: 'update', load: update(part.values) })),
  );
  await compareLoads(
    changing.map((part) => ({ ...part, name: 'clone', load: clone(part.values) })),
  );
  for (const part of changing) await part.server.stop();
}

/** Measures each read of both versions, of a large database, and with the schema in the response. */
async function measureReads(): Promise<void> {
  const files = [...versions.map(fewOf), fileOf('many'), fileOf('typed')];
  for (const path of files) await readThrough(path);
  const reads = readsIn(fewOf(current), 'few', few);
  const readsOfMany = readsIn(fileOf('many'), 'many', few);
  const servers: Server[] = [];
  for (const [index, path] of files.entries()) {
    servers.push(await start(versions[index] ?? current, path));
  }
  const [ofCurrent, ofOld, ofMany, ofTyped] = servers as [Server, Server, Server, Server];
  for (const name of ['get', 'name', 'list'] as const) {
    const parts: Part[] = [
      { version: current, server: ofCurrent, name, load: reads[name] },
      { version: old, server: ofOld, name, load: reads[name] },
      { version: current, server: ofMany, name: `${name}Many`, load: readsOfMany[name] },
    ];
    if (name !== 'name') {
      const load = typed(reads[name]);
      parts.push({ version: current, server: ofTyped, name: `${name}Typed`, load });
    }
    await compareLoads(parts);
  }
  for (const [index, version] of versions.entries()) {
    const memory = servers[index]?.megabytes();
    if (memory !== undefined) version.samples.memory.push(memory);
  }
  for (const server of servers) await server.stop();
}

async function measureWhileScanning(file: string): Promise<void> {
  const { get } = readsIn(file, 'scanned', few);
  for (let round = 0; round < rounds; round++) {
    const server = await start(current, file);
    const scanning = startScanning(server.api);
    const measured = await measure(server, get, LOADS.getWhileScanning);
    current.samples.loads.getWhileScanning.push(joinHalves([measured]));
    const failed = await scanning.stop();
    if (failed > 0) failures.push(`${failed} scans were no success`);
    await server.stop();
  }
}

async function measureStarts(): Promise<void> {
  const seed = join(folder, 'seed.json');
  writeFileSync(seed, JSON.stringify({ modelServices: seedServices() }));
  for (let round = 0; round < COLD_STARTS; round++) {
    for (const version of versions) {
      const server = await start(version, fewOf(version));
      version.samples.coldStart.push(server.startedWithin);
      await server.stop();
    }
  }
  for (const version of versions) {
    const server = await start(version, fileOf(`seeded-${version.files}`), {
      AIOS_SEED_FILE: seed,
    });
    const memory = server.megabytes();
    if (memory !== undefined) version.samples.seedMemory.push(memory);
    console.log(`memory after a start with a seed, ${version.name}: ${memory?.toFixed(0)} MB`);
    await server.stop();
  }
}

function seedServices(): object[] {
  const { param } = examples.operations.AddModelService.body;
  return Array.from({ length: seeded }, (_, number) => ({
    ...param,
    modelUuids: undefined,
    name: `Service ${number}`,
    uuid: `${number.toString(16).padStart(12, '0')}4000a000000000000000`,
  }));
}

/** Measures the ratio to a bare Fastify with the same payload; it has no floor, because it is too noisy. */
async function compareBareFastify(file: string): Promise<void> {
  const ours = await start(current, file);
  const response = await fetch(ours.api + PATH, {
    method: 'POST',
    headers: headersOf({}),
    body: JSON.stringify(add.body),
  });
  const service = ((await response.json()) as Answer).inventory;
  const bare = await startBareFastify(await bundlePeer('bare-fastify'), service);
  const bareAdd = await measure(bare, add, 'AddModelService, bare Fastify');
  const bareGet = await measure(bare, readsIn(file, 'few', few).get, 'GET by uuid, bare Fastify');
  await bare.stop();
  await ours.stop();
  const perSecond = (name: LoadName, samples: Samples) =>
    median(samples.loads[name].map((round) => round.perSecond));
  for (const { name, samples } of versions) {
    const ofAdd = perSecond('add', samples) / bareAdd.perSecond;
    const ofGet = perSecond('get', samples) / bareGet.perSecond;
    console.log(
      `${name} against bare Fastify: AddModelService ${ofAdd.toFixed(2)} ×, GET ${ofGet.toFixed(2)} ×`,
    );
  }
}

console.log(`${tool.name}, ${CONNECTIONS} connections, ${seconds} s each, ${rounds} rounds`);
await makeDatabase(fewOf(old), few, old.program);
copyFileSync(fewOf(old), fewOf(current));
// Migrates its file, which is no part of a start.
await (await start(current, fewOf(current))).stop();
copyFileSync(fewOf(current), fileOf('typed'));
await measureStarts();
await makeDatabase(fileOf('many'), many);
await measureVersions();
await makeDatabase(fileOf('scanned'), scanned);
await measureWhileScanning(fileOf('scanned'));
await compareBareFastify(fewOf(current));

const rows = rowsOf(current.samples, old.samples);
const target = process.env.BENCH_OUT ?? 'bench';
mkdirSync(target, { recursive: true });
writeResults(join(target, 'results.json'), {
  date: new Date().toISOString(),
  machine: machineOf(),
  tool: tool.name,
  settings: {
    seconds,
    warmUpSeconds,
    rounds,
    connections: CONNECTIONS,
    few,
    many,
    scanned,
    seeded,
  },
  rows,
  samples: Object.fromEntries(versions.map(({ name, samples }) => [name, samples])),
});
if (!process.env.BENCH_OUT) writeTables('docs/speed.md', speedTables(rows));
for (const row of rows) {
  const verdict = isMissed(row) ? 'MISSED' : 'ok';
  console.log(
    `${row.name.padEnd(64)} ${formatFigure(row.measured, row.unit).padStart(10)} (≤ ${formatFigure(row.floor, row.unit)}) ${verdict}`,
  );
  if (isMissed(row)) failures.push(`The floor is missed: ${row.name}`);
}
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exitCode = 1;
