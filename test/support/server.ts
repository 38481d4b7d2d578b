import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { type App, type AppOptions, buildApp } from '../../src/app.ts';
import { dateFormatter, dateParser } from '../../src/contract/dates.ts';
import type { Access, Memory, Ports, Store } from '../../src/domain/ports.ts';
import { Metrics } from '../../src/metrics.ts';
import { scryptPasswords } from '../../src/passwords.ts';
import { Database } from '../../src/store/sqlite/driver.ts';
import { openSqlite } from '../../src/store/sqlite/open.ts';
import { createSqliteStore } from '../../src/store/sqlite/store.ts';
import { watchAnswers } from './answers.ts';
import { putEmptyDatabase } from './empty-database.ts';

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

type Overrides = Partial<Omit<AppOptions, 'ports'>> &
  Partial<Omit<Ports, 'store' | 'access' | keyof Memory>> & {
    access?: Partial<Access>;
    /** A database file to go on with; it is then the test's to remove. */
    file?: string;
  };

export interface Server {
  app: App;
  store: Store;
  url: string;
  file: string;
  /** Sends a request and reads the JSON answer; `body` is stringified. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  post(path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  put(path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  get(path: string, options?: CallOptions): Promise<Answer>;
  /** Lists what satisfies all conditions; the other parameters as they are. */
  query(path: string, conditions: string[], parameters?: Record<string, string>): Promise<Answer>;
  delete(path: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  /** Moves the server's clock forward. */
  advance(milliseconds: number): void;
  /** Rows of a table, read past the server from the database file. */
  rows(table: string, where?: string): Record<string, unknown>[];
  /** All rows of all tables, to show that nothing changed. */
  snapshot(): Record<string, unknown[]>;
  /** Stops the server, once, and fails if it ever answered against its document. */
  close(): Promise<void>;
}

/** Starts a real server on a real database file, for the test that calls it. */
export async function startServer(overrides: Overrides = {}): Promise<Server> {
  const server = await openServer(overrides);
  onTestFinished(server.close);
  return server;
}

/**
 * Starts a real server on a real database file, to be closed by the caller: for tests that share
 * one. Every answer is compared with its documented schema, and with what the handler returned.
 */
export async function openServer(overrides: Overrides = {}): Promise<Server> {
  const folder = overrides.file ? undefined : mkdtempSync(join(tmpdir(), 'aios-test-'));
  const file = overrides.file ?? join(folder as string, 'aios.db');
  if (folder) putEmptyDatabase(file);
  const store = createSqliteStore(openSqlite({ file, migrationsFolder: 'migrations/sqlite' }));
  const metrics = new Metrics();
  let now = START;
  const { file: _, access, ...others } = overrides;
  const { clock, pause, newUuid, formatDate, parseDate, passwords, ...rest } = others;
  const { strictReferences, ...options } = rest;
  const app = await buildApp({
    ports: {
      store,
      clock: clock ?? (() => now),
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
    meter: metrics,
    version: '0.0.0-test',
    ...options,
    // Most tests are over when their server closes: nothing arrives any more.
    timeouts: { closeQuiet: 1, ...options.timeouts },
    // What the test does itself holds up the event loop of the server too.
    bounds: { eventLoopDelay: Number.POSITIVE_INFINITY, ...options.bounds },
  });
  const lies = watchAnswers(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await app.close();
    metrics.close();
    reader?.close();
    await store.close();
    if (folder) rmSync(folder, { recursive: true });
    expect(lies).toEqual([]);
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
  // Opened at first use: tests look into the file more often than they send requests.
  let reader: Database | undefined;
  const read = <Result>(query: (client: Database) => Result): Result => {
    reader ??= new Database(file, { readonly: true });
    return query(reader);
  };

  return {
    app,
    store,
    url,
    file,
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
    rows: (table, where = '1') =>
      read((client) => client.prepare(`SELECT * FROM ${table} WHERE ${where}`).all()) as Record<
        string,
        unknown
      >[],
    snapshot: () =>
      read((client) => {
        const tables = client
          .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
          .pluck()
          .all() as string[];
        return Object.fromEntries(
          tables.map((table) => [table, client.prepare(`SELECT * FROM "${table}"`).all()]),
        );
      }),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** A logger that keeps its lines, for tests of what is logged. */
export function recordingLogger(level = 'trace'): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  return { logger: pino({ level }, { write: (line: string) => void lines.push(line) }), lines };
}
