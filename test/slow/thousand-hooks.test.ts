import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openReceiver } from '../support/hook-receiver.ts';
import { launch } from '../support/process.ts';
import { newUuid } from '../support/records.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API, SESSION } from '../support/server.ts';

const CLIENTS = 20;
const TRIES = 1000;

const env = { AIOS_PORT: '0', AIOS_DATABASE_URL: 'memory:', AIOS_SESSION: SESSION };

/** Adds a model and returns the answer's status, once it has been read. */
async function add(server: string, hookUrl: string, uuid: string): Promise<number> {
  const response = await fetch(`${server}${API}/models`, {
    method: 'POST',
    headers: {
      authorization: `OAuth ${SESSION}`,
      'content-type': 'application/json',
      'x-job-uuid': uuid,
      'x-web-hook': hookUrl,
    },
    body: JSON.stringify({ param: requiredModelParams }),
  });
  await response.text();
  return response.status;
}

test('a client that listens for its hook only after it has the 202 always gets it', async (context) => {
  const { url } = await launch(context, { env });
  const answered = new Map<string, number>();
  const misses: string[] = [];
  const receiver = await openReceiver(
    (response, { headers }) => {
      const uuid = String(headers['x-job-uuid']);
      if (!answered.has(uuid)) misses.push(uuid);
      response.writeHead(answered.has(uuid) ? 200 : 503).end();
    },
    { context },
  );
  const calledAt = (uuid: string) =>
    receiver.calls.find(({ headers }) => headers['x-job-uuid'] === uuid)?.at;
  const tries: { sent: number; read: number; called: number }[] = [];
  const uuids = Array.from({ length: TRIES }, newUuid);
  const left = uuids.values();
  const start = performance.now();
  const client = async () => {
    for (const uuid of left) {
      const sent = performance.now();
      expect(await add(url, receiver.url, uuid)).toBe(202);
      const read = performance.now();
      answered.set(uuid, read);
      while (calledAt(uuid) === undefined && performance.now() < read + 30_000) await setTimeout(5);
      tries.push({ sent, read, called: Number(calledAt(uuid)) });
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const took = performance.now() - start;
  // Time for a call too many.
  await setTimeout(3000);

  expect(misses).toEqual([]);
  expect(receiver.calls.map(({ headers }) => headers['x-job-uuid']).toSorted()).toEqual(
    uuids.toSorted(),
  );
  // The 202 left somewhere between: after the request was sent, and before this process, which is
  // busy with other clients too, came to read it.
  expect(tries.filter(({ sent, called }) => !(called - sent >= 200))).toEqual([]);
  const waits = tries.map(({ read, called }) => Math.round(called - read));
  const [least, middle, most] = [0, TRIES / 2, TRIES - 1].map(
    (index) => waits.toSorted((one, other) => one - other)[index],
  );
  expect(middle).toBeGreaterThanOrEqual(200);
  console.log(
    `${TRIES} hooks in ${Math.round(took)} ms, called ${least} to ${most} ms after the 202 was ` +
      `read, ${middle} ms in the middle`,
  );
});
