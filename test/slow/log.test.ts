import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { launchServing, type Program } from '../support/process.ts';
import { openConnection, rawRequest } from '../support/raw-http.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API } from '../support/server.ts';

/** A program in which a request can be made to end it, by this header. */
async function launchMortal(context: Finishing): Promise<Program> {
  const folder = temporaryFolder(context);
  const file = join(folder, 'mortal.cjs');
  writeFileSync(
    file,
    `const { Server } = require('node:http');
    const emit = Server.prototype.emit;
    Server.prototype.emit = function (event, request, response) {
      const end = event === 'request' && request.headers['x-end'];
      if (end === 'throw') throw new Error('a bug in a handler');
      // In the tick in which the request's line was written.
      if (end === 'exit') response.on('finish', () => process.nextTick(() => process.exit(7)));
      return emit.apply(this, arguments);
    };`,
  );
  return launchServing(context, { env: { NODE_OPTIONS: `--require=${file}` } });
}

interface Line {
  level: number;
  msg: string;
  operation?: string;
  status?: number;
  err?: { message: string };
}

/** Its lines of requests; every line it wrote must be whole. */
function requestLines(program: Program): Line[] {
  expect(program.stdout().endsWith('\n')).toBe(true);
  const lines = program.log() as unknown as Line[];
  return lines.filter(({ msg }) => msg === 'request');
}

const body = JSON.stringify({ param: requiredModelParams });
const jsonHeaders = { 'content-type': 'application/json', 'content-length': String(body.length) };

/** Requests of several kinds, each with the line it leaves. */
const kinds: [request: string, operation: string, status: number][] = [
  [rawRequest('GET', `${API}/models?limit=1`), 'QueryModel', 200],
  [rawRequest('GET', `${API}/model-services/unknown`), 'GetModelService', 200],
  [rawRequest('POST', `${API}/models`, jsonHeaders, body), 'AddModel', 200],
  [rawRequest('GET', `${API}/model-services?q=nothing`), 'QueryModelService', 400],
  [rawRequest('GET', `${API}/model-centers?q=nothing=1`), 'QueryModelCenter', 503],
];
/** In an order that no cycle has. */
const burstOf = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => kinds[(index * index + (index >> 3)) % 5] ?? kinds[0],
  );

/** Sends all at once on one connection, and reads the answers. */
async function sendBurst(program: Program, count: number, last = '') {
  const burst = burstOf(count) as [string, string, number][];
  const connection = await openConnection(program.url);
  await connection.send(burst.map(([request]) => request).join('') + last);
  const expected = burst.map(([, operation, status]) => ({ operation, status }));
  for (const { status } of expected) expect((await connection.answer()).status).toBe(status);
  // Further answers are not read.
  connection.reset();
  return expected;
}

const reported = (lines: Line[]) => lines.map(({ operation, status }) => ({ operation, status }));

test('the log has the lines of a burst, whole and in the order of the answers', async (context) => {
  const program = await launchServing(context);
  const expected = await sendBurst(program, 600);
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
  expect(reported(requestLines(program))).toEqual(expected);
  // More than fits into what is written at once.
  expect(program.stdout().length).toBeGreaterThan(80_000);
});

test('the log has the line of every request that was answered before SIGTERM', async (context) => {
  const program = await launchServing(context);
  const bursts = await Promise.all([1, 2, 3, 4].map(() => sendBurst(program, 20)));
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
  const lines = requestLines(program);
  const sorted = (list: object[]) => list.map((one) => JSON.stringify(one)).toSorted();
  expect(sorted(reported(lines))).toEqual(sorted(bursts.flat()));
  expect(program.log().at(-1)).toMatchObject({ msg: 'SIGTERM received, stopping' });
});

test('the log has the lines of what was answered before a handler crashed, and why', async (context) => {
  const program = await launchMortal(context);
  const crash = rawRequest('GET', `${API}/models`, { 'X-End': 'throw' });
  const expected = await sendBurst(program, 40, crash);
  expect(await program.ended).toBe(1);
  expect(reported(requestLines(program))).toEqual(expected);
  const [reason] = program.log().filter(({ level }) => level === 60) as unknown as Line[];
  expect(reason).toMatchObject({
    msg: 'stopping after an error that nobody caught',
    err: { message: 'a bug in a handler' },
  });
  expect(program.stderr()).toBe('');
});

test('the log has the lines of the tick in which the process ends', async (context) => {
  const program = await launchMortal(context);
  const last = rawRequest('GET', `${API}/models?limit=1`, { 'X-End': 'exit' });
  const connection = await openConnection(program.url);
  await connection.send(last);
  expect(await program.ended).toBe(7);
  expect(reported(requestLines(program))).toEqual([{ operation: 'QueryModel', status: 200 }]);
});
