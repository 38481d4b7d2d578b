import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { clientsOf, peakMegabytes, withNeighbour } from '../support/clients.ts';
import type { Seen } from '../support/clients-program.ts';
import { descriptions } from '../support/failures.ts';
import { report } from '../support/figures.ts';
import * as hostile from '../support/hostile-requests.ts';
import { launchServing, type Program } from '../support/process.ts';
import { exchange, openConnection, rawRequest } from '../support/raw-http.ts';
import { requiredServiceParams } from '../support/resources.ts';
import { type Answer, API, startServer } from '../support/server.ts';

/** What another client's p99 may be, in milliseconds. */
const P99_MAX = 100;
/** The longest time of another client's request, in milliseconds, while forty abandon theirs. */
const [LEAVING, SLOWEST_MAX] = [40, 1500];
/** Whatever is sent, in megabytes. */
const MEMORY_MAX = 768;
/** For a further answer on a connection, in milliseconds. */
const QUIET_MS = 100;
/** Idle connections, and the descriptors that the server needs to accept these and a thousand others. */
const [IDLE, FILES] = [6000, 7400];

/** The failures of 5xx that a client can cause. */
const CAUSED = ['SYS.1003', 'SYS.1006', 'SYS.1010', 'ID.1000', 'ID.1001'];

const figures = { inputs: 0, unexpected: 0, peak: 0, p99: 0 };
afterAll(() => {
  report('6-hostile', {
    fault: 'Hostile clients: slow, idle, greedy, and requests that are built to hurt or deceive',
    figures: {
      'inputs tried': figures.inputs,
      'unexpected 5xx': figures.unexpected,
      'peak RSS, MB': figures.peak,
      'others’ p99, ms': figures.p99,
    },
  });
});

/** Whether an answer is a success, or a fitting `{"error":…}`. */
function isClean({ status, headers, body }: Answer): boolean {
  if (status < 400) return status === 200;
  const error = body?.error ?? {};
  const { code, description, details } = error;
  const isCaused = CAUSED.includes(code) || /\] not having field\[/.test(details);
  if (status >= 500 && !isCaused) figures.unexpected++;
  return (
    headers.get('content-type') === 'application/json;charset=UTF-8' &&
    Object.keys(body).join() === 'error' &&
    description === descriptions[code as keyof typeof descriptions] &&
    typeof details === 'string' &&
    details.length <= 4096 &&
    !/\bat \S+ \(|node_modules|\/dist\//.test(details) &&
    (status < 500 || isCaused)
  );
}

/** Sends bytes on a connection of their own; resolves with all answers, none where it was closed. */
async function answersTo({ url }: Program, bytes: Buffer): Promise<Answer[]> {
  figures.inputs++;
  const connection = await openConnection(url);
  let isLost = false;
  connection.send(bytes).catch(() => {});
  const answers: Answer[] = [];
  const next = () =>
    connection.answer().then(
      (answer) => answers.push(answer),
      () => {
        isLost = true;
      },
    );
  await next();
  while (!isLost && (await Promise.race([next(), pause(QUIET_MS, 'quiet')])) !== 'quiet');
  connection.reset();
  return answers;
}

/** Judges how another client fared, and the process: still the first one, without errors. */
async function judge(neighbour: Seen, { url, pid, stderr, log }: Program): Promise<void> {
  const peak = peakMegabytes(pid);
  figures.peak = Math.max(figures.peak, peak);
  figures.p99 = Math.max(figures.p99, neighbour.p99);
  expect((await fetch(`${url}/_aios/health`)).status).toBe(200);
  expect(stderr()).toBe('');
  expect(log().filter(({ level }) => level === 'error' || Number(level) >= 50)).toEqual([]);
  expect(Object.keys(neighbour.answers)).toEqual(['200']);
  expect(neighbour.answers['200']).toBeGreaterThan(20);
  expect(peak).toBeLessThan(MEMORY_MAX);
  expect(neighbour.p99).toBeLessThan(P99_MAX);
}

describe('a hostile request is answered cleanly and hardly delays others', () => {
  test.each([
    ['bodies', hostile.bodies],
    ['lists of a hundred thousand', hostile.lists],
    ['texts', hostile.texts],
    ['queries', hostile.queries],
    ['paths', hostile.paths],
    ['heads', hostile.heads],
  ])('%s', async (_, requests) => {
    const program = await launchServing({ onTestFinished });
    const { result, neighbour } = await withNeighbour(program.url, async () => {
      const unclean: [string, unknown][] = [];
      for (const [name, bytes] of Object.entries(requests)) {
        const answers = await answersTo(program, bytes);
        const [first] = answers;
        if (!first || !answers.every(isClean)) unclean.push([name, answers]);
      }
      return unclean;
    });
    expect(result).toEqual([]);
    await judge(neighbour, program);
  });
});

test('a smuggled request is not executed', async (context) => {
  const program = await launchServing(context);
  const { result, neighbour } = await withNeighbour(program.url, async () => {
    const served: [string, number[]][] = [];
    for (const [name, bytes] of Object.entries(hostile.smuggled)) {
      const answers = await answersTo(program, bytes);
      const isServed = answers.filter(({ status }) => status === 200).length > 1;
      if (isServed || !answers.every(isClean))
        served.push([name, answers.map(({ status }) => status)]);
    }
    return served;
  });
  expect(result).toEqual([]);
  const query = rawRequest('GET', `${API}/models?count=true&q=name=${hostile.SMUGGLED}`);
  expect((await exchange(program.url, query)).body).toEqual({ success: true, total: 0 });
  await judge(neighbour, program);
});

test('of thousands of requests in one packet each is answered, in their order', async (context) => {
  const program = await launchServing(context);
  const count = 5000;
  const { result, neighbour } = await withNeighbour(program.url, async () => {
    figures.inputs += count;
    const requests = Array.from({ length: count }, (_, index) =>
      rawRequest('GET', index % 2 ? `/zstack/n${index}` : `${API}/models?limit=0`),
    );
    const connection = await openConnection(program.url);
    await connection.send(requests.join(''));
    const answers: Answer[] = [];
    while (answers.length < count) answers.push(await connection.answer());
    return answers;
  });
  expect(result.map(({ body }) => body.error?.details ?? body.success)).toEqual(
    Array.from({ length: count }, (_, index) =>
      index % 2 ? `no api mapping to /n${index}` : true,
    ),
  );
  await judge(neighbour, program);
});

test('unread answers fill only a bounded part of memory', async (context) => {
  const program = await launchServing(context);
  const body = JSON.stringify({ param: { ...requiredServiceParams, yaml: 'a'.repeat(1_000_000) } });
  const added = await exchange(
    program.url,
    hostile.withBody('POST', `${API}/model-services`, body),
  );
  const path = `${API}/model-services/${added.body.inventory.uuid}`;
  const { neighbour } = await withNeighbour(program.url, async () => {
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => openConnection(program.url)),
    );
    for (const client of clients) {
      client.pause();
      figures.inputs += 400;
      client.send(rawRequest('GET', path).repeat(400)).catch(() => {});
    }
    await pause(3000);
    for (const client of clients) client.reset();
  });
  await judge(neighbour, program);
});

