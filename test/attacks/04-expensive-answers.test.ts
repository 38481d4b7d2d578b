import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { cpuTime } from '../support/cpu-time.ts';
import { launchServing } from '../support/process.ts';
import { addService, call, percentile } from '../support/program-calls.ts';
import { rawRequest } from '../support/raw-http.ts';
import { API } from '../support/server.ts';
import { ATTACK_SECONDS, printFigures } from './attack.ts';

const CONNECTIONS = 16;
/**
 * Maximum processor time for one answer to each connection, in milliseconds: the time that another client may wait.
 * Latencies are not compared, because a busy machine makes them long.
 */
const WAIT_MAX = 60;

const encoded = '%e4%b8%ad'.repeat(7000);
const headers = Array.from({ length: 6000 }, (_, i): [string, string] => [`a${i}`, '']);

test.for<[string, string]>([
  ['a path without a route', rawRequest('GET', `/${encoded}`)],
  ['a path of another verb', rawRequest('PATCH', `${API}/models/${encoded}`)],
  ['thousands of headers', rawRequest('GET', '/_aios/live', Object.fromEntries(headers))],
  ['the largest file of /docs', rawRequest('GET', '/docs/static/swagger-ui-bundle.js')],
  [
    'the document, each time for another host',
    rawRequest('GET', '/docs/yaml', { Host: '{number}' }),
  ],
])('%s, again and again, delays no other client', async ([name, request], context) => {
  const program = await launchServing(context);
  const { body } = await addService(program, 'a service');
  const path = `${API}/model-services/${body.inventory.uuid}`;
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { url: program.url, connections: CONNECTIONS, request, answered };
  const attacker = new Worker(new URL('repeat-request.mjs', import.meta.url), { workerData });
  context.onTestFinished(() => void attacker.terminate());
  // The first answers may take longer.
  await setTimeout(1000);

  const latencies: number[] = [];
  let [requests, wait] = [0, Number.POSITIVE_INFINITY];
  // Repeated, because processor time is longer on a busy machine too.
  for (let round = 0; round < 3 && wait > WAIT_MAX; round++) {
    const before = { answered: Atomics.load(answered, 0), cpu: cpuTime(program.pid) };
    const end = performance.now() + ATTACK_SECONDS * 1000;
    while (performance.now() < end) {
      latencies.push((await call(program, 'GET', path)).milliseconds);
      await setTimeout(20);
    }
    requests = Atomics.load(answered, 0) - before.answered;
    wait = ((cpuTime(program.pid) - before.cpu) / requests) * CONNECTIONS;
  }
  printFigures(name, {
    requests,
    'wait, ms': wait.toFixed(1),
    'p99, ms': percentile(latencies, 99).toFixed(1),
  });
  expect(wait).toBeLessThanOrEqual(WAIT_MAX);
});
