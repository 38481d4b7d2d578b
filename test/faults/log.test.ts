import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { report } from '../support/figures.ts';
import { launchServing } from '../support/process.ts';
import { addService, call } from '../support/program-calls.ts';
import { API } from '../support/server.ts';

const SERVICES = 8000;
const CHARACTERS = 3000;
const SECONDS = 60;
const READERS = 6;
const WRITERS = 16;
const MB = 1024 * 1024;

test('the WAL is bounded under continuous reads', async (context) => {
  const program = await launchServing(context);
  const log = join(program.cwd, 'data/aios.db-wal');
  let added = 0;
  const add = () => addService(program, `service ${added++}`, CHARACTERS);
  const fill = async () => {
    while (added < SERVICES) await add();
  };
  await Promise.all(Array.from({ length: WRITERS }, fill));

  const end = performance.now() + SECONDS * 1000;
  const services = `${API}/model-services`;
  let [queries, written, largest] = [0, 0, 0];
  const send = async (query: (number: number) => string) => {
    while (performance.now() < end) {
      expect((await call(program, 'GET', `${services}?${query(queries++)}`)).status).toBe(200);
    }
  };
  const write = async () => {
    while (performance.now() < end) {
      expect((await add()).status).toBe(200);
      written++;
    }
  };
  const loads = Array.from({ length: READERS }, () => [
    send((number) => `q=yaml~=%25a${number}b%25`),
    send((number) => `q=name~=service ${number % 10}%25&sort=yaml&limit=5&start=${number}`),
  ]);
  const writers = Array.from({ length: WRITERS }, write);
  while (performance.now() < end) {
    largest = Math.max(largest, statSync(log).size);
    await setTimeout(100);
  }
  await Promise.all([...loads.flat(), ...writers]);
  report('9-log', {
    fault: `${2 * READERS} clients whose queries always read, under ${WRITERS} writers`,
    figures: {
      seconds: SECONDS,
      'queries answered': queries,
      acknowledged: written,
      'largest WAL, MB': Math.ceil(largest / MB),
    },
  });
  expect(largest).toBeLessThan(128 * MB);
});
