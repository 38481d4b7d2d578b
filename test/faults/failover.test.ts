import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FAILOVER, report } from '../support/figures.ts';
import { Fleet, isRejection } from '../support/fleet.ts';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { openReceiver } from '../support/hook-receiver.ts';
import { launchServing, type Program } from '../support/process.ts';
import { call, type ProgramAnswer } from '../support/program-calls.ts';
import {
  missingParts,
  type Node,
  type ReplicatedCluster,
  startReplicatedCluster,
} from '../support/replicated-cluster.ts';
import { API } from '../support/server.ts';

const RUNS = Number(process.env.AIOS_FAILOVER_RUNS ?? 1);
const WRITERS = 30;
const READERS = 10;
/** The mean pause of a client between two requests. */
const PAUSE_MS = 100;
/** From one event to the next, once all parts are there again. */
const EVENT_MS = 30_000;
const CUT_OFF_MS = 40_000;
/** Before the first event, and after one is over. */
const QUIET_MS = 3000;
/** `ttl` in .ci/cluster: for how long a primary keeps its role without a sign of life. */
const TTL_SECONDS = 20;

/** Each kind of event, with the seconds within which writes must go on. */
const limits = {
  '`kill -9` of the primary’s PostgreSQL': 10,
  '`kill -9` of the primary’s PostgreSQL and Patroni': TTL_SECONDS + 10,
  '`kill -9` of a standby’s PostgreSQL': 10,
  '`kill -9` of a server': 2,
  'a planned switchover': 10,
  'the primary cut off from all others for 40 s': TTL_SECONDS + 10,
};
type Event = keyof typeof limits;

const missing = missingParts();
if (missing !== '') console.warn(`No failover is tried, since this machine lacks: ${missing}.`);

/** docs/Caddyfile on another port. */
async function startProxy(context: Finishing, ports: readonly number[]): Promise<string> {
  const folder = temporaryFolder(context);
  const port = await freePort();
  const file = join(folder, 'Caddyfile');
  const documented = readFileSync('docs/Caddyfile', 'utf8');
  const text = documented.replace(':8080 {', `:${port} {\n\tbind 127.0.0.1`);
  writeFileSync(file, `{\n\tadmin off\n}\n${text}`);
  const proxy = spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', file], {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      AIOS_SERVERS: ports.map((each) => `127.0.0.1:${each}`).join(' '),
    },
    stdio: 'ignore',
  });
  context.onTestFinished(async () => {
    proxy.kill('SIGKILL');
    await once(proxy, 'exit');
  });
  return `http://127.0.0.1:${port}`;
}

/** Shuffles, so that runs have the events in different orders. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item): [number, Item] => [Math.random(), item])
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item);
}

/** What a read has found. */
const inventoryOf = ({ body }: ProgramAnswer) => (body.inventories ?? [body.inventory])[0];

/** Reads resources of the writers until it is over, and counts reads that miss an acknowledged write. */
function startReaders(fleet: Fleet, isOver: () => boolean) {
  const seen = { reads: 0, stale: [] as string[] };
  /** The number of a text that a later write of the resource exceeds. */
  const numberOf = (text: string) => Number(/\d+$/.exec(text)?.[0]);

  async function read(): Promise<void> {
    const deleted = fleet.deletedUuids.at(-1 - Math.floor(Math.random() * 20));
    if (deleted !== undefined && Math.random() < 0.2) {
      const path = `${API}/model-services/${deleted}`;
      const answer = await fleet.balanced(path, (target, signal) =>
        call(target, 'GET', path, undefined, {}, signal),
      );
      if (answer && inventoryOf(answer)) seen.stale.push(`${deleted} is there although deleted`);
      return;
    }
    const writer = fleet.writers
      .filter(({ unanswered }) => !unanswered)
      .at(Math.random() * WRITERS);
    if (!writer) return;
    const services = [...writer.fixtures].filter(([, { kind }]) => kind === 'service');
    const [name, content] = services[Math.floor(Math.random() * services.length)] ?? [];
    const uuid = name && writer.uuids.get(name);
    if (!uuid) return;
    const path = Math.random() < 0.3 ? `model-services?q=name=${name}` : `model-services/${uuid}`;
    const answer = await fleet.balanced(path, (target, signal) =>
      call(target, 'GET', `${API}/${path}`, undefined, {}, signal),
    );
    if (!answer || isRejection(answer)) return;
    seen.reads++;
    const inventory = inventoryOf(answer);
    const isDeleted =
      !writer.fixtures.has(name) || (writer.sending?.after.has(name) ?? writer.unanswered);
    if (inventory ? numberOf(inventory.yaml) < numberOf(content?.text ?? '') : !isDeleted) {
      seen.stale.push(`${name} is ${JSON.stringify(inventory)} instead of ${content?.text}`);
    }
  }

  const reader = async () => {
    while (!isOver()) {
      await read();
      await setTimeout(PAUSE_MS * 2 * Math.random());
    }
  };
  return { seen, ended: Promise.all(Array.from({ length: READERS }, reader)) };
}

