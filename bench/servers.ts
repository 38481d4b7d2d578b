import { existsSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { endChild, isRunning, startChild } from './children.ts';

/** The session of every server's settings; bare Fastify ignores it. */
const SESSION = 'b86c9016b4f24953a9edefb53ca0678c';
export const AUTHORIZATION = `OAuth ${SESSION}`;

/** Interval between health checks of a starting server, in milliseconds. */
const POLL_MS = 5;
const START_MAX_MS = 120_000;
/** Unit of the times in `/proc/…/stat`, the same on every Linux. */
const TICKS_PER_SECOND = 100;

export interface Server {
  /** Prefix of the URLs of the API. */
  api: string;
  /** Time from its start to its first response, in milliseconds. */
  startedWithin: number;
  /** Processor time since its start, in seconds; undefined without /proc. */
  cpuSeconds: () => number | undefined;
  /** Resident memory; undefined without /proc. */
  megabytes: () => number | undefined;
  stop: () => Promise<void>;
}

interface Start {
  /** Of Node.js. */
  args: (port: number) => string[];
  env?: (port: number) => Record<string, string>;
  /** File for its output; a terminal would slow it down. */
  log: string;
  /** A path that is asked for until its status is 200. */
  healthPath: string;
}

/** The heap settings of `npm start` and the image; version 0.7 had the second one only. */
const HEAP_FLAGS = ['--min-semi-space-size=8', '--max-semi-space-size=8'];

/**
 * Starts a built server as `npm start` and the image do.
 * @param program path of the `main.js` of version 0.7; by default this version's
 * @param settings further environment variables
 */
export const startServer = (
  databaseUrl: string,
  log: string,
  {
    program,
    settings = {},
  }: { program?: string | undefined; settings?: Record<string, string> } = {},
): Promise<Server> =>
  start({
    args: () =>
      program === undefined
        ? [...HEAP_FLAGS, resolve('dist/main.js')]
        : [...HEAP_FLAGS.slice(1), program],
    env: (port) => ({
      AIOS_PORT: String(port),
      AIOS_DATABASE_URL: databaseUrl,
      AIOS_SESSION: SESSION,
      ...settings,
    }),
    log,
    healthPath: '/_aios/health',
  });

/** Starts the bundled program of bare-fastify.ts. */
export const startBareFastify = (program: string, service: unknown): Promise<Server> =>
  start({
    args: (port) => [program, String(port), JSON.stringify(service)],
    log: `${program}.log`,
    healthPath: '/zstack/v1/ai/model-services/one',
  });

async function start({ args, env, log, healthPath }: Start): Promise<Server> {
  const port = await freePort();
  const output = openSync(log, 'a');
  const began = performance.now();
  const child = startChild(process.execPath, args(port), {
    env: env?.(port),
    stdio: ['ignore', output, output],
  });
  const { pid } = child;
  const url = `http://127.0.0.1:${port}`;
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  while ((await statusOf(url + healthPath)) !== 200) {
    if (failure) throw failure;
    if (!isRunning(child) || performance.now() - began > START_MAX_MS) {
      throw new Error(`The server is not ready: ${readFileSync(log, 'utf8').slice(-1000)}`);
    }
    await setTimeout(POLL_MS);
  }
  return {
    api: `${url}/zstack`,
    startedWithin: performance.now() - began,
    cpuSeconds: () => cpuSeconds(pid),
    megabytes: () => megabytes(pid),
    stop: () => endChild(child),
  };
}

/** The status of a response; 0 without a response. */
function statusOf(url: string): Promise<number> {
  return new Promise((done) => {
    get(url, { agent: false, timeout: 1000 }, (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    })
      .on('timeout', () => done(0))
      .on('error', () => done(0));
  });
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address() as { port: number };
      server.close(() => done(address.port));
    });
  });
}

function cpuSeconds(pid: number | undefined): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything; user and system time are the 12th and 13th after it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields && (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function megabytes(pid: number | undefined): number | undefined {
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1000;
}

function read(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
