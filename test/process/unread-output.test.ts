import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Finishing, temporaryFolder } from '../support/folder.ts';
import { openConnection, rawRequest } from '../support/raw-http.ts';
import { SESSION } from '../support/server.ts';

/** Starts a server that also fills standard error; nobody reads either, unless the test does. */
async function launchUnread(context: Finishing, kind: string) {
  const cwd = temporaryFolder(context);
  const [address, fifo, noise] = [join(cwd, 'address'), join(cwd, 'fifo'), join(cwd, 'noise.cjs')];
  writeFileSync(noise, "setInterval(() => process.emitWarning('x'.repeat(5000)), 5).unref();");
  spawnSync('mkfifo', [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(fifo, 'w');
  const child = spawn(process.execPath, ['--require', noise, resolve('dist/main.js')], {
    cwd,
    env: { AIOS_PORT: '0', AIOS_SESSION: SESSION, AIOS_ADDRESS_FILE: address },
    stdio: ['ignore', kind === 'a pipe' ? writer : 'pipe', 'pipe'],
  });
  closeSync(writer);
  const ended = once(child, 'exit');
  context.onTestFinished(() => void child.kill('SIGKILL'));
  while (!existsSync(address) || readFileSync(address, 'utf8') === '') await setTimeout(50);
  const output = child.stdout ?? new Socket({ fd: reader, readable: true });
  return { url: readFileSync(address, 'utf8'), output, ended, child };
}

/** Sends as many requests as it takes bursts of 500, and reads all answers. */
async function flood(url: string, bursts: number): Promise<void> {
  const connection = await openConnection(url);
  for (let burst = 0; burst < bursts; burst++) {
    await connection.send(rawRequest('GET', '/_aios/live').repeat(500));
    for (let i = 0; i < 500; i++) expect((await connection.answer()).status).toBe(200);
  }
}

test.for([
  'a pipe',
  'a socket',
])('%s that nobody reads stops neither requests nor the end', async (kind, context) => {
  const { url, output, ended, child } = await launchUnread(context, kind);
  await flood(url, 16);
  const headers = { authorization: `OAuth ${SESSION}` };
  const metrics = await (await fetch(`${url}/_aios/metrics`, { headers })).text();
  const dropped = Number(/^aios_log_lines_dropped_total (\d+)$/m.exec(metrics)?.[1]);
  expect(dropped).toBeGreaterThan(0);

  let text = '';
  output.on('data', (data) => {
    text += data;
  });
  const reported = () => /"lines":(\d+),"msg":"lines of the log were dropped/.exec(text)?.[1];
  await expect.poll(() => Number(reported()), { timeout: 10_000 }).toBeGreaterThanOrEqual(dropped);
  expect(() =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).not.toThrow();

  output.pause();
  await flood(url, 6);
  child.kill('SIGTERM');
  const start = performance.now();
  expect(await ended).toEqual([0, null]);
  expect(performance.now() - start).toBeLessThan(5000);
});
