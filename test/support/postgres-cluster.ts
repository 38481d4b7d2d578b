import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { describe } from 'vitest';
import { type Finishing, temporaryFolder } from './folder.ts';
import { freePort } from './free-port.ts';
import { queryPostgres, withPostgres } from './postgres-client.ts';

/** Where Debian puts PostgreSQL's programs: a folder for each version. */
const DEBIAN = '/usr/lib/postgresql';
/** How PostgreSQL's own pg_ctl stops a cluster: in order, or as a crash does. */
export type Stop = 'fast' | 'immediate';

export interface Cluster {
  /** The URL of its database, for a superuser. */
  url: string;
  /** Resolves once it takes connections. */
  start: () => Promise<void>;
  /** Restarts it as a standby that follows no other. */
  startAsStandby: () => Promise<void>;
  /** Resolves once all of it has ended. */
  stop: (how?: Stop) => Promise<void>;
  /** Suspends its processes: connections stay open without answers. */
  freeze: () => Promise<void>;
  thaw: () => void;
  /** Resolves with the rows that a statement finds. */
  query: (text: string) => Promise<Record<string, unknown>[]>;
}

/** The folder of PostgreSQL's programs, undefined where it is not installed. */
export const POSTGRES_PROGRAMS = [
  ...(process.env.PATH ?? '').split(delimiter),
  ...(existsSync(DEBIAN) ? readdirSync(DEBIAN) : [])
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN, version, 'bin')),
].find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));

/** For tests on a cluster of their own; skipped unless PostgreSQL is installed. */
export const describeCluster = describe.skipIf(POSTGRES_PROGRAMS === undefined);
if (POSTGRES_PROGRAMS === undefined && !('hasWarnedOfClusters' in globalThis)) {
  Object.assign(globalThis, { hasWarnedOfClusters: true });
  console.warn(
    'PostgreSQL is not installed: what stops and starts a cluster of its own is skipped.',
  );
}

/** PostgreSQL does not run as root. */
function clusterUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres']));
  return { uid: id('-u'), gid: id('-g') };
}

/** Makes and starts a cluster, which is stopped and removed when the test is over. */
export async function startCluster(context: Finishing): Promise<Cluster> {
  const folder = temporaryFolder(context);
  const user = clusterUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const run = async (name: string, ...args: string[]) =>
    void (await promisify(execFile)(join(POSTGRES_PROGRAMS ?? '', name), ['-D', data, ...args], {
      cwd: folder,
      ...user,
    }));
  await run('initdb', '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync');

  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
  let frozen: number[] = [];

  const start = () => run('pg_ctl', '-w', '-l', join(folder, 'log'), '-o', options, 'start');

  async function stop(how: Stop = 'fast'): Promise<void> {
    thaw();
    if (existsSync(join(data, 'postmaster.pid'))) await run('pg_ctl', '-w', '-m', how, 'stop');
  }

  async function startAsStandby(): Promise<void> {
    await stop();
    writeFileSync(join(data, 'standby.signal'), '');
    await start();
  }

  async function freeze(): Promise<void> {
    const postmaster = Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10);
    await withPostgres(url, async (client) => {
      // First, since it starts others.
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
    // The postmaster last: otherwise it would not notice that the others end.
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
    url,
    start,
    startAsStandby,
    stop,
    freeze,
    thaw,
    query: (text) => queryPostgres(url, text),
  };
}
