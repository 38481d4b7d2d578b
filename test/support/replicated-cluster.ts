import { execFile, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Finishing } from './folder.ts';
import { queryPostgres } from './postgres-client.ts';

const SCRIPT = '.ci/cluster';
/** For the cluster to be whole again, in milliseconds. */
const WHOLE_MS = 120_000;
const PAUSE_MS = 200;

const run = promisify(execFile);

/** A machine with a PostgreSQL, its Patroni and an etcd. */
export interface Node {
  name: string;
  address: string;
  /** Holds its files. */
  folder: string;
}

/** What Patroni says of a node. */
interface Member {
  name: string;
  role: 'leader' | 'replica' | 'sync_standby';
  state: string;
  timeline?: number;
}

/** Three PostgreSQL, one of which is the primary, and a proxy. */
export interface ReplicatedCluster {
  /** The URL of the proxy, for a superuser. */
  url: string;
  /** A URL that names all nodes. */
  hostsUrl: string;
  /** Resolves once all nodes agree on a primary that the others follow; with the primary first. */
  untilWhole: () => Promise<[Node, Node, Node]>;
  kill: (node: Node, program: 'postgres' | 'patroni') => void;
  switchover: (from: Node) => Promise<void>;
  /** Cuts a node off from all others, and from the servers. */
  cutOff: (node: Node) => Promise<void>;
  reconnect: (node: Node) => Promise<void>;
  /** Resolves with the rows that a statement finds on the primary. */
  query: (text: string) => Promise<Record<string, unknown>[]>;
}

/** What a cluster lacks on this machine, as a list; empty if one can be started. */
export function missingParts(): string {
  return execFileSync('bash', [SCRIPT, 'missing'], { encoding: 'utf8' })
    .trim()
    .replaceAll('\n', ', ');
}

/** Starts a cluster, which is stopped and removed when the test is over. */
export async function startReplicatedCluster(context: Finishing): Promise<ReplicatedCluster> {
  const script = spawn('bash', [SCRIPT, 'start'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => script.once('exit', resolve));
  context.onTestFinished(async () => {
    script.stdin.end();
    await ended;
  });
  const nodes: Node[] = [];
  let [bridge, url] = ['', ''];
  for await (const line of createInterface({ input: script.stdout })) {
    const [word = '', first = '', folder = ''] = line.split(' ');
    if (word === 'ready') break;
    if (word === 'bridge') bridge = first;
    else if (word === 'proxy') url = first;
    else nodes.push({ name: word, address: first, folder });
  }
  if (url === '') throw new Error('the cluster did not start');

  /** Finds the primary by what a node says, unless something is missing there. */
  async function primaryBy({ address }: Node): Promise<string | undefined> {
    const signal = AbortSignal.timeout(2000);
    const response = await fetch(`http://${address}:8008/cluster`, { signal });
    const { members } = (await response.json()) as { members: Member[] };
    const leader = members.find(({ role, state }) => role === 'leader' && state === 'running');
    const following = members.filter(
      ({ role, state, timeline }) =>
        role !== 'leader' && /^(running|streaming)$/.test(state) && timeline === leader?.timeline,
    );
    const hasStandby = members.some(({ role }) => role === 'sync_standby');
    return hasStandby && following.length === nodes.length - 1 ? leader?.name : undefined;
  }

  async function untilWhole(): Promise<[Node, Node, Node]> {
    const deadline = performance.now() + WHOLE_MS;
    for (;;) {
      // One that was cut off says for a moment what was true before.
      const found = await Promise.all(nodes.map((node) => primaryBy(node).catch(() => undefined)));
      const isPrimary = ({ name }: Node) => name === found[0];
      if (found[0] !== undefined && new Set(found).size === 1) {
        const ordered = nodes.toSorted((a, b) => Number(isPrimary(b)) - Number(isPrimary(a)));
        return ordered as [Node, Node, Node];
      }
      if (performance.now() > deadline) throw new Error(`not whole: the primaries are ${found}`);
      await setTimeout(PAUSE_MS);
    }
  }

  return {
    url,
    hostsUrl: `postgres://postgres@${nodes.map(({ address }) => `${address}:5432`).join()}/postgres`,
    untilWhole,
    kill: ({ folder }, program) => {
      const file = program === 'postgres' ? 'data/postmaster.pid' : 'patroni.pid';
      process.kill(Number.parseInt(readFileSync(join(folder, file), 'utf8'), 10), 'SIGKILL');
    },
    switchover: async ({ name, address }) => {
      const body = JSON.stringify({ leader: name });
      const response = await fetch(`http://${address}:8008/switchover`, { method: 'POST', body });
      if (response.status !== 200) throw new Error(await response.text());
    },
    cutOff: async ({ name }) =>
      void (await run('ip', ['-n', bridge, 'link', 'set', name, 'nomaster'])),
    reconnect: async ({ name }) =>
      void (await run('ip', ['-n', bridge, 'link', 'set', name, 'master', 'bridge'])),
    query: (text) => queryPostgres(url, text),
  };
}
