import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { serve } from '../cli/serve.ts';
import { CONTEXT_PATH } from '../contract/aios.ts';
import type { Examples } from '../contract/openapi.ts';
import { type Operation, operations } from '../contract/operations.ts';
import { GetJob } from '../contract/schemas/job.ts';
import { hashedUuid } from '../control/uuids.ts';
import { environment } from '../environment.ts';
import { Metrics } from '../http/metrics.ts';
import { readSettings } from '../read-settings.ts';

/** The example requests, of operations by name and of errors by operation or tag, or '' for any. */
const REQUESTS_FILE = 'openapi/example-requests.json';
/** The resources that they name. */
const SEED_FILE = 'openapi/example-seed.json';

const SESSION = '61c3b1b35b3e4d68a6ac32e9a2b3d2f1';
/** Nov 25, 2025 11:51:50 AM, the date in the vendor's documents. */
const NOW = Date.UTC(2025, 10, 25, 11, 51, 50);
/** Longer than URLs and headers may be. */
const LONG = 'x'.repeat(100_000);

interface ExampleRequest {
  operation?: string;
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  headers?: Record<string, string>;
  body?: object;
  /** The whole request in place of these, with `{long}` for a long text. */
  raw?: string;
  /** How often it is sent; the last answer counts. */
  times?: number;
  /** The request that made the job that is polled. */
  job?: ExampleRequest;
}

/**
 * Sends the example requests to a server with the example seed, which is reset before each of them.
 * @returns the requests with the server's answers
 */
export async function recordExamples(): Promise<Examples> {
  const requests = JSON.parse(environment.readFile(REQUESTS_FILE));
  const uuids = { request: '', count: 0 };
  const { app, url } = await startServer(() => hashedUuid(`${uuids.request} ${uuids.count++}`));
  const answerTo = async (name: string, request: ExampleRequest) => {
    await app.control?.reset();
    // The same uuids, whatever was sent before.
    Object.assign(uuids, { request: name, count: 0 });
    const accepted = request.job && (await send(url, name, request.job));
    for (let sent = 1; sent < (request.times ?? 1); sent++) await send(url, name, request);
    return { ...(accepted && { accepted }), answer: await send(url, name, request) };
  };
  try {
    const { parameters } = requests;
    const examples: Examples = { parameters, operations: {}, errors: {} };
    for (const [name, request] of Object.entries<ExampleRequest>(requests.operations)) {
      examples.operations[name] = { ...request, ...(await answerTo(name, request)) };
    }
    for (const [group, byStatus] of Object.entries<Record<string, ExampleRequest>>(
      requests.errors,
    )) {
      const answers: Record<string, object> = {};
      for (const [status, request] of Object.entries(byStatus)) {
        answers[status] = (await answerTo(group, request)).answer;
      }
      examples.errors[group] = answers;
    }
    return examples;
  } finally {
    await app.close();
  }
}

function startServer(newUuid: () => string) {
  const { settings } = readSettings({
    env: {
      AIOS_PORT: '0',
      AIOS_DATABASE_URL: 'memory:',
      AIOS_SEED_FILE: SEED_FILE,
      AIOS_SESSION: SESSION,
      AIOS_ACCESS_KEY: 'example:example',
      AIOS_PUBLIC_URL: 'http://127.0.0.1:8080',
      AIOS_CONTROL: 'on',
      AIOS_TIME_ZONE: 'UTC',
    },
    flags: {},
    readFile: environment.readFile,
  });
  return serve(settings, {
    ...environment,
    logger: pino({ level: 'silent' }),
    metrics: new Metrics(),
    clock: () => NOW,
    now: () => 0,
    pause: async () => {},
    newUuid,
  });
}

async function send(url: string, name: string, request: ExampleRequest): Promise<object> {
  const { operation = name, path = {}, query = {}, headers, body, raw } = request;
  if (raw) return sendRaw(url, raw);
  const { method, path: template } = definitionOf(operation);
  const target = new URL(
    url + CONTEXT_PATH + template.replace(/\{(\w+)\}/g, (_, at) => path[at] ?? ''),
  );
  for (const [parameter, value] of Object.entries(query)) {
    for (const each of [value].flat()) target.searchParams.append(parameter, String(each));
  }
  const response = await fetch(target, {
    method,
    headers: {
      authorization: `OAuth ${SESSION}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.json() as Promise<object>;
}

function definitionOf(operation: string): Pick<Operation, 'method' | 'path'> {
  if (operation === GetJob.name) return { method: 'GET', path: GetJob.path };
  return operations[operation as keyof typeof operations];
}

async function sendRaw(url: string, request: string): Promise<object> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(request.replace('{long}', LONG));
  const response = await text(socket);
  return JSON.parse(response.slice(response.indexOf('\r\n\r\n')));
}
