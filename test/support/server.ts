import type { AddressInfo } from 'node:net';
import { type Logger, pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { type App, type AppOptions, buildApp } from '../../src/app.ts';
import { dateFormatter, dateParser } from '../../src/contract/dates.ts';
import type { Access, Dependencies, Deployments } from '../../src/domain/dependencies.ts';
import type { Store } from '../../src/domain/store.ts';
import { Metrics } from '../../src/http/metrics.ts';
import { scryptPasswords } from '../../src/passwords.ts';
import { watchResponses } from './answers.ts';
import { openServerDatabase, type ServerDatabase } from './server-database.ts';

/** Hashes as the server's own are, but for their cost. */
const CHEAP = { N: 2 ** 10, r: 8, p: 1 };

export const SESSION = 'b86c9016b4f24953a9edefb53ca0678c';
/** The API's root, where accounts and tags are. */
export const ROOT = '/zstack/v1';
/** Nov 25, 2025 11:51:50 AM, UTC. */
export const START = Date.UTC(2025, 10, 25, 11, 51, 50);
export const START_DATE = 'Nov 25, 2025 11:51:50 AM';
export const API = '/zstack/v1/ai';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any;
}

export interface CallOptions {
  /** `null` sends no Authorization header. */
  session?: string | null;
  headers?: Record<string, string>;
  /** Sent as it is, in place of a JSON body. */
  raw?: string | Buffer;
}

type Overrides = Partial<Omit<AppOptions, 'dependencies'>> &
  Partial<Omit<Dependencies, 'store' | 'access' | 'deployments' | 'loginAttempts'>> & {
    deployments?: Partial<Deployments>;
    access?: Partial<Access>;
    /** A database to go on with, by its name; it is then the test's to remove. */
    database?: string;
    /** The database; by default that of all servers of the run. */
    store?: 'sqlite' | 'postgres';
    /** False where the test stores something that no request could store. */
    isWatched?: boolean;
  };

export interface Server extends Pick<ServerDatabase, 'rows' | 'snapshot' | 'execute'> {
  app: App;
  store: Store;
  url: string;
  /** The path of the database file; on PostgreSQL a URL. */
  database: string;
  /** Sends a request and reads the JSON answer; `body` is stringified. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  post(path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  put(path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  get(path: string, options?: CallOptions): Promise<Answer>;
  /** Lists the resources that satisfy all conditions; other parameters are passed on. */
  query(path: string, conditions: string[], parameters?: Record<string, string>): Promise<Answer>;
  delete(path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  /** Moves the server's clock forward. */
  advance(milliseconds: number): void;
  /** Stops the server, once, and fails if it ever answered against its document. */
  close(): Promise<void>;
}

/** Starts a real server on a real database, for the test that calls it. */
export async function startServer(overrides: Overrides = {}): Promise<Server> {
  const server = await openServer(overrides);
  onTestFinished(server.close);
  return server;
}

/**
 * Starts a real server on a real database, to be closed by the caller: for tests that share
 * one. Every answer is compared with its documented schema, and the order of its members too.
 */
export async function openServer(overrides: Overrides = {}): Promise<Server> {
  const database = await openServerDatabase(overrides.database, overrides.store);
  const { store, rows, snapshot, execute } = database;
  const metrics = new Metrics();
  let now = START;
  const { database: _, store: _kind, isWatched = true, access, ...others } = overrides;
  const {
    clock = () => now,
    steadyClock = clock,
    pause,
    newUuid,
    formatDate,
    parseDate,
    passwords,
    ...rest
  } = others;
  const { strictReferences, deployments, ...options } = rest;
  const app = await buildApp({
    dependencies: {
      store,
      clock,
      steadyClock,
      pause: pause ?? (async () => {}),
      newUuid: newUuid ?? (() => crypto.randomUUID().replaceAll('-', '')),
      formatDate: formatDate ?? dateFormatter('UTC'),
      parseDate: parseDate ?? dateParser('UTC'),
      passwords: passwords ?? scryptPasswords(CHEAP),
      access: {
        required: true,
        wellKnownSessions: new Set([SESSION]),
        sessionLifetime: 7_200_000,
        initialPassword: true,
        ...access,
      },
      strictReferences: strictReferences ?? false,
      deployments: { readyAfter: 0, url: '', ...deployments },
    },
    logger: pino({ level: 'silent' }),
    unknownFields: 'ignore',
    bodyLimit: 32 * 1024 * 1024,
    trustProxy: false,
    corsOrigins: [],
    reply: { mode: 'auto', publicUrl: '' },
    jobRetention: 10_800_000,
    accessKeys: { keys: new Map(), timeZone: 'UTC' },
    hookAllow: ['127.0.0.0/8'],
    metrics,
    version: '0.0.0-test',
    docsAssets: 'dist/static',
    consoleAssets: 'dist/console',
    ...options,
    // Most tests have ended when their server closes, so no request arrives.
    timeouts: { closeQuiet: 1, ...options.timeouts },
  });
  const contractViolations = isWatched ? watchResponses(app) : [];
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await app.close();
    await database.close();
    expect(contractViolations).toEqual([]);
  };

  const call: Server['call'] = async (method, path, body, { session, headers, raw } = {}) => {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(session === null ? {} : { authorization: `OAuth ${session ?? SESSION}` }),
        ...(sent === undefined ? {} : { 'content-type': 'application/json;charset=UTF-8' }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  return {
    app,
    store,
    url,
    database: database.name,
    ...{ rows, snapshot, execute },
    call,
    post: (path, body, callOptions) => call('POST', path, body, callOptions),
    put: (path, body, callOptions) => call('PUT', path, body, callOptions),
    get: (path, callOptions) => call('GET', path, undefined, callOptions),
    query: (path, conditions, parameters = {}) => {
      const pairs = [...conditions.map((q) => ['q', q]), ...Object.entries(parameters)];
      return call('GET', `${path}?${new URLSearchParams(pairs as [string, string][])}`);
    },
    delete: (path, body, callOptions) => call('DELETE', path, body, callOptions),
    advance: (milliseconds) => {
      now += milliseconds;
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** A logger that collects its lines, for tests of what is logged. */
export function recordingLogger(level = 'trace'): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  return { logger: pino({ level }, { write: (line: string) => void lines.push(line) }), lines };
}
