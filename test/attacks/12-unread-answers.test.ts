import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { peakMegabytes } from '../support/clients.ts';
import { launchServing } from '../support/process.ts';
import { exchange, openConnection, rawRequest } from '../support/raw-http.ts';
import { requiredServiceParams } from '../support/resources.ts';
import { API, SESSION } from '../support/server.ts';
import { ATTACK_SECONDS, printFigures } from './attack.ts';

const OTHER = SESSION.replace('b', 'c');
const SERVICES = `${API}/model-services`;

test('90 connections that take no answers cost their own session, not others', async () => {
  const env = { AIOS_SESSION: `${SESSION},${OTHER}` };
  const { url, pid, stderr } = await launchServing({ onTestFinished }, { env });
  const body = JSON.stringify({ param: { ...requiredServiceParams, yaml: 'a'.repeat(3_500_000) } });
  const headers = { 'Content-Type': 'application/json', 'Content-Length': String(body.length) };
  const added = await exchange(url, rawRequest('POST', SERVICES, headers, body));
  const read = rawRequest('GET', `${SERVICES}/${added.body.inventory.uuid}`);
  for (let connection = 0; connection < 90; connection++) {
    const idle = await openConnection(url);
    idle.pause();
    // The system takes some of the answers in the client's place.
    idle.send(read.repeat(3)).catch(() => {});
  }
  const status = async (request: string) => (await exchange(url, request)).status;
  await expect.poll(() => status(read), { timeout: 120_000 }).toBe(503);

  const others: number[] = [];
  for (const end = Date.now() + 1000 * ATTACK_SECONDS; Date.now() < end; await pause(250)) {
    others.push(await status(read.replace(SESSION, OTHER)));
  }
  const rejected = others.filter((each) => each !== 200).length;
  const peak = peakMegabytes(pid);
  printFigures('unread answers', { others: others.length, rejected, 'peak RSS, MB': peak });
  expect(rejected).toBe(0);
  expect(await status(read)).toBe(503);
  expect(peak).toBeLessThan(768);
  expect(stderr()).toBe('');
});