test('abandoned requests for lists of large texts are not executed', async (context) => {
  const program = await launchServing(context);
  const body = JSON.stringify({
    param: { ...requiredServiceParams, yaml: 'a'.repeat(16_000_000) },
  });
  const adding = hostile.withBody('POST', `${API}/model-services`, body);
  for (let times = 0; times < 3; times++) await exchange(program.url, adding);
  const clients = await Promise.all(
    Array.from({ length: LEAVING }, () => openConnection(program.url)),
  );
  for (const client of clients) {
    figures.inputs++;
    client.send(rawRequest('GET', `${API}/model-services?limit=3`)).catch(() => {});
  }
  await pause(20);
  for (const client of clients) client.reset();
  const start = performance.now();
  const answer = await exchange(program.url, rawRequest('GET', `${API}/models?limit=0`));
  expect(answer.status).toBe(200);
  // Each of theirs would take a tenth of a second.
  expect(performance.now() - start).toBeLessThan(SLOWEST_MAX);
  const peak = peakMegabytes(program.pid);
  figures.peak = Math.max(figures.peak, peak);
  expect(peak).toBeLessThan(MEMORY_MAX);
});

/** How many files a process may have open. */
function filesMax(): number {
  const [, soft = ''] =
    /Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return Number(soft);
}

test('six thousand idle connections and a thousand that send a byte now and then are cut in time', async (context) => {
  if (filesMax() < FILES)
    context.skip(`only ${filesMax()} files may be open, and ${FILES} are needed`);
  const program = await launchServing(context);
  const { url } = program;
  const { result, neighbour } = await withNeighbour(url, () =>
    Promise.all([
      clientsOf({ kind: 'held', url, bytes: '', connections: IDLE, addresses: 20, time: 60_000 }),
      clientsOf({
        kind: 'slow',
        url,
        bytes: `GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ${'a'.repeat(1000)}`,
        connections: 1000,
        time: 60_000,
        pause: 1000,
      }),
    ]),
  );
  const [idle, slow] = result;
  figures.inputs += IDLE + 1000;
  expect(idle).toMatchObject({ connections: IDLE, ended: IDLE });
  expect(slow).toMatchObject({ connections: 1000, ended: 1000 });
  expect(slow.answers).toEqual({ '408 SYS.1015': 1000 });
  await judge(neighbour, program);
});

test('bodies that arrive a byte now and then are cut in time', async () => {
  const server = await startServer({ timeouts: { headers: 2000, request: 4000, check: 100 } });
  const headers = { ...hostile.JSON_TYPE, 'Content-Length': '1000' };
  const { result, neighbour } = await withNeighbour(server.url, () =>
    clientsOf({
      kind: 'slow',
      url: server.url,
      first: rawRequest('POST', `${API}/models`, headers),
      bytes: '{"param":{'.repeat(99),
      connections: 1000,
      time: 20_000,
      pause: 200,
    }),
  );
  figures.inputs += 1000;
  expect(result).toMatchObject({ connections: 1000, ended: 1000 });
  expect(Object.keys(result.answers)).toEqual(['408 SYS.1015']);
  expect(server.rows('models')).toEqual([]);
  expect(Object.keys(neighbour.answers)).toEqual(['200']);
  expect(neighbour.p99).toBeLessThan(P99_MAX);
});
