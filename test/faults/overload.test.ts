import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { clientsOf, forgetPeak, peakMegabytes } from '../support/clients.ts';
import type { Seen } from '../support/clients-program.ts';
import { report } from '../support/figures.ts';
import { launchServing, type Program } from '../support/process.ts';
import { parseMetrics, sumOf } from '../support/prometheus.ts';
import { rawRequest } from '../support/raw-http.ts';
import { requiredModelParams, requiredServiceParams } from '../support/resources.ts';
import { API, SESSION } from '../support/server.ts';

const SHED = '503 SYS.1010 retry';
const MIB = 1024 ** 2;
/** Whatever is done to it, in megabytes. */
const MEMORY_MAX = 1024;
/** Until the server serves again, in milliseconds. */
const RECOVERY_MAX = 3000;

const post = (path: string, param: object) => {
  const body = JSON.stringify({ param });
  const headers = { 'Content-Type': 'application/json', 'Content-Length': String(body.length) };
  return rawRequest('POST', `${API}/${path}`, headers, body);
};

const figures = { served: 0, shed: 0, other: 0, peak: 0, recovery: 0 };
afterAll(() => {
  report('7-overload', {
    fault: 'Thousands of clients at once, and more large bodies than fit into memory',
    figures: {
      'answered as usual': figures.served,
      'refused with SYS.1010': figures.shed,
      'answered otherwise': figures.other,
      'peak RSS, MB': figures.peak,
      'ready again after, ms': figures.recovery,
    },
  });
});

const countOf = (seen: Seen, key: string) => seen.answers[key] ?? 0;

/** How long it takes until health is good again, in milliseconds. */
async function recoveryOf({ url }: Program): Promise<number> {
  const start = performance.now();
  for (;;) {
    const { status } = await fetch(`${url}/_aios/health`);
    const elapsed = performance.now() - start;
    if (status === 200) return Math.round(elapsed);
    if (elapsed > 10 * RECOVERY_MAX) throw new Error('the server has not recovered');
    await pause(10);
  }
}

/** Checks a load: only expected responses and rejections, bounded memory, and a usable server afterwards. */
async function judge(program: Program, seen: Seen): Promise<void> {
  const recovery = await recoveryOf(program);
  const peak = peakMegabytes(program.pid);
  const [served, shed] = [countOf(seen, '200'), countOf(seen, SHED)];
  const all = Object.values(seen.answers).reduce((sum, count) => sum + count, 0);
  figures.served += served;
  figures.shed += shed;
  figures.other += all - served - shed;
  figures.peak = Math.max(figures.peak, peak);
  figures.recovery = Math.max(figures.recovery, recovery);
  expect(Object.keys(seen.answers).filter((key) => key !== '200' && key !== SHED)).toEqual([]);
  expect(recovery).toBeLessThan(RECOVERY_MAX);
  expect(peak).toBeLessThan(MEMORY_MAX);
}

const mixed = [
  rawRequest('GET', `${API}/models?limit=20`),
  post('model-services', { ...requiredServiceParams, yaml: 'a'.repeat(20_000) }),
  rawRequest('GET', `${API}/model-services?limit=5`),
];

test('a thousand clients at once are all served', async (context) => {
  const program = await launchServing(context);
  const { url } = program;
  const seen = await clientsOf({
    kind: 'load',
    url,
    requests: mixed,
    connections: 1000,
    time: 10_000,
  });
  expect(seen.connections).toBe(1000);
  expect(Object.keys(seen.answers)).toEqual(['200']);
  expect(countOf(seen, '200')).toBeGreaterThan(1000);
  await judge(program, seen);
});

test('of six thousand clients some are served, and the others get Retry-After', async (context) => {
  const program = await launchServing(context);
  const { url } = program;
  let isOver = false;
  const loaded = clientsOf({
    kind: 'load',
    url,
    requests: mixed,
    connections: 6000,
    addresses: 4,
    time: 15_000,
  });
  const done = loaded.finally(() => {
    isOver = true;
  });
  const lives: number[] = [];
  const watched = (async () => {
    while (!isOver) {
      lives.push((await fetch(`${url}/_aios/live`)).status);
      await pause(100);
    }
  })();
  const seen = await done;
  await watched;

  expect(countOf(seen, '200')).toBeGreaterThan(1000);
  expect(countOf(seen, SHED)).toBeGreaterThan(0);
  expect(lives.length).toBeGreaterThan(10);
  expect(new Set(lives)).toEqual(new Set([200]));
  await judge(program, seen);

  const headers = { authorization: `OAuth ${SESSION}` };
  const metrics = await (await fetch(`${url}/_aios/metrics`, { headers })).text();
  const requests = parseMetrics(metrics).get('aios_requests_total');
  expect(sumOf(requests, 'code="503"')).toBeGreaterThanOrEqual(countOf(seen, SHED));
});

test('of more large bodies than fit into memory some are stored, and the others are rejected', async (context) => {
  const program = await launchServing(context);
  const { url } = program;
  await fetch(`${url}/_aios/health`);
  forgetPeak(program.pid);
  const large = post('models', { ...requiredModelParams, logo: 'a'.repeat(15 * MIB) });
  const seen = await clientsOf({
    kind: 'load',
    url,
    requests: [large],
    connections: 30,
    time: 20_000,
  });
  expect(seen.answers).toHaveProperty('200');
  expect(countOf(seen, SHED)).toBeGreaterThan(0);
  await judge(program, seen);
});
