import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { examples } from '../src/contract/examples.ts';
import { writeTables } from '../src/scripts/tables.ts';
import { type BackgroundLoad, startAdding, startScanning, timeScan } from './company.ts';
import { column, makeDatabase, readThrough } from './database.ts';
import {
  type Answer,
  CONNECTIONS,
  chooseTool,
  headersOf,
  type LoadOptions,
  type Tool,
  tryOnce,
  valuesOf,
} from './load.ts';
import { emptySamples, LOADS, type LoadName, measurements } from './measurements.ts';
import { plotOf } from './plot.ts';
import { complaints, resultsOf, rowOf, type Settings, writeResults } from './results.ts';
import { bundlePeer, folder, numberOf } from './run.ts';
import { findPrism, type Server, startBareFastify, startOurs, startPrism } from './servers.ts';
import { formatBound, formatFigure, speedTables } from './speed-table.ts';

const WARM_UP_S = 3;
const COLD_STARTS = 7;
const FEW = 1000;
const SERVICES_PATH = '/v1/ai/model-services';

const services = numberOf('BENCH_SERVICES', 1_000_000);
if (services % FEW !== 0) throw new Error(`BENCH_SERVICES must be a multiple of ${FEW}`);
const seconds = numberOf('BENCH_SECONDS', 6);
const settings: Settings = {
  seconds,
  warmUpSeconds: Math.min(WARM_UP_S, seconds),
  rounds: numberOf('BENCH_ROUNDS', 3),
  connections: CONNECTIONS,
  services,
};
const tool: Tool = chooseTool(folder, process.env.BENCH_TOOL);
const taken = emptySamples();
const print = (line: string) => console.log(line);

/** Puts a load on a server, in what company there may be, and keeps what was measured. */
async function runLoad(
  name: LoadName,
  server: Server,
  load: Omit<LoadOptions, 'url'> & { path: string },
  backgroundLoad?: BackgroundLoad,
): Promise<void> {
  const whole = { ...load, url: server.api + load.path };
  await tryOnce(whole);
  const warmUp = await tool.run(whole, settings.warmUpSeconds);
  const before = server.cpuSeconds();
  const measured = await tool.run(whole, settings.seconds);
  const after = server.cpuSeconds();
  const others = (await backgroundLoad?.stop()) ?? 0;
  const cpuMicroseconds =
    before === undefined || after === undefined || measured.answers === 0
      ? undefined
      : ((after - before) / measured.answers) * 1e6;
  const failed = warmUp.failed + measured.failed + others;
  taken.loads[name].push({ ...measured, failed, cpuMicroseconds });
  print(
    [
      LOADS[name].padEnd(34),
      formatFigure(measured.perSecond, '/s').padStart(10),
      `p50 ${formatFigure(measured.p50, 'ms')}`.padStart(13),
      `p99 ${formatFigure(measured.p99, 'ms')}`.padStart(15),
      cpuMicroseconds === undefined ? '' : `${cpuMicroseconds.toFixed(0)} µs CPU`.padStart(12),
      failed === 0 ? '' : `${failed} failed`,
    ].join(' '),
  );
}

const said = new Set<string>();

/** Prints the rows that are whole by now. */
function printRows(): void {
  for (const row of measurements(settings.services).flatMap((each) => rowOf(each, taken))) {
    if (said.has(row.name)) continue;
    said.add(row.name);
    const met = { goal: 'goal met', floor: 'floor met', none: 'MISSED' }[row.met];
    const bounds = `floor ${formatBound(row.floor, row)}, goal ${formatBound(row.goal, row)}`;
    print(`=> ${row.name}: ${formatFigure(row.measured, row.unit)} (${bounds}): ${met}`);
  }
}

const hasCount = (count: number) => (answer: Answer) => answer.inventories?.length === count;
const hasSome = (answer: Answer) => answer.inventories?.length > 0;
const request = examples.AddModelService.request;
const add = {
  path: SERVICES_PATH,
  body: request,
  isRight: (answer: Answer) => /^[0-9a-f]{32}$/.test(answer.inventory?.uuid),
};
/** Its uuids are drawn from these, or the services in the file. */
const getFrom = (file: string, name: string) =>
  getOneOf(column(file, 'model_services', 'uuid'), name);
const getOneOf = (uuids: string[], name: string) => ({
  path: `${SERVICES_PATH}/{}`,
  values: valuesOf(folder, name, uuids),
  isRight: hasCount(1),
});

/** The service that this server makes of the request, for the peer to tell of. */
async function serviceOf(server: Server): Promise<unknown> {
  const response = await fetch(server.api + SERVICES_PATH, {
    method: 'POST',
    headers: headersOf(request),
    body: JSON.stringify(request),
  });
  return ((await response.json()) as Answer).inventory;
}

