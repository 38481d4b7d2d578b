import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { launchServing, type Program } from '../support/process.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API, ROOT, SESSION } from '../support/server.ts';

const ROUNDS = 6;
const WRITERS = 6;
/** Of a round, from the first request to the kill. */
const LIFE_MS = { least: 150, most: 900 };

const headers = {
  authorization: `OAuth ${SESSION}`,
  'content-type': 'application/json',
  connection: 'close',
};

interface Sent {
  uuid: string;
  /** The name of the model it adds, which nothing else is called. */
  name: string;
  /** Undefined where the answer was lost. */
  status?: number;
  round: number;
}

interface Call {
  success: string | undefined;
  body: unknown;
}

async function call(program: Program, method: string, path: string, options: RequestInit = {}) {
  const response = await fetch(program.url + path, { method, headers, ...options });
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
  const body: any = await response.json();
  return { status: response.status, body };
}

const addModel = (program: Program, { uuid, name }: Sent, hook: string) =>
  call(program, 'POST', `${API}/models`, {
    headers: { ...headers, 'X-Job-UUID': uuid, 'X-Web-Hook': hook },
    body: JSON.stringify({ param: { ...requiredModelParams, name } }),
  });

const poll = (program: Program, { uuid }: Sent) => call(program, 'GET', `${ROOT}/api-jobs/${uuid}`);

/** How many models there are of each name. */
async function countNames(program: Program): Promise<Map<string, number>> {
  const { body } = await call(program, 'GET', `${API}/models?limit=100000&fields=name`);
  const counts = new Map<string, number>();
  for (const { name } of body.inventories) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** What the hooks call; it refuses the first call of every tenth job, which is then called again. */
async function openReceiver(context: Finishing) {
  const calls = new Map<string, Call[]>();
  const refused = new Set<string>();
  const server = createServer(async (request, response) => {
    const uuid = String(request.headers['x-job-uuid']);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      // The program was killed in the middle of its call.
      return;
    }
    if (Number.parseInt(uuid.slice(-2), 16) % 10 === 0 && !refused.has(uuid)) {
      refused.add(uuid);
      response.writeHead(500).end();
      return;
    }
    const success = request.headers['x-job-success']?.toString();
    const made = calls.get(uuid) ?? [];
    calls.set(uuid, [...made, { success, body: JSON.parse(Buffer.concat(chunks).toString()) }]);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { calls, refused, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** Sends jobs, one after the other, until the program is gone. */
async function write(program: Program, hook: string, round: number): Promise<Sent[]> {
  const all: Sent[] = [];
  for (;;) {
    const uuid = crypto.randomUUID().replaceAll('-', '');
    const sent: Sent = { uuid, name: `model of ${uuid}`, round };
    all.push(sent);
    try {
      sent.status = (await addModel(program, sent, hook)).status;
    } catch {
      return all;
    }
  }
}

/** Works through a list, several at a time. */
async function forEach<Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.pop(); item; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

test('whenever the program is killed, every job that was answered has ended once and calls its hook', async (context) => {
  const cwd = temporaryFolder(context);
  const receiver = await openReceiver(context);
  const answered: Sent[] = [];
  const endedUnanswered: Sent[] = [];
  const repeated: Sent[] = [];
  const unknown: Sent[] = [];
  const lives: number[] = [];

  let program = await launchServing(context, { cwd });
  for (let round = 0; round < ROUNDS; round++) {
    const running = program;
    const writers = Array.from({ length: WRITERS }, () => write(running, receiver.url, round));
    const life = LIFE_MS.least + Math.random() * (LIFE_MS.most - LIFE_MS.least);
    lives.push(Math.round(life));
    await setTimeout(life);
    running.signal('SIGKILL');
    const sent = (await Promise.all(writers)).flat();
    expect(await running.ended).toBe('SIGKILL');

    program = await launchServing(context, { cwd });
    const restarted = program;
    const counts = await countNames(restarted);
    expect(sent.length).toBeGreaterThan(WRITERS);
    await forEach(sent, async (job) => {
      const { status, body } = await poll(restarted, job);
      const count = counts.get(job.name) ?? 0;
      if (job.status !== undefined) {
        expect(job.status).toBe(202);
        expect([status, count], `${job.uuid} was answered 202`).toEqual([200, 1]);
        expect(body).toMatchObject({ success: true, inventory: { name: job.name } });
        answered.push(job);
      } else if (status === 200) {
        expect(count, `${job.uuid} has ended`).toBe(1);
        endedUnanswered.push(job);
      } else {
        expect([status, count], `${job.uuid} is unknown`).toEqual([404, 0]);
        // Half of them are left alone: nothing may come of them later.
        if (/[0-7]$/.test(job.uuid)) {
          unknown.push(job);
          return;
        }
        expect((await addModel(restarted, job, receiver.url)).status).toBe(202);
        repeated.push(job);
      }
      const retry = await addModel(restarted, job, receiver.url);
      expect(retry.status).toBe(400);
      expect(retry.body.error.details).toBe(`Duplicate job uuid[${job.uuid}]`);
    });
  }

  const ended = [...answered, ...endedUnanswered, ...repeated];
  const missing = () => ended.filter(({ uuid }) => !receiver.calls.has(uuid));
  await expect.poll(() => missing().length, { timeout: 15_000 }).toBe(0);
  await forEach(ended, async (job) => {
    const { status, body } = await poll(program, job);
    expect(status).toBe(200);
    for (const made of receiver.calls.get(job.uuid) ?? []) {
      expect(made).toEqual({ success: 'true', body });
    }
  });
  for (const { uuid } of unknown) expect(receiver.calls.has(uuid)).toBe(false);
  const counts = await countNames(program);
  expect(new Set(counts.values())).toEqual(new Set([1]));
  expect([...counts.keys()].toSorted()).toEqual(ended.map(({ name }) => name).toSorted());

  console.log({
    killedAfterMs: lives,
    answered: answered.length,
    endedUnanswered: endedUnanswered.length,
    unknownAndRepeated: repeated.length,
    unknown: unknown.length,
    hookCalls: [...receiver.calls.values()].flat().length,
    hooksRefusedOnce: receiver.refused.size,
  });
});
