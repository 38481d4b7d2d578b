import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import examples from '../openapi/examples.json' with { type: 'json' };
import { writeTables } from '../src/scripts/tables.ts';
import { startScanning } from './background-load.ts';
import { column, makeDatabase, readThrough } from './database.ts';
import { emptySamples, LOADS, type LoadName, median, rowsOf, type Samples } from './floors.ts';
import {
  type Answer,
  CONNECTIONS,
  chooseTool,
  headersOf,
  type LoadOptions,
  tryOnce,
  type Values,
  valuesOf,
} from './load.ts';
import { buildReference } from './reference.ts';
import { machineOf, writeResults } from './results.ts';
import { bundlePeer, folder, numberOf } from './run.ts';
import { type Server, startBareFastify, startServer } from './servers.ts';
import { formatFigure, isMissed, speedTables } from './speed-table.ts';

const PATH = '/v1/ai/model-services';
const COLD_STARTS = 7;
const READS = ['get', 'name', 'list'] as const;

const seconds = numberOf('BENCH_SECONDS', 5);
const warmUpSeconds = Math.min(2, seconds);
const rounds = numberOf('BENCH_ROUNDS', 5);
const few = numberOf('BENCH_FEW', 20_000);
const many = numberOf('BENCH_MANY', 1_000_000);
const scanned = numberOf('BENCH_SCANNED', 100_000);
const seeded = numberOf('BENCH_SEEDED', 100_000);
const tool = chooseTool(folder, process.env.BENCH_TOOL);

/** This version and 0.7, which are measured alternately. */
const versions = [
  { name: 'this version', program: undefined, samples: emptySamples() },
  { name: '0.7', program: buildReference(), samples: emptySamples() },
] as const;
type Version = (typeof versions)[number];
const [current, old] = versions;
const failures: string[] = [];

type Load = Omit<LoadOptions, 'url'> & { path: string };

/** Puts a load on a server and measures it, after a warm-up. */
async function measure(server: Server, { path, ...load }: Load, name: string) {
  const whole = { ...load, url: server.api + path };
  await tryOnce(whole);
  const warmUp = await tool.run(whole, warmUpSeconds);
  const before = server.cpuSeconds();
  const measured = await tool.run(whole, seconds);
  const after = server.cpuSeconds();
  const failed = warmUp.failed + measured.failed;
  if (failed > 0) failures.push(`${failed} answers of ${name} were no success`);
  const cpuMicroseconds =
    before === undefined || after === undefined
      ? undefined
      : ((after - before) / measured.answers) * 1e6;
  console.log(
    [
      name.padEnd(58),
      formatFigure(measured.perSecond, '/s').padStart(10),
      `p99 ${formatFigure(measured.p99, 'ms')}`.padStart(14),
      cpuMicroseconds === undefined ? '' : `${cpuMicroseconds.toFixed(0)} µs CPU`.padStart(12),
    ].join(' '),
  );
  return { ...measured, cpuMicroseconds };
}

async function sample(version: Version, server: Server, name: LoadName, load: Load) {
  const measured = await measure(server, load, `${LOADS[name]}, ${version.name}`);
  version.samples.loads[name].push(measured);
}

const start = (version: Version, file: string, settings = {}) =>
  startServer(`file:${file}`, `${file}.log`, {
    ...(version.program !== undefined && { program: version.program }),
    settings,
  });

const file = (name: string) => join(folder, `${name}.db`);
const fewOf = ({ name }: Version) => file(`few-${name.replaceAll(' ', '-')}`);

const hasUuid = (answer: Answer) => /^[0-9a-f]{32}$/.test(answer.inventory?.uuid);
const hasCount = (count: number) => (answer: Answer) => answer.inventories?.length === count;
const add: Load = {
  path: PATH,
  body: examples.operations.AddModelService.body,
  isRight: hasUuid,
};
const readsOf = (uuids: Values, names: Values, pages: Values) => ({
  get: { path: `${PATH}/{}`, values: uuids, isRight: hasCount(1) },
  name: { path: `${PATH}?q=name={}`, values: names, isRight: hasCount(1) },
  list: { path: `${PATH}?limit=100&start={}`, values: pages, isRight: hasCount(100) },
});

/** A load with the header for which answers say the class of each object. */
const typed = (load: Load): Load => ({
  ...load,
  headers: { 'x-json-schema': 'true' },
  isRight: (answer) => answer.schema !== undefined && load.isRight(answer),
});