async function measureBesidePeers(prismCommand: string | undefined): Promise<void> {
  const program = await bundlePeer('bare-fastify');
  let bare: Server | undefined;
  const prism = prismCommand && (await startPrism(prismCommand, join(folder, 'prism.log')));
  for (let round = 0; round < settings.rounds; round += 1) {
    const file = join(folder, `round-${round}.db`);
    const ours = await startOurs(file);
    bare ??= await startBareFastify(program, await serviceOf(ours));
    await runLoad('add', ours, add);
    await runLoad('addBare', bare, add);
    if (prism) await runLoad('addPrism', prism, add);
    const get = getFrom(file, 'added');
    await runLoad('get', ours, get);
    await runLoad('getBare', bare, get);
    if (prism) await runLoad('getPrism', prism, get);
    await ours.stop();
  }
  await bare?.stop();
  if (prism) await prism.stop();
}

async function measureColdStarts(file: string, prismCommand: string | undefined): Promise<void> {
  for (let start = 0; start < COLD_STARTS; start += 1) {
    const ours = await startOurs(file);
    taken.coldStart.push(ours.startedWithin);
    await ours.stop();
    if (prismCommand === undefined) continue;
    const prism = await startPrism(prismCommand, join(folder, 'prism.log'));
    taken.coldStartPrism.push(prism.startedWithin);
    await prism.stop();
  }
}

async function measureGrowth(smallFile: string): Promise<void> {
  const file = join(folder, 'large.db');
  print(`filling a database with ${settings.services.toLocaleString('en-US')} services`);
  await makeDatabase(file, settings.services);
  const names = column(file, 'model_services', 'name');
  // Of the beginnings of the numbers that most names end in, those that about a hundred names have.
  const digits = Math.max(Math.floor(Math.log10(settings.services)) - 2, 1);
  const beginnings = new Set(
    names.flatMap((name) => new RegExp(`^Service [1-9]\\d{${digits - 1}}`).exec(name)?.[0] ?? []),
  );
  const list = (query: string) => ({ path: `${SERVICES_PATH}?${query}` });
  const newest = { ...list('limit=100&sort=-createDate'), isRight: hasCount(100) };
  const samePrefix = { ...list('q=name~=abc%25&limit=20'), isRight: hasSome };
  const otherPrefix = {
    ...list('q=name~={}%25&limit=20'),
    values: valuesOf(folder, 'prefixes', [...beginnings]),
    isRight: hasSome,
  };
  const name = {
    ...list('q=name={}'),
    values: valuesOf(folder, 'names', names),
    isRight: hasCount(1),
  };
  const refs = {
    ...list('q=modelServiceRefs.modelUuid={}'),
    values: valuesOf(folder, 'models', column(file, 'models', 'uuid')),
    isRight: hasCount(10),
  };
  const getFew = getFrom(smallFile, 'few');
  const uuids = column(file, 'model_services', 'uuid');
  const getAny = getOneOf(uuids, 'any');
  // As many as there are of the few, from all over the file: how large it is, is all that differs.
  const getMany = getOneOf(
    uuids.filter((_, number) => number % (services / FEW) === 0),
    'many',
  );

  for (let round = 0; round < settings.rounds; round += 1) {
    // The system may have let go of it.
    await readThrough(file);
    // Both anew: what a server has done before shows in how fast it is.
    const [small, large] = [await startOurs(smallFile), await startOurs(file)];
    await runLoad('getFew', small, getFew);
    await runLoad('getMany', large, getMany);
    await small.stop();
    await runLoad('getAny', large, getAny);
    await runLoad('newest', large, newest);
    await runLoad('samePrefix', large, samePrefix);
    await runLoad('otherPrefix', large, otherPrefix);
    await runLoad('name', large, name);
    await runLoad('refs', large, refs);
    taken.fullScan.push(await timeScan(large.api, `alone${round}`));
    await runLoad('getWhileScanning', large, getAny, startScanning(large.api));
    await runLoad('newestWhileAdding', large, newest, startAdding(large.api));
    const memory = large.megabytes();
    if (memory !== undefined) taken.memory.push(memory);
    await large.stop();
  }
}

const prismCommand = findPrism();
if (prismCommand === undefined) {
  print('Prism is not installed: what is measured against it is left out.');
}
print(`${tool.name}, ${CONNECTIONS} connections, ${seconds} s each, ${settings.rounds} rounds`);
await measureBesidePeers(prismCommand);
printRows();
const smallFile = join(folder, 'small.db');
await makeDatabase(smallFile, FEW);
await measureColdStarts(smallFile, prismCommand);
printRows();
await measureGrowth(smallFile);
printRows();

const results = resultsOf(taken, tool.name, settings);
const target = process.env.BENCH_OUT ?? 'bench';
mkdirSync(target, { recursive: true });
writeResults(join(target, 'results.json'), results);
writeFileSync(join(target, 'plot.svg'), plotOf(results));
if (!process.env.BENCH_OUT) writeTables('docs/speed.md', speedTables(results));
for (const { name, measured, unit } of results.figures)
  print(`   ${name}: ${formatFigure(measured, unit)}`);
const wrong = complaints(results);
for (const complaint of wrong) console.error(complaint);
process.exitCode = wrong.length > 0 ? 1 : 0;
