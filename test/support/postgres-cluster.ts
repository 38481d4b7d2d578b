import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { type Finishing, temporaryFolder } from './folder.ts';
import { freePort } from './free-port.ts';
import { queryPostgres, withPostgres } from './postgres-client.ts';

/** Where Debian puts PostgreSQL's programs: a folder for each version. */
const DEBIAN = '/usr/lib/postgresql';
/** For a cluster to take connections, and to end, in milliseconds. */
const PATIENCE_MS = 60_000;

/** The signals by which PostgreSQL's own pg_ctl stops a cluster: in order, or as a crash does. */
const STOPS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
export type Stop = keyof typeof STOPS;

export interface Cluster {
  /** Of its database, for a superuser. */
  url: string;
  /** Resolves once it takes connections. */
  start: () => Promise<void>;
  /** Resolves once all of it has ended. */
  stop: (how?: Stop) => Promise<void>;
  restart: (how?: Stop) => Promise<void>;
  /** Lets its processes stand still: connections stay open, and nothing answers. */
  freeze: () => Promise<void>;
  thaw: () => void;
  /** What a statement finds. */
  query: (text: string) => Promise<Record<string, unknown>[]>;
}

/** The folder of PostgreSQL's programs, undefined where it is not installed. */
export const POSTGRES_PROGRAMS = [
  ...(process.env.PATH ?? '').split(delimiter),
  ...(existsSync(DEBIAN) ? readdirSync(DEBIAN) : [])
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN, version, 'bin')),
].find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));

/** What is tested on a cluster of its own, where PostgreSQL is installed. */
export const describeCluster = describe.skipIf(POSTGRES_PROGRAMS === undefined);
if (POSTGRES_PROGRAMS === undefined && !('toldOfClusters' in globalThis)) {
  Object.assign(globalThis, { toldOfClusters: true });
  console.warn(
    'PostgreSQL is not installed: what stops and starts a cluster of its own is skipped.',
  );
}

/** The user who runs it: PostgreSQL refuses to run as root. */
function ownUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = ['postgres', 'nobody']
    .map((expected) => users.find(([name]) => name === expected))
    .find((found) => found !== undefined);
  if (!user) throw new Error('there is no user to run PostgreSQL as');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/**
 * Makes and starts a cluster, which ends and goes with the test.
 * @param settings PostgreSQL's own, beside its defaults
 */
export async function startCluster(
  context: Finishing,
  settings: Record<string, string> = {},
): Promise<Cluster> {
  const folder = temporaryFolder(context);
  const user = ownUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const own = { cwd: folder, ...user };
  const program = (name: string) => join(POSTGRES_PROGRAMS ?? '', name);
  const data = join(folder, 'data');
  await promisify(execFile)(
    program('initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    own,
  );

  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const given = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
  const flags = Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let child: ChildProcess | undefined;
  let log = '';
  let frozen: number[] = [];

  async function start(): Promise<void> {
    const started = spawn(program('postgres'), ['-D', data, '-p', String(port), ...flags], {
      ...own,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    started.stderr.setEncoding('utf8').on('data', (text) => {
      log += text;
    });
    child = started;
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        await queryPostgres(url, 'SELECT 1');
        return;
      } catch (error) {
        if (hasEnded(started) || performance.now() > end) {
          throw new Error(`PostgreSQL does not start: ${log}`, { cause: error });
        }
      }
      await setTimeout(50);
    }
  }

  async function stop(how: Stop = 'fast'): Promise<void> {
    thaw();
    if (!child || hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill(STOPS[how]);
    const giveUp = new AbortController();
    const late = setTimeout(PATIENCE_MS, undefined, { signal: giveUp.signal }).then(
      // Its other processes end when they miss it.
      () => void child?.kill('SIGKILL'),
      () => {},
    );
    await ended;
    giveUp.abort();
    await late;
  }

  async function freeze(): Promise<void> {
    const postmaster = child?.pid;
    if (postmaster === undefined) throw new Error('PostgreSQL does not run');
    await withPostgres(url, async (client) => {
      // First the one that starts others.
      process.kill(postmaster, 'SIGSTOP');
      frozen = [postmaster];
      const { rows } = await client.query(
        'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
      );
      for (const { pid } of rows) {
        process.kill(pid, 'SIGSTOP');
        frozen.push(pid);
      }
    });
  }

  function thaw(): void {
    // The one that starts others last: it would not see them end otherwise.
    for (const pid of frozen.toReversed()) {
      try {
        process.kill(pid, 'SIGCONT');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    frozen = [];
  }

  context.onTestFinished(() => stop('immediate'));
  await start();
  return {
    ...{ url, start, stop, freeze, thaw },
    restart: async (how) => {
      await stop(how);
      await start();
    },
    query: (text) => queryPostgres(url, text),
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
