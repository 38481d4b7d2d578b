import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serve } from '../../src/cli/serve.ts';
import { operations } from '../../src/contract/operations.ts';
import { Metrics } from '../../src/http/metrics.ts';
import { readSettings } from '../../src/read-settings.ts';
import { expectFailure } from '../support/failures.ts';
import { openReceiver, status } from '../support/hook-receiver.ts';
import { parseMetrics, sumOf } from '../support/prometheus.ts';
import { newUuid } from '../support/records.ts';
import { addModel, requiredModelParams } from '../support/resources.ts';
import { API, ROOT, SESSION, type Server, startServer } from '../support/server.ts';

const METRICS = '/_aios/metrics';
const anonymous = { session: null };

async function fetchMetrics(url: string) {
  const response = await fetch(url + METRICS, { headers: { authorization: `OAuth ${SESSION}` } });
  expect(response.status).toBe(200);
  return { type: response.headers.get('content-type'), text: await response.text() };
}

async function metricsOf({ url }: Pick<Server, 'url'>) {
  return parseMetrics((await fetchMetrics(url)).text);
}

const requests = 'aios_requests_total';
const durations = 'aios_request_duration_seconds';

test('need a session, also if the control API is off', async () => {
  const server = await startServer();
  const { type } = await fetchMetrics(server.url);
  expect(type).toMatch(/^text\/plain; version=0\.0\.4(;|$)/);
  const missing = "missing header 'Authorization'";
  expectFailure(await server.get(METRICS, anonymous), 400, 'SYS.1007', missing);
  const expired = await server.get(METRICS, { session: newUuid() });
  expectFailure(expired, 503, 'ID.1001', 'Session expired');
});

test('every one has its type and a sentence of help', async () => {
  const server = await startServer();
  await addModel(server);
  const metrics = [...(await metricsOf(server))].filter(([name]) => name.startsWith('aios_'));
  const types = Object.fromEntries(metrics.map(([name, { type }]) => [name, type]));
  expect(types).toEqual({
    aios_requests_total: 'counter',
    aios_request_duration_seconds: 'histogram',
    aios_commit_writes: 'histogram',
    aios_jobs_total: 'counter',
    aios_web_hook_calls_total: 'counter',
    aios_log_lines_dropped_total: 'counter',
    aios_build_info: 'gauge',
  });
  for (const [, { help }] of metrics) expect(help).toMatch(/^[A-Z].+\.$/);
});

