import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openReceiver, silence } from '../support/hook-receiver.ts';
import { launchServing } from '../support/process.ts';
import { newUuid } from '../support/records.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API, SESSION } from '../support/server.ts';
import { ATTACK_SECONDS, printFigures } from './attack.ts';

const HOOKS = 1200;
const NAMES = 40;

test('hooks to hosts that are dead, silent or unknown do not delay those of others', async (context) => {
  const [namer, other] = [newUuid(), newUuid()];
  const env = { AIOS_SESSION: `${SESSION},${namer},${other}`, AIOS_DATABASE_URL: 'memory:' };
  const { url } = await launchServing(context, { env });
  const add = async (session: string, hookUrl: string) => {
    const response = await fetch(`${url}${API}/models`, {
      method: 'POST',
      headers: {
        authorization: `OAuth ${session}`,
        'content-type': 'application/json',
        'x-web-hook': hookUrl,
      },
      body: JSON.stringify({ param: requiredModelParams }),
    });
    const body = (await response.json()) as { error?: { code: string } };
    return { status: response.status, retry: response.headers.get('retry-after'), body };
  };
  const silent = await openReceiver(silence, { context });
  const receiver = await openReceiver(undefined, { context });

  const accepted: number[] = [];
  const rejected: Awaited<ReturnType<typeof add>>[] = [];
  const left = Array.from({ length: HOOKS }, (_, hook) => hook).values();
  const attack = async () => {
    for (const hook of left) {
      // Many origins, so that no limit of one origin protects the others.
      const dead = `http://127.0.${1 + (hook % 250)}.1:1/`;
      const answer = await add(SESSION, hook % 3 ? `${silent.url}/${hook}` : dead);
      if (answer.status === 202) accepted.push(hook);
      else rejected.push(answer);
    }
  };
  await Promise.all(Array.from({ length: 40 }, attack));
  let isOver = false;
  const naming = Array.from({ length: NAMES }, async (_, name) => {
    while (!isOver) {
      await add(namer, `http://made-up-${name}-${newUuid()}.invalid/`);
      await setTimeout(50);
    }
  });
  await setTimeout(1000);

  const delays: number[] = [];
  const end = performance.now() + ATTACK_SECONDS * 1000;
  do {
    const start = performance.now();
    const { status } = await add(other, receiver.url.replace('127.0.0.1', 'localhost'));
    expect(status).toBe(202);
    await receiver.called(delays.length + 1);
    delays.push(performance.now() - start);
  } while (performance.now() < end);
  isOver = true;
  await Promise.allSettled(naming);

  printFigures('hook starvation', {
    accepted: accepted.length,
    rejected: rejected.length,
    "others' hooks": delays.length,
    'ms at most': Math.round(Math.max(...delays)),
  });
  expect(accepted.length).toBeLessThanOrEqual(1000 + 40);
  for (const { status, retry, body } of rejected) {
    expect([status, retry, body.error?.code]).toEqual([503, '1', 'SYS.1010']);
  }
  expect(Math.min(...delays)).toBeLessThan(3000);
});