/**
 * The read loads; every request has a random uuid, name or page. Those of a large database are of so many services as
 * the small one has, spread over all: choosing among a million would take the caches from the server.
 */
function readsIn(file: string, name: string) {
  const valuesIn = (field: string) => {
    const all = column(file, 'model_services', field);
    const step = Math.ceil(all.length / few);
    return all.filter((_, index) => index % step === 0);
  };
  const uuids = valuesIn('uuid');
  // Any row may be the first one: more pages than a server could remember.
  const pages = Array.from(
    { length: Math.min(uuids.length, 10_000) - 100 },
    (_, start) => `${start}`,
  );
  return readsOf(
    valuesOf(folder, `${name}-uuids`, uuids),
    valuesOf(folder, `${name}-names`, valuesIn('name')),
    valuesOf(folder, `${name}-pages`, pages),
  );
}

/** Measures writes and reads, alternately with both versions, each on a file of its own. */
async function measureVersions(): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const version of versions) {
      const empty = join(folder, `writes-${version.name}-${round}.db`.replaceAll(' ', '-'));
      const writing = await start(version, empty);
      await sample(version, writing, 'add', add);
      await writing.stop();
      const uuids = valuesOf(
        folder,
        'written',
        column(empty, 'model_services', 'uuid').slice(0, few),
      );
      const again = await start(version, empty);
      await sample(version, again, 'update', {
        path: `${PATH}/{}`,
        method: 'PUT',
        body: { updateModelService: { description: 'changed', requestCpu: 2 } },
        values: uuids,
        isRight: hasUuid,
      });
      await sample(version, again, 'clone', {
        path: `${PATH}/{}`,
        body: { params: { name: 'a clone' } },
        values: uuids,
        isRight: hasUuid,
      });
      await again.stop();
    }
    const typedWriting = await start(current, file(`typed-writes-${round}`));
    await sample(current, typedWriting, 'addTyped', typed(add));
    await typedWriting.stop();
    await measureReads();
  }
}

/** Measures each read of small and large databases one after the other, since they are compared with each other. */
async function measureReads(): Promise<void> {
  for (const path of [...versions.map(fewOf), file('many')]) await readThrough(path);
  const few = await Promise.all(
    versions.map(async (version) => ({
      version,
      reads: readsIn(fewOf(version), `few-${version.name}`),
      server: await start(version, fewOf(version)),
    })),
  );
  const many = { reads: readsIn(file('many'), 'many'), server: await start(current, file('many')) };
  for (const name of READS) {
    for (const { version, reads, server } of few) await sample(version, server, name, reads[name]);
    await sample(current, many.server, `${name}Many`, many.reads[name]);
  }
  for (const { version, reads, server } of few) {
    const memory = server.megabytes();
    if (memory !== undefined) version.samples.memory.push(memory);
    if (version !== current) continue;
    await sample(version, server, 'getTyped', typed(reads.get));
    await sample(version, server, 'listTyped', typed(reads.list));
  }
  for (const { server } of [...few, many]) await server.stop();
}

async function measureWhileScanning(file: string): Promise<void> {
  const [version] = versions;
  const { get } = readsIn(file, 'scanned');
  for (let round = 0; round < rounds; round++) {
    const server = await start(version, file);
    const scanning = startScanning(server.api);
    await sample(version, server, 'getWhileScanning', get);
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
    const server = await start(
      version,
      join(folder, `seeded-${version.name.replace(' ', '-')}.db`),
      {
        AIOS_SEED_FILE: seed,
      },
    );
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
  const [version] = versions;
  const ours = await start(version, file);
  const response = await fetch(ours.api + PATH, {
    method: 'POST',
    headers: headersOf({}),
    body: JSON.stringify(add.body),
  });
  const service = ((await response.json()) as Answer).inventory;
  const bare = await startBareFastify(await bundlePeer('bare-fastify'), service);
  const bareAdd = await measure(bare, add, 'AddModelService, bare Fastify');
  const bareGet = await measure(bare, readsIn(file, 'few').get, 'GET by uuid, bare Fastify');
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
await measureStarts();
await makeDatabase(file('many'), many);
await measureVersions();
await makeDatabase(file('scanned'), scanned);
await measureWhileScanning(file('scanned'));
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