describe('requests', () => {
  test('are counted by operation and status', async () => {
    const server = await startServer();
    const { uuid } = await addModel(server);
    await addModel(server);
    await server.post(`${API}/models`, { param: {} });
    await server.get(`${API}/models/${uuid}`);
    await server.get(`${API}/models/${newUuid()}`);
    await server.get(`${API}/models?q=nothing=1`);
    await server.get(`${API}/models`, anonymous);
    await server.put(`${API}/models/${uuid}/actions`, { updateModel: {} });
    await server.put(`${API}/models/${uuid}`, { updateModel: {} });

    const { samples } = (await metricsOf(server)).get(requests) ?? {};
    expect(Object.fromEntries(samples ?? [])).toEqual({
      [`${requests}{operation="AddModel",code="200"}`]: 2,
      [`${requests}{operation="AddModel",code="400"}`]: 1,
      [`${requests}{operation="GetModel",code="200"}`]: 2,
      [`${requests}{operation="QueryModel",code="503"}`]: 1,
      [`${requests}{operation="QueryModel",code="400"}`]: 1,
      [`${requests}{operation="UpdateModel",code="200"}`]: 2,
    });
    const again = (await metricsOf(server)).get(requests);
    expect(sumOf(again, METRICS)).toBe(1);
  });

  const unrouted: [string, (server: Server, made: string) => Promise<unknown>, number][] = [
    ['unknown pages', (server, made) => server.get(`/docs/static/${made}`), 404],
    ['other verbs', (server, made) => server.call('PATCH', `${API}/models/${made}`), 405],
    ['trailing slashes', (server, made) => server.get(`${API}/${made}/`), 404],
    ['broken percent-encoding', (server, made) => server.get(`/${made}/%zz`), 400],
  ];
  test.each(
    unrouted,
  )('are counted without a word of the client’s: %s', async (_what, send, code) => {
    const server = await startServer();
    const made = Array.from({ length: 20 }, () => `made-up-${newUuid()}`);
    await Promise.all(made.map((each) => send(server, each)));
    const { text } = await fetchMetrics(server.url);
    expect(text).not.toContain('made-up');
    const counted = parseMetrics(text).get(requests);
    expect(sumOf(counted, `code="${code}"`)).toBe(made.length);
    expect(counted?.samples.size).toBe(1);
  });

  test('have bounded labels for any request', async () => {
    const server = await startServer();
    const verbs = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND', 'QUERY'];
    const paths = [
      ...Object.values(operations).map(({ path }) => `/zstack${path.replaceAll(/\{\w+\}/g, 'a')}`),
      ...['/', '/docs', '/docs/', '/docs/json', '/_aios/health', '/_aios/live', '/_aios/reset'],
      ...[`${ROOT}/api-jobs/a`, `${API}/models/%00`, `/zstack/v1//ai///models?a=${newUuid()}`],
    ];
    for (const path of paths) {
      for (const method of verbs) {
        await fetch(server.url + path, {
          method,
          redirect: 'manual',
          headers: { 'x-request-id': 'made-up', authorization: `OAuth made-up` },
        });
      }
    }
    const metrics = await metricsOf(server);
    const labels = [...(metrics.get(requests)?.samples.keys() ?? [])].map(
      (key) => /operation="([^"]*)"/.exec(key)?.[1] ?? '',
    );
    const others = new Set(labels.filter((label) => !Object.hasOwn(operations, label)));
    expect(others.size).toBeLessThan(20);
    // As many as were sent: none was lost, none counted twice.
    expect(sumOf(metrics.get(requests))).toBe(paths.length * verbs.length);
  });

  test('are timed, by operation', async () => {
    const server = await startServer({ pause: (milliseconds) => setTimeout(milliseconds) });
    const begun = performance.now();
    for (let count = 0; count < 5; count++) await addModel(server);
    const seconds = (performance.now() - begun) / 1000;
    await server.get(`/zstack/v1/nowhere`);

    const timed = (await metricsOf(server)).get(durations);
    const of = (name: string) => sumOf(timed, `${durations}_${name}`, 'operation="AddModel"');
    expect(of('count')).toBe(5);
    expect(of('sum')).toBeGreaterThan(0);
    expect(of('sum')).toBeLessThan(seconds);
    expect(sumOf(timed, `${durations}_bucket`, 'le="+Inf"', 'operation="AddModel"')).toBe(5);
    const buckets = [...(timed?.samples ?? [])]
      .filter(([key]) => key.includes('_bucket') && key.includes('AddModel'))
      .map(([, value]) => value);
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
    expect(sumOf(timed, `${durations}_count`)).toBe(6);
  });
});

test('the build is described by its versions and its database', async () => {
  const metrics = new Metrics();
  metrics.describe({ version: '1.2.3', node_version: '24.1.0', database: 'file' });
  const { samples } = parseMetrics(await metrics.read()).get('aios_build_info') ?? {};
  const labels = 'version="1.2.3",node_version="24.1.0",database="file",aios_version="5.5.22"';
  expect(Object.fromEntries(samples ?? [])).toEqual({ [`aios_build_info{${labels}}`]: 1 });
});

describe('jobs', () => {
  test('are counted by operation and outcome', async () => {
    const server = await startServer();
    const asJob = () => ({ headers: { 'x-job-uuid': newUuid() } });
    const param = requiredModelParams;
    await server.post(`${API}/models`, { param }, asJob());
    await server.post(`${API}/models`, { param }, asJob());
    await server.post(`${API}/models`, { param: {} }, asJob());
    await server.delete(`${API}/models/no-uuid`, undefined, asJob());
    // No jobs: an inline answer, and one that is rejected.
    await server.post(`${API}/models`, { param });
    await server.post(`${API}/models`, { param }, { headers: { 'x-job-uuid': 'short' } });

    const { samples } = (await metricsOf(server)).get('aios_jobs_total') ?? {};
    expect(Object.fromEntries(samples ?? [])).toEqual({
      'aios_jobs_total{operation="AddModel",outcome="succeeded"}': 2,
      'aios_jobs_total{operation="AddModel",outcome="failed"}': 1,
      'aios_jobs_total{operation="DeleteModel",outcome="failed"}': 1,
    });
  });
});

