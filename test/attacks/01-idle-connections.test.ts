import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { clientsOf, peakMegabytes, withNeighbour } from '../support/clients.ts';
import { launchServing } from '../support/process.ts';
import { ATTACK_SECONDS, printFigures, programWith } from './attack.ts';

test.each([
  { files: 1024, addresses: 1, connections: 2000 },
  { files: 1024, addresses: 20, connections: 2000 },
  { files: 20_000, addresses: 1, connections: 21_000 },
  { files: 20_000, addresses: 20, connections: 21_000 },
])('$connections idle connections of $addresses addresses, with $files descriptors', async (attack) => {
  const { files, connections, ...clients } = attack;
  const program = await launchServing({ onTestFinished }, { command: programWith(files) });
  const { url } = program;
  const health: unknown[] = [];
  const { neighbour } = await withNeighbour(url, async () => {
    const time = 1000 * ATTACK_SECONDS;
    // Two processes, because each has a limit of its own.
    const half = { ...clients, connections: connections / 2 };
    const held = Promise.all(
      [half, half].map((each) => clientsOf({ kind: 'held', url, bytes: '', time, ...each })),
    );
    const isOver = held.then(() => true);
    while (!(await Promise.race([isOver, pause(250)]))) {
      health.push(await fetch(`${url}/_aios/health`).then(({ status }) => status, String));
    }
    await held;
  });
  const peak = peakMegabytes(program.pid);
  printFigures('idle connections', { ...attack, 'peak RSS, MB': peak });
  // An open connection is served; a new one of another address is, too, unless the attack has several.
  expect(Object.keys(neighbour.answers)).toEqual(['200']);
  if (attack.addresses === 1) expect(new Set(health)).toEqual(new Set([200]));
  expect(peak).toBeLessThan(400);
  await expect.poll(async () => (await fetch(`${url}/_aios/health`)).status).toBe(200);
  expect(program.stderr()).toBe('');
});