/** The longest time, in seconds, in which none of these clients learned of a success. */
function longestPause(acknowledged: Fleet['acknowledgedAt'], from: number, to: number): number {
  const between = acknowledged.map(([, at]) => at).filter((at) => at > from && at < to);
  const ends = [...between, to];
  return Math.max(...ends.map((at, index) => at - (between[index - 1] ?? from))) / 1000;
}

/** What all runs together have counted. */
const counted: Record<string, number> = {};
const pauses = Object.fromEntries(
  Object.entries(limits).map(([event, limit]) => [event, { seconds: [] as number[], limit }]),
) as Record<Event, { seconds: number[]; limit: number }>;

test.skipIf(missing !== '').for(Array.from({ length: RUNS }, (_, index) => index + 1))(
  'three servers on a replicated PostgreSQL go on when parts of it fail, run %i',
  { timeout: 900_000 },
  async (_, context) => {
    const cluster: ReplicatedCluster = await startReplicatedCluster(context);
    const receiver = await openReceiver(undefined, { context });
    // One finds the primary itself.
    const urls = [cluster.url, cluster.url, cluster.hostsUrl];
    const ports = await Promise.all(urls.map(freePort));
    const servers: Program[] = [];
    const serve = async (index: number) => {
      const env = { AIOS_DATABASE_URL: urls[index] ?? '', AIOS_PORT: String(ports[index]) };
      const program = await launchServing(context, { env });
      expect(program.url, program.stderr()).not.toBe('');
      servers[index] = program;
    };
    await Promise.all(ports.map((_, index) => serve(index)));
    const targets = ports.map((port) => ({ url: `http://127.0.0.1:${port}` }));
    const proxy = { url: await startProxy(context, ports) };
    await expect
      .poll(
        () =>
          fetch(`${proxy.url}/_aios/health`).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 20_000, interval: 200 },
      )
      .toBe(200);

    /** Fails a part, and resolves once the event is over. */
    const cause: Record<Event, (nodes: [Node, Node, Node]) => Promise<unknown>> = {
      '`kill -9` of the primary’s PostgreSQL': async ([primary]) =>
        cluster.kill(primary, 'postgres'),
      '`kill -9` of the primary’s PostgreSQL and Patroni': async ([primary]) => {
        cluster.kill(primary, 'patroni');
        cluster.kill(primary, 'postgres');
      },
      '`kill -9` of a standby’s PostgreSQL': async ([, first, second]) =>
        cluster.kill(Math.random() < 0.5 ? first : second, 'postgres'),
      '`kill -9` of a server': async () => {
        const index = Math.floor(Math.random() * servers.length);
        servers[index]?.signal('SIGKILL');
        await setTimeout(1000);
        await serve(index);
      },
      'a planned switchover': ([primary]) => cluster.switchover(primary),
      'the primary cut off from all others for 40 s': async ([primary]) => {
        await cluster.cutOff(primary);
        await setTimeout(CUT_OFF_MS);
        await cluster.reconnect(primary);
        await setTimeout(QUIET_MS);
      },
    };

    let isOver = false;
    const fleet = new Fleet([proxy], receiver, PAUSE_MS);
    const { seen, jobs, unexpected, hung } = fleet;
    const writing = Promise.all(
      Array.from({ length: WRITERS }, (_, client) => fleet.write(client, () => isOver)),
    );
    const reading = startReaders(fleet, () => isOver);
    await setTimeout(QUIET_MS);

    const events: { event: Event; at: number }[] = [];
    const kinds = Object.keys(limits) as Event[];
    for (const event of [...shuffled(kinds), ...shuffled(kinds.slice(0, -1)).slice(0, 1)]) {
      const nodes = await cluster.untilWhole();
      const at = performance.now();
      events.push({ event, at });
      const load = loadavg()[0]?.toFixed(1);
      console.info(`${event}; the primary is ${nodes[0].name}, the load of the machine ${load}`);
      await cause[event](nodes);
      await setTimeout(Math.max(0, at + EVENT_MS - performance.now()));
    }
    await cluster.untilWhole();
    await setTimeout(QUIET_MS);
    const end = performance.now();
    isOver = true;
    await Promise.all([writing, reading.ended]);

    for (const [index, { event, at }] of events.entries()) {
      const to = events[index + 1]?.at ?? end;
      const pause = longestPause(fleet.acknowledgedAt, at, to);
      const slowest = Array.from({ length: WRITERS }, (_, client) =>
        longestPause(
          fleet.acknowledgedAt.filter(([each]) => each === client),
          at,
          to,
        ),
      );
      pauses[event].seconds.push(Math.round(pause * 10) / 10);
      console.info(
        `${event}: ${pause.toFixed(1)} s, one client ${Math.max(...slowest).toFixed(1)} s`,
      );
    }
    const { unanswered: _unanswered, ...findings } = await fleet.verify(targets, cluster.query);
    const { hooked, missing: uncalled, calledTwice } = await fleet.verifyHooks();
    const { lost, half, backAgain, twice, withoutOutcome } = findings;
    const { reads, stale } = reading.seen;
    const figures = {
      runs: 1,
      events: events.length,
      acknowledged: seen.acknowledged,
      lost: lost.length + backAgain.length,
      'partly stored': half.length,
      'executed twice': twice.length,
      jobs: jobs.length,
      'sent again': seen.repeated,
      'of these executed before': seen.doneBefore,
      'jobs without an outcome': withoutOutcome.length,
      'hooks called': hooked.length,
      'hooks missing': uncalled.length,
      'hooks called twice': calledTwice.length,
      reads,
      'stale reads': stale.length,
      'refused with SYS.1010': seen.rejected,
      'other 5xx': unexpected.length,
    };
    for (const [name, figure] of Object.entries(figures)) {
      counted[name] = (counted[name] ?? 0) + figure;
    }
    report(FAILOVER, {
      fault: `parts of a replicated PostgreSQL that fail under three servers, ${WRITERS} writers and ${READERS} readers ([scale.md](scale.md#a-replicated-database))`,
      figures: counted,
      pauses: Object.fromEntries(
        Object.entries(pauses).map(([event, { seconds, limit }]) => [
          event,
          { seconds: seconds.map((each) => each.toFixed(1)).join(', '), limit },
        ]),
      ),
    });
    expect({ unexpected, hung, stale, uncalled, ...findings }).toEqual({
      ...{ unexpected: [], hung: [], stale: [], uncalled: [] },
      ...{ lost: [], withoutOutcome: [], half: [], backAgain: [], twice: [] },
    });
    for (const [event, { seconds, limit }] of Object.entries(pauses)) {
      expect
        .soft(Math.max(...seconds), `seconds until writes go on after ${event}`)
        .toBeLessThanOrEqual(limit);
    }
  },
);