describe('web hooks', () => {
  const hookTiming = { first: 1, between: 1 };

  /** Calls a hook that a receiver answers so, and waits for the last attempt’s count. */
  async function hooksCalled(code: number, attempts: number) {
    const server = await startServer({ hookTiming });
    const receiver = await openReceiver(status(code));
    const headers = { 'x-web-hook': receiver.url };
    await server.post(`${API}/models`, { param: requiredModelParams }, { headers });
    await receiver.called(attempts);
    for (;;) {
      const metric = (await metricsOf(server)).get('aios_web_hook_calls_total');
      if (sumOf(metric) >= attempts) return Object.fromEntries(metric?.samples ?? []);
      await setTimeout(5);
    }
  }

  test('are counted as delivered', async () => {
    expect(await hooksCalled(200, 1)).toEqual({
      'aios_web_hook_calls_total{outcome="delivered"}': 1,
    });
  });

  test('are counted as failed, and as given up after the fifteenth try', async () => {
    expect(await hooksCalled(500, 15)).toEqual({
      'aios_web_hook_calls_total{outcome="failed"}': 14,
      'aios_web_hook_calls_total{outcome="given_up"}': 1,
    });
  });
});

/** Serves as the program does, on a free port. */
async function serveWith(env: Record<string, string> = {}) {
  const { settings } = readSettings({
    env: { AIOS_PORT: '0', AIOS_SESSION: SESSION, AIOS_DATABASE_URL: 'memory:', ...env },
    flags: {},
    readFile: () => '',
  });
  const { app, url } = await serve(settings, {
    logger: pino({ level: 'silent' }),
    metrics: new Metrics(),
    docsAssets: '',
    queryProgram: undefined,
    nodeVersion: '24.1.0',
    consoleAssets: '',
    processLimits: '',
    readFile: () => '{}',
    version: '0.0.0-test',
    migrationsFolder: 'migrations',
    clock: Date.now,
    now: () => performance.now(),
    pause: (milliseconds) => setTimeout(milliseconds),
    newUuid,
  });
  onTestFinished(() => app.close());
  return { app, url };
}

describe('the database', () => {
  test('is counted by commits, with the writes of each', async () => {
    const { url } = await serveWith();
    const commits = async () => {
      const metric = (await metricsOf({ url })).get('aios_commit_writes');
      return {
        commits: sumOf(metric, 'aios_commit_writes_count'),
        writes: sumOf(metric, 'aios_commit_writes_sum'),
      };
    };
    const before = await commits();
    const post = () =>
      fetch(`${url}${API}/models`, {
        method: 'POST',
        headers: { authorization: `OAuth ${SESSION}`, 'content-type': 'application/json' },
        body: JSON.stringify({ param: requiredModelParams }),
      });
    const answers = await Promise.all(Array.from({ length: 10 }, post));
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(200));
    const after = await commits();
    expect(after.writes - before.writes).toBe(10);
    expect(after.commits - before.commits).toBeGreaterThan(0);
    expect(after.commits - before.commits).toBeLessThanOrEqual(10);
    // Reading writes nothing.
    expect(await commits()).toEqual(after);
  });
});

test.each([
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'nodejs_heap_size_used_bytes',
])('the process is measured by %s', async (name) => {
  const server = await startServer();
  const metric = (await metricsOf(server)).get(name);
  expect(metric?.samples.size).toBe(1);
  expect(sumOf(metric)).toBeGreaterThan(0);
});

test('the process is measured once, however many servers it has', async () => {
  const servers = await Promise.all([startServer(), startServer()]);
  for (const server of servers) {
    const starts = (await metricsOf(server)).get('process_start_time_seconds');
    expect(starts?.samples.size).toBe(1);
  }
});

test('no timer is left when the server closes', async () => {
  const timers = () =>
    process.getActiveResourcesInfo().filter((kind) => /Timeout|Immediate/.test(kind)).length;
  const before = timers();
  const { app, url } = await serveWith();
  await fetchMetrics(url);
  await app.close();
  await expect.poll(timers, { timeout: 6000 }).toBeLessThanOrEqual(before);
});
