import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startChild } from './children.ts';
import { AUTHORIZATION } from './servers.ts';

export const CONNECTIONS = 50;
/** Longer than any request takes, so that slow responses are measured too. */
const TIMEOUT_S = 60;

/** A load: every connection sends the next request when the last one is answered. */
export interface LoadOptions {
  url: string;
  /** `CONNECTIONS` by default. */
  connections?: number;
  /** By default POST with a body, GET without one. */
  method?: 'POST' | 'PUT';
  body?: unknown;
  /** Headers beside those of every request. */
  headers?: Record<string, string>;
  /** A random one of these, encoded, replaces `{}` in the URL of each request. */
  values?: Values;
  /** Whether a response is the expected one; checked once, before the load. */
  isRight: (answer: Answer) => boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: the answers of several servers
export type Answer = any;

export interface Values {
  all: string[];
  /** A file with the same values, one on each line. */
  file: string;
}

export interface Measured {
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Error responses, and requests without a response. */
  failed: number;
  /** All responses, also those of errors. */
  answers: number;
}

export interface Tool {
  /** Name and version. */
  name: string;
  run: (load: LoadOptions, seconds: number) => Promise<Measured>;
}

export function valuesOf(folder: string, name: string, all: string[]): Values {
  const file = join(folder, `${name}.txt`);
  const encoded = all.map(encodeURIComponent);
  writeFileSync(file, encoded.join('\n'));
  return { all: encoded, file };
}

/** wrk if it is installed and autocannon was not requested: it uses less processor time than autocannon. */
export function chooseTool(folder: string, requested: string | undefined): Tool {
  const version = /wrk (?:debian\/)?(\d[\w.]*)/.exec(
    String(spawnSync('wrk', ['-v'], { encoding: 'utf8' }).stdout),
  )?.[1];
  if (requested === 'autocannon' || (requested === undefined && version === undefined))
    return autocannon;
  if (version === undefined) throw new Error('wrk is not installed');
  return { name: `wrk ${version}`, run: (load, seconds) => wrk(folder, load, seconds) };
}

const anyOf = (all: readonly string[]) => all[Math.floor(Math.random() * all.length)] ?? '';

/**
 * Sends one request and checks the response, so that no load measures the speed of errors.
 * @throws Error for an unexpected response
 */
export async function tryOnce({
  url,
  method = 'POST',
  body,
  headers,
  values,
  isRight,
}: LoadOptions): Promise<void> {
  const response = await fetch(url.replace('{}', anyOf(values?.all ?? [])), {
    ...(body !== undefined && { method, body: JSON.stringify(body) }),
    headers: { ...headersOf(body), ...headers },
  });
  const text = await response.text();
  if (response.status === 200 && isRight(JSON.parse(text))) return;
  throw new Error(`${url} answers ${response.status} ${text.slice(0, 1000)}`);
}

export const headersOf = (body: unknown): Record<string, string> => ({
  authorization: AUTHORIZATION,
  ...(body !== undefined && { 'content-type': 'application/json' }),
});

async function wrk(folder: string, load: LoadOptions, seconds: number): Promise<Measured> {
  const script = join(folder, `load-${new URL(load.url).port}.lua`);
  writeFileSync(script, scriptOf(load));
  const options = [
    '-t1',
    `-c${load.connections ?? CONNECTIONS}`,
    `-d${seconds}s`,
    `--timeout=${TIMEOUT_S}s`,
  ];
  const child = startChild('wrk', [...options, '-s', script, new URL(load.url).origin], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  await once(child, 'close');
  const [reported] = /^\{.*\}$/m.exec(output) ?? [];
  if (reported === undefined) throw new Error(`wrk measured nothing: ${output}`);
  return JSON.parse(reported);
}

/** The path of a URL, split at its `{}`. */
function pathOf(url: string): [string, string] {
  const [before = '', after = ''] = url.slice(new URL(url).origin.length).split('{}');
  return [before, after];
}

/** The Lua script for wrk: the requests, and the report as JSON. ASCII strings of JSON are valid in Lua. */
function scriptOf({ url, method = 'POST', body, headers: more, values }: LoadOptions): string {
  const [before, after] = pathOf(url).map((part) => JSON.stringify(part));
  const headers = Object.entries({ ...headersOf(body), ...more });
  return [
    `wrk.path = ${before}`,
    ...headers.map(([name, value]) => `wrk.headers["${name}"] = ${JSON.stringify(value)}`),
    ...(body === undefined
      ? []
      : [`wrk.method = "${method}"`, `wrk.body = ${JSON.stringify(JSON.stringify(body))}`]),
    ...(values
      ? [
          'local values = {}',
          `for line in io.lines(${JSON.stringify(values.file)}) do values[#values + 1] = line end`,
          'math.randomseed(os.time())',
          'function request()',
          `  return wrk.format(nil, ${before} .. values[math.random(#values)] .. ${after})`,
          'end',
        ]
      : []),
    'function done(summary, latency)',
    '  local e, seconds = summary.errors, summary.duration / 1e6',
    '  io.write(string.format(\'\\n{"perSecond":%f,"p50":%f,"p99":%f,"failed":%d,"answers":%d}\\n\',',
    '    summary.requests / seconds, latency:percentile(50) / 1000, latency:percentile(99) / 1000,',
    '    e.status + e.connect + e.read + e.write + e.timeout, summary.requests))',
    'end',
  ].join('\n');
}

/** The members of autocannon's report that are used here. */
interface AutocannonReport {
  requests: { total: number };
  latency: { p50: number; p99: number };
  duration: number;
  non2xx: number;
  errors: number;
}

// @ts-expect-error a package without types
const { default: autocannonRun } = await import('autocannon');
const { version: autocannonVersion } = createRequire(import.meta.url)('autocannon/package.json');

const autocannon: Tool = {
  name: `autocannon ${autocannonVersion}`,
  run: async (
    { url, connections = CONNECTIONS, method = 'POST', body, headers, values },
    seconds,
  ) => {
    const [before, after] = pathOf(url);
    const reported: AutocannonReport = await autocannonRun({
      url: new URL(url).origin,
      connections,
      duration: seconds,
      timeout: TIMEOUT_S,
      method: body === undefined ? 'GET' : method,
      headers: { ...headersOf(body), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      requests: [
        values
          ? {
              setupRequest: (request: object) => ({
                ...request,
                path: before + anyOf(values.all) + after,
              }),
            }
          : { path: before },
      ],
    });
    return {
      perSecond: reported.requests.total / reported.duration,
      p50: reported.latency.p50,
      p99: reported.latency.p99,
      failed: reported.non2xx + reported.errors,
      answers: reported.requests.total,
    };
  },
};
